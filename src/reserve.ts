/** How many of the day's requests will the schedule still need, so that what is asked for besides does not take them? Pure. */
import { coverageOf } from "./coverage.ts";
import { isComplete, targetOf } from "./due.ts";
import type { AskOptions } from "./holes.ts";
import { type Quota, requestsLeft, type SeriesState } from "./plan.ts";

const DAY = 86_400_000;
/** A schedule of every minute is looked at every few; what lies between is reckoned in. */
const MOST_TICKS = 96;
/** Of five requests one is sent again, or finds the vendor late. */
const RETRIED = 1 / 5;

/** The end of the vendor's day (facts §2.3: not documented; 00:00 UTC is what the ledger counts by), epoch ms. */
export function endOfDay(now: number): number {
  return (Math.floor(now / DAY) + 1) * DAY;
}

/**
 * Requests that scheduled runs will send at these ticks, retries reckoned in: what each series lacks at the first of them,
 * and one for each newer session or bar that will have closed by a later one.
 *
 * @param states of the configured series
 * @param options.ticks epoch ms, ascending
 */
export function reserveOf(
  states: readonly SeriesState[],
  { ticks, ...options }: Omit<AskOptions, "now"> & { ticks: readonly number[] },
): number {
  if (ticks.length === 0) return 0;
  const looked = sampled(ticks);
  const needed = states.reduce((sum, state) => sum + needOf(state, { ...options, looked, all: ticks.length }), 0);
  return Math.ceil(needed * (1 + RETRIED));
}

function needOf(
  state: SeriesState,
  { looked, all, ...options }: Omit<AskOptions, "now"> & { looked: readonly number[]; all: number },
): number {
  const { market } = options;
  const [begin, ...later] = looked.map((now) => ({ now, target: targetOf(state.series, now, market) }));
  const found = coverageOf(state, begin!.target, { ...options, now: begin!.now, months: true });
  if ("refused" in found) return 0;
  const first = isComplete(state, begin!.target) ? 0 : found.requests.length;
  const newer = later.filter(({ target }, index) => target.ts !== (later[index - 1] ?? begin!).target.ts).length;
  // Where each look finds something newer, each tick between them would as well.
  const perLook = later.length > 0 && newer === later.length ? (all - 1) / later.length : 1;
  return first + Math.ceil(newer * perLook);
}

/** Of many ticks some, evenly, the last among them. */
function sampled(ticks: readonly number[]): number[] {
  if (ticks.length <= MOST_TICKS) return [...ticks];
  const step = (ticks.length - 1) / (MOST_TICKS - 1);
  return Array.from({ length: MOST_TICKS }, (_, index) => ticks[Math.round(index * step)]!);
}

/** What is left of today beside that; `Infinity`: there is no daily limit. */
export function spareOf(quota: Quota, { reserve, now }: { reserve: number; now: number }): number {
  return Math.max(0, requestsLeft(quota, now) - reserve);
}

/** How requests may be spent besides the schedule's. */
export interface Allowance {
  /** Requests a day; `null`: no daily limit. */
  readonly perDay: number | null;
  /** Of them the schedule needs so many on an ordinary day. */
  readonly reserve: number;
  /** May still be sent today. */
  readonly today: number;
  /** Least time from one request to the next, ms. */
  readonly paceMs: number;
}

/**
 * How long so many requests take, ms: at the pace when they may all be sent today, else until the end of the day that brings
 * the last of them. `null`: for ever, the schedule needs every request there is.
 */
export function timeFor(requests: number, { perDay, reserve, today, paceMs }: Allowance): number | null {
  if (perDay === null || requests <= today) return requests * paceMs;
  const share = requestsLeft({ perDay, usedToday: 0, blockedUntil: null }, 0) - reserve;
  return share <= 0 ? null : Math.ceil((requests - today) / share) * DAY;
}

/** `about 4 min`, `about 13 days`, `never`. */
export function timeInWords(ms: number | null): string {
  if (ms === null) return "never: the schedule needs every request of the day";
  if (ms < 60_000) return "less than a minute";
  const [size, unit] = ms < 7_200_000
    ? [ms / 60_000, "min"]
    : ms < DAY
    ? [ms / 3_600_000, "h"]
    : [ms / DAY, ms < 1.5 * DAY ? "day" : "days"];
  return `about ${Math.ceil(size)} ${unit}`;
}
