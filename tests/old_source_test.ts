/** Do a table and a file give the same rows, and is what is neither refused? */
import assert from "node:assert/strict";
import { fileSource, type OldSource, tableSource } from "../src/old_source.ts";
import { Refused } from "../src/refused.ts";
import { withDatabases } from "./support/database.ts";

const refused = (message: RegExp) => (error: unknown) =>
  error instanceof Refused && error.reason === "invalid" && message.test(error.message);

withDatabases("a table and its CSV are one source", async (db) => {
  await db.pool.query("create table old (symbol text, ts date, close numeric)");
  await db.pool.query(
    "insert into old values ('IBM', '2026-03-02', 1.50), ('MSFT', '2026-03-02', 2), (null, null, null)",
  );
  const table = await tableSource(db, "old");
  const file = fileSource("old.csv", "symbol,ts,close\nIBM,2026-03-02,1.50\nMSFT,2026-03-02,2\n,,\n");
  const facts = async (source: OldSource) => ({
    names: source.names,
    symbols: (await source.symbols("symbol")).toSorted((a, b) => String(a.symbol).localeCompare(String(b.symbol))),
    all: await source.rows(["symbol", "ts", "close"], null),
    one: await source.rows(["symbol", "ts", "close"], { column: "symbol", is: "MSFT" }),
  });
  const found = await facts(table);
  assert.deepEqual(await facts(file), found);
  assert.deepEqual(found.one, [{ symbol: "MSFT", ts: "2026-03-02", close: "2" }]);
  assert.equal(found.all.length, 3);
  assert.match(table.describe, /^table public\.old of /);
  assert.equal(file.describe, 'file "old.csv"');
});

withDatabases("no such table, our own, no CSV", async (db) => {
  await assert.rejects(
    tableSource(db, "nowhere"),
    refused(/^Cannot import table "nowhere" of .*: there is no table or view/),
  );
  await assert.rejects(tableSource(db, "stock_data"), refused(/it is the table of this program; copy a database with/));
  assert.throws(() => fileSource("x.csv", "a,b\n1"), refused(/^Cannot import file "x\.csv": line 2 has 1 fields/));
});
