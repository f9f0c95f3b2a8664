/** Is each configured series searched once a day, not beside a run, and does a search that fails harm nothing? */
import assert from "node:assert/strict";
import type { Config } from "../src/config.ts";
import { searchAll, searchGaps } from "../src/gap_search.ts";
import type { Database } from "../src/postgres/connect.ts";
import { gapRecords } from "../src/postgres/gaps.ts";
import { withDatabases } from "./support/database.ts";
import { bar, nextRun, startRun, store } from "./support/stored.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-03-02T21:30:00Z");
const SERIES = ["A", "B", "C"].map((symbol) => ({ symbol, interval: "daily" as const }));

function roomsOf(database: Database) {
  const errors: string[] = [];
  const clock = { now: NOW };
  const world = { now: () => clock.now, onError: (message: string) => errors.push(message) };
  const rooms = { config: { series: SERIES } as unknown as Config, database, world: world as never };
  return { rooms, errors, clock };
}
const go = new AbortController().signal;
const closeRun = (db: Database) => db.pool.query("update run set outcome = 'complete', finished_at = now()");

async function torn(db: Database): Promise<void> {
  let run = await startRun(db);
  for (const series of SERIES) {
    await store(db, run, { series, bars: [bar("2026-02-23", "1"), bar("2026-02-25", "1")] });
    run = await nextRun(db, run);
  }
  await closeRun(db);
}

withDatabases("every series once a day, so many at a call", async (db) => {
  await torn(db);
  const { rooms, errors, clock } = roomsOf(db);
  const search = async (most: number) => (await searchGaps(rooms, { stop: go, most })).series;
  assert.equal(await search(2), 2);
  assert.equal(await search(9), 1);
  assert.equal(await search(9), 0);
  clock.now += DAY;
  assert.deepEqual(await searchGaps(rooms, { stop: go, most: 9 }), { series: 3, found: 0, healed: 0, reopened: 0 });
  assert.equal((await gapRecords(db, SERIES, { state: "open", limit: 9 })).length, 3);
  assert.deepEqual(errors, []);
});

withDatabases("a run at work, or a stop, and it waits", async (db) => {
  await torn(db);
  const { rooms } = roomsOf(db);
  const run = await startRun(db);
  assert.equal((await searchGaps(rooms, { stop: go, most: 9 })).series, 0);
  await nextRun(db, run);
  await closeRun(db);
  const stop = AbortSignal.abort();
  assert.equal((await searchGaps(rooms, { stop, most: 9 })).series, 0);
  assert.equal((await searchAll(rooms, SERIES, { stop, reopen: false })).series, 0);
  assert.deepEqual(await searchAll(rooms, SERIES.slice(1), { stop: go, reopen: false }), {
    series: 2,
    found: 2,
    healed: 0,
    reopened: 0,
  });
});

withDatabases("a database that refuses is told, and nothing is thrown", async (db) => {
  const { rooms, errors } = roomsOf(db);
  await db.pool.query("drop table gap_scan");
  await searchGaps(rooms, { stop: go, most: 9 });
  assert.match(errors.join(), /^Cannot search for gaps: .*gap_scan/);
  // The embedded engine is still at the end of the statement that failed, and must not be closed over it.
  await db.pool.query("select 1");
});
