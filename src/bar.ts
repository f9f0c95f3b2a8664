/**
 * What is a bar, how is a series named, and which rules must a row keep to be stored?
 *
 * Times are epoch milliseconds in UTC. Prices and volumes stay the vendor's decimal strings from the wire to NUMERIC: a
 * float never touches them.
 */

import { dateOf, exchangeOf, lastSessionOfPeriod, sessionOn } from "./calendar.ts";

/** The intervals Alpha Vantage serves, by its own names. */
export const INTERVALS = ["1min", "5min", "15min", "30min", "60min", "daily", "weekly", "monthly"] as const;
export type Interval = (typeof INTERVALS)[number];

/** A ticker as Alpha Vantage spells it, upper case: `IBM`, `BRK-B`, `TSCO.LON`. */
export type StockSymbol = string;

/** The unit of planning, watermark and result. */
export interface Series {
  readonly symbol: StockSymbol;
  readonly interval: Interval;
}

/** One OHLCV record. `ts`: the bar's START (intraday) or its trading date at 00:00 UTC (daily, weekly, monthly). */
export interface Bar {
  readonly ts: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  /** From the adjusted functions only. */
  readonly adjustedClose: string | null;
  readonly dividendAmount: string | null;
  readonly splitCoefficient: string | null;
  /** The bar's period has closed and it can no longer grow. */
  readonly settled: boolean;
}

/** A row as the vendor gave it, fields found but nothing believed yet. */
export interface Row {
  readonly open: unknown;
  readonly high: unknown;
  readonly low: unknown;
  readonly close: unknown;
  readonly volume: unknown;
  readonly adjustedClose?: unknown;
  readonly dividendAmount?: unknown;
  readonly splitCoefficient?: unknown;
}

/** Why a row is in quarantine: stable names, also used in the database and on pages. */
export type Rule =
  | "bad-stamp"
  | "bad-row"
  | "not-a-number"
  | "negative"
  | "zero-price"
  | "bad-volume"
  | "high-below-low"
  | "high-below-open"
  | "high-below-close"
  | "low-above-open"
  | "low-above-close"
  | "future"
  | "duplicate-stamp"
  | "duplicate-period";

/** A row that broke a rule: kept as it came, with the rule's name. */
export interface Reject {
  /** The stamp as the vendor wrote it. */
  readonly stamp: string;
  readonly rule: Rule;
  /** The vendor's row, or all of them for a duplicate. */
  readonly raw: unknown;
}

const MINUTE = 60_000;
const MINUTES: Partial<Record<Interval, number>> = { "1min": 1, "5min": 5, "15min": 15, "30min": 30, "60min": 60 };

/** Length of an intraday bar in milliseconds; `null` for daily and longer, whose periods a calendar knows. */
export function intradayLength(interval: Interval): number | null {
  const minutes = MINUTES[interval];
  return minutes === undefined ? null : minutes * MINUTE;
}

/** `IBM 30min`: how a series is written in logs, mails and tables. */
export function seriesName(series: Series): string {
  return `${series.symbol} ${series.interval}`;
}

/** True for one of {@link INTERVALS}, in exactly that spelling. */
export function isInterval(text: string): text is Interval {
  return (INTERVALS as readonly string[]).includes(text);
}

/**
 * A symbol as the vendor spells it, upper case, or `null` when it cannot be one.
 * Letters, digits, `.` `^` `:` `-` (Alpha Vantage facts §6.4), at most 32 characters.
 */
export function parseSymbol(text: string): StockSymbol | null {
  const symbol = text.trim().toUpperCase();
  return /^[A-Z0-9^-][A-Z0-9.^:-]{0,31}$/.test(symbol) && /[A-Z0-9]/.test(symbol) ? symbol : null;
}

const PRICE = /^\d{1,15}(?:\.\d{1,25})?$/;
const NEGATIVE = /^-\d{1,15}(?:\.\d{1,25})?$/;
const VOLUME = /^\d{1,18}$/;

/**
 * The first rule the row breaks, or `null` when it may be stored.
 *
 * Comparisons are exact on the decimal strings. A zero volume is legal (45,770 of 5 million recorded daily rows); an
 * all-zero price is not (a dead listing goes on sending them), and neither is a single zero price.
 */
export function brokenRule(row: Row): Rule | null {
  const { open, high, low, close, volume, adjustedClose, dividendAmount, splitCoefficient } = row;
  // Name by name: over 20,000 rows a list to loop over costs as much as the checks.
  return brokenNumber(open) ?? brokenNumber(high) ?? brokenNumber(low) ?? brokenNumber(close) ??
    brokenOptional(adjustedClose) ?? brokenOptional(dividendAmount) ?? brokenOptional(splitCoefficient) ??
    brokenVolume(volume) ?? brokenOrder({ open, high, low, close } as Prices);
}

