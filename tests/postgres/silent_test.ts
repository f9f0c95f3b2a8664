/** Does a process that stops in the middle of a COPY keep its run for ever? A real server that waits for real bytes. */
import assert from "node:assert/strict";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Database } from "../../src/postgres/connect.ts";
import { claimRun, fence } from "../../src/postgres/runs.ts";
import { endSilent } from "../../src/postgres/silent.ts";
import { serverDatabase } from "../support/database.ts";
import { NOW } from "../support/stored.ts";

/** As in the file under test: part of what several versions of the program agree on. */
const RUN_LOCK = 0x73746f63;

const claim = (db: Database, owner: string, leaseMs: number) =>
  claimRun(db, { owner, trigger: "manual", tickId: null, leaseMs, now: NOW, exclusive: false });

/** A process in the middle of storing for a run: it has begun a COPY and sends nothing more. */
async function silentStore(url: string, runId: number) {
  const client = new pg.Client({ connectionString: url });
  const { promise: lost, resolve } = Promise.withResolvers<Error>();
  client.on("error", resolve);
  await client.connect();
  await client.query("set statement_timeout = 500; begin");
  await fence(client as unknown as pg.PoolClient, { runId, owner: "stopped", leaseMs: 1 });
  const stream = client.query(copyFrom("copy stock_data from stdin"));
  stream.on("error", resolve);
  stream.write("IBM");
  return { lost, [Symbol.asyncDispose]: () => client.end().catch(() => {}) };
}

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    assert.ok(performance.now() < deadline, "it has not come to pass within 20 s");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

Deno.test("a run whose process stopped in the middle of a COPY is taken over, its transaction is ended (server)", async () => {
  await using at = await serverDatabase({ poolSize: 3 });
  const dead = await claim(at.db, "stopped", 1);
  assert.ok("runId" in dead);
  await using store = await silentStore(at.url, dead.runId);
  const first = await claim(at.db, "heir", 60_000);
  assert.ok("busy" in first, "it may be writing this moment");
  const taken = await until(async () => {
    const result = await claim(at.db, "heir", 60_000);
    return "runId" in result ? result : null;
  });
  assert.deepEqual(taken.abandoned, [{ runId: dead.runId, owner: "stopped" }]);
  assert.match(String(await store.lost), /terminat/i);
  assert.equal((await at.db.pool.query("select from stock_data")).rowCount, 0);
});

Deno.test("within its lease nobody ends a transaction, however long it is silent (server)", async () => {
  await using at = await serverDatabase({ poolSize: 3 });
  const live = await claim(at.db, "stopped", 600_000);
  assert.ok("runId" in live);
  await using _store = await silentStore(at.url, live.runId);
  await until(async () => {
    const { rows: [found] } = await at.db.pool.query(
      `select query_start < clock_timestamp() - interval '2500 ms' as old from pg_stat_activity
       where wait_event = 'ClientRead' and query like 'copy stock_data%'`,
    );
    return found?.old === true ? true : null;
  });
  assert.equal(await endSilent(at.db, live.runId), false);
  assert.ok("busy" in await claim(at.db, "heir", 60_000));
});

/** What a bystander does before it, too, falls silent in the middle of a COPY. */
async function bystander(url: string, first: string) {
  const client = new pg.Client({ connectionString: url });
  let lost = false;
  client.on("error", () => lost = true);
  await client.connect();
  await client.query(`begin; ${first}`);
  const stream = client.query(copyFrom("copy stock_data from stdin"));
  stream.on("error", () => lost = true);
  stream.write("IBM");
  return { first, isLost: () => lost, [Symbol.asyncDispose]: () => client.end().catch(() => {}) };
}

Deno.test("nobody else's transaction is ended, silent as it may be (server)", async () => {
  await using at = await serverDatabase({ poolSize: 3 });
  await using elsewhere = await serverDatabase();
  const dead = await claim(at.db, "stopped", 1);
  assert.ok("runId" in dead);
  const marked = (runId: number) => `select pg_advisory_xact_lock_shared(${RUN_LOCK}, ${runId})`;
  await using others = new AsyncDisposableStack();
  const bystanders = [];
  for (
    const [url, first] of [
      [at.url, "select 1"],
      [at.url, marked(dead.runId + 1)],
      [at.url, `select pg_advisory_xact_lock_shared(${RUN_LOCK + 1}, ${dead.runId})`],
      [at.url, `select pg_advisory_xact_lock_shared((${RUN_LOCK}::bigint << 32) + ${dead.runId})`],
      [at.url, "lock table revision in share mode"],
      [elsewhere.url, marked(dead.runId)],
    ] as const
  ) bystanders.push(others.use(await bystander(url, first)));
  await using store = await silentStore(at.url, dead.runId);
  await until(async () => {
    const { rows: [found] } = await at.db.pool.query(
      `select count(*) = $1 as all_silent from pg_stat_activity where wait_event = 'ClientRead'
         and query like 'copy stock_data%' and datname in (current_database(), $2)
         and query_start < clock_timestamp() - interval '2500 ms'`,
      [bystanders.length + 1, new URL(elsewhere.url).pathname.slice(1)],
    );
    return found.all_silent ? true : null;
  });
  assert.equal(await endSilent(at.db, dead.runId), true);
  assert.match(String(await store.lost), /terminat/i);
  assert.equal(await endSilent(at.db, dead.runId), false, "it is gone, and there is no other");
  const { rows: [left] } = await at.db.pool.query(
    `select count(*) as n from pg_stat_activity where query like 'copy stock_data%' and wait_event = 'ClientRead'
       and datname in (current_database(), $1)`,
    [new URL(elsewhere.url).pathname.slice(1)],
  );
  assert.equal(left.n, bystanders.length);
  assert.deepEqual(bystanders.filter((one) => one.isLost()).map(({ first }) => first), []);
});

Deno.test("any other trouble is told", async () => {
  await using at = await serverDatabase();
  await at.db.pool.query("alter table run rename to gone");
  await assert.rejects(endSilent(at.db, 1), { code: "42P01" });
});

Deno.test("transactions of a role that may not be ended are left, without an error (server)", async () => {
  await using at = await serverDatabase({ poolSize: 3 });
  const dead = await claim(at.db, "stopped", 1);
  assert.ok("runId" in dead);
  await using _store = await silentStore(at.url, dead.runId);
  await until(async () => {
    const { rows: [found] } = await at.db.pool.query(
      "select from pg_stat_activity where wait_event = 'ClientRead' and query_start < clock_timestamp() - interval '2500 ms'",
    );
    return found ?? null;
  });
  const role = `weak_${crypto.randomUUID().slice(0, 8)}`;
  await at.db.pool.query(`create role ${role}; grant pg_read_all_stats to ${role}; grant select on run to ${role}`);
  const client = await at.db.pool.connect();
  try {
    await client.query(`set role ${role}`);
    const weak = { ...at.db, pool: { query: client.query.bind(client) } } as unknown as Database;
    assert.equal(await endSilent(weak, dead.runId), false);
  } finally {
    await client.query("reset role");
    client.release();
    await at.db.pool.query(`revoke all on run from ${role}; drop role ${role}`);
  }
});
