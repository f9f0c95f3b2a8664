/** How do symbols look in a terminal: what is known of each, and what a search found? */
import type { Match } from "../reference.ts";
import type { KnownSymbol } from "../standing_symbols.ts";
import { layOut, oneLine, styleOf } from "./columns.ts";
import type { Look } from "./tables.ts";

export function renderSymbols(symbols: readonly KnownSymbol[], { colour, width = 100 }: Look): string {
  const style = styleOf(colour);
  const rows = symbols.map(({ symbol, state, listing, splits, dividends }) => [
    symbol,
    state === "delisted" ? `delisted ${listing?.delistingDate}` : state,
    listing?.name ?? "",
    listing?.exchange ?? "",
    listing?.ipoDate ?? "",
    splits === null ? "-" : String(splits),
    dividends === null ? "-" : String(dividends),
  ]);
  const columns = [
    { heading: "symbol" },
    { heading: "state" },
    { heading: "name", flexible: true },
    { heading: "exchange" },
    { heading: "since" },
    { heading: "splits", align: "right" },
    { heading: "dividends", align: "right" },
  ] as const;
  const paint = (cell: string, { row, column }: { row: number; column: number }) =>
    column !== 1 ? cell : symbols[row]!.state === "listed" ? style.good(cell) : style.warn(cell);
  const meant = symbols.flatMap(({ symbol, near }) =>
    near.length === 0 ? [] : [oneLine(`${symbol}: ${nearWords(near)}`)]
  );
  return [...layOut(columns, rows, { width, paint }), ...(meant.length === 0 ? [] : ["", ...meant]), ""].join("\n");
}

/** `perhaps MSFT (Microsoft Corporation)`. */
export function nearWords(near: KnownSymbol["near"]): string {
  return `perhaps ${near.map(({ symbol, name }) => name === null ? symbol : `${symbol} (${name})`).join(" or ")}`;
}

export function renderMatches(matches: readonly Match[], { width = 100 }: Look): string {
  if (matches.length === 0) return "The vendor knows no such symbol\n";
  const rows = matches.map(({ symbol, name, type, region, currency, score }) => [
    symbol,
    name,
    type,
    region,
    currency,
    score,
  ]);
  const columns = [
    { heading: "symbol" },
    { heading: "name", flexible: true },
    { heading: "type" },
    { heading: "region" },
    { heading: "currency" },
    { heading: "score", align: "right" },
  ] as const;
  return `${layOut(columns, rows, { width }).join("\n")}\n`;
}
