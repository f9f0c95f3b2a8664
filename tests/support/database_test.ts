import assert from "node:assert/strict";
import pg from "pg";
import { embeddedDir, serverDatabase, withDatabases } from "./database.ts";
import { exists } from "./cache.ts";

for (const round of ["first", "second"]) {
  withDatabases(`each test has a migrated database of its own, ${round} round`, async ({ pool, engine }, context) => {
    assert.equal(engine, context.engine);
    assert.equal(context.url === null, engine === "embedded");
    const { rows } = await pool.query("select count(*)::int as n from schema_migration");
    assert.ok(rows[0].n > 0, "it is not migrated");
    // Fails in the second round if the first one's database were still there.
    await pool.query("create table only_here (n int)");
  });
}

Deno.test("a server database is dropped at the end, whoever is connected", async () => {
  const database = await serverDatabase();
  const url = new URL(database.url);
  const intruder = new pg.Client({ connectionString: database.url });
  const ended = new Promise((resolve) => intruder.on("error", resolve));
  await intruder.connect();
  await database.close();
  assert.match(String(await ended), /terminat/);

  const late = new pg.Client({ connectionString: url.href });
  await assert.rejects(late.connect(), { code: "3D000" });
});

Deno.test("an embedded data directory is removed at the end", async () => {
  const dir = await embeddedDir();
  assert.ok(await exists(`${dir.path}/PG_VERSION`));
  await dir[Symbol.asyncDispose]();
  assert.equal(await exists(dir.path), false);

  await using none = await embeddedDir({ migrated: false });
  assert.equal(await exists(none.path), false);
});
