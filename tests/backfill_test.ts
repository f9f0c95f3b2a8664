/** What may be wished, where bars are then wished, and what have the series of a backfill come to as a whole? */
import assert from "node:assert/strict";
import { addUp, checkRange, endOf, exitCodeOfBackfill, type Figures, shareDone, wishedSlots } from "../src/backfill.ts";
import { Refused } from "../src/refused.ts";

const NOW = Date.parse("2023-07-05T12:00Z");

Deno.test("a range is two dates in order, of which the last has begun", () => {
  const good = { from: "2004-01-01", to: "2023-07-05" };
  assert.deepEqual(checkRange(good, NOW), good);
  const cases: [string, string, RegExp][] = [
    ["2023-13-01", "2023-07-01", /Cannot backfill: "2023-13-01" is not a date of the form YYYY-MM-DD$/],
    ["2023-02-30", "2023-07-01", /"2023-02-30" is not a date/],
    ["2023-01-01", "1.7.2023", /"1.7.2023" is not a date/],
    ["2023-07-02", "2023-07-01", /"2023-07-02" is after "2023-07-01"/],
    ["2023-07-01", "2023-07-06", /"2023-07-06" has not been yet: today is 2023-07-05/],
    ["1850-01-01", "2023-07-01", /older than any bar of the vendor's: begin at 1990-01-01 or later/],
  ];
  for (const [from, to, message] of cases) {
    assert.throws(
      () => checkRange({ from, to }, NOW),
      (error) => error instanceof Refused && message.test(error.message),
    );
  }
});

Deno.test("bars are wished of the sessions, weeks and months of the range that have closed", () => {
  const dates = (interval: "1min" | "daily" | "weekly" | "monthly", from: string, to: string, reached: string) =>
    wishedSlots({ symbol: "IBM", interval }, { from, to }, reached).map(({ date }) => date);
  // Monday the third, the holiday, and Wednesday, which runs.
  assert.deepEqual(dates("daily", "2023-06-30", "2023-07-05", "2023-07-03"), ["2023-06-30", "2023-07-03"]);
  assert.deepEqual(dates("1min", "2023-07-01", "2023-07-05", "2023-07-05"), ["2023-07-03", "2023-07-05"]);
  assert.deepEqual(dates("weekly", "2023-06-26", "2023-07-05", "2023-06-30"), ["2023-06-26"]);
  assert.deepEqual(dates("monthly", "2023-05-10", "2023-07-05", "2023-06-30"), ["2023-05-01", "2023-06-01"]);
  // The vendor has no intraday bars before 2000, and daily ones that are older.
  assert.equal(dates("1min", "1999-12-01", "2000-01-05", "2023-07-03")[0], "2000-01-03");
  assert.equal(dates("daily", "1999-12-01", "2000-01-05", "2023-07-03")[0], "1999-12-01");
});

const figures = (change: Partial<Figures>): Figures => ({
  wished: 100,
  held: 0,
  none: 0,
  refused: 0,
  failed: 0,
  requests: 0,
  ...change,
});

Deno.test("figures add up, and the whole is said to be done only when it is", () => {
  assert.deepEqual(
    addUp([figures({ held: 3, requests: 2 }), figures({ wished: 7, none: 1, refused: 1, failed: 5 })]),
    { wished: 107, held: 3, none: 1, refused: 1, failed: 5, requests: 2 },
  );
  assert.equal(shareDone(figures({ wished: 100_000, held: 99_998, none: 1 })), 0.999);
  assert.equal(shareDone(figures({ held: 90, none: 10 })), 1);
  assert.equal(shareDone(figures({ wished: 0 })), 1);
});

Deno.test("a backfill ends when no series is open, and is complete when each is", () => {
  const states = (...states: ("open" | "complete" | "refused" | "failed")[]) =>
    endOf(states.map((state) => ({ state })));
  assert.equal(states("complete", "open", "failed"), null);
  assert.deepEqual(states("complete", "complete"), { state: "complete", reason: null });
  assert.deepEqual(states("complete", "refused", "failed"), {
    state: "partial",
    reason: "1 of 3 series not entitled, 1 of 3 series asked for in vain",
  });
  assert.deepEqual(
    ["complete", "partial", "running", "paused", "cancelled"].map((state) => exitCodeOfBackfill(state as "complete")),
    [0, 3, 3, 3, 1],
  );
});
