/** How do the configured symbols stand: listed, delisted, strange to the vendor's list, or not to be told? Pure. */
import type { StockSymbol } from "./bar.ts";
import { exchangeOf } from "./calendar.ts";
import type { Listing } from "./reference.ts";

/**
 * `unknown`: the list of listed symbols does not have it, and no list of delisted ones that we have does. `not known yet`:
 * there is no list. `elsewhere`: not of the US, of which alone there is a list.
 */
export type SymbolState = "listed" | "delisted" | "unknown" | "not known yet" | "elsewhere";

export interface KnownSymbol {
  readonly symbol: StockSymbol;
  readonly state: SymbolState;
  readonly listing: Listing | null;
  /** How many are known; `null`: not asked for yet, or not answered. */
  readonly splits: number | null;
  readonly dividends: number | null;
  /** Of an unknown one: listed symbols of nearly its spelling. */
  readonly near: readonly { readonly symbol: StockSymbol; readonly name: string | null }[];
}

export function symbolState(
  symbol: StockSymbol,
  { listing, haveList }: { listing: Listing | null; haveList: boolean },
): SymbolState {
  if (exchangeOf(symbol) !== "us") return "elsewhere";
  if (listing !== null) return listing.delistingDate === null ? "listed" : "delisted";
  return haveList ? "unknown" : "not known yet";
}
