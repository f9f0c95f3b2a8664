/** How many requests are kept for the schedule, and how long does the rest take? */
import assert from "node:assert/strict";
import type { Series } from "../src/bar.ts";
import type { SeriesState } from "../src/plan.ts";
import { endOfDay, reserveOf, spareOf, timeFor, timeInWords } from "../src/reserve.ts";
import { newState } from "./support/story.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Monday, in the middle of the session. */
const NOON = Date.parse("2023-07-10T17:00Z");
const MARKET = { delayMs: null, extendedHours: true };
const FRIDAY = Date.parse("2023-07-07");

const daily = (symbol: string, watermark: number | null): SeriesState => ({
  ...newState({ symbol, interval: "daily" }),
  first: watermark,
  watermark,
  newest: watermark,
  answeredAt: watermark === null ? null : NOON - HOUR,
});
const reserve = (states: SeriesState[], ticks: number[], change: object = {}) =>
  reserveOf(states, { ticks, market: MARKET, adjusted: false, entitlements: [], ...change });

Deno.test("nothing is kept when no tick is left today", () => {
  assert.equal(reserve([daily("AAA", null)], []), 0);
  assert.equal(endOfDay(NOON), Date.parse("2023-07-11T00:00Z"));
  assert.equal(endOfDay(Date.parse("2023-07-11T00:00Z")), Date.parse("2023-07-12T00:00Z"));
});

Deno.test("a series needs what it lacks, and one request for each session that closes before a later tick", () => {
  const [before, after, later] = [NOON, NOON + 5 * HOUR, NOON + 6 * HOUR];
  // Complete to Friday: a tick before the close asks for nothing. One request, and a fifth of one more.
  assert.equal(reserve([daily("AAA", FRIDAY)], [before]), 0);
  assert.equal(reserve([daily("AAA", FRIDAY)], [before, after]), 2);
  assert.equal(reserve([daily("AAA", FRIDAY)], [before, after, later]), 2);
  const ten = Array.from({ length: 10 }, (_, index) => daily(`A${index}`, FRIDAY));
  assert.equal(reserve(ten, [before, after]), 12);
  // What is missing already is asked for at the first tick.
  assert.equal(reserve(ten.map((one) => ({ ...one, watermark: FRIDAY - 7 * DAY })), [before, after]), 24);
  assert.equal(reserve([daily("AAA", null)], [before]), 2);
});

Deno.test("a series this key may not ask for needs nothing", () => {
  const refused = ["compact", "full"].map((size) => ({
    form: `TIME_SERIES_DAILY ${size}`,
    allowed: false,
    learntAt: NOON - DAY,
  }));
  assert.equal(reserve([daily("AAA", null)], [NOON], { entitlements: refused }), 0);
});

Deno.test("a schedule of every minute is reckoned with whole, though not each of its ticks is looked at", () => {
  const series: Series = { symbol: "AAA", interval: "1min" };
  const watermark = NOON - 2 * 60_000;
  const state = { ...newState(series), first: watermark, watermark, newest: watermark, answeredAt: NOON - 60_000 };
  const market = { delayMs: 0, extendedHours: true };
  const ticks = Array.from({ length: 300 }, (_, index) => NOON + index * 60_000);
  const needed = reserve([state], ticks, { market });
  assert.ok(needed > 300 && needed < 380, String(needed));
});

Deno.test("what is spare is what the quota has left beside that, and never less than nothing", () => {
  const quota = { perDay: 25, usedToday: 4, blockedUntil: null };
  assert.equal(spareOf(quota, { reserve: 12, now: NOON }), 8);
  assert.equal(spareOf(quota, { reserve: 40, now: NOON }), 0);
  assert.equal(spareOf({ ...quota, blockedUntil: NOON + 1 }, { reserve: 0, now: NOON }), 0);
  assert.equal(spareOf({ ...quota, perDay: null }, { reserve: 12, now: NOON }), Infinity);
});

Deno.test("the rest takes the pace's time when today will do, else days, or for ever", () => {
  const allowance = { perDay: 25, reserve: 4, today: 10, paceMs: 1_000 };
  assert.equal(timeFor(10, allowance), 10_000);
  // Twenty a day beside the schedule, one of 25 is never planned with.
  assert.equal(timeFor(11, allowance), DAY);
  assert.equal(timeFor(250, allowance), 12 * DAY);
  assert.equal(timeFor(11, { ...allowance, reserve: 24 }), null);
  assert.equal(timeFor(252, { ...allowance, perDay: null }), 252_000);
  assert.deepEqual([30_000, 252_000, 3 * HOUR, DAY, 12 * DAY, null].map(timeInWords), [
    "less than a minute",
    "about 5 min",
    "about 3 h",
    "about 1 day",
    "about 12 days",
    "never: the schedule needs every request of the day",
  ]);
});
