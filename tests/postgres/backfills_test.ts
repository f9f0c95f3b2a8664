/** Are backfills kept, found in their turn, steered and ended, each once, whoever else is at it? */
import assert from "node:assert/strict";
import {
  addBackfill,
  backfillById,
  backfills,
  diesAgain,
  isBackfillDue,
  MOST_RUNNING,
  nextBackfill,
  recordProgress,
  restBackfill,
  seriesOfBackfill,
  steerBackfill,
  stopBackfill,
} from "../../src/postgres/backfills.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { claimRun, closeRun } from "../../src/postgres/runs.ts";
import { totalsOf } from "../../src/run.ts";
import { progress } from "../support/backfill.ts";
import { withDatabases } from "../support/database.ts";

const NOW = Date.parse("2023-07-05T22:30Z");
const BBB = { symbol: "BBB", interval: "daily" } as const;

const add = async (db: Database, now = NOW) =>
  (await addBackfill(db, {
    from: "2023-01-01",
    to: "2023-06-30",
    note: "why",
    askedBy: "ann",
    now,
    progress: [progress(), progress({ series: BBB, state: "complete", held: 5_000, requests: 0 })],
  }))!;

const claim = (db: Database, backfillId: number, owner = "me") =>
  claimRun(db, { owner, trigger: "backfill", tickId: null, backfillId, leaseMs: 60_000, now: NOW, exclusive: false });

async function slice(db: Database, backfillId: number): Promise<number> {
  const found = await claim(db, backfillId);
  assert.ok("runId" in found, JSON.stringify(found));
  const { runId } = found;
  await closeRun(db, { runId, owner: "me", outcome: "complete", message: null, totals: totalsOf([]), now: NOW });
  return runId;
}

withDatabases("a wish is kept with its series, its figures added up", async (db) => {
  const id = await add(db);
  const found = (await backfillById(db, id))!;
  assert.deepEqual([found.from, found.to, found.note, found.askedBy, found.askedAt, found.state], [
    "2023-01-01",
    "2023-06-30",
    "why",
    "ann",
    NOW,
    "running",
  ]);
  assert.deepEqual([found.series, found.open, found.wished, found.held, found.requests], [2, 1, 10_000, 6_250, 180]);
  assert.deepEqual(found.names.map(({ symbol }) => symbol), ["IBM", "BBB"]);
  assert.equal(found.lastRun, null);
  const runId = await slice(db, id);
  assert.deepEqual((await backfillById(db, id))!.lastRun, { id: runId, outcome: "complete" });
  assert.equal(await backfillById(db, id + 1), null);
});

withDatabases("what is found of a series replaces what was known of it", async (db) => {
  const id = await add(db);
  await recordProgress(db, {
    backfillId: id,
    progress: [progress({ held: 2_000, requests: 100, waitUntil: NOW + 1 })],
  });
  const series = await seriesOfBackfill(db, { backfillId: id, limit: 5 });
  assert.deepEqual(series.map(({ series: { symbol }, held, waitUntil }) => [symbol, held, waitUntil]), [
    ["IBM", 2_000, NOW + 1],
    ["BBB", 5_000, null],
  ]);
  const open = (now?: number) =>
    seriesOfBackfill(db, { backfillId: id, open: true, limit: 5, ...(now ? { now } : {}) });
  assert.deepEqual([(await open()).length, (await open(NOW)).length, (await open(NOW + 1)).length], [1, 0, 1]);
});

withDatabases("what is found late of one that has ended changes nothing of it", async (db) => {
  const id = await add(db);
  await stopBackfill(db, { id, state: "complete", reason: null, now: NOW });
  await recordProgress(db, { backfillId: id, progress: [progress({ held: 7 })] });
  assert.equal((await seriesOfBackfill(db, { backfillId: id, limit: 1 }))[0]!.held, 1_250);
});

withDatabases("the one that was worked on least lately is next; one that rests is not", async (db) => {
  assert.deepEqual([await nextBackfill(db, NOW), await isBackfillDue(db, NOW)], [null, false]);
  const [first, second] = [await add(db), await add(db)];
  assert.equal(await nextBackfill(db, NOW), first);
  await slice(db, first);
  assert.equal(await nextBackfill(db, NOW), second);
  await slice(db, second);
  assert.equal(await nextBackfill(db, NOW), first);
  await restBackfill(db, { id: first, until: NOW + 1, reason: "it is late", troubles: 1 });
  assert.equal(await nextBackfill(db, NOW), second);
  assert.equal(await nextBackfill(db, NOW + 1), first);
  await restBackfill(db, { id: first, until: null, reason: "not kept", troubles: 0 });
  assert.deepEqual([(await backfillById(db, first))!.reason, await isBackfillDue(db, NOW)], [null, true]);
  await claim(db, first);
  assert.equal(await isBackfillDue(db, NOW), false);
});

