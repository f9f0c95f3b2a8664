/**
 * The lines of docs/deploy.md by which a database is backed up and restored, played as they stand there, on a server of
 * our own: does the program own what was restored? What asks systemd or Docker is answered by a stand-in.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import pg from "pg";
import { openDatabase } from "../../src/postgres/connect.ts";
import { migrate } from "../../src/postgres/migrate.ts";
import { blocksOf, hasTools, play, read } from "../support/documented.ts";
import { startServer } from "../support/server.ts";
import { bar, nextRun, startRun, store, stored } from "../support/stored.ts";

const STAND_INS = `
  systemctl() { echo "systemctl $*"; }
  docker() {
    [ "$1" = compose ] || return 1
    case "$2" in
      stop | start) echo "docker $*" ;;
      exec) shift 2; [ "$1" != -T ] || shift; [ "$1" = postgres ] || return 1; shift; "$@" ;;
      *) return 1 ;;
    esac
  }
`;

/** Opens it as the program does, looks whether every bar is there, and goes on. */
async function goOn(url: string, expected: readonly string[]): Promise<void> {
  const db = await openDatabase({ kind: "server", url, poolSize: 2 }, { onError: () => {} });
  try {
    assert.deepEqual((await migrate(db)).applied, []);
    assert.deepEqual(await stored(db, "daily"), expected);
    const { rows: [last] } = await db.pool.query("select id from run order by id desc limit 1");
    const run = await nextRun(db, { runId: last.id, owner: "test", leaseMs: 60_000 });
    await store(db, run, { series: DAILY, bars: [bar("2026-02-25", "3")] });
    assert.equal((await stored(db, "daily")).length, expected.length + 1);
    const { rows } = await db.pool.query(
      "select distinct tableowner from pg_tables where schemaname = 'public' and tableowner <> current_user",
    );
    assert.deepEqual(rows, [], "owned by somebody else");
  } finally {
    await db.close();
  }
}

const DAILY = { symbol: "IBM", interval: "daily" } as const;

async function fill(url: string): Promise<string[]> {
  const db = await openDatabase({ kind: "server", url, poolSize: 2 }, { onError: () => {} });
  try {
    await migrate(db);
    const run = await startRun(db);
    await store(db, run, { series: DAILY, bars: [bar("2026-02-23", "1"), bar("2026-02-24", "2")] });
    return await stored(db, "daily");
  } finally {
    await db.close();
  }
}

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  await using client = Object.assign(new pg.Client({ connectionString: url }), {
    [Symbol.asyncDispose]: () => client.end(),
  });
  await client.connect();
  const result: unknown = await client.query(sql);
  return Array.isArray(result) ? [] : (result as pg.QueryResult).rows;
}

const options = { ignore: !await hasTools() };

Deno.test("backup and restore on a server, with a role of the program's and a password for each", options, async () => {
  const [backup, restore] = await blocksOf("deploy.md", "Backup and restore");
  await using server = await startServer({ own: true });
  const { port } = new URL(server.url);
  const url = (role: string, name: string) => `postgres://${role}:${role}-password@127.0.0.1:${port}/${name}`;
  await ask(
    server.url,
    `alter role postgres password 'postgres-password'; create role stocks login password 'stocks-password';
     create role stocks_reader login password 'stocks_reader-password'`,
  );
  await ask(server.url, "create database stocks owner stocks");
  const [{ hba }] = await ask(server.url, "select current_setting('hba_file') as hba") as [{ hba: string }];
  await Deno.writeTextFile(hba, "host all all 127.0.0.1/32 scram-sha-256\n");
  await ask(server.url, "select pg_reload_conf()");

  const expected = await fill(url("stocks", "stocks"));
  const [, rights] = /For those\nwho only read:\n\n((?: {4}.+\n)+)/.exec(await read("security.md"))!;
  await ask(url("stocks", "stocks"), rights!);
  const folder = await Deno.makeTempDir({ prefix: "stocks-etl-restore-" });
  try {
    const passwords = ["stocks", "postgres"].map((role) => `*:*:*:${role}:${role}-password\n`).join("");
    await Deno.writeTextFile(join(folder, ".pgpass"), passwords, { mode: 0o600 });
    const here = {
      folder,
      env: { PATH: `${server.binDir}:/usr/bin:/bin`, HOME: folder, PGHOST: "127.0.0.1", PGPORT: port },
    };
    assert.match(backup!, /^export PGHOST=\S+$/m);
    await play(backup!.replace(/^export PGHOST=.*$/m, ""), STAND_INS, here);
    assert.equal(await play(restore!, STAND_INS, here), "systemctl stop stocks-etl\nsystemctl start stocks-etl\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  await goOn(url("stocks", "stocks_restored"), expected);
  const reader = url("stocks_reader", "stocks_restored");
  assert.equal((await ask(reader, "select from stock_data")).length, expected.length + 1);
  await assert.rejects(ask(reader, "select from session"), /permission denied/);
});

Deno.test(
  "backup and restore in the database's container, whatever .env calls database and user",
  options,
  async () => {
    const [, backup, restore] = await blocksOf("deploy.md", "Docker");
    await using server = await startServer({ own: true });
    const { port } = new URL(server.url);
    await ask(server.url, `create role "Old User" superuser login`);
    await ask(server.url, `create database "old Stocks" owner "Old User"`);
    const url = `postgres://Old%20User@127.0.0.1:${port}/old%20Stocks`;
    const expected = await fill(url);
    const folder = await Deno.makeTempDir({ prefix: "stocks-etl-restore-" });
    try {
      const inside = { POSTGRES_USER: "Old User", POSTGRES_DB: "old Stocks", PGHOST: "127.0.0.1", PGPORT: port };
      const here = { folder, env: { PATH: `${server.binDir}:/usr/bin:/bin`, HOME: folder, ...inside } };
      const counted = backup!.replace(/^(.* psql|.*'psql).*$/m, `echo 'select count(*) from stock_data' | $&`);
      assert.match(await play(counted, STAND_INS, here), new RegExp(`^ +${expected.length}$`, "m"));
      await ask(url, "delete from stock_data");
      const told = await play(restore!, STAND_INS, here);
      assert.match(told, /^docker compose stop stocks-etl\n.*docker compose start stocks-etl\n$/s);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    await goOn(url, expected);
    assert.deepEqual(await ask(url.replace("old%20Stocks", "before_restore"), "select from stock_data"), []);
  },
);

Deno.test("no line of the documents for operators hands a password to a program by its arguments", async () => {
  for (const path of ["deploy.md", "migrating.md", "operations.md", "scaling.md"]) {
    for (const [line] of (await read(path)).matchAll(/^ {4}.*\b(?:pg_dump|pg_restore|psql|kubectl)\b.*$/gm)) {
      assert.doesNotMatch(line, /\$\w*URL|:\/\/|PASSWORD=|--from-literal/, line);
    }
  }
});
