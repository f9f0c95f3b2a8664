/** Are runs listed newest first, by every filter, page by page without a gap? */
import assert from "node:assert/strict";
import { listRuns, runCounts, type RunFilter, runsAgain, runsBetween } from "../../src/postgres/run_list.ts";
import { withDatabases } from "../support/database.ts";
import { BEGAN, history, HOUR } from "../support/runs.ts";

const OUTCOMES = ["complete", "failed", "partial", "complete", "failed", null];

withDatabases("each filter finds its runs and no others", async (db) => {
  const ids = await history(db, OUTCOMES);
  await db.pool.query(
    `insert into series_result (run_id, symbol, "interval", status, requests, inserted, revised, unchanged, provisional,
       quarantined, started_at, finished_at)
     select $1, 'IBM', unnest(array['daily', '30min']), 'stored', 1, 0, 0, 0, 0, 0, now(), now()`,
    [ids[2]],
  );
  const found = async (filter: RunFilter) =>
    (await listRuns(db, { ...filter, limit: 10 })).map(({ id }) => ids.indexOf(id));
  assert.deepEqual(await found({}), [5, 4, 3, 2, 1, 0]);
  assert.deepEqual(await found({ outcomes: ["failed"] }), [4, 1]);
  assert.deepEqual(await found({ outcomes: ["running"] }), [5]);
  assert.deepEqual(await found({ outcomes: ["failed", "partial"] }), [4, 2, 1]);
  assert.deepEqual(await found({ outcomes: ["running", "partial"] }), [5, 2]);
  assert.deepEqual(await found({ trigger: "schedule" }), []);
  assert.deepEqual(await found({ symbol: "IBM" }), [2]);
  assert.deepEqual(await found({ symbol: "MSFT" }), []);
  assert.deepEqual(await found({ since: BEGAN + HOUR, until: BEGAN + 3 * HOUR }), [2, 1]);
  assert.deepEqual(await found({ outcomes: ["failed"], since: BEGAN + 2 * HOUR, until: null, symbol: null }), [4]);
});

withDatabases("pages follow each other without a gap, also among runs that began at once", async (db) => {
  await history(db, Array(7).fill("complete"));
  await db.pool.query("update run set started_at = $1, finished_at = now()", [new Date(BEGAN).toISOString()]);
  const seen: number[] = [];
  for (let before: number | null = null;;) {
    const page = await listRuns(db, { before, limit: 3 });
    if (page.length === 0) break;
    seen.push(...page.map(({ id }) => id));
    before = page.at(-1)!.id;
  }
  assert.equal(seen.length, 7);
  assert.deepEqual(seen, seen.toSorted((a, b) => b - a));
});

withDatabases("a stretch of time has the runs that reach into it, of too many the newest", async (db) => {
  const ids = await history(db, OUTCOMES);
  const between = async (from: number, to: number, limit = 10) =>
    (await runsBetween(db, { from: BEGAN + from * HOUR, to: BEGAN + to * HOUR, limit })).map(({ id }) =>
      ids.indexOf(id)
    );
  assert.deepEqual(await between(1.1, 3), [1, 2], "begun before, still at work");
  assert.deepEqual(await between(1.5, 3), [2]);
  assert.deepEqual(await between(7, 9), [5], "running, it reaches up to now");
  assert.deepEqual(await between(0, 9, 2), [4, 5]);
  assert.deepEqual(await between(-9, -5), []);
});

withDatabases("outcomes are counted from an instant on, the running one always", async (db) => {
  await history(db, OUTCOMES);
  const counts = async (since: number) =>
    Object.fromEntries((await runCounts(db, { since })).map(({ outcome, count }) => [outcome ?? "running", count]));
  assert.deepEqual(await counts(BEGAN), { complete: 2, failed: 2, partial: 1, running: 1 });
  assert.deepEqual(await counts(BEGAN + 99 * HOUR), { running: 1 });
});

withDatabases("the runs of the series of another, oldest first, of too many the newest", async (db) => {
  const ids = await history(db, OUTCOMES);
  await db.pool.query("update run set of_run = $1 where id = any($2)", [ids[0], ids.slice(2, 5)]);
  const again = async (limit: number) =>
    (await runsAgain(db, { runId: ids[0]!, limit })).map(({ id }) => ids.indexOf(id));
  assert.deepEqual(await again(9), [2, 3, 4]);
  assert.deepEqual(await again(2), [3, 4]);
  assert.deepEqual(await runsAgain(db, { runId: ids[1]!, limit: 9 }), []);
});
