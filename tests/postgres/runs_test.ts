import assert from "node:assert/strict";
import type { Database } from "../../src/postgres/connect.ts";
import {
  type ClaimOptions,
  claimRun,
  closeRun,
  lastRuns,
  recordPlan,
  renewLease,
  runById,
} from "../../src/postgres/runs.ts";
import { totalsOf } from "../../src/run.ts";
import { serverDatabase, withDatabases } from "../support/database.ts";
import { losingOnce } from "../support/lossy.ts";
import { NOW } from "../support/stored.ts";

const LEASE_MS = 60_000;

function claim(db: Database, owner: string, over: Partial<ClaimOptions> = {}) {
  return claimRun(db, {
    owner,
    trigger: "manual",
    tickId: null,
    leaseMs: LEASE_MS,
    now: NOW,
    exclusive: false,
    ...over,
  });
}

async function claimed(db: Database, owner: string, over: Partial<ClaimOptions> = {}): Promise<number> {
  const result = await claim(db, owner, over);
  assert.ok("runId" in result, JSON.stringify(result));
  return result.runId;
}

const ending = (runId: number, owner: string) =>
  ({ runId, owner, outcome: "complete", message: null, totals: totalsOf([]), now: NOW + 1_000 }) as const;

withDatabases("a live run keeps others out and says whose it is", async (db) => {
  const runId = await claimed(db, "a");
  const second = await claim(db, "b");
  assert.ok("busy" in second);
  assert.deepEqual(second.abandoned, []);
  assert.equal(second.busy.runId, runId);
  assert.equal(second.busy.owner, "a");
  const { rows: [{ now }] } = await db.pool.query("select clock_timestamp() as now");
  const left = second.busy.leaseUntil - now;
  assert.ok(left > 0 && left <= LEASE_MS, `${left} ms of the lease are left, by the database's clock`);
});

Deno.test("of twenty claims at once exactly one wins, a dead run is found once (server)", async () => {
  await using at = await serverDatabase({ poolSize: 20 });
  const dead = await claimed(at.db, "dead", { leaseMs: 0 });
  const claims = await Promise.all(Array.from({ length: 20 }, (_, i) => claim(at.db, `owner ${i}`)));
  const winners = claims.filter((result) => "runId" in result);
  assert.equal(winners.length, 1);
  assert.deepEqual(claims.flatMap(({ abandoned }) => abandoned), [{ runId: dead, owner: "dead" }]);
  // Whoever looks while the winner has not committed still sees the dead run.
  const seen = [dead, (winners[0] as { runId: number }).runId];
  for (const result of claims) if ("busy" in result) assert.ok(seen.includes(result.busy.runId));
});

withDatabases("a run out of lease is abandoned by the next claim, and its process learns it", async (db) => {
  const dead = await claimed(db, "dead", { leaseMs: 0 });
  const next = await claim(db, "next", { now: NOW + 5_000 });
  assert.ok("runId" in next);
  assert.deepEqual(next.abandoned, [{ runId: dead, owner: "dead" }]);
  const run = await runById(db, dead);
  assert.equal(run?.outcome, "abandoned");
  assert.equal(run?.finishedAt, NOW + 5_000);
  assert.equal(run?.message, "its process ended without closing it; found by next");
  assert.equal(await renewLease(db, { runId: dead, owner: "dead", leaseMs: LEASE_MS }), null);
  assert.equal(await recordPlan(db, { runId: dead, owner: "dead", planned: 3 }), false);
  assert.equal(await closeRun(db, ending(dead, "dead")), false);
  assert.equal((await runById(db, dead))?.outcome, "abandoned");
  assert.equal((await runById(db, next.runId))?.outcome, null);
});

withDatabases("a renewed lease is not out", async (db) => {
  const runId = await claimed(db, "a", { leaseMs: 0 });
  assert.deepEqual(await renewLease(db, { runId, owner: "a", leaseMs: LEASE_MS }), { cancel: null });
  assert.equal(await renewLease(db, { runId, owner: "b", leaseMs: LEASE_MS }), null);
  assert.ok("busy" in await claim(db, "b"));
});

withDatabases("where no other process can be, another owner's run is dead whatever its lease says", async (db) => {
  const dead = await claimed(db, "before the restart");
  const again = await claim(db, "after the restart", { exclusive: true });
  assert.deepEqual(again.abandoned, [{ runId: dead, owner: "before the restart" }]);
  assert.ok("runId" in again);
  assert.ok("busy" in await claim(db, "after the restart", { exclusive: true }), "its own run is alive");
});

withDatabases("a closed run makes room and tells what it did", async (db) => {
  const runId = await claimed(db, "a");
  assert.equal(await recordPlan(db, { runId, owner: "a", planned: 7 }), true);
  const counts = { inserted: 1, revised: 2, unchanged: 3, provisional: 4, quarantined: 5 };
  const series = { symbol: "IBM", interval: "daily" } as const;
  const totals = totalsOf([
    {
      series,
      status: "late",
      kind: "stale",
      message: null,
      requests: 6,
      counts,
      watermark: null,
      startedAt: 0,
      finishedAt: 0,
    },
  ]);
  const closing = { ...ending(runId, "a"), outcome: "partial", message: "1 late", totals } as const;
  assert.equal(await closeRun(db, closing), true);
  assert.equal(await closeRun(db, { ...closing, outcome: "failed" }), false, "the first end stands");
  const run = await runById(db, runId);
  assert.deepEqual({ ...run, leaseUntil: 0 }, {
    launchId: null,
    ofRun: null,
    backfillId: null,
    cancel: null,
    id: runId,
    trigger: "manual",
    tickId: null,
    outcome: "partial",
    message: "1 late",
    owner: "a",
    leaseUntil: 0,
    startedAt: NOW,
    finishedAt: NOW + 1_000,
    planned: 7,
    totals,
  });
  const second = await claimed(db, "b");
  assert.deepEqual((await lastRuns(db, 10)).map(({ id }) => id), [second, runId]);
  assert.deepEqual((await lastRuns(db, 1)).map(({ id }) => id), [second]);
  assert.equal(await runById(db, second + 1), null);
});

withDatabases("an answer lost after the commit: the claim is ours, the close is done", async (db) => {
  const result = await claim(losingOnce(db, { statement: /^commit/, after: true }), "a");
  assert.ok("runId" in result);
  assert.equal((await lastRuns(db, 10)).length, 1);
  const lossy = losingOnce(db, { statement: /^update run/, after: true });
  assert.equal(await closeRun(lossy, ending(result.runId, "a")), true);
});

withDatabases("half a finished run is refused by the table itself", async (db) => {
  const runId = await claimed(db, "a");
  for (const change of ["outcome = 'complete'", "finished_at = now()", "outcome = 'fine', finished_at = now()"]) {
    await assert.rejects(db.pool.query(`update run set ${change} where id = $1`, [runId]), { code: "23514" }, change);
  }
});
