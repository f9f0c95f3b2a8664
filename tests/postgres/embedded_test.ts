import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { type Database, openDatabase } from "../../src/postgres/connect.ts";
import { transaction } from "../../src/postgres/transaction.ts";
import { migrate, MIGRATIONS } from "../../src/postgres/migrate.ts";
import { embeddedDir } from "../support/database.ts";

const open = (dataDir: string): Promise<Database> => openDatabase({ kind: "embedded", dataDir }, { onError: () => {} });
const HOLDER = fileURLToPath(new URL("../support/holder.ts", import.meta.url));

Deno.test("one process at a time; a killed one leaves every committed row and no lock", async () => {
  await using dir = await embeddedDir({ migrated: false });
  const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", HOLDER, dir.path], stdout: "piped" }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let committed = 0;
  while (committed < 50) {
    const { value, done } = await lines.read();
    assert.ok(!done, "the holder ended by itself");
    committed = Number(value.trim().split("\n").at(-1));
  }
  await assert.rejects(open(dir.path), {
    message: `Cannot open the embedded database in "${dir.path}": another process holds it (pid ${child.pid}); ` +
      "stop it, look at the page it serves, or use a server (DATABASE_URL) to work from two processes",
  });
  child.kill("SIGKILL");
  await child.status;
  await lines.cancel();

  const db = await open(dir.path);
  try {
    const { rows: [{ n, last }] } = await db.pool.query("select count(*) as n, max(n) as last from written");
    assert.ok(n >= committed && n === last, `${n} rows up to ${last}, ${committed} were reported`);
  } finally {
    await db.close();
  }
});

Deno.test("closed and opened again, it holds what was stored, in UTC", async () => {
  await using dir = await embeddedDir();
  for (const expected of [0, 1]) {
    const db = await open(`${dir.path}/`);
    assert.deepEqual(await migrate(db), { applied: [], version: MIGRATIONS.length });
    const { rowCount } = await db.pool.query("select from entitlement");
    assert.equal(rowCount, expected);
    await db.pool.query("insert into entitlement values ($1, 'f', true, now(), null)", [`${expected}`]);
    const { rows } = await db.pool.query("select current_setting('timezone') as zone");
    assert.deepEqual(rows, [{ zone: "UTC" }]);
    assert.equal(db.describe, `embedded, in "${dir.path}"`);
    await db.close();
    await db.close();
  }
});

Deno.test("what a killed first start left half made is made anew", async () => {
  await using dir = await embeddedDir({ migrated: false });
  await Deno.mkdir(`${dir.path}.unfinished/base`, { recursive: true });
  await Deno.writeTextFile(`${dir.path}.unfinished/PG_VERSION`, "18\n");
  const db = await open(dir.path);
  assert.deepEqual((await db.pool.query("select 1 as one")).rows, [{ one: 1 }]);
  await db.close();
  await assert.rejects(Deno.stat(`${dir.path}.unfinished`), Deno.errors.NotFound);
});

Deno.test("a directory that is not ours, of another version, damaged or unwritable is refused and left alone", async () => {
  await using foreign = await embeddedDir({ migrated: false });
  await Deno.mkdir(foreign.path);
  await Deno.writeTextFile(`${foreign.path}/thesis.doc`, "years of work");
  await assert.rejects(open(foreign.path), /the directory is not empty and holds no database \(found "thesis.doc"\)/);
  assert.equal(await Deno.readTextFile(`${foreign.path}/thesis.doc`), "years of work");

  await Deno.writeTextFile(`${foreign.path}/PG_VERSION`, "17\n");
  await assert.rejects(open(foreign.path), /it was made by PostgreSQL 17, this program embeds 18/);

  await using damaged = await embeddedDir();
  await Deno.writeTextFile(`${damaged.path}/global/pg_control`, "rust");
  await assert.rejects(open(damaged.path), /its files could not be written or are damaged; check the free space/);
  // Refused for the damage, not for a lock the failed try has left.
  await assert.rejects(open(damaged.path), /its files could not be written or are damaged/);

  await using parent = await embeddedDir({ migrated: false });
  await Deno.writeTextFile(parent.path, "a file");
  await assert.rejects(open(`${parent.path}/database`), /cannot be written; make its directory writable, set DATA_DIR/);
});

Deno.test("an engine whose own files may not be read is one error, not the end of the process by a second one", async () => {
  await using dir = await embeddedDir({ migrated: false });
  const engineData = fileURLToPath(new URL("pglite.data", import.meta.resolve("@electric-sql/pglite")));
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `--deny-read=${engineData}`, HOLDER, dir.path],
    stdout: "null",
    env: { NO_COLOR: "1" },
  }).output();
  assert.match(
    new TextDecoder().decode(stderr),
    /Error: Cannot open the embedded database in ".*": Requires read access to/,
  );
});

Deno.test("a statement that fails does not disturb the next one, alone or among many", async () => {
  const db = await openDatabase({ kind: "embedded", dataDir: null }, { onError: () => {} });
  try {
    await db.pool.query("create table odd (n int primary key check (n % 2 = 1))");
    const insert = (n: number) => db.pool.query("insert into odd values ($1) returning n", [n]);
    for (let n = 1; n < 20; n += 2) {
      assert.deepEqual((await insert(n)).rows, [{ n }]);
      await assert.rejects(insert(n), { code: "23505" });
    }
    const many = await Promise.allSettled(Array.from({ length: 60 }, (_, n) => insert(100 + n)));
    many.forEach((answer, n) => {
      if (n % 2 === 0) assert.equal(answer.status === "rejected" && answer.reason.code, "23514");
      else assert.deepEqual(answer.status === "fulfilled" && answer.value.rows, [{ n: 100 + n }]);
    });
  } finally {
    await db.close();
  }
});

for (const inside of [false, true]) {
  const where = inside ? "in one transaction" : "each by itself";
  Deno.test(`a long chain of statements leaves the loop its turns: signals, leases and pages are not starved: ${where}`, async () => {
    const db = await openDatabase({ kind: "embedded", dataDir: null }, { onError: () => {} });
    let turns = 0;
    const loop = setInterval(() => turns++, 0);
    const chain = async (asked: Pick<pg.PoolClient, "query">) => {
      for (let n = 0; n < 100; n++) await asked.query("select sum(n) from generate_series(1, 40000) as n");
    };
    const begun = performance.now();
    try {
      await (inside ? transaction(db, chain) : chain(db.pool));
      const most = (performance.now() - begun) / 50;
      assert.ok(turns > 5, `${turns} turns of at most ${most}`);
    } finally {
      clearInterval(loop);
      await db.close();
    }
  });
}

Deno.test("the log of much work is given back by a checkpoint, but for what is used again", async () => {
  await using dir = await embeddedDir({ migrated: false });
  const db = await open(dir.path);
  try {
    const logged = async () => {
      const { rows } = await db.pool.query("select (sum(size) / 1048576)::int as mb from pg_ls_waldir()");
      return rows[0].mb;
    };
    await db.pool.query("create table much as select n, repeat('x', 200) as text from generate_series(1, 400000) as n");
    assert.ok(await logged() > 96, `${await logged()} MB are not enough to show it`);
    await db.pool.query("checkpoint");
    assert.ok(await logged() <= 64, `${await logged()} MB`);
  } finally {
    await db.close();
  }
});
