/** Are the next ticks told by the clocks of three places, and what a tick would do with its cost? */
import assert from "node:assert/strict";
import { NextTicks, TestTick, zonesOf } from "../../src/web/schedule_next.tsx";
import type { TickTest } from "../../src/web/schedule.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";
import { NOW } from "../support/page.ts";

Deno.test("each zone once, with what it is", () => {
  assert.deepEqual(zonesOf("Europe/Berlin").map(({ label }) => label), ["UTC", "Exchange", "Schedule"]);
  assert.deepEqual(zonesOf("UTC").map(({ label }) => label), ["UTC and the schedule's", "Exchange"]);
  assert.deepEqual(zonesOf("America/New_York").map(({ label }) => label), ["UTC", "Exchange and the schedule's"]);
});

Deno.test("three clocks, each by its own daylight time", () => {
  const preview = {
    schedule: { cron: "0 6 * * *", timezone: "Europe/Berlin" },
    words: "",
    next: [Date.parse("2027-03-20T05:00Z"), Date.parse("2027-03-28T04:00Z")],
  };
  const text = wordsOf(drawn(<NextTicks preview={preview} />));
  assert.match(text, /Sat 2027-03-20 05:00 Sat 2027-03-20 01:00 EDT Sat 2027-03-20 06:00 GMT\+1/);
  assert.match(text, /Sun 2027-03-28 04:00 Sun 2027-03-28 00:00 EDT Sun 2027-03-28 06:00 GMT\+2/);
  assert.doesNotMatch(text, /paused/);
  assert.match(drawn(<NextTicks preview={preview} />), /href="\/schedule\?test=2027-03-20T05:00Z#test"/);
  assert.match(wordsOf(drawn(<NextTicks preview={preview} paused />)), /While it is paused/);
  assert.doesNotMatch(drawn(<NextTicks preview={preview} testable={false} />), /What would it do/);
});

const series = { symbol: "IBM", interval: "daily" } as const;
const request = { series, size: "compact" } as never;
const test: TickTest = {
  at: NOW,
  isTick: true,
  skipped: null,
  plan: {
    now: NOW,
    heals: [],
    quota: { perDay: 25, usedToday: 0, blockedUntil: null },
    entries: [
      { action: "ask", series, request, then: [request], later: null, reason: "3 sessions <behind>" },
      { action: "defer", series, kind: "quota", reason: "no request is left", until: NOW + 36_000_000 },
      { action: "skip", series, why: "complete", reason: "complete to 2026-11-20" },
    ],
  },
};
const tested = (change: Partial<TickTest> = {}, role: "view" | "operate" = "operate") =>
  drawn(<TestTick asked="x" test={{ found: { ...test, ...change } }} />, { role });

Deno.test("the plan at that instant, its requests counted, with what it says to each series", () => {
  const text = wordsOf(tested());
  assert.match(text, /The tick of 2026-11-22 14:00 UTC would send 2 requests for 1 series, with what is stored now\./);
  assert.match(
    text,
    /IBM daily requested 2 3 sessions &lt;behind&gt; IBM daily deferred 0 no request is left; not before/,
  );
  assert.match(text, /IBM daily skipped 0 complete to 2026-11-20/);
  assert.match(tested(), /action="\/schedule\/launch"/);
  assert.doesNotMatch(tested({}, "view"), /method="post"/);
});

Deno.test("no tick, or one that would be skipped, is told so; nothing to ask is no zero", () => {
  assert.match(wordsOf(tested({ isTick: false })), /14:00 UTC is no tick of the schedule; one then would send/);
  const skipped = wordsOf(tested({ skipped: "the schedule is paused", plan: { ...test.plan, entries: [] } }));
  assert.match(skipped, /would be skipped: the schedule is paused\. Otherwise it would ask nothing,/);
});

Deno.test("of very many series the first, and how many more", () => {
  const entries = Array.from({ length: 60 }, () => test.plan.entries[2]!);
  assert.match(wordsOf(tested({ plan: { ...test.plan, entries } })), /and 10 more series/);
});