withDatabases("it ends once, and leaves one notice", async (db) => {
  const id = await add(db);
  const ends = await Promise.all([1, 2].map(() => stopBackfill(db, { id, state: "complete", reason: null, now: NOW })));
  assert.deepEqual(ends.sort(), [false, true]);
  const { rows } = await db.pool.query("select kind, backfill_id from notice");
  assert.deepEqual(rows.map(({ kind, backfill_id }) => [kind, Number(backfill_id)]), [["backfill", id]]);
  assert.equal((await backfillById(db, id))!.finishedAt, NOW);
  assert.deepEqual(await claim(db, id), { taken: true, abandoned: [] });
});

withDatabases(
  "paused, no slice of it begins; resumed, what was given up is open again; who did it is kept",
  async (db) => {
    const id = await add(db);
    const steer = (to: "paused" | "running" | "cancelled") => steerBackfill(db, { id, to, by: "ann", now: NOW });
    await recordProgress(db, { backfillId: id, progress: [progress({ state: "failed", reason: "in vain" })] });
    assert.equal(await steer("paused"), "running");
    assert.deepEqual(await claim(db, id), { taken: true, abandoned: [] });
    assert.equal((await backfillById(db, id))!.reason, "paused by ann");
    await db.pool.query(
      `insert into backfill_answer (backfill_id, symbol, "interval", part, from_date, to_date, kind, tries, answered_at)
     select $1, 'IBM', '1min', part, '2023-01-01', '2023-01-31', kind, 3, now()
     from (values ('2023-01', 'malformed'), ('2023-02', 'bars')) as given (part, kind)`,
      [id],
    );
    assert.equal(await steer("running"), "paused");
    assert.deepEqual((await db.pool.query("select part from backfill_answer")).rows, [{ part: "2023-02" }]);
    assert.deepEqual((await seriesOfBackfill(db, { backfillId: id, limit: 1 }))[0]!.state, "open");
    assert.equal(await steer("cancelled"), "running");
    assert.equal(await steer("paused"), "cancelled");
    assert.equal((await backfillById(db, id))!.state, "cancelled");
    assert.equal(await steerBackfill(db, { id: id + 9, to: "paused", by: "ann", now: NOW }), null);
    const { rows } = await db.pool.query("select action, by, subject from audit order by id");
    assert.deepEqual(rows.map(({ action }) => action), ["paused", "resumed", "cancelled"]);
    assert.deepEqual([rows[0].by, rows[0].subject], ["ann", `backfill ${id}`]);
  },
);

withDatabases("what dies again and again without keeping an answer is known, one answer is enough", async (db) => {
  const id = await add(db);
  const die = () =>
    db.pool.query(
      `insert into run (trigger, owner, lease_until, started_at, finished_at, outcome, backfill_id)
       values ('backfill', 'dead', now(), now(), now(), 'abandoned', $1)`,
      [id],
    );
  for (let time = 0; time < 4; time++) await die();
  assert.equal(await diesAgain(db, id), false);
  await die();
  assert.equal(await diesAgain(db, id), true);
  // Resumed, it has as many again.
  await steerBackfill(db, { id, to: "running", by: "ann", now: Date.now() + 60_000 });
  assert.equal(await diesAgain(db, id), false);
  await db.pool.query("update backfill set resumed_at = null");
  await db.pool.query(
    `insert into backfill_answer (backfill_id, symbol, "interval", part, from_date, to_date, kind, tries, answered_at, run_id)
     select $1, 'IBM', '1min', '2023-01', '2023-01-01', '2023-01-31', 'bars', 1, now(), max(id) from run`,
    [id],
  );
  assert.equal(await diesAgain(db, id), false);
});

withDatabases("a list by key, newest first; more than can be meant are refused", async (db) => {
  const ids = [await add(db), await add(db), await add(db)];
  assert.deepEqual((await backfills(db, { limit: 2 })).map(({ id }) => id), [ids[2], ids[1]]);
  assert.deepEqual((await backfills(db, { limit: 2, before: ids[1]! })).map(({ id }) => id), [ids[0]]);
  await db.pool.query(
    `insert into backfill (from_date, to_date, asked_by, asked_at)
     select '2023-01-01', '2023-01-02', 'x', now() from generate_series(4, $1)`,
    [MOST_RUNNING],
  );
  assert.equal(
    await addBackfill(db, { from: "2023-01-01", to: "2023-01-02", note: null, askedBy: "x", now: NOW, progress: [] }),
    null,
  );
});
