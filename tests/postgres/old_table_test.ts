/** Is another program's table read exactly, whatever its types, its name and the session's zone? */
import assert from "node:assert/strict";
import { oldRows, oldSymbols, oldTable } from "../../src/postgres/old_table.ts";
import { withDatabases } from "../support/database.ts";

withDatabases("every type as the text it stands for, a stamp with its zone or without", async (db) => {
  await db.pool.query(`create table "Old ""one""" ("At" timestamptz, naive timestamp, day date, price float8, wide real,
    exact numeric(10, 4), amount bigint, raw jsonb, "Symbol" varchar(20))`);
  await db.pool.query(`insert into "Old ""one""" values ('2025-11-06 19:30+00', '2025-11-06 19:30:00.5', '2025-11-06',
    0.1::float8 + 0.2::float8, 101.1, 101.1, 9007199254740993, '{"1. open": "7.10"}', 'IBM'), (null, null, null, 1e21, 'NaN',
    null, null, null, null)`);
  const table = await oldTable(db, '"Old ""one"""');
  assert.ok(table !== null && !table.own);
  assert.equal(table.name, 'public."Old ""one"""');
  const columns = table.columns.map(({ name }) => name);
  const [first, second] = await oldRows(db, { table, columns, symbol: null, limit: 5 });
  assert.deepEqual(first, {
    At: "2025-11-06 19:30:00.000000Z",
    naive: "2025-11-06 19:30:00.500000",
    day: "2025-11-06",
    price: "0.30000000000000004",
    wide: "101.1",
    exact: "101.1000",
    amount: "9007199254740993",
    raw: '{"1. open": "7.10"}',
    Symbol: "IBM",
  });
  assert.deepEqual([second!.At, second!.price, second!.wide, second!.raw], [null, "1e+21", "NaN", null]);
  assert.deepEqual(await oldSymbols(db, { table, column: "Symbol" }), [{ symbol: "IBM", rows: 1 }, {
    symbol: null,
    rows: 1,
  }]);
  const only = await oldRows(db, { table, columns: ["day"], symbol: { column: "Symbol", is: "IBM" }, limit: 5 });
  assert.deepEqual(only, [{ day: "2025-11-06" }]);
  assert.equal((await oldRows(db, { table, columns: ["day"], symbol: null, limit: 1 })).length, 1);
});

withDatabases("a view counts, an index and a word that is no name do not; our own table is known", async (db) => {
  await db.pool.query(
    "create schema other; create table other.bars (ts date); create view seen as select * from other.bars",
  );
  assert.equal((await oldTable(db, "other.bars"))?.name, "other.bars");
  assert.equal((await oldTable(db, "seen"))?.name, "public.seen");
  for (const name of ["nowhere", "stock_data_pkey", "nowhere.bars", "no such", '"half', "a.b.c", "a.b.c.d", "", "1"]) {
    assert.equal(await oldTable(db, name), null, name);
  }
  assert.equal((await oldTable(db, "stock_data"))?.own, true);
  assert.equal((await oldTable(db, "public.run"))?.own, false);
});
