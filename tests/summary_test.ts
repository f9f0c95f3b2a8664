import assert from "node:assert/strict";
import { alarmOf, asTest, type DayFacts, summaryOf } from "../src/summary.ts";
import { incident, NO_NEWS, NOW } from "./support/finished.ts";

const HERE = {
  now: NOW,
  quota: { perDay: 25, usedToday: 5, blockedUntil: null },
  nextTick: NOW + 3_600_000,
  pageUrl: "https://x.example",
};
const DAY: DayFacts = {
  ...HERE,
  since: NOW - 86_400_000,
  runs: { complete: 20, partial: 4 },
  inserted: 1_200,
  revised: 1,
  quarantined: 0,
  requests: 22,
  series: 40,
  complete: 37,
  open: [incident("stale", ["A daily"])],
};

Deno.test("an alarm, its reminder, its end: each is told apart in the subject", () => {
  const late = incident("bars", ["A daily", "B daily", "C daily"], { title: "bars are late", reminders: 1 });
  const alarm = alarmOf({ ...NO_NEWS, opened: [late, incident("tick", [])] }, HERE);
  assert.equal(alarm.subject, "[stocks-etl] alarm: bars are late (A daily, B daily and 1 more) and 1 more problem");
  assert.equal(alarm.tone, "bad");
  assert.match(alarmOf({ ...NO_NEWS, reminded: [late] }, HERE).subject, /\] day 2: bars are late/);
  const over = alarmOf({ ...NO_NEWS, recovered: [late] }, HERE);
  assert.match(over.subject, /\] recovered: bars are late/);
  assert.equal(over.tone, "good");
  assert.match(over.lead, /^Over: bars are late/);
});

Deno.test("the day in one line, then in numbers, then what is open", () => {
  const letter = summaryOf(DAY);
  assert.equal(letter.subject, "[stocks-etl] day: 37 of 40 series complete, 1 open problem · quota 20/25");
  assert.deepEqual(letter.sections.map(({ title }) => title), [
    "Told before and still open",
    "Since 2026-11-19 06:00Z",
  ]);
  assert.deepEqual(letter.sections[1]!.lines, [
    "1,200 new bars, 1 revised, 0 quarantined",
    "24 runs: 20 complete, 4 partial",
    "22 requests",
  ]);
  assert.match(summaryOf({ ...DAY, complete: 40, open: [] }).subject, /day: all 40 series complete, no problem/);
});

Deno.test("a day without a run does not look good", () => {
  const letter = summaryOf({ ...DAY, runs: {}, complete: 40, open: [] });
  assert.equal(letter.tone, "warn");
  assert.ok(letter.sections[0]!.lines!.includes("0 runs"));
});

Deno.test("a test says that it is one, before everything else", () => {
  const letter = asTest(summaryOf(DAY), "summary");
  assert.match(letter.subject, /^\[stocks-etl\] test: day:/);
  assert.match(letter.lead, /^Test of the summary: nothing has happened\. /);
});
