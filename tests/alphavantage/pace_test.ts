import assert from "node:assert/strict";
import fc from "fast-check";
import { gapOf, nextSend, type Pace } from "../../src/alphavantage/pace.ts";

const FREE: Pace = { perSecond: 1, perMinute: null, politeDelayMs: 2_000 };
const NONE: Pace = { perSecond: null, perMinute: null, politeDelayMs: 0 };

Deno.test("the slowest of the three rules decides", () => {
  assert.equal(gapOf(FREE), 2_000);
  assert.equal(gapOf({ ...FREE, politeDelayMs: 0 }), 1_100);
  assert.equal(gapOf({ perSecond: 5, perMinute: 75, politeDelayMs: 0 }), 900);
  assert.equal(gapOf({ perSecond: 5, perMinute: 1_200, politeDelayMs: 0 }), 300);
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

Deno.test("no second and no minute ever holds more requests than allowed", () => {
  fc.assert(fc.property(
    fc.record({
      perSecond: fc.option(fc.integer({ min: 1, max: 30 }), { nil: null }),
      perMinute: fc.option(fc.integer({ min: 1, max: 300 }), { nil: null }),
      politeDelayMs: fc.integer({ min: 0, max: 3_000 }),
    }),
    fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 200 }),
    (pace, idle) => {
      const sent: number[] = [];
      let now = 0;
      for (const wait of idle) {
        now = nextSend(sent.at(-1) ?? null, { now: now + wait, pace });
        sent.push(now);
      }
      for (const start of sent) {
        const within = (ms: number) => sent.filter((at) => at >= start && at < start + ms).length;
        assert.ok(pace.perSecond === null || within(1_000) <= pace.perSecond);
        assert.ok(pace.perMinute === null || within(60_000) <= pace.perMinute);
      }
    },
  ));
});
