/** Which URL asks for these bars, and how is the request named where the URL must not be seen? */
import { seriesName } from "../bar.ts";
import { type BarRequest, formOf } from "../request.ts";

export interface Address {
  /** The endpoint, `https://www.alphavantage.co/query`: one serves every function (facts §1). */
  readonly base: string;
  readonly key: string;
  /** Intraday from 04:00 to 20:00 New York instead of 09:30 to 16:00. */
  readonly extendedHours: boolean;
  /** What the vendor has granted the key; `null`: end-of-day data. */
  readonly entitlement: "delayed" | "realtime" | null;
}

/**
 * The URL of a request. It carries the key: it may go to `fetch` and nowhere else.
 *
 * Intraday is always asked as traded: `adjusted=true`, the vendor's default, rewrites the past at every dividend (facts §6.2).
 */
export function requestUrl(request: BarRequest, { base, key, extendedHours, entitlement }: Address): URL {
  const { series, function: name, size, month } = request;
  const url = new URL(base);
  const parameters = url.searchParams;
  parameters.set("function", name);
  parameters.set("symbol", series.symbol);
  if (name === "TIME_SERIES_INTRADAY") {
    parameters.set("interval", series.interval);
    parameters.set("adjusted", "false");
    parameters.set("extended_hours", String(extendedHours));
    if (month !== null) parameters.set("month", month);
  }
  if (size !== null) parameters.set("outputsize", size);
  if (entitlement !== null && takesEntitlement(name)) parameters.set("entitlement", entitlement);
  parameters.set("datatype", "json");
  parameters.set("apikey", key);
  return url;
}

/** Documented for these two of the bar functions only (facts §1). */
function takesEntitlement(name: BarRequest["function"]): boolean {
  return name === "TIME_SERIES_INTRADAY" || name === "TIME_SERIES_DAILY_ADJUSTED";
}

/** `IBM 60min (TIME_SERIES_INTRADAY compact)`: a request as messages name it. */
export function describeRequest(request: BarRequest): string {
  const month = request.month === null ? "" : ` of ${request.month}`;
  return `${seriesName(request.series)}${month} (${formOf(request)})`;
}
