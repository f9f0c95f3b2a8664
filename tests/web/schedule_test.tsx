/** Does the page say when it runs, whether it is on, and who keeps it so; and may a viewer touch nothing? */
import assert from "node:assert/strict";
import { Refused } from "../../src/refused.ts";
import { schedulePage, type ScheduleReads, type TickFilter } from "../../src/web/schedule.tsx";
import { drawn, said } from "../support/draw.tsx";
import { NOW, reads, scheduleFacts, visit } from "../support/page.ts";

const HOUR = 3_600_000;
const at = (change: Partial<ScheduleReads> = {}) => schedulePage({ ...reads().schedule, ...change });
const asked = (query: string) => visit({ query: new URLSearchParams(query) });

Deno.test("on: in words, the next tick, and a switch that turns it off", async () => {
  const shown = await at()(visit());
  assert.match(said(shown), /At 06:00, UTC time\. Next tick in 16 h, 2026-11-23 06:00 UTC\./);
  const html = drawn(shown.body);
  assert.match(html, /action="\/schedule\/pause">.*role="switch"[^>]*aria-checked="true"/s);
  assert.match(said(shown), /Set by the configuration.*Latest tick –none has come due yet/);
  assert.doesNotMatch(html, /schedule\/reset|looked at the clock/);
});

Deno.test("paused by somebody, set over the configuration: both are told, and how to end them", async () => {
  const deed = { by: "ann (terminal)", at: NOW - 2 * HOUR };
  const facts = scheduleFacts({
    paused: deed,
    overridden: { ...deed, by: "<b>" },
    configured: { cron: "@daily", timezone: "Asia/Tokyo" },
  });
  const shown = await at({ schedule: () => Promise.resolve(facts) })(visit());
  assert.match(said(shown), /Paused: no tick is served\./);
  assert.match(said(shown), /Set by <b>|Set by &lt;b&gt;, 2 h ago Configured @daily Asia\/Tokyo/);
  assert.match(said(shown), /Paused by ann \(terminal\), 2 h ago/);
  const html = drawn(shown.body);
  assert.match(html, /&lt;b&gt;/);
  assert.match(html, /action="\/schedule\/resume">.*aria-checked="false".*name="catch-up"/s);
  assert.match(html, /action="\/schedule\/reset"/);
});

Deno.test("a viewer reads everything and finds no button that would be refused", async () => {
  const html = drawn((await at()(asked("cron=@daily&test=2026-11-23"))).body, { role: "view" });
  assert.doesNotMatch(html, /method="post"/);
});

Deno.test("nobody looks at the clock: it is told above everything", async () => {
  const silent = async (lastBeat: number | null) =>
    said(await at({ lastBeat: () => Promise.resolve(lastBeat) })(visit()));
  assert.doesNotMatch(await silent(NOW - 179_000), /nobody serves/);
  assert.match(
    await silent(NOW - 181_000),
    /The last program to do so was there 3 min ago: none has looked at the clock/,
  );
  assert.match(await silent(null), /No program has looked at the clock.*the command serve/);
});

Deno.test("what the address asks for reaches the question; a wrong wish is told beside its field, the page stays", async () => {
  const seen: unknown[] = [];
  const page = at({
    ticks: (filter: TickFilter) => Promise.resolve((seen.push(filter), [])),
    preview: (change) => (seen.push(change), Promise.reject(new Refused("invalid", "Cannot read schedule"))),
    testTick: (instant) => (seen.push(instant), Promise.reject(new Refused("invalid", "that is over"))),
  });
  const shown = await page(asked("state=failed&before=2026-11-01&cron=x&test=2020-01-01"));
  assert.deepEqual(seen, [
    { state: "failed", before: Date.parse("2026-11-01"), limit: 26 },
    { cron: "x", timezone: undefined },
    Date.parse("2020-01-01"),
  ]);
  const html = drawn(shown.body);
  assert.match(html, /name="cron"[^>]*value="x"[^>]*aria-invalid="true" aria-describedby="edit-said"/);
  assert.match(html, /role="alert">Cannot read schedule</);
  assert.match(html, /role="alert">that is over</);
});

Deno.test("what is no refusal is not swallowed", async () => {
  const page = at({ preview: () => Promise.reject(new Error("database away")) });
  await assert.rejects(page(asked("cron=x")), /database away/);
});
