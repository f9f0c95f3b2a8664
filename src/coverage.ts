/** Which requests bring what a series has not got since its watermark, oldest first, and what are they worth? Pure. */
import { intradayLength, type Series } from "./bar.ts";
import { dateOf, dayStart, exchangeDate, exchangeOf, sessionOn, sessionsBetween } from "./calendar.ts";
import type { Market, Target } from "./due.ts";
import type { Entitlement } from "./entitlement.ts";
import { type AskOptions, COMPACT_POINTS, FULL_DAYS, newestAnswers, pointsOf, requestsFor } from "./holes.ts";
import type { BarRequest } from "./request.ts";

export interface Coverage {
  /** In the order to be sent: each begins where the one before ends. Never empty. */
  readonly requests: readonly [BarRequest, ...BarRequest[]];
  /** Sessions these bring that the series lacks, per request. */
  readonly gain: number;
}

const DAY = 86_400_000;

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
  { months, ...options }: AskOptions & { months: boolean },
): Coverage | { refused: Entitlement } {
  if (watermark === null) return newest(series, { oldest: "", sessions: NEW_SESSIONS }, options);
  const missing = missingDates(series, watermark, target);
  const { requests, refused } = requestsFor(series, months ? missing : [], options);
  const last = requests.at(-1)?.dates.at(-1);
  if (last !== undefined && last === missing.at(-1)) {
    const covered = requests.reduce((sum, { dates }) => sum + dates.length, 0);
    const [first, ...then] = requests.map(({ request }) => request);
    return { requests: [first!, ...then], gain: covered / requests.length };
  }
  const oldest = missing[0] ?? dateOf(dayStart(target.date) + DAY);
  const found = newest(series, { oldest, sessions: missing.length }, options);
  const nearest = refused.at(-1);
  return "refused" in found && nearest !== undefined ? { refused: nearest.entitlement } : found;
}

/** The smallest answer that reaches from now back to a date, or as far as any that may be asked. */
function newest(
  series: Series,
  { oldest, sessions }: { oldest: string; sessions: number },
  options: AskOptions,
): Coverage | { refused: Entitlement } {
  const answers = newestAnswers(series, options);
  const open = answers.filter(({ refusal }) => refusal === null);
  const found = open.find(({ from }) => from <= oldest) ?? open.at(-1);
  if (found === undefined) return { refused: answers[0]!.refusal! };
  return { requests: [found.request], gain: Math.min(sessions, reachOf(found.request, options.market)) };
}

/** Dates of the sessions that have closed and of which the series lacks bars, oldest first. */
export function missingDates(series: Series, watermark: number, target: Target): string[] {
  const exchange = exchangeOf(series.symbol);
  const length = intradayLength(series.interval);
  // A daily bar's stamp is its date at 00:00 UTC, when it is still the day before in New York.
  const date = length === null ? dateOf(watermark) : exchangeDate(exchange, watermark);
  // After the regular close little is missing that a month of bars would be worth.
  const cut = length !== null && watermark < (sessionOn(exchange, date)?.close ?? -Infinity) - length;
  const from = cut ? date : dateOf(dayStart(date) + DAY);
  return sessionsBetween(exchange, from, target.date).map((session) => session.date);
}

/** The last millisecond a month's request covers, in UTC: nothing older than it is missing once it has been answered. */
export function endOfMonth(month: string): number {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return Date.UTC(year, number, 1) - 1;
}

/** Sessions an answer reaches back over. */
function reachOf({ series, size }: BarRequest, market: Market): number {
  if (size === "compact") return COMPACT_POINTS / pointsOf(series, market);
  return intradayLength(series.interval) === null ? Infinity : FULL_DAYS * 5 / 7;
}
