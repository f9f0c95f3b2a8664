/** What goes with a forgotten run, what stays, and is anything owed a run because of it? */
import assert from "node:assert/strict";
import { changes } from "../../src/postgres/audit.ts";
import { forgetRun } from "../../src/postgres/forget.ts";
import { launchById, owedLaunch, queueLaunch } from "../../src/postgres/launches.ts";
import { chargeRequest } from "../../src/postgres/quota.ts";
import { expireLaunches, expireRuns } from "../../src/postgres/retention.ts";
import { claimRun, closeRun } from "../../src/postgres/runs.ts";
import { noticeTicks, owedTick } from "../../src/postgres/ticks.ts";
import { totalsOf } from "../../src/run.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { withDatabases } from "../support/database.ts";
import { bar, NOW, startRun, store } from "../support/stored.ts";

const forget = (db: Database, runId: number) => forgetRun(db, { runId, by: "ann", now: NOW });

async function served(db: Database, cause: { tickId?: number; launchId?: number }): Promise<number> {
  const options = { owner: "a", trigger: "manual", tickId: null, leaseMs: 60_000, exclusive: false } as const;
  const claim = await claimRun(db, { ...options, ...cause, now: NOW });
  assert.ok("runId" in claim);
  const ending = { outcome: "complete", message: null, totals: totalsOf([]), now: NOW } as const;
  await closeRun(db, { runId: claim.runId, owner: "a", ...ending });
  return claim.runId;
}

const LAUNCH = { series: [{ symbol: "IBM", interval: "daily" }], force: false, ofRun: null, note: null } as const;

withDatabases("results and events go, bars and the ledger stay, and who did it is kept", async (db) => {
  const holder = await startRun(db);
  const { runId } = holder;
  const request = { series: LAUNCH.series[0], function: "TIME_SERIES_DAILY", size: "compact", month: null } as const;
  await chargeRequest(db, { keyHash: "k", runId, request, attempt: 1, now: NOW, perDay: 25 });
  await store(db, holder, {
    bars: [bar("2026-03-02T14:30Z", "1")],
    rejects: [{ stamp: "x", rule: "bad-stamp", raw: 1 }],
  });
  await db.pool.query("insert into run_event values ($1, 1, now(), 'run-started', 'info', null, null, 'words', '{}')", [
    runId,
  ]);
  assert.equal(await forget(db, runId), "running");
  await closeRun(db, { runId, owner: "test", outcome: "partial", message: null, totals: totalsOf([]), now: NOW });
  assert.equal(await forget(db, runId), "forgotten");
  const counts: Record<string, number> = {};
  for (const table of ["run", "series_result", "run_event", "stock_data", "request", "answer", "quarantine"]) {
    counts[table] = (await db.pool.query(`select count(*) as n from ${table}`)).rows[0].n;
  }
  assert.deepEqual(counts, {
    run: 0,
    series_result: 0,
    run_event: 0,
    stock_data: 1,
    request: 1,
    answer: 1,
    quarantine: 1,
  });
  assert.equal(await forget(db, runId), "unknown");
  const [{ at, by, action, subject, was }] = await changes(db, { limit: 10 }) as [
    Awaited<ReturnType<typeof changes>>[0],
  ];
  assert.deepEqual([at, by, action, subject, was], [NOW, "ann", "forgotten", `run ${runId}`, "partial"]);
});

withDatabases("the tick or launch of a forgotten run is not owed another", async (db) => {
  const schedule = { name: "bars", cron: "0 6 * * *", timezone: "UTC" };
  const decide = () => ({ run: [{ dueAt: NOW, trigger: "schedule" as const }], skip: [] });
  for (const now of [NOW - 1, NOW]) {
    await noticeTicks(db, { schedule, now, queue: 1, due: () => ({ ticks: [], dropped: 0 }), decide });
  }
  const owed = () => owedTick(db, { schedule: "bars", now: NOW, queue: 1 });
  const tick = await owed();
  await forget(db, await served(db, { tickId: tick!.id }));
  assert.equal(await owed(), null);
  const { id } = await queueLaunch(db, { ...LAUNCH, askedBy: "ann", now: NOW });
  await forget(db, await served(db, { launchId: id }));
  assert.equal(await owedLaunch(db), null);
  assert.match((await launchById(db, id))!.reason!, /^run \d+ of it was forgotten by ann$/);
});

withDatabases(
  "a launch goes with its run when that is too old, and is owed nothing in between; a withdrawn one by itself",
  async (db) => {
    const first = await queueLaunch(db, { ...LAUNCH, askedBy: "ann", now: NOW });
    await served(db, { launchId: first.id });
    const second = await queueLaunch(db, { ...LAUNCH, askedBy: "ann", now: NOW });
    await served(db, { launchId: second.id });
    assert.equal(await expireRuns(db, NOW + 1), 1, "the newest run stays");
    assert.deepEqual([await owedLaunch(db), await launchById(db, first.id)], [null, null]);
    assert.equal((await launchById(db, second.id))?.state, "served");
    assert.equal(await expireLaunches(db, NOW + 1), 0);
    const third = await queueLaunch(db, { ...LAUNCH, askedBy: "ann", now: NOW });
    assert.equal(await expireLaunches(db, NOW + 1), 0, "it waits");
    await db.pool.query("update launch set state = 'withdrawn', reason = 'why' where id = $1", [third.id]);
    assert.equal(await expireLaunches(db, NOW + 1), 1);
  },
);
