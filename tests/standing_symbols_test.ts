/** Is a symbol called strange only when there is a list that could know it? */
import assert from "node:assert/strict";
import type { Listing } from "../src/reference.ts";
import { symbolState } from "../src/standing_symbols.ts";

const listing = (delistingDate: string | null): Listing => ({
  symbol: "A",
  name: null,
  exchange: null,
  assetType: null,
  ipoDate: null,
  delistingDate,
});

Deno.test("what the list says, and what no list says", () => {
  assert.equal(symbolState("A", { listing: listing(null), haveList: true }), "listed");
  assert.equal(symbolState("A", { listing: listing("2024-05-01"), haveList: true }), "delisted");
  assert.equal(symbolState("A", { listing: null, haveList: true }), "unknown");
  assert.equal(symbolState("A", { listing: null, haveList: false }), "not known yet");
  assert.equal(symbolState("TSCO.LON", { listing: null, haveList: true }), "elsewhere");
});
