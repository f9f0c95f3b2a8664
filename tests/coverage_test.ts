import assert from "node:assert/strict";
import fc from "fast-check";
import { type Interval, INTERVALS } from "../src/bar.ts";
import { exchangeDate, sessionsBetween } from "../src/calendar.ts";
import { coverageOf, endOfMonth } from "../src/coverage.ts";
import { isComplete, targetOf } from "../src/due.ts";
import { type Entitlement, REPROBE_MS } from "../src/entitlement.ts";
import type { AskOptions } from "../src/holes.ts";
import { formOf } from "../src/request.ts";

const NOW = Date.parse("2023-07-04T06:00Z");
const DAY = 86_400_000;
const options: AskOptions = {
  now: NOW,
  market: { delayMs: null, extendedHours: true },
  adjusted: false,
  entitlements: [],
};
const INTRADAY = "TIME_SERIES_INTRADAY";
const refused = (form: string): Entitlement => ({ form, allowed: false, learntAt: NOW - 1 });

function covered(interval: Interval, watermark: string | null, change: Partial<AskOptions & { months: boolean }>) {
  const series = { symbol: "IBM", interval };
  const state = { series, watermark: watermark === null ? null : Date.parse(watermark) };
  const all = { ...options, months: true, ...change };
  return coverageOf(state, targetOf(series, all.now, all.market), all);
}

/** `month 2023-04`, `full`, `compact`. */
function asked(
  interval: Interval,
  watermark: string | null,
  change: Partial<AskOptions & { months: boolean }> = {},
) {
  const found = covered(interval, watermark, change);
  if ("refused" in found) return found.refused.form;
  return found.requests.map(({ month, size }) => month === null ? size : `month ${month}`).join(", ");
}

Deno.test("an intraday hole is covered by what reaches it with the fewest requests", () => {
  assert.equal(asked("30min", "2023-06-30T23:30Z"), "compact");
  assert.equal(asked("30min", "2023-06-20T23:30Z"), "full");
  assert.equal(asked("30min", "2023-06-02T23:30Z"), "full", "the next session is 29 days ago");
  assert.equal(asked("30min", "2023-06-01T23:30Z"), "month 2023-06, compact", "June, and then one session of July");
  assert.equal(asked("1min", "2023-06-01T23:59Z"), "month 2023-06, full", "which is more than 100 points of a minute");
  assert.equal(asked("30min", "2023-03-31T23:30Z"), "month 2023-04, month 2023-05, month 2023-06, compact");
  assert.equal(asked("30min", "2023-03-31T14:00Z").split(",")[0], "month 2023-03", "its last session is not whole");
});

Deno.test("a month that reaches to the target needs nothing after it", () => {
  assert.equal(asked("30min", "2023-08-31T23:30Z", { now: Date.parse("2023-10-01T06:00Z") }), "month 2023-09");
});

Deno.test("when only late trades are missing the newest bars are asked for", () => {
  assert.equal(asked("30min", "2023-07-03T17:00Z"), "compact");
});

Deno.test("only intraday has months, and a new series does not begin with them", () => {
  assert.equal(asked("daily", "2021-01-04T00:00Z"), "full");
  assert.equal(asked("weekly", "2021-01-08T00:00Z"), "");
  assert.equal(asked("30min", null), "full");
  assert.equal(asked("30min", "2023-03-31T23:30Z", { months: false }), "full");
});

Deno.test("what is refused as premium falls back: months, full, compact, nothing", () => {
  const hole = "2023-03-31T23:30Z";
  const chain = [`${INTRADAY} full month`, `${INTRADAY} full`, `${INTRADAY} compact`].map(refused);
  const told = [0, 1, 2, 3].map((known) =>
    asked("30min", hole, { entitlements: chain.slice(0, known) }).split(",").at(-1)
  );
  assert.deepEqual(told, [" compact", "full", "compact", `${INTRADAY} compact`]);
  const later = { entitlements: chain, now: NOW + REPROBE_MS };
  assert.match(asked("30min", hole, later), /^month 2023-04,/, "and after a week all are tried again");
  assert.equal(asked("30min", "2023-06-30T23:30Z", { entitlements: chain.slice(0, 2) }), "compact");
});

