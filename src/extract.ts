/** Which bars does an export hold: of which stretch of time, as they stood when, in which columns? Pure. */
import { type Bar, intradayLength, type Series } from "./bar.ts";
import { dateOf, dayStart, exchangeOf, ianaZone, isDate, wallClockToUtc } from "./calendar.ts";

export const FORMATS = ["csv", "parquet"] as const;
export type Format = typeof FORMATS[number];

/** A day of the exchange, which is meant whole, or an instant, epoch ms. */
export type Limit = { readonly date: string } | { readonly instant: number };

export interface Extract {
  /** Bars of that day and after, or stamped at that instant and after; `null`: from the oldest. */
  readonly from: Limit | null;
  /** Bars up to that day, that day included, or stamped before that instant; `null`: to the newest. */
  readonly to: Limit | null;
  /** As the table had them at that instant, epoch ms; `null`: as it has them now. */
  readonly asOf: number | null;
  /** Leave out bars that can still grow. */
  readonly settledOnly: boolean;
}

/** Some bars of one series, ascending. As of an earlier time adjusted columns are `null`: no earlier ones are kept. */
export interface Batch {
  readonly series: Series;
  readonly bars: readonly Bar[];
}

/** The columns of every format, in their order. docs/export.md says what each holds. */
export const COLUMNS = [
  "symbol",
  "interval",
  "ts",
  "date",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "adjusted_close",
  "dividend_amount",
  "split_coefficient",
  "settled",
] as const;

const DAY = 86_400_000;
/** Nobody traded earlier; a year the database cannot read is not one to ask it for. */
const FIRST_YEAR = "1700";
/** The day after it has five digits in its year. It is what people write for "for ever". */
const LAST_DATE = "9999-12-31";
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** `2026-01-02`, a day of the exchange, or an instant with its zone, `2026-01-02T14:30Z`; `null`: neither. */
export function parseLimit(text: string): Limit | null {
  if (isDate(text)) return text < FIRST_YEAR ? null : { date: text };
  const instant = parseInstant(text);
  return instant === null ? null : { instant };
}

/** An instant with its zone, epoch ms; `null`: it is none, or names no zone. */
export function parseInstant(text: string): number | null {
  if (!INSTANT.test(text) || !isDate(text.slice(0, 10)) || text < FIRST_YEAR || text > LAST_DATE) return null;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? null : instant;
}

/** Stamps of a series from `from` until before `to`, epoch ms; `null`: no limit. */
export function stretchOf(
  series: Series,
  { from, to }: Pick<Extract, "from" | "to">,
): { from: number | null; to: number | null } {
  const startOf = (limit: Limit, days: number) =>
    "instant" in limit ? limit.instant : startOfDay(series, dateOf(dayStart(limit.date) + days * DAY));
  const forEver = to === null || ("date" in to && to.date === LAST_DATE);
  return { from: from === null ? null : startOf(from, 0), to: forEver ? null : startOf(to, 1) };
}

/** When a day of the exchange begins: New York's for US intraday bars, else UTC's, as its bars are dated. */
function startOfDay({ symbol, interval }: Series, date: string): number {
  const newYork = intradayLength(interval) !== null && exchangeOf(symbol) === "us";
  const midnight = newYork ? wallClockToUtc(ianaZone("US/Eastern"), `${date} 00:00:00`) : null;
  return midnight ?? dayStart(date);
}

/** `IBM-daily.csv`: what a downloaded file is called. */
export function fileName({ symbol, interval }: Series, format: Format): string {
  return `${symbol}-${interval}.${format}`.replace(/[^\w.-]/g, "_");
}
