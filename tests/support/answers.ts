/** Which good answer would the vendor give? Bodies with any rows, in its form, and rows that obey every rule. */
import type { Interval, Series } from "../../src/bar.ts";

/** One row of an answer, values as the vendor writes them. */
export interface VendorRow {
  /** `2026-01-02`, or `2026-01-02 09:30:00` New York wall clock for intraday. */
  readonly stamp: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

/** A row flat at one price, or with the given fields. */
export function row(stamp: string, price: string, fields: Partial<VendorRow> = {}): VendorRow {
  return { stamp, open: price, high: price, low: price, close: price, volume: "100", ...fields };
}

/** The interval a request asks for. */
export function intervalOf(parameters: Readonly<Record<string, string>>): Interval {
  const long = /^TIME_SERIES_(DAILY|WEEKLY|MONTHLY)/.exec(parameters["function"] ?? "")?.[1]?.toLowerCase();
  return (long ?? parameters["interval"] ?? "60min") as Interval;
}

/**
 * A good answer to a request, as the vendor writes it: newest first, of the month asked for if one was, compact cut to
 * the newest 100, four spaces. The symbol and interval of another series may be claimed.
 */
export function answerOf(
  parameters: Readonly<Record<string, string>>,
  { rows, symbol, interval, lastRefreshed, zone = "US/Eastern" }: Partial<Series> & {
    rows: readonly VendorRow[];
    lastRefreshed?: string;
    zone?: string;
  },
): string {
  const name = parameters["function"] ?? "TIME_SERIES_INTRADAY";
  const claimed = interval ?? intervalOf(parameters);
  const within = rows.filter(({ stamp }) => stamp.startsWith(parameters["month"] ?? ""));
  const newestFirst = within.sort((a, b) => (a.stamp < b.stamp ? 1 : -1));
  const hasSize = name.includes("INTRADAY") || name.includes("DAILY");
  const sent = hasSize && parameters["outputsize"] !== "full" ? newestFirst.slice(0, 100) : newestFirst;
  const meta: [string, string][] = [
    ["Information", "Prices and volumes"],
    ["Symbol", symbol ?? parameters["symbol"] ?? ""],
    ["Last Refreshed", lastRefreshed ?? newestFirst[0]?.stamp ?? ""],
    ...(name.includes("INTRADAY") ? [["Interval", claimed] as [string, string]] : []),
    ...(hasSize ? [["Output Size", "Compact"] as [string, string]] : []),
    ["Time Zone", zone],
  ];
  const document = {
    "Meta Data": Object.fromEntries(meta.map(([key, value], index) => [`${index + 1}. ${key}`, value])),
    [seriesKeyOf(name, claimed)]: Object.fromEntries(sent.map((one) => [one.stamp, wireRow(one, name)])),
  };
  return JSON.stringify(document, null, 4);
}

function seriesKeyOf(name: string, interval: string): string {
  const title = interval.charAt(0).toUpperCase() + interval.slice(1);
  if (interval !== "weekly" && interval !== "monthly") {
    return `Time Series (${interval === "daily" ? title : interval})`;
  }
  return `${title}${name.endsWith("_ADJUSTED") ? " Adjusted" : ""} Time Series`;
}

function wireRow({ open, high, low, close, volume }: VendorRow, name: string): Record<string, string> {
  const adjusted = name.endsWith("_ADJUSTED");
  const fields = Object.entries({ open, high, low, close });
  if (adjusted) fields.push(["adjusted close", close]);
  fields.push(["volume", volume]);
  if (adjusted) fields.push(["dividend amount", "0.0000"]);
  if (name === "TIME_SERIES_DAILY_ADJUSTED") fields.push(["split coefficient", "1.0"]);
  return Object.fromEntries(fields.map(([field, value], index) => [`${index + 1}. ${field}`, value]));
}

const DAY = 86_400_000;

/**
 * Rows that obey every rule, oldest first, ending on a date (default 2023-07-03): weekdays, Fridays or month ends, or
 * the regular hours of weekdays. Their prices rise by a cent from row to row.
 */
export function sampleRows(interval: Interval, { count = 100, until = "2023-07-03" } = {}): VendorRow[] {
  const stamps: string[] = [];
  for (let day = Date.parse(until); stamps.length < count; day -= DAY) {
    const date = new Date(day);
    if (date.getUTCDay() % 6 === 0) continue;
    const name = date.toISOString().slice(0, 10);
    if (interval === "daily" || isPeriodEnd(date, interval)) stamps.push(name);
    if (interval.endsWith("min")) {
      for (let minute = 16 * 60 - parseInt(interval); minute >= 9 * 60 + 30; minute -= parseInt(interval)) {
        stamps.push(`${name} ${new Date(minute * 60_000).toISOString().slice(11, 19)}`);
      }
    }
  }
  return stamps.slice(0, count).reverse().map((stamp, index) => {
    const cents = 10_000 + index;
    const price = (offset: number) => ((cents + offset) / 100).toFixed(4);
    return { stamp, open: price(0), high: price(5), low: price(-5), close: price(1), volume: String(1_000 + index) };
  });
}

function isPeriodEnd(date: Date, interval: Interval): boolean {
  if (interval === "weekly") return date.getUTCDay() === 5;
  const next = date.getTime() + (date.getUTCDay() === 5 ? 3 : 1) * DAY;
  return interval === "monthly" && new Date(next).getUTCMonth() !== date.getUTCMonth();
}
