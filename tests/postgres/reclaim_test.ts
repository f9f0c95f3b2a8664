/** Is the room of removed rows used again on the embedded engine, and a server left to itself? */
import assert from "node:assert/strict";
import type { Database } from "../../src/postgres/connect.ts";
import { reclaim } from "../../src/postgres/reclaim.ts";
import { withDatabases } from "../support/database.ts";
import { startRun } from "../support/stored.ts";

const EVENTS = 2_000;
const stop = new AbortController().signal;

function onError(message: string): never {
  throw new Error(message);
}

async function put({ pool }: Database, { runId, from }: { runId: number; from: number }): Promise<void> {
  await pool.query(
    `insert into run_event (run_id, seq, at, type, level, message, data)
     select $1, $2 + g, now(), 'x', 'info', repeat('x', 100), '{}' from generate_series(1, ${EVENTS}) g`,
    [runId, from],
  );
}

async function sizeOf({ pool }: Database, table: string): Promise<number> {
  return Number((await pool.query("select pg_relation_size($1::regclass) as size", [table])).rows[0].size);
}

withDatabases(
  "what was removed makes room for new rows, and the planner knows how many there are",
  async (db, { engine }) => {
    const { runId } = await startRun(db, { leaseMs: 60_000 });
    await put(db, { runId, from: 0 });
    const once = await sizeOf(db, "run_event");
    // The newest stays, at the table's end: it cannot simply be made shorter.
    await db.pool.query("delete from run_event where seq < $1", [EVENTS]);
    const done = await reclaim(db, ["run_event"], { stop, onError });
    if (engine === "server") return assert.deepEqual(done, [], "it has autovacuum");
    assert.deepEqual(done, ["run_event"]);
    await put(db, { runId, from: EVENTS });
    assert.ok(await sizeOf(db, "run_event") < once * 1.1, `${await sizeOf(db, "run_event")} after ${once} bytes`);
    await reclaim(db, ["run_event"], { stop, onError });
    const { rows: [known] } = await db.pool.query("select reltuples from pg_class where oid = 'run_event'::regclass");
    assert.equal(known.reltuples, EVENTS + 1);
  },
);

withDatabases("the log starts over", async (db, { engine }) => {
  const { runId } = await startRun(db, { leaseMs: 60_000 });
  const sinceCheckpoint = async () => {
    const { rows } = await db.pool.query(
      "select (pg_current_wal_insert_lsn() - redo_lsn)::int as bytes from pg_control_checkpoint()",
    );
    return rows[0].bytes as number;
  };
  await put(db, { runId, from: 0 });
  const before = await sinceCheckpoint();
  await reclaim(db, [], { stop, onError });
  if (engine === "embedded") {
    assert.ok(await sinceCheckpoint() < before / 10, `${await sinceCheckpoint()} of ${before}`);
  }
});

withDatabases(
  "all tables, the small ones first, until told to stop or somebody else is to go first",
  async (db, { engine }) => {
    if (engine === "server") return assert.deepEqual(await reclaim(db, null, { stop, onError }), []);
    const { runId } = await startRun(db, { leaseMs: 60_000 });
    for (let round = 0; round < 5; round++) await put(db, { runId, from: round * EVENTS });
    const all = await reclaim(db, null, { stop, onError });
    assert.equal(all.at(-1), "run_event");
    for (const table of ["stock_data", "housekeeping", "pg_statistic"]) assert.ok(all.includes(table), table);
    assert.equal(new Set(all).size, all.length);

    const stopping = new AbortController();
    let asked = 0;
    const quiet = () => Promise.resolve(++asked <= 3);
    assert.equal((await reclaim(db, null, { stop, onError, quiet })).length, 3);
    asked = 0;
    const stopSoon = () => Promise.resolve(++asked < 2 || (stopping.abort(), true));
    assert.equal((await reclaim(db, null, { stop: stopping.signal, onError, quiet: stopSoon })).length, 2);
    assert.deepEqual(await reclaim(db, null, { stop: stopping.signal, onError }), []);

    // As a signal of the machine or a press of a button comes: by the event loop, which the engine's work keeps busy.
    const fromOutside = new AbortController();
    let turns = 0;
    const loop = setInterval(() => ++turns === 1 && fromOutside.abort(), 0);
    const { length } = await reclaim(db, null, { stop: fromOutside.signal, onError });
    clearInterval(loop);
    assert.ok(length < all.length, `${length} of ${all.length} tables`);
  },
);

withDatabases(
  "a table that fails is told, the others have their turn, and nothing is thrown",
  async (db, { engine }) => {
    await db.pool.query(`
    create function broken(x int) returns int language plpgsql immutable as 'begin return x; end';
    create table odd (x int);
    create index on odd (broken(x));
    insert into odd select generate_series(1, 10);
    create or replace function broken(x int) returns int language plpgsql immutable
      as 'begin raise exception ''it is broken''; end';
  `);
    // Larger than the one that fails, so it comes after it.
    await put(db, { runId: (await startRun(db, { leaseMs: 60_000 })).runId, from: 0 });
    const told: string[] = [];
    const options = { stop, onError: (message: string) => void told.push(message) };
    const done = await reclaim(db, ["odd", "stock_data", "run_event", "tick"], options);
    assert.deepEqual(await reclaim(db, ["nowhere"], options), []);
    if (engine === "server") return assert.deepEqual([done, told], [[], []]);
    assert.deepEqual(done.toSorted(), ["run_event", "stock_data", "tick"]);
    assert.deepEqual(told, [
      "Cannot reclaim the room of removed rows in odd: it is broken (P0001)",
      'Cannot reclaim the room of removed rows: relation "nowhere" does not exist (42P01)',
    ]);
    assert.equal((await db.pool.query("select 1 as one")).rows[0].one, 1, "the session is sound");
  },
);
