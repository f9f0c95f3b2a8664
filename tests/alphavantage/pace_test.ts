import assert from "node:assert/strict";
import fc from "fast-check";
import { gapOf, nextSend, type Pace } from "../../src/alphavantage/pace.ts";

const FREE: Pace = { perMinute: 30, politeDelayMs: 2_000 };
const NONE: Pace = { perMinute: null, politeDelayMs: 0 };

Deno.test("the slower of the two rules decides, exactly", () => {
  assert.equal(gapOf(FREE), 2_000);
  assert.equal(gapOf({ perMinute: 75, politeDelayMs: 0 }), 800);
  assert.equal(gapOf({ perMinute: 75, politeDelayMs: 1_000 }), 1_000);
  assert.equal(gapOf({ perMinute: 1_200, politeDelayMs: 0 }), 50);
  assert.equal(gapOf({ perMinute: 1_100, politeDelayMs: 0 }), 55, "a clock shows whole milliseconds");
  assert.equal(gapOf(NONE), 0);
});

Deno.test("the first request goes at once, the next after the gap, a late one at once", () => {
  assert.equal(nextSend(null, { now: 500, pace: FREE }), 500);
  assert.equal(nextSend(500, { now: 600, pace: FREE }), 2_500);
  assert.equal(nextSend(500, { now: 9_000, pace: FREE }), 9_000);
});

Deno.test("a clock set back costs one gap, not the time it was set back by", () => {
  assert.equal(nextSend(86_400_000, { now: 1_000, pace: FREE }), 3_000);
});

Deno.test("no minute ever holds more requests than allowed, and no second more than the delay says", () => {
  fc.assert(fc.property(
    fc.record({
      perMinute: fc.option(fc.integer({ min: 1, max: 1_200 }), { nil: null }),
      politeDelayMs: fc.integer({ min: 0, max: 3_000 }),
    }),
    fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 2_000 }),
    (pace, idle) => {
      const sent: number[] = [];
      let now = 0;
      for (const wait of idle) {
        now = nextSend(sent.at(-1) ?? null, { now: now + wait, pace });
        sent.push(now);
      }
      // Ascending, so the request that many places later lies outside the window, or too many are in it.
      const holds = (count: number, ms: number) =>
        sent.every((at, index) => (sent[index + count] ?? Infinity) >= at + ms);
      if (pace.perMinute !== null) assert.ok(holds(pace.perMinute, 60_000));
      if (pace.politeDelayMs > 0) assert.ok(holds(Math.ceil(1_000 / pace.politeDelayMs), 1_000));
    },
  ));
});
