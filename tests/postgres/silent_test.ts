/** Does a process that stops in the middle of a COPY keep its run for ever? A real server that waits for real bytes. */
import assert from "node:assert/strict";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Database } from "../../src/postgres/connect.ts";
import { claimRun, fence } from "../../src/postgres/runs.ts";
import { endSilent } from "../../src/postgres/silent.ts";
import { serverDatabase } from "../support/database.ts";
import { NOW } from "../support/stored.ts";

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
