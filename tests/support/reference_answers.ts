/** How does the vendor answer what is no bars? Bodies of splits, dividends, lists of symbols and searches, in its form. */
import type { Dividend, Listing, Match, Split } from "../../src/reference.ts";

/** What the vendor knows, by symbol; of one that is not named: nothing. */
export interface ReferenceHeld {
  readonly splits?: Readonly<Record<string, readonly Split[]>>;
  readonly dividends?: Readonly<Record<string, readonly Partial<Dividend>[]>>;
  /** Listed and delisted ones together. */
  readonly listings?: readonly (Partial<Listing> & { readonly symbol: string })[];
  readonly matches?: readonly Match[];
}

/** Of a vendor that was told of none. */
const LISTINGS: NonNullable<ReferenceHeld["listings"]> = [
  { symbol: "IBM", name: "International Business Machines Corp", ipoDate: "1962-01-02" },
  { symbol: "MSFT", name: "Microsoft Corporation", exchange: "NASDAQ", ipoDate: "1986-03-13" },
  { symbol: "ENRNQ", name: "Enron Corp", delistingDate: "2002-01-15" },
];

/** The good answer to a request that asks for no bars; `null`: it asks for bars. */
export function referenceAnswer(parameters: Readonly<Record<string, string>>, held: ReferenceHeld): string | null {
  const { function: name, symbol = "", state = "active" } = parameters;
  switch (name) {
    case "SPLITS":
      return splitsBody(symbol, held.splits?.[symbol] ?? []);
    case "DIVIDENDS":
      return dividendsBody(symbol, held.dividends?.[symbol] ?? []);
    case "LISTING_STATUS":
      return listingsBody(
        (held.listings ?? LISTINGS).filter(({ delistingDate = null }) =>
          (state === "delisted") === (delistingDate !== null)
        ),
      );
    case "SYMBOL_SEARCH":
      return searchBody(held.matches ?? []);
    default:
      return null;
  }
}

export function splitsBody(symbol: string, splits: readonly Split[]): string {
  const data = splits.map(({ date, factor }) => ({ effective_date: date, split_factor: factor }));
  return JSON.stringify({ symbol, data }, null, 4);
}

export function dividendsBody(symbol: string, dividends: readonly Partial<Dividend>[]): string {
  const data = dividends.map(({ date, amount, declarationDate, recordDate, paymentDate }) => ({
    ex_dividend_date: date,
    declaration_date: declarationDate ?? "None",
    record_date: recordDate ?? "None",
    payment_date: paymentDate ?? "None",
    amount,
  }));
  return JSON.stringify({ symbol, data }, null, 4);
}

export function listingsBody(listings: readonly (Partial<Listing> & { readonly symbol: string })[]): string {
  const lines = listings.map(({ symbol, name, exchange, assetType, ipoDate, delistingDate }) =>
    [
      symbol,
      name ?? "",
      exchange ?? "NYSE",
      assetType ?? "Stock",
      ipoDate ?? "null",
      delistingDate ?? "null",
      delistingDate ? "Delisted" : "Active",
    ].join(",")
  );
  return ["symbol,name,exchange,assetType,ipoDate,delistingDate,status", ...lines, ""].join("\r\n");
}

function searchBody(matches: readonly Match[]): string {
  const bestMatches = matches.map(({ symbol, name, type, region, currency, score }) => ({
    "1. symbol": symbol,
    "2. name": name,
    "3. type": type,
    "4. region": region,
    "5. marketOpen": "09:30",
    "6. marketClose": "16:00",
    "7. timezone": "UTC-04",
    "8. currency": currency,
    "9. matchScore": score,
  }));
  return JSON.stringify({ bestMatches }, null, 4);
}
