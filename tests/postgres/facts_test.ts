/** What does a database say of itself, and is a stranger's table told from ours? */
import assert from "node:assert/strict";
import { appliedMigrations, databaseSize, serverFacts } from "../../src/postgres/facts.ts";
import { MIGRATIONS } from "../../src/postgres/migrate.ts";
import { withDatabases } from "../support/database.ts";

withDatabases("version, clock and our own table", async (db) => {
  const before = Date.now();
  const { version, now, foreignTable } = await serverFacts(db);
  assert.match(version, /^\d+(\.\d+|beta\d+|rc\d+|devel)/);
  assert.ok(now >= before - 1_000 && now <= Date.now() + 1_000, `${now - before} ms off`);
  assert.equal(foreignTable, false);
});

withDatabases("a stock_data without our migrations is a stranger's; nothing there is nobody's", async (db) => {
  const tables = await db.pool.query("select tablename from pg_tables where schemaname = 'public'");
  await db.pool.query(`drop table ${tables.rows.map(({ tablename }) => tablename).join(", ")} cascade`);
  assert.equal((await serverFacts(db)).foreignTable, false);
  await db.pool.query("create table stock_data (symbol text)");
  assert.equal((await serverFacts(db)).foreignTable, true);
  await db.pool.query("create table schema_migration (id int)");
  assert.equal((await serverFacts(db)).foreignTable, false);
});

withDatabases("its size, and each step of the schema with its time", async (db) => {
  assert.ok(await databaseSize(db) > 1_000_000);
  const applied = await appliedMigrations(db);
  assert.deepEqual(
    applied.map(({ version, name }) => [version, name]),
    MIGRATIONS.map(({ name }, at) => [at + 1, name]),
  );
  for (const { appliedAt } of applied) {
    assert.ok(appliedAt > Date.parse("2020-01-01") && appliedAt <= Date.now() + 1_000);
  }
});