type Prices = Pick<Bar, "open" | "high" | "low" | "close">;

/** Of decimals that are none of them broken. */
function brokenOrder(prices: Prices): Rule | null {
  if (isPlainlyInOrder(prices)) return null;
  const { open, high, low, close } = prices;
  if (isZero(open) || isZero(high) || isZero(low) || isZero(close)) return "zero-price";
  if (compareDecimal(high, low) < 0) return "high-below-low";
  if (compareDecimal(high, open) < 0) return "high-below-open";
  if (compareDecimal(high, close) < 0) return "high-below-close";
  if (compareDecimal(low, open) > 0) return "low-above-open";
  if (compareDecimal(low, close) > 0) return "low-above-close";
  return null;
}

/**
 * Nearly every row, seen at a glance: 0 < low ≤ open, close ≤ high. Rounding to floats can merge neighbours, not swap
 * them, so what differs as a float is in order, and of what does not only equal texts are taken to be equal.
 */
function isPlainlyInOrder({ open, high, low, close }: Prices): boolean {
  const [o, h, l, c] = [Number(open), Number(high), Number(low), Number(close)];
  return l > 0 && (l < o || low === open) && (l < c || low === close) && (o < h || open === high) &&
    (c < h || close === high);
}

function brokenOptional(value: unknown): Rule | null {
  return value === undefined || value === null ? null : brokenNumber(value);
}

function brokenVolume(value: unknown): Rule | null {
  if (typeof value !== "string") return "bad-volume";
  if (VOLUME.test(value)) return null;
  return NEGATIVE.test(value) ? "negative" : "bad-volume";
}

function brokenNumber(value: unknown): Rule | null {
  if (typeof value !== "string") return "not-a-number";
  if (PRICE.test(value)) return null;
  return NEGATIVE.test(value) ? "negative" : "not-a-number";
}

function isZero(decimal: string): boolean {
  return /^[0.]+$/.test(decimal);
}

/**
 * Negative, zero or positive as `a` is below, equal to or above `b`; both plain non-negative decimals.
 * Rounding to a float keeps order but can merge neighbours, so only a tie needs the exact comparison.
 */
export function compareDecimal(a: string, b: string): number {
  if (a === b) return 0;
  const difference = Number(a) - Number(b);
  if (difference !== 0) return difference;
  const [x, y] = [alignedDigits(a, b), alignedDigits(b, a)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function alignedDigits(decimal: string, other: string): string {
  const [whole = "", fraction = ""] = decimal.split(".");
  const [otherWhole = "", otherFraction = ""] = other.split(".");
  return whole.padStart(Math.max(whole.length, otherWhole.length), "0") +
    fraction.padEnd(Math.max(fraction.length, otherFraction.length), "0");
}

const DAY = 86_400_000;

/**
 * How long after a period's end its bar may still grow: late prints and the closing auction reach the daily bar some
 * minutes after the close; an intraday bar gets a minute.
 */
export function settleLag(interval: Interval): number {
  return intradayLength(interval) === null ? 15 * MINUTE : MINUTE;
}

/** The instant (epoch ms) at which the period of the bar stamped `ts` is over, by the exchange calendar. */
export function periodEnd(series: Series, ts: number): number {
  const length = intradayLength(series.interval);
  if (length !== null) return ts + length;
  const exchange = exchangeOf(series.symbol);
  const session = series.interval === "daily"
    ? sessionOn(exchange, dateOf(ts))
    : lastSessionOfPeriod(exchange, dateOf(ts), series.interval as "weekly" | "monthly");
  return session?.close ?? ts + DAY;
}

/**
 * Has the bar's period closed, so that it can no longer grow?
 *
 * The running week or month carries the newest trading day as its date (facts §6.3). When the vendor is late, a finished
 * week can therefore still show Thursday's date and lack Friday's trades: the newest weekly or monthly bar of an answer
 * counts as settled only when it is dated on the period's last session, or a week later, when it is plain that none is
 * coming (a delisting, a closure the calendar does not know).
 *
 * @param asOf the instant up to which the answer holds data: now, less the vendor's delay, and never later than a
 *   `Last Refreshed` that carries a time of day
 * @param newest stamp of the newest bar in the same answer
 */
export function isSettled(series: Series, ts: number, { asOf, newest }: { asOf: number; newest: number }): boolean {
  const end = periodEnd(series, ts);
  if (end + settleLag(series.interval) > asOf) return false;
  if (ts !== newest || (series.interval !== "weekly" && series.interval !== "monthly")) return true;
  const last = lastSessionOfPeriod(exchangeOf(series.symbol), dateOf(ts), series.interval);
  return last === null || dateOf(ts) >= last.date || end + 7 * DAY <= asOf;
}
