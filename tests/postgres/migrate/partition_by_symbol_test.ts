/** sql/by_hand/partition_by_symbol.sql: the same tables, views and rights, the same program, in partitions. */
import assert from "node:assert/strict";
import type { Database } from "../../../src/postgres/connect.ts";
import { migrate } from "../../../src/postgres/migrate.ts";
import { withDatabases } from "../../support/database.ts";
import { dumpSchema } from "../../support/schema.ts";
import { bar, countsOf, placesOf, startRun, store, stored, tablesOf } from "../../support/stored.ts";

const SCRIPT = await Deno.readTextFile(new URL("../../../sql/by_hand/partition_by_symbol.sql", import.meta.url));

const DAYS = ["2026-02-23", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27"];
const SYMBOLS = ["AAPL", "GOOG", "IBM", "MSFT", "BRK-B", "TSCO.LON"];

withDatabases("partitioned by hand: the same rows, keys, views, comments and rights", async (db) => {
  await seed(db);
  await db.pool.query(
    `create role "quant of ${db.engine}"; grant select on stock_data, latest_bar to "quant of ${db.engine}" with grant option;
    create view "of a User" with (security_barrier = true) as select symbol, close as "Last" from latest_bar;
    comment on view "of a User" is 'it''s theirs'; create index of_a_user on stock_data (ts)`,
  );
  const before = await all(db);
  await partition(db);
  assert.deepEqual(await all(db), before);
  const { rows: [parts] } = await db.pool.query(
    "select count(*)::int as parts from pg_inherits where inhparent = 'stock_data'::regclass",
  );
  assert.equal(parts.parts, 16);
  await migrate(db);
});

withDatabases(
  "partitioned: known bars are not written, new and corrected ones are, a second week is refused",
  async (db) => {
    const run = await seed(db);
    await partition(db);
    const before = await placesOf(db, "stock_data");
    const again = await store(db, run, { series: daily("IBM"), bars: DAYS.map((day) => bar(day, "100")) });
    assert.deepEqual(await placesOf(db, "stock_data"), before);
    const told = await store(db, run, {
      series: daily("IBM"),
      bars: [bar("2026-02-27", "101"), bar("2026-03-02", "102")],
    });
    assert.deepEqual([countsOf(again), countsOf(told)], ["5 0 5 0 0", "6 1 5 0 0"]);
    assert.deepEqual((await stored(db, "daily")).slice(-2), ["2026-02-27 101", "2026-03-02 102"]);
    const moved = await store(db, run, {
      series: { symbol: "IBM", interval: "weekly" },
      bars: [bar("2026-02-27", "101")],
    });
    assert.equal(moved.status, "stored");
    assert.deepEqual(await stored(db, "weekly"), ["2026-02-27 101"]);
    await assert.rejects(
      db.pool.query(`insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
      values ('IBM', 'weekly', '2026-02-26Z', 1, 1, 1, 1, 1, true)`),
      { code: "23505" },
    );
  },
);

withDatabases("what cannot be made again is refused by name, and nothing changes", async (db) => {
  await seed(db);
  const refusals: [string, string, RegExp][] = [
    [
      "create materialized view theirs as select * from latest_bar",
      "drop materialized view theirs",
      /"theirs" is made/,
    ],
    ["alter table stock_data add foreign key (answer_id) references answer", "", /foreign key/],
    [
      "create function theirs() returns bigint language sql begin atomic select count(*) from latest_bar; end",
      "drop function theirs()",
      /function theirs\(\) depends on view latest_bar; drop it/,
    ],
    [
      "create function theirs(stock_data) returns numeric language sql return $1.close",
      "drop function theirs(stock_data)",
      /function theirs\(stock_data\) depends on table stock_data; drop it/,
    ],
    ["create statistics theirs on symbol, close from stock_data", "drop statistics theirs", /extended statistics/],
    ["create publication theirs for table stock_data", "drop publication theirs", /publication/],
    [
      "grant select (close) on latest_bar to public",
      "revoke select (close) on latest_bar from public",
      /rights on a column/,
    ],
    ["alter table stock_data set (fillfactor = 90)", "alter table stock_data reset (fillfactor)", /storage parameters/],
  ];
  for (const [add, remove, message] of refusals) {
    await db.pool.query(add);
    const before = await all(db);
    await assert.rejects(partition(db), message);
    assert.deepEqual(await all(db), before);
    await db.pool.query(remove || "alter table stock_data drop constraint stock_data_answer_id_fkey");
  }
  await partition(db);
  await assert.rejects(partition(db), /partitioned or distributed already/);
});

const daily = (symbol: string) => ({ symbol, interval: "daily" } as const);

async function seed(db: Database) {
  const run = await startRun(db);
  for (const symbol of SYMBOLS) {
    await store(db, run, { series: daily(symbol), bars: DAYS.map((day) => bar(day, "100")) });
    await store(db, run, { series: { symbol, interval: "weekly" }, bars: [bar("2026-02-26", "100")] });
  }
  return run;
}

/** As psql's --single-transaction does. */
async function partition(db: Database): Promise<void> {
  await db.pool.query(`begin; ${SCRIPT}; commit`).catch(async (error) => {
    await db.pool.query("rollback").catch(() => {});
    throw error;
  });
}

async function all(db: Database) {
  const { rows } = await db.pool.query(
    `select c.relname, c.relacl::text, c.reloptions::text, pg_get_userbyid(c.relowner) as owner,
       case c.relkind when 'v' then pg_get_viewdef(c.oid) end as text
     from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and not relispartition
     order by relname`,
  );
  const views = await db.pool.query("select * from latest_bar order by symbol, interval");
  // Of a partitioned table the server writes the schema and ONLY.
  return {
    rows,
    schema: (await dumpSchema(db)).replaceAll(/ ON (ONLY )?public\./g, " ON ").split("\n"),
    latest: views.rows,
    tables: await tablesOf(db),
  };
}
