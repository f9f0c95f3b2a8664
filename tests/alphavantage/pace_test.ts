import assert from "node:assert/strict";
import fc from "fast-check";
import { nextSend, type Pace, type Sent, sentEarlier, withSent } from "../../src/alphavantage/pace.ts";

const FREE: Pace = { perMinute: 30, politeDelayMs: 2_000 };
const FAST: Pace = { perMinute: 1_200, politeDelayMs: 0 };
const NONE: Pace = { perMinute: null, politeDelayMs: 0 };

/** What was sent when each request went `late` ms after the first instant it might, asked for at once. */
function play(pace: Pace, late: readonly number[], start: { sent: Sent | null; now: number } = { sent: null, now: 0 }) {
  let { sent, now } = start;
  const times: number[] = [];
  for (const ms of late) {
    now = nextSend(sent, { now, pace }) + ms;
    sent = withSent(sent, { at: now, pace });
    times.push(now);
  }
  return { times, sent, now };
}

Deno.test("on time, requests are evenly spaced by the slower of the two rules", () => {
  const gaps = (pace: Pace) => {
    const { times } = play(pace, [0, 0, 0, 0, 0]);
    return new Set(times.slice(1).map((at, index) => at - times[index]!));
  };
  assert.deepEqual(gaps(FREE), new Set([2_000]));
  assert.deepEqual(gaps({ perMinute: 75, politeDelayMs: 0 }), new Set([800]));
  assert.deepEqual(gaps({ perMinute: 75, politeDelayMs: 1_000 }), new Set([1_000]));
  assert.deepEqual(gaps(FAST), new Set([50]));
  assert.deepEqual(gaps({ perMinute: 1_100, politeDelayMs: 0 }), new Set([54, 55]), "a clock shows whole milliseconds");
  assert.deepEqual(gaps(NONE), new Set([0]));
});

Deno.test("the first request goes at once, the next after its distance, one asked for later at once", () => {
  assert.equal(nextSend(null, { now: 500, pace: FREE }), 500);
  const sent = withSent(null, { at: 500, pace: FREE });
  assert.equal(nextSend(sent, { now: 600, pace: FREE }), 2_500);
  assert.equal(nextSend(sent, { now: 9_000, pace: FREE }), 9_000);
});

Deno.test("a moment lost is made up, a little each time; a pause is not", () => {
  assert.deepEqual(play(FAST, [0, 25, 0, 0, 0]).times, [0, 75, 115, 155, 200]);
  const { times } = play(FAST, [0, 60_000, ...Array(2_000).fill(0)]);
  assert.equal(times[2]! - times[1]!, 40);
  assert.equal(times[2_001]! - times[2_000]!, 50);
});

Deno.test("a polite delay is kept, whatever was lost", () => {
  const { times } = play({ perMinute: 75, politeDelayMs: 790 }, [0, 500, 0, 0]);
  assert.deepEqual(times, [0, 1_300, 2_090, 2_880]);
  assert.deepEqual(play(FREE, [0, 500, 0]).times, [0, 2_500, 4_500]);
});

Deno.test("timers that are always late cost nothing of what may be sent", () => {
  for (const late of [1, 5, 9]) {
    const { times } = play(FAST, Array(6_000).fill(late));
    const share = (times.length - 1) * 60_000 / (times.at(-1)! - times[0]!) / 1_200;
    assert.ok(share > 0.99 && share <= 1, `${late} ms late each time: ${share}`);
  }
});

Deno.test("a clock set back costs one distance, not the time it was set back by", () => {
  const day = 86_400_000;
  assert.equal(nextSend(withSent(null, { at: day, pace: FREE }), { now: 1_000, pace: FREE }), 3_000);
  const { sent } = play(FAST, Array(2_000).fill(0), { sent: null, now: day });
  const { times } = play(FAST, Array(1_300).fill(0), { sent, now: 1_000 });
  assert.equal(times[0], 1_050);
  assert.ok(times[1_200]! - times[0]! >= 60_000);
});

Deno.test("after an earlier process nothing is made up, and what it sent counts", () => {
  assert.equal(sentEarlier([], FAST), null);
  assert.equal(nextSend(sentEarlier([500], FREE), { now: 600, pace: FREE }), 2_500);
  assert.equal(nextSend(sentEarlier([0, 500], FAST), { now: 520, pace: FAST }), 550);
  assert.equal(nextSend(sentEarlier([500], FAST), { now: 9_000, pace: FAST }), 9_000);
  const full = sentEarlier([0, 700, 1_400], { perMinute: 3, politeDelayMs: 0 });
  assert.ok(nextSend(full, { now: 30_000, pace: { perMinute: 3, politeDelayMs: 0 } }) >= 60_000);
});

Deno.test("no minute ever holds more requests than allowed, and no second more than the delay says", () => {
  fc.assert(fc.property(
    fc.record({
      perMinute: fc.option(fc.integer({ min: 1, max: 1_200 }), { nil: null }),
      politeDelayMs: fc.integer({ min: 0, max: 3_000 }),
    }),
    fc.array(fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 3_000 })), { maxLength: 2_000 }),
    fc.array(fc.nat({ max: 2_000 }), { maxLength: 5 }),
    (pace, late, restarts) => {
      // Other processes take over in the middle: they know what the ledger has of the newest minute.
      let now = 0;
      const sent: number[] = [];
      const ends = [...restarts.toSorted((a, b) => a - b), Infinity];
      ends.forEach((end, index) => {
        const lately = sent.filter((at) => at > sent.at(-1)! - 61_000);
        const heir = { sent: sentEarlier(lately, pace), now };
        const turn = play(pace, late.slice(ends[index - 1] ?? 0, end), heir);
        sent.push(...turn.times);
        now = turn.now;
      });
      // Ascending, so the request that many places later lies outside the window, or too many are in it.
      const holds = (count: number, ms: number) =>
        sent.every((at, index) => (sent[index + count] ?? Infinity) >= at + ms);
      if (pace.perMinute !== null) assert.ok(holds(pace.perMinute, 60_000));
      if (pace.politeDelayMs > 0) assert.ok(holds(Math.ceil(1_000 / pace.politeDelayMs), 1_000));
    },
  ));
});
