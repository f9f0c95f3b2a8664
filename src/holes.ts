/**
 * Which are the fewest requests that bring given sessions of a series, and which of them may this key not have? Whether
 * the sessions are what came after the watermark, gaps, or the range of a backfill makes no difference. Pure.
 */
import { intradayLength, type Series } from "./bar.ts";
import { dateOf, dayStart, type Exchange, exchangeDate, exchangeOf, sessionOn } from "./calendar.ts";
import { type Market, targetOf } from "./due.ts";
import { type Entitlement, refusalOf } from "./entitlement.ts";
import { type BarRequest, functionOf, hasSize } from "./request.ts";

/** What decides which requests there are. */
export interface AskOptions {
  /** Epoch ms. */
  readonly now: number;
  readonly market: Market;
  /** Ask the adjusted functions for daily, weekly and monthly. */
  readonly adjusted: boolean;
  readonly entitlements: readonly Entitlement[];
}

/** A request, and the dates it is sent for. */
export interface Errand {
  readonly request: BarRequest;
  /** Ascending. */
  readonly dates: readonly string[];
}

/** How missing dates can be had. Each date is in exactly one place. */
export interface Errands {
  /** Months ascending, then what reaches back from now. */
  readonly requests: readonly Errand[];
  /** What only refused forms would bring, oldest first. */
  readonly refused: readonly { readonly entitlement: Entitlement; readonly dates: readonly string[] }[];
  /** What no form reaches, whatever the key. */
  readonly beyond: readonly string[];
}

/** An answer that reaches back from now. */
export interface Reach {
  readonly request: BarRequest;
  /** The oldest date whose session it holds whole; it holds all that are later. */
  readonly from: string;
  /** `null`: it may be asked. */
  readonly refusal: Entitlement | null;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The newest points a compact answer holds are 100; a margin covers the bars it brings besides the missing ones. */
export const COMPACT_POINTS = 95;
/** A full intraday answer holds the trailing 30 days (facts §1), the first of them perhaps not whole. */
export const FULL_DAYS = 29;
/** Facts §1. */
const FIRST_MONTH = "2000-01";
/** Sorts before and after every date. */
const [ALWAYS, NEVER] = ["", "~"];

/**
 * The fewest requests for the dates, of those the key may send.
 *
 * Daily, weekly and monthly: one. Intraday: one for each calendar month with a date older than a full answer reaches, and
 * one for all the others. Where a form is refused the next one stands in as far as it reaches.
 *
 * @param dates slots of the series as `slotsBetween` names them, none after now; any order
 */
export function requestsFor(series: Series, dates: readonly string[], options: AskOptions): Errands {
  const wanted = [...new Set(dates)].sort();
  const answers = newestAnswers(series, options);
  const open = answers.filter(({ refusal }) => refusal === null);
  const reached = open.at(-1)?.from ?? NEVER;
  const far = wanted.filter((date) => date < reached);
  const month = monthRequest(series, FIRST_MONTH, options);
  const monthly = month !== null && refusalOf(month, options) === null;
  const months = new Set(monthly ? far.filter(hasMonth).map(monthOf) : []);
  const rest = wanted.filter((date) => date >= reached && !months.has(monthOf(date)));
  const inMonths = Map.groupBy(wanted.filter((date) => months.has(monthOf(date))), monthOf);
  const requests = [...inMonths].map(([name, those]): Errand => ({
    request: monthRequest(series, name, options)!,
    dates: those,
  }));
  const [oldest] = rest;
  if (oldest !== undefined) requests.push({ request: open.find(({ from }) => from <= oldest)!.request, dates: rest });
  const left = Map.groupBy(far.filter((date) => !months.has(monthOf(date))), (date) => {
    const nearer = answers.find(({ from }) => from <= date)?.refusal ?? null;
    return nearer ?? (month === null || !hasMonth(date) ? null : refusalOf(month, options));
  });
  const refused = [...left].flatMap(([entitlement, those]) =>
    entitlement === null ? [] : { entitlement, dates: those }
  );
  return { requests, refused, beyond: left.get(null) ?? [] };
}

/** Which of the dates the request brings, if the vendor has them. */
export function datesBrought(request: BarRequest, dates: readonly string[], options: AskOptions): string[] {
  const { month, size, series } = request;
  if (month !== null) return dates.filter((date) => monthOf(date) === month);
  const from = newestAnswers(series, options).find((answer) => answer.request.size === size)?.from ?? NEVER;
  return dates.filter((date) => date >= from);
}

/** The answers that reach back from now, the smallest first, whether or not they may be asked. */
export function newestAnswers(series: Series, options: AskOptions): Reach[] {
  const name = functionOf(series.interval, options.adjusted);
  const answer = (size: BarRequest["size"], from: string): Reach => {
    const request = { series, function: name, size, month: null };
    return { request, from, refusal: refusalOf(request, options) };
  };
  if (!hasSize(name)) return [answer(null, ALWAYS)];
  const exchange = exchangeOf(series.symbol);
  const intraday = intradayLength(series.interval) !== null;
  const full = intraday ? exchangeDate(exchange, options.now - FULL_DAYS * DAY) : ALWAYS;
  return [answer("compact", compactFrom(series, options)), answer("full", full)];
}

/** The oldest date that the newest points reach. A session that may be running adds points of its own. */
function compactFrom(series: Series, { now, market }: AskOptions): string {
  const sessions = Math.floor(COMPACT_POINTS / pointsOf(series, market)) - 1;
  if (sessions < 0) return NEVER;
  return sessionsBack(exchangeOf(series.symbol), targetOf(series, now, market).date, sessions);
}

/** The date of the `count`-th newest session up to a date; of none, the day after it. */
function sessionsBack(exchange: Exchange, date: string, count: number): string {
  let day = dayStart(date) + DAY;
  for (let left = count; left > 0;) {
    day -= DAY;
    if (sessionOn(exchange, dateOf(day)) !== null) left -= 1;
  }
  return dateOf(day);
}

/** Points of one session, at the most. */
export function pointsOf(series: Series, { extendedHours }: Market): number {
  const length = intradayLength(series.interval);
  return length === null ? 1 : Math.ceil((extendedHours ? 16 * HOUR : 6.5 * HOUR) / length);
}

/** One month of intraday history; `null`: the interval has no months. */
function monthRequest(series: Series, month: string, { adjusted }: AskOptions): BarRequest | null {
  if (intradayLength(series.interval) === null) return null;
  return { series, function: functionOf(series.interval, adjusted), size: "full", month };
}

function monthOf(date: string): string {
  return date.slice(0, 7);
}

function hasMonth(date: string): boolean {
  return monthOf(date) >= FIRST_MONTH;
}
