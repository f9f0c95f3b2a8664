/** Does the table say of each symbol what is known, and of a strange one what may be meant? */
import assert from "node:assert/strict";
import type { KnownSymbol } from "../../src/standing_symbols.ts";
import { renderMatches, renderSymbols } from "../../src/terminal/symbol_tables.ts";

const LOOK = { colour: false, width: 100 };

Deno.test("listed, delisted and unknown symbols", () => {
  const about = { name: "Sears Holdings", exchange: "NASDAQ", assetType: "Stock", ipoDate: "2003-05-01" };
  const known: KnownSymbol[] = [
    {
      symbol: "OLD",
      state: "delisted",
      listing: { symbol: "OLD", ...about, delistingDate: "2018-10-24" },
      splits: 0,
      dividends: 3,
      near: [],
    },
    {
      symbol: "MSTF",
      state: "unknown",
      listing: null,
      splits: null,
      dividends: null,
      near: [{ symbol: "MSFT", name: "Microsoft" }, { symbol: "MST", name: null }],
    },
  ];
  assert.equal(
    renderSymbols(known, LOOK),
    [
      "symbol  state                name            exchange  since       splits  dividends",
      "OLD     delisted 2018-10-24  Sears Holdings  NASDAQ    2003-05-01       0          3",
      "MSTF    unknown                                                         -          -",
      "",
      "MSTF: perhaps MSFT (Microsoft) or MST",
      "",
    ].join("\n"),
  );
});

Deno.test("what a search found, or that it found nothing", () => {
  const match = {
    symbol: "TSCO.LON",
    name: "Tesco\x1b[31m PLC",
    type: "Equity",
    region: "United Kingdom",
    currency: "GBX",
    score: "0.7273",
  };
  const text = renderMatches([match], LOOK);
  assert.match(text, /^TSCO\.LON {2}Tesco \[31m PLC {2}Equity {2}United Kingdom {2}GBX {7}0\.7273$/m);
  assert.equal(renderMatches([], LOOK), "The vendor knows no such symbol\n");
});
