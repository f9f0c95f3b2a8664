/** Is the list of symbols the one the vendor last sent, and is a ticker that was used again told from its past? */
import assert from "node:assert/strict";
import type { Database } from "../../src/postgres/connect.ts";
import { listingsOf, symbolsLike, unlistedAmong } from "../../src/postgres/listings.ts";
import { Implausible } from "../../src/postgres/reference.ts";
import type { Holder } from "../../src/postgres/runs.ts";
import { storeReference } from "../../src/postgres/store_reference.ts";
import type { Listing } from "../../src/reference.ts";
import { withDatabases } from "../support/database.ts";
import { NOW, placesOf, startRun } from "../support/stored.ts";

function listing(symbol: string, change: Partial<Listing> = {}): Listing {
  return {
    symbol,
    name: `${symbol} Inc`,
    exchange: "NYSE",
    assetType: "Stock",
    ipoDate: "2000-01-03",
    delistingDate: null,
    ...change,
  };
}

let told = 0;
function storeList(
  db: Database,
  run: Holder,
  listings: readonly Listing[],
  { delisted = false } = {},
): Promise<string> {
  const form = delisted ? "LISTING_STATUS delisted" as const : "LISTING_STATUS active" as const;
  const document = { listings, refused: null, source: `list ${told += 1}`, requestId: null, receivedAt: NOW };
  return storeReference(db, { ...run, request: { form, symbol: null }, document });
}

withDatabases("only what differs is written; each kind of list leaves the other alone", async (db) => {
  const run = await startRun(db);
  const first = ["A", "B", "C", "SHLD"].map((symbol) => listing(symbol));
  assert.equal(await storeList(db, run, first), "4 symbols, 4 changed");
  const past = listing("SHLD", { name: "Sears", delistingDate: "2018-10-24" });
  await storeList(db, run, [past, listing("OLD", { delistingDate: "2020-05-01" })], { delisted: true });
  const before = await placesOf(db, "listing");
  assert.equal(await storeList(db, run, first), "4 symbols, 0 changed");
  assert.deepEqual(await placesOf(db, "listing"), before);
  const second = [listing("A", { name: null }), listing("C"), listing("D"), listing("SHLD", { ipoDate: "2023-09-13" })];
  assert.equal(await storeList(db, run, second), "4 symbols, 4 changed");
  assert.deepEqual(await listingsOf(db, ["SHLD", "OLD", "B", "A"]), [
    { ...listing("A", { name: null }), state: "listed" },
    { ...listing("OLD", { delistingDate: "2020-05-01" }), state: "delisted" },
    { ...listing("SHLD", { ipoDate: "2023-09-13" }), state: "listed" },
  ]);
});

withDatabases("a ticker delisted twice was last delisted then", async (db) => {
  const run = await startRun(db);
  const twice = [
    listing("X", { delistingDate: "2009-01-02" }),
    listing("X", { delistingDate: "2019-01-02", name: "New X" }),
  ];
  await storeList(db, run, twice, { delisted: true });
  const [found] = await listingsOf(db, ["X"]);
  assert.deepEqual([found!.delistingDate, found!.name], ["2019-01-02", "New X"]);
});

withDatabases("a list cut short or empty is not believed, and nothing of it is kept", async (db) => {
  const run = await startRun(db);
  const whole = Array.from({ length: 5_001 }, (_, index) => listing(`S${index}`));
  assert.equal(await storeList(db, run, whole), "5001 symbols, 5001 changed");
  await assert.rejects(storeList(db, run, whole.slice(0, 2_500)), Implausible);
  await assert.rejects(storeList(db, run, []), { name: "Implausible", message: "it lists no symbol" });
  await assert.rejects(storeList(db, run, [], { delisted: true }), /^Implausible: it lists no symbol$/);
  const { rows: [{ count }] } = await db.pool.query("select count(*) from reference_answer");
  assert.equal(count, 1);
  assert.equal(await storeList(db, run, whole.slice(0, 2_501)), "2501 symbols, 2500 changed");
});

withDatabases("who is not listed is told only when there is a list; what is nearly spelt so is found", async (db) => {
  const run = await startRun(db);
  assert.deepEqual(await unlistedAmong(db, ["MSTF", "IBM"]), []);
  await storeList(
    db,
    run,
    ["IBM", "MSFT", "MSTR", "MST", "MSTFX", "BRK-B", "F_X", "M"].map((symbol) => listing(symbol)),
  );
  assert.deepEqual(await unlistedAmong(db, ["MSTF", "IBM", "ZZ"]), ["MSTF", "ZZ"]);
  const near = async (symbol: string) => (await symbolsLike(db, { symbol, limit: 9 })).map((one) => one.symbol);
  assert.deepEqual(await near("MSTF"), ["MSFT", "MSTR", "MST", "MSTFX"]);
  assert.deepEqual(await near("BRKB"), ["BRK-B"]);
  assert.deepEqual(await near("F%X"), ["F_X"], "no sign of the pattern's language gets through");
  assert.deepEqual(await near("QQQQQ"), []);
});