Deno.test("the gain is what a request brings of the missing sessions, never more than it reaches", () => {
  const gain = (interval: Interval, watermark: string | null, change: Partial<AskOptions> = {}) => {
    const found = covered(interval, watermark, change);
    assert.ok("gain" in found);
    return found.gain;
  };
  assert.equal(gain("daily", "2023-06-30T00:00Z"), 1);
  assert.equal(gain("weekly", "2023-06-23T00:00Z"), 5);
  assert.equal(gain("daily", null), 100);
  assert.equal(Math.floor(gain("30min", null)), 20, "a full intraday answer holds a month");
  const compact = { entitlements: [refused(`${INTRADAY} full`)] };
  assert.equal(gain("30min", null, compact), 95 / 32, "a compact one not three sessions of 32 bars");
  const october = { now: Date.parse("2023-10-01T06:00Z") };
  assert.equal(gain("30min", "2023-08-31T23:30Z", october), 20, "a month its sessions, when it is all");
  // 41 sessions of April and May, 21 of June, one of July, in four requests.
  assert.equal(gain("30min", "2023-03-31T23:30Z"), sessionsBetween("us", "2023-04-01", "2023-07-03").length / 4);
});

Deno.test("whatever is missing, the requests reach back to it, oldest first, without a gap", () => {
  fc.assert(fc.property(
    fc.constantFrom(...INTERVALS),
    fc.integer({ min: 0, max: 1_500 }),
    fc.integer({ min: 0, max: 1_000 }),
    (interval, daysBehind, hours) => {
      const now = NOW + hours * 3_600_000;
      const series = { symbol: "IBM", interval };
      const { market } = options;
      // Where a run that many days ago would have stopped.
      const watermark = targetOf(series, now - daysBehind * DAY, market).ts;
      const target = targetOf(series, now, market);
      if (isComplete({ series, watermark, newest: watermark, answeredAt: null }, target)) return;
      const found = coverageOf({ series, watermark }, target, { ...options, now, months: true });
      assert.ok("requests" in found);
      const months = found.requests.flatMap(({ month }) => month ?? []);
      assert.deepEqual(months, [...new Set(months)].sort());
      const newest = found.requests.at(-1)!;
      assert.ok(found.requests.slice(0, -1).every(({ month }) => month !== null), "only months come before the newest");
      const missing = sessionsBetween("us", exchangeDate("us", watermark), target.date).map(({ date }) => date).slice(
        1,
      );
      const uncovered = missing.filter((date) => !months.includes(date.slice(0, 7)));
      const length = interval.endsWith("min") ? parseInt(interval) : null;
      const points = uncovered.length * (length === null ? 1 : 16 * 60 / length);
      if (newest.size === "compact") assert.ok(points <= 100, `${points} points in a compact answer`);
      const floor = exchangeDate("us", now - 30 * DAY);
      if (length !== null) {
        assert.ok(uncovered.every((date) => date > floor), `${uncovered[0]} is beyond a full answer`);
      }
    },
  ));
});

Deno.test("a month ends with its last millisecond", () => {
  assert.equal(new Date(endOfMonth("2023-12")).toISOString(), "2023-12-31T23:59:59.999Z");
  assert.equal(new Date(endOfMonth("2024-02")).toISOString(), "2024-02-29T23:59:59.999Z");
  assert.equal(formOf({ function: INTRADAY, size: "full", month: "2023-12" }), `${INTRADAY} full month`);
});

Deno.test("compact holds what its points hold, to the session", () => {
  const sessions = sessionsBetween("us", "2022-01-01", "2023-07-03").map(({ date }) => date);
  const behind = (interval: Interval, missing: number, change: Partial<AskOptions> = {}) => {
    const stamp = `${sessions.at(-1 - missing)}T${interval === "daily" ? "00:00" : "19:00"}Z`;
    return asked(interval, stamp, { months: false, ...change });
  };
  // The bars to come and those of the watermark's own session make 95 points.
  assert.equal(behind("daily", 94), "compact");
  assert.equal(behind("daily", 95), "full");
  // Sixteen bars of an hour a day, or seven without late trading: six and a half are as many.
  assert.equal(behind("60min", 4), "compact");
  assert.equal(behind("60min", 5), "full");
  const regular = { market: { delayMs: null, extendedHours: false } };
  assert.equal(behind("60min", 12, regular), "compact");
  assert.equal(behind("60min", 13, regular), "full");
});

Deno.test("a session is whole with the last bar before its close", () => {
  const first = (watermark: string) => asked("30min", watermark).split(",")[0];
  assert.equal(first("2023-03-31T19:30Z"), "month 2023-04");
  assert.equal(first("2023-03-31T19:00Z"), "month 2023-03");
});
