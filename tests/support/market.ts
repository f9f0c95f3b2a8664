/** A vendor that is up to date by the real clock, for tests that run the program itself. */
import type { Series } from "../../src/bar.ts";
import { lastClosed } from "../../src/calendar.ts";
import { type Fault, sampleRows, startVendor, type Vendor } from "./vendor.ts";

const QUARTER_HOUR = 900_000;

/**
 * A vendor whose daily bars of these symbols end with the last session that has closed, and who refuses what a free key
 * is refused. Start one per test: midnight in New York may pass between two. `now`: when it is asked, if a clock is set on.
 */
export async function startCurrentVendor(
  symbols: readonly string[],
  { count = 100, now = Date.now() }: { count?: number; now?: number } = {},
): Promise<Vendor> {
  const vendor = await startVendor();
  const until = lastClosed("us", now - QUARTER_HOUR, { extended: false }).date;
  for (const symbol of symbols) {
    const series: Series = { symbol, interval: "daily" };
    vendor.bars(series, sampleRows("daily", { count, until }));
  }
  return vendor;
}

/** What the vendor says to a key that may not have the whole history, verbatim (facts §3.2, #9). */
export const FULL_IS_PREMIUM: Fault = {
  body: JSON.stringify({
    Information:
      "Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature for the TIME_SERIES_DAILY endpoint. You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly unlock all premium features",
  }),
};
