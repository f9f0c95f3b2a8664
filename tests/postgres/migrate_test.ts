import assert from "node:assert/strict";
import { migrate, MIGRATIONS, schemaVersion } from "../../src/postgres/migrate.ts";
import { withDatabases } from "../support/database.ts";
import { dumpSchema } from "../support/schema.ts";
import type { Database } from "../../src/postgres/connect.ts";

const GOLDEN = new URL("../../sql/schema.sql", import.meta.url);

/** As on the day before the first start. */
async function empty(db: Database): Promise<void> {
  await db.pool.query("drop schema public cascade; create schema public");
}

const STEPS = [
  { name: "0001_one", sql: "create table one (n int); insert into one values (1)" },
  { name: "0002_two", sql: "create table two (n int)" },
  { name: "0003_three", sql: "update one set n = n + 1" },
];

withDatabases("an empty database gets every step once, the next start finds nothing to do", async (db) => {
  await empty(db);
  assert.equal(await schemaVersion(db), 0);
  assert.deepEqual(await migrate(db, { migrations: STEPS.slice(0, 2) }), {
    applied: ["0001_one", "0002_two"],
    version: 2,
  });
  assert.deepEqual(await migrate(db, { migrations: STEPS }), { applied: ["0003_three"], version: 3 });
  assert.deepEqual(await migrate(db, { migrations: STEPS }), { applied: [], version: 3 });
  assert.equal(await schemaVersion(db), 3);
  assert.deepEqual((await db.pool.query("select n from one")).rows, [{ n: 2 }]);
});

withDatabases("eight processes start at once: each step is applied once", async (db) => {
  await empty(db);
  const results = await Promise.all(Array.from({ length: 8 }, () => migrate(db, { migrations: STEPS })));
  assert.deepEqual(results.flatMap(({ applied }) => applied).sort(), ["0001_one", "0002_two", "0003_three"]);
  assert.ok(results.every(({ version }) => version === 3));
  assert.deepEqual((await db.pool.query("select n from one")).rows, [{ n: 2 }]);
});

withDatabases("a step that fails leaves nothing of itself, the earlier ones stay, a mended one goes on", async (db) => {
  await empty(db);
  const broken = { name: "0002_two", sql: "create table two (n int); select 1 / 0" };
  await assert.rejects(migrate(db, { migrations: [STEPS[0]!, broken] }), {
    message: 'Cannot apply migration "0002_two": division by zero',
    code: "22012",
  });
  assert.equal(await schemaVersion(db), 1);
  assert.deepEqual(await migrate(db, { migrations: STEPS }), { applied: ["0002_two", "0003_three"], version: 3 });
});

withDatabases("a newer database is refused and left alone", async (db) => {
  await empty(db);
  await migrate(db, { migrations: STEPS });
  await assert.rejects(migrate(db, { migrations: STEPS.slice(0, 1) }), {
    message:
      "Cannot use the database: it is at version 3, this program knows 1; use the newer program, or another database",
  });
  assert.equal(await schemaVersion(db), 3);
});

withDatabases("a migration edited or renamed after it was applied is refused", async (db) => {
  await empty(db);
  await migrate(db, { migrations: STEPS.slice(0, 1) });
  for (const edited of [{ ...STEPS[0]!, sql: "create table one (m int)" }, { ...STEPS[0]!, name: "0001_uno" }]) {
    await assert.rejects(migrate(db, { migrations: [edited, STEPS[1]!] }), {
      message:
        `Cannot use the database: its migration 1 "0001_one" is not the one this program has as "${edited.name}"; ` +
        "a migration never changes once it has been applied",
    });
  }
  assert.equal(await schemaVersion(db), 1);
  const otherLineEnds = { ...STEPS[0]!, sql: "create table x (n int)\n;\n" };
  await empty(db);
  await migrate(db, { migrations: [otherLineEnds] });
  const crlf = { ...otherLineEnds, sql: otherLineEnds.sql.replaceAll("\n", "\r\n") };
  assert.deepEqual(await migrate(db, { migrations: [crlf] }), { applied: [], version: 1 });
});

withDatabases("somebody else's stock_data is not touched, and the error says what to do", async (db) => {
  await empty(db);
  await db.pool.query("create table stock_data (symbol text); insert into stock_data values ('IBM')");
  await assert.rejects(migrate(db), (error: Error) => {
    assert.match(error.message, /^Cannot apply migration "0001_initial": relation "stock_data" already exists/);
    assert.match(error.message, /rename it/);
    return true;
  });
  assert.equal(await schemaVersion(db), 0);
  assert.deepEqual((await db.pool.query("select * from stock_data")).rows, [{ symbol: "IBM" }]);
});

/** After a new migration: `UPDATE_SCHEMA=1 deno task test tests/postgres/migrate_test.ts` writes the file anew. */
withDatabases("sql/schema.sql is what the migrations make", async (db) => {
  assert.equal(await schemaVersion(db), MIGRATIONS.length);
  const dump = await dumpSchema(db);
  if (Deno.env.get("UPDATE_SCHEMA") === "1" && db.engine === "server") await Deno.writeTextFile(GOLDEN, dump);
  assert.equal(dump, await Deno.readTextFile(GOLDEN));
});
