/** Which requests bring what a series is missing: compact, full or month by month, the fewest this key may send? */
import { intradayLength, type Series } from "./bar.ts";
import { dateOf, dayStart, exchangeDate, exchangeOf, sessionOn, sessionsBetween } from "./calendar.ts";
import type { Market, Target } from "./due.ts";
import { type BarRequest, formOf, functionOf, hasSize, type Size } from "./request.ts";

/** What this key may ask, by {@link formOf}. A form that is not listed has not been refused. */
export interface Entitlement {
  readonly form: string;
  readonly allowed: boolean;
  /** When the answer that taught it came, epoch ms. */
  readonly learntAt: number;
}

export interface CoverageOptions {
  readonly now: number;
  readonly market: Market;
  /** Ask the adjusted functions for daily, weekly and monthly. */
  readonly adjusted: boolean;
  readonly entitlements: readonly Entitlement[];
}

export interface Coverage {
  /** In the order to be sent: each begins where the one before ends. Never empty. */
  readonly requests: readonly [BarRequest, ...BarRequest[]];
  /** Sessions these bring that the series lacks, per request. */
  readonly gain: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A premium refusal is believed for a week: the gates move about once a year (facts §2.1). */
export const REPROBE_MS = 7 * DAY;
/** The newest points a compact answer holds are 100; a margin covers the bars it brings besides the missing ones. */
const COMPACT_POINTS = 95;
/** A full intraday answer holds the trailing 30 days (facts §1), the first of them perhaps not whole. */
const FULL_DAYS = 29;
/** What a series with no bars gains: its history is worth having, but no more than any hole as long as a compact answer. */
const NEW_SESSIONS = 100;

/**
 * The requests that cover the hole between the watermark and the target, or the refusal that leaves none.
 *
 * Intraday, what lies before the trailing 30 days comes month by month, oldest first, so that the watermark never jumps
 * over a hole; `months: false` leaves such a hole. Where a month is premium, so it stays.
 */
export function coverageOf(
  { series, watermark }: { series: Series; watermark: number | null },
  target: Target,
  { months, ...options }: CoverageOptions & { months: boolean },
): Coverage | { refused: Entitlement } {
  const missing = watermark === null ? null : missingDates(series, watermark, target);
  const old = missing === null || !months ? [] : oldMonths(series, missing, options);
  const rest = missing?.filter((date) => date.slice(0, 7) > (old.at(-1)?.month ?? "")) ?? null;
  const head = rest?.length === 0 && old.length > 0 ? null : newest(series, rest, options);
  if (head !== null && "refused" in head) return head;
  const requests = [...old, ...(head === null ? [] : [head])] as [BarRequest, ...BarRequest[]];
  const reach = head === null ? 0 : Math.min(rest?.length ?? NEW_SESSIONS, reachOf(head, options.market));
  return { requests, gain: ((missing?.length ?? 0) - (rest?.length ?? 0) + reach) / requests.length };
}

/** Dates of the sessions that have closed and of which the series lacks bars, oldest first. */
function missingDates(series: Series, watermark: number, target: Target): string[] {
  const exchange = exchangeOf(series.symbol);
  const length = intradayLength(series.interval);
  // A daily bar's stamp is its date at 00:00 UTC, when it is still the day before in New York.
  const date = length === null ? dateOf(watermark) : exchangeDate(exchange, watermark);
  // After the regular close little is missing that a month of bars would be worth.
  const cut = length !== null && watermark < (sessionOn(exchange, date)?.close ?? -Infinity) - length;
  const from = cut ? date : dateOf(dayStart(date) + DAY);
  return sessionsBetween(exchange, from, target.date).map((session) => session.date);
}

/** One request for each calendar month that reaches back beyond a full answer. */
function oldMonths(series: Series, missing: readonly string[], options: CoverageOptions): BarRequest[] {
  if (intradayLength(series.interval) === null) return [];
  const reached = exchangeDate(exchangeOf(series.symbol), options.now - FULL_DAYS * DAY);
  const months = new Set(missing.filter((date) => date < reached).map((date) => date.slice(0, 7)));
  const name = functionOf(series.interval, options.adjusted);
  const requests = [...months].map((month): BarRequest => ({ series, function: name, size: "full", month }));
  return requests[0] !== undefined && refusalOf(requests[0], options) === null ? requests : [];
}

/** The last millisecond a month's request covers, in UTC: nothing older than it is missing once it has been answered. */
export function endOfMonth(month: string): number {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return Date.UTC(year, number, 1) - 1;
}

/** The smallest request that reaches from now back over these sessions, or as far as any may. `null`: over all there is. */
function newest(
  series: Series,
  missing: readonly string[] | null,
  options: CoverageOptions,
): BarRequest | { refused: Entitlement } {
  const name = functionOf(series.interval, options.adjusted);
  // The watermark's own session, and one that may be running, add points of their own.
  const few = missing !== null && (missing.length + 1) * pointsOf(series, options.market) <= COMPACT_POINTS;
  const sizes: (Size | null)[] = !hasSize(name) ? [null] : few ? ["compact"] : ["full", "compact"];
  let refused: Entitlement | null = null;
  for (const size of sizes) {
    const request = { series, function: name, size, month: null };
    refused = refusalOf(request, options);
    if (refused === null) return request;
  }
  return { refused: refused! };
}

/** The refusal of the request's form that still counts. */
function refusalOf(request: BarRequest, { entitlements, now }: CoverageOptions): Entitlement | null {
  const form = formOf(request);
  const refusal = entitlements.find((known) => !known.allowed && known.form === form);
  return refusal === undefined || refusal.learntAt + REPROBE_MS <= now ? null : refusal;
}

/** Points of one session, at the most. */
function pointsOf(series: Series, { extendedHours }: Market): number {
  const length = intradayLength(series.interval);
  return length === null ? 1 : Math.ceil((extendedHours ? 16 * HOUR : 6.5 * HOUR) / length);
}

/** Sessions an answer reaches back over. */
function reachOf({ series, size }: BarRequest, market: Market): number {
  if (size === "compact") return COMPACT_POINTS / pointsOf(series, market);
  return intradayLength(series.interval) === null ? Infinity : FULL_DAYS * 5 / 7;
}
