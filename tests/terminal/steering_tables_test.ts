import assert from "node:assert/strict";
import {
  renderLaunches,
  renderQuarantine,
  renderSchedule,
  renderSettings,
  type ScheduleShown,
} from "../../src/terminal/steering_tables.ts";

const AT = Date.parse("2026-11-23T11:00Z");
const look = { colour: false, width: 100 };
const SHOWN: ScheduleShown = {
  schedule: { cron: "0 6 * * *", timezone: "Asia/Tokyo" },
  words: "At 06:00, Asia/Tokyo time",
  next: [AT],
  configured: { cron: "1 1 * * *", timezone: "UTC" },
  overridden: null,
  paused: null,
  ticks: [],
};
const zoned = { ...look, exchangeZone: "America/New_York" };

Deno.test("a tick to come stands in three zones, or in as many as there are", () => {
  const lines = renderSchedule(SHOWN, zoned).split("\n");
  assert.deepEqual(lines.slice(0, 4), [
    "At 06:00, Asia/Tokyo time (0 6 * * *)",
    "",
    "UTC                   America/New_York      Asia/Tokyo",
    "Mon 2026-11-23 11:00  Mon 2026-11-23 06:00  Mon 2026-11-23 20:00",
  ]);
  assert.match(renderSchedule(SHOWN, zoned), /No tick has come due yet/);
  const utc = { ...SHOWN, schedule: { cron: "0 6 * * *", timezone: "UTC" } };
  assert.match(renderSchedule(utc, zoned), /^UTC +America\/New_York$/m);
});

Deno.test("a pause and another's schedule are said first, with the way back; ticks say what became of them", () => {
  const tick = { dueAt: AT, state: "requested", reason: null, runs: [] };
  const text = renderSchedule({
    ...SHOWN,
    overridden: { by: "ann\x1b[31m", at: AT },
    paused: { by: "", at: AT },
    ticks: [
      tick,
      { ...tick, runs: [{ id: 6, outcome: "abandoned" }, { id: 7, outcome: null }] },
      { ...tick, state: "skipped", reason: "the schedule is paused" },
    ],
  }, zoned);
  assert.match(text, /^Paused at 2026-11-23 11:00Z: no tick is served; resume: "resume"$/m);
  assert.match(text, /^Set by ann \[31m at 2026-11-23 11:00Z; configured is 1 1 \* \* \* UTC: "schedule reset"$/m);
  assert.match(text, /requested +waits for its run$/m);
  assert.match(text, /requested +run 6 abandoned, run 7 at work$/m);
  assert.match(text, /skipped +the schedule is paused$/m);
});

Deno.test("launches and quarantined rows, and that there are none", () => {
  const series = [{ symbol: "IBM", interval: "daily" }] as const;
  const launch = { id: 3, series, state: "queued", reason: "waits for run 2", askedBy: "ann", askedAt: AT, runs: [] };
  assert.match(renderLaunches([launch], look), /^ +3 +queued +2026-11-23 11:00Z +ann +1 +waits for run 2$/m);
  assert.match(renderLaunches([], look), /Nothing was launched yet/);
  const row = { id: 5, series: series[0], stamp: "2026-01-02", rule: "future", raw: '{"a":1}', released: null };
  assert.match(renderQuarantine([row], look), /^ +5 +IBM daily +2026-01-02 +future +held +\{"a":1\}$/m);
  const released = { ...row, released: { by: "ann", at: AT } };
  assert.match(renderQuarantine([released], look), /released by ann at 2026-11-23 11:00Z/);
  assert.match(renderQuarantine([], look), /Nothing is in quarantine/);
});

Deno.test("settings: value, origin, and the name it was given under", () => {
  const base = { group: "g", description: "d", secret: false };
  const text = renderSettings([
    { ...base, name: "PORT", value: "80", origin: ".env", givenAs: null },
    { ...base, name: "DB_PASS", value: "••••••", origin: "file", givenAs: "DB_PASS_FILE" },
    { ...base, name: "DB_NAME", value: null, origin: "default", givenAs: null },
  ], look);
  assert.match(text, /^PORT +\.env +80$/m);
  assert.match(text, /^DB_PASS +file \(DB_PASS_FILE\) +••••••$/m);
  assert.match(text, /^DB_NAME +default +-$/m);
});
