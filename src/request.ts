/**
 * What can be asked of the vendor: the seven time-series functions and the forms a request may take, and what is known of
 * a symbol beside its bars. Pure words, no HTTP.
 */
import type { Interval, Series, StockSymbol } from "./bar.ts";

/** How much of a series one answer carries. `compact`: the newest 100 points. `full`: as much as the function has. */
export type Size = "compact" | "full";

/** Alpha Vantage's bar functions (facts §1). */
export type FunctionName =
  | "TIME_SERIES_INTRADAY"
  | "TIME_SERIES_DAILY"
  | "TIME_SERIES_DAILY_ADJUSTED"
  | "TIME_SERIES_WEEKLY"
  | "TIME_SERIES_WEEKLY_ADJUSTED"
  | "TIME_SERIES_MONTHLY"
  | "TIME_SERIES_MONTHLY_ADJUSTED";

/** One request for bars: one symbol, one function, one size. */
export interface BarRequest {
  readonly series: Series;
  readonly function: FunctionName;
  /** `null` where the function has no `outputsize` (weekly, monthly: always the whole history). */
  readonly size: Size | null;
  /** `YYYY-MM`: one month of intraday history, else `null`. */
  readonly month: string | null;
}

/** What is known of a symbol beside its bars, and the search for a symbol. All of it is free (facts §2.1, §7). */
export const REFERENCE_FORMS = ["SPLITS", "DIVIDENDS", "LISTING_STATUS active", "LISTING_STATUS delisted"] as const;
export type ReferenceForm = typeof REFERENCE_FORMS[number];

/** One request for something that is no bars. */
export interface ReferenceRequest {
  readonly form: ReferenceForm;
  /** `null`: of the whole market. */
  readonly symbol: StockSymbol | null;
}

/** One request for the symbols that a text may mean. */
export interface SearchRequest {
  readonly form: "SYMBOL_SEARCH";
  readonly symbol: null;
  readonly keywords: string;
}

export type VendorRequest = BarRequest | ReferenceRequest | SearchRequest;

export function asksForBars(request: VendorRequest): request is BarRequest {
  return "series" in request;
}

/** What a request is about, as the ledger keeps it. */
export function subjectOf(request: VendorRequest): { symbol: StockSymbol | null; interval: Interval | null } {
  return asksForBars(request) ? request.series : { symbol: request.symbol, interval: null };
}

const LONG: Partial<Record<Interval, string>> = { daily: "DAILY", weekly: "WEEKLY", monthly: "MONTHLY" };

/** The function that serves an interval. `adjusted` has no meaning for intraday, which has one function. */
export function functionOf(interval: Interval, adjusted: boolean): FunctionName {
  const period = LONG[interval];
  if (period === undefined) return "TIME_SERIES_INTRADAY";
  return `TIME_SERIES_${period}${adjusted ? "_ADJUSTED" : ""}` as FunctionName;
}

/** Whether the function takes `outputsize`. */
export function hasSize(name: FunctionName): boolean {
  return name === "TIME_SERIES_INTRADAY" || name.startsWith("TIME_SERIES_DAILY");
}

/**
 * What an entitlement is about: `TIME_SERIES_DAILY full`. A premium refusal of one form says nothing of another
 * (facts §2.1: daily compact is free where daily full is not).
 */
export function formOf(
  request: Pick<BarRequest, "function" | "size" | "month"> | ReferenceRequest | SearchRequest,
): string {
  if ("form" in request) return request.form;
  const parts: string[] = [request.function];
  if (request.size !== null) parts.push(request.size);
  if (request.month !== null) parts.push("month");
  return parts.join(" ");
}

/**
 * The request a form stands for, as far as reading its answer needs it: which month was asked is not in it.
 *
 * @throws RangeError when the form names no function that serves the interval
 */
export function requestOfForm(series: Series, form: string): BarRequest {
  const [name, ...parts] = form.split(" ");
  const found = [functionOf(series.interval, false), functionOf(series.interval, true)].find((one) => one === name);
  if (found === undefined) throw new RangeError(`Cannot read form "${form}": it is none of ${series.interval} bars`);
  const size = parts.find((part) => part === "compact" || part === "full");
  return { series, function: found, size: size ?? null, month: null };
}
