/** Which URL asks for these bars, and how is the request named where the URL must not be seen? */
import { seriesName } from "../bar.ts";
import {
  asksForBars,
  type BarRequest,
  formOf,
  type ReferenceRequest,
  type SearchRequest,
  type VendorRequest,
} from "../request.ts";

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
export function requestUrl(request: VendorRequest, address: Address): URL {
  const url = new URL(address.base);
  if (asksForBars(request)) askForBars(url.searchParams, request, address);
  else askForReference(url.searchParams, request);
  url.searchParams.set("apikey", address.key);
  return url;
}

/** JSON names the symbol it is about and CSV does not; LISTING_STATUS has only CSV (facts §5, §7). */
function askForReference(parameters: URLSearchParams, request: ReferenceRequest | SearchRequest): void {
  const [name, state] = request.form.split(" ");
  parameters.set("function", name!);
  if (request.symbol !== null) parameters.set("symbol", request.symbol);
  if (state !== undefined) parameters.set("state", state);
  if (request.form === "SYMBOL_SEARCH") parameters.set("keywords", request.keywords);
  if (state === undefined) parameters.set("datatype", "json");
}

function askForBars(
  parameters: URLSearchParams,
  { series, function: name, size, month }: BarRequest,
  { extendedHours, entitlement }: Address,
): void {
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
}

/** Documented for these two of the bar functions only (facts §1). */
function takesEntitlement(name: BarRequest["function"]): boolean {
  return name === "TIME_SERIES_INTRADAY" || name === "TIME_SERIES_DAILY_ADJUSTED";
}

/** `IBM 60min (TIME_SERIES_INTRADAY compact)`, `IBM (SPLITS)`: a request as messages name it. */
export function describeRequest(request: VendorRequest): string {
  if (!asksForBars(request)) return `${request.symbol ?? "the market"} (${request.form})`;
  const month = request.month === null ? "" : ` of ${request.month}`;
  return `${seriesName(request.series)}${month} (${formOf(request)})`;
}
