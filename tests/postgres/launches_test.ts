/** Is a launch served once, in its turn, and does it say why it waits? */
import assert from "node:assert/strict";
import type { LaunchOrder } from "../../src/launch.ts";
import type { Database } from "../../src/postgres/connect.ts";
import {
  isLaunchQueued,
  isLaunchWaiting,
  isWorkOwed,
  launchById,
  launches,
  owedLaunch,
  queueLaunch,
  waitingLaunches,
  withdrawLaunch,
} from "../../src/postgres/launches.ts";
import { recordHeartbeat } from "../../src/postgres/heartbeats.ts";
import { type Claim, claimRun, closeRun, requestCancel } from "../../src/postgres/runs.ts";
import { type Outcome, totalsOf } from "../../src/run.ts";
import { serverDatabase, withDatabases } from "../support/database.ts";
import { losingOnce } from "../support/lossy.ts";
import { NOW } from "../support/stored.ts";

const ORDER: LaunchOrder = {
  series: [{ symbol: "IBM", interval: "daily" }],
  force: true,
  ofRun: null,
  note: "why",
  askedBy: "ann",
};
const queue = (db: Database, over: Partial<LaunchOrder> = {}) => queueLaunch(db, { ...ORDER, ...over, now: NOW });

function claim(db: Database, launchId: number | null, { owner = "a", leaseMs = 60_000 } = {}): Promise<Claim> {
  const cause = { trigger: "manual", tickId: null, launchId } as const;
  return claimRun(db, { owner, ...cause, leaseMs, now: NOW, exclusive: false });
}

async function claimed(db: Database, launchId: number | null, over?: { owner?: string; leaseMs?: number }) {
  const found = await claim(db, launchId, over);
  assert.ok("runId" in found, JSON.stringify(found));
  return found.runId;
}

const close = (db: Database, runId: number, outcome: Outcome = "complete", owner = "a") =>
  closeRun(db, { runId, owner, outcome, message: null, totals: totalsOf([]), now: NOW + 1_000 });
const state = async (db: Database, id: number) => {
  const { state, reason } = (await launchById(db, id))!;
  return reason === null ? state : `${state}: ${reason}`;
};

withDatabases("launches are served oldest first, each once, and those that wait say for what", async (db) => {
  const other = await claimed(db, null);
  const [first, second] = [await queue(db), await queue(db)];
  assert.deepEqual(first, { id: first.id, series: ORDER.series, force: true, ofRun: null });
  assert.equal(await state(db, first.id), `queued: waits for run ${other}`);
  const waiting = async () => (await waitingLaunches(db)).map(({ id, state }) => [id, state]);
  assert.deepEqual(await waiting(), [[first.id, "queued"], [second.id, "queued"]]);
  assert.equal(await isLaunchWaiting(db), false);
  assert.ok("busy" in await claim(db, first.id));
  await close(db, other);
  assert.equal(await isLaunchWaiting(db), true);
  assert.equal(await state(db, first.id), "queued: waits for a program that serves: start one");
  assert.equal(await state(db, second.id), `queued: waits for launch ${first.id}`);
  assert.equal((await owedLaunch(db))?.id, first.id);
  const run = await claimed(db, first.id);
  assert.equal(await state(db, first.id), "running");
  assert.deepEqual(await waiting(), [[second.id, "queued"]]);
  assert.equal((await owedLaunch(db))?.id, second.id);
  await close(db, run, "partial");
  assert.equal(await state(db, first.id), "served");
  assert.ok("taken" in await claim(db, first.id), "a launch that was served is served no more");
  await close(db, await claimed(db, second.id));
  assert.equal(await owedLaunch(db), null);
  const [newest, ...rest] = await launches(db, { limit: 10 });
  assert.deepEqual([newest?.id, rest.map(({ id }) => id)], [second.id, [first.id]]);
  assert.deepEqual([newest?.note, newest?.askedBy, newest?.askedAt], ["why", "ann", NOW]);
  assert.deepEqual((await launches(db, { limit: 1, before: second.id })).map(({ id }) => id), [first.id]);
});

withDatabases(
  "a run that died or was stopped by a restart leaves its launch owed; one an operator cancelled does not",
  async (db) => {
    const { id } = await queue(db);
    await claimed(db, id, { owner: "dead", leaseMs: 0 });
    assert.equal((await owedLaunch(db))?.id, id, "its lease is out");
    const stopped = await claimed(db, id);
    await close(db, stopped, "cancelled");
    assert.equal((await owedLaunch(db))?.id, id);
    const cancelled = await claimed(db, id);
    await requestCancel(db, { runId: cancelled, by: "bob", force: false, now: NOW });
    await close(db, cancelled, "cancelled");
    assert.equal(await owedLaunch(db), null);
    assert.deepEqual((await launchById(db, id))?.runs.map(({ outcome }) => outcome), [
      "abandoned",
      "cancelled",
      "cancelled",
    ]);
    const next = await queue(db);
    const killed = await claimed(db, next.id, { owner: "dead", leaseMs: 0 });
    await requestCancel(db, { runId: killed, by: "bob", force: false, now: NOW });
    assert.equal(await owedLaunch(db), null, "cancelled and then killed is cancelled");
  },
);

withDatabases("three dead runs are enough: the launch has failed, and the next one has its turn", async (db) => {
  const [{ id }, next] = [await queue(db), await queue(db)];
  for (let n = 0; n < 3; n++) await claimed(db, id, { owner: `dead ${n}`, leaseMs: 0 });
  assert.ok("taken" in await claim(db, id), "no fourth run");
  assert.equal((await owedLaunch(db))?.id, next.id);
  assert.equal(await state(db, id), "failed: 3 runs of it died");
});

withDatabases("a queued launch can be withdrawn and has no run then; a running one cannot", async (db) => {
  const [{ id }, other] = [await queue(db), await queue(db)];
  assert.equal((await withdrawLaunch(db, { launchId: id, by: "bob" }))?.state, "withdrawn");
  assert.equal(await state(db, id), "withdrawn: withdrawn by bob");
  assert.ok("taken" in await claim(db, id));
  const run = await claimed(db, other.id);
  assert.equal((await withdrawLaunch(db, { launchId: other.id, by: "bob" }))?.state, "running");
  await close(db, run);
  assert.equal((await withdrawLaunch(db, { launchId: other.id, by: "bob" }))?.state, "served");
  assert.equal(await withdrawLaunch(db, { launchId: 99, by: "bob" }), null);
});

withDatabases("a hundred may wait, and an answer that is lost queues nothing twice", async (db) => {
  const lossy = losingOnce(db, { statement: /^commit/, after: true });
  const { id } = await queue(lossy);
  assert.deepEqual((await launches(db, { limit: 10 })).map((one) => one.id), [id]);
  for (let n = 1; n < 100; n++) await queue(db);
  await assert.rejects(queue(db), /^Refused: Cannot queue a launch: 100 wait already; withdraw some/);
  await close(db, await claimed(db, (await owedLaunch(db))!.id));
  await queue(db);
});

Deno.test("ten processes claim a launch at once: one runs (server)", async () => {
  await using at = await serverDatabase({ poolSize: 10 });
  const { id } = await queue(at.db);
  const claims = await Promise.all(Array.from({ length: 10 }, (_, n) => claim(at.db, id, { owner: `p${n}` })));
  assert.equal(claims.filter((one) => "runId" in one).length, 1);
  assert.ok(claims.every((one) => "runId" in one || "taken" in one || "busy" in one));
});

withDatabases(
  "a launch is seen that waits for the run at work; who works besides makes way when somebody serves",
  async (db) => {
    const other = await claimed(db, null);
    assert.deepEqual([await isLaunchQueued(db), await isWorkOwed(db)], [false, false]);
    await queue(db);
    assert.deepEqual([await isLaunchQueued(db), await isLaunchWaiting(db)], [true, false]);
    assert.equal(await isWorkOwed(db), false, "nobody serves");
    const beat = { name: "scheduler", owner: "vm:1", doing: "waits", error: null, now: Date.now() } as const;
    await recordHeartbeat(db, beat);
    // Of the embedded engine nobody else can be the one who serves.
    assert.equal(await isWorkOwed(db), db.engine === "server");
    await recordHeartbeat(db, { ...beat, now: Date.now() - 4 * 60_000 });
    assert.equal(await isWorkOwed(db), false, "who served is gone");
    await close(db, other);
  },
);

withDatabases("a tick that waits is owed as well, one of yesterday is not", async (db) => {
  await recordHeartbeat(db, { name: "scheduler", owner: "vm:1", doing: "waits", error: null, now: Date.now() });
  await db.pool.query(
    "insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ('s', '0 6 * * *', 'UTC', now(), now())",
  );
  const tick = (ago: string) =>
    db.pool.query(
      `insert into tick (schedule, due_at, state, trigger, noticed_at)
       values ('s', now() - $1::interval, 'requested', 'schedule', now())`,
      [ago],
    );
  await tick("1 day");
  assert.equal(await isWorkOwed(db), false);
  await tick("1 minute");
  assert.equal(await isWorkOwed(db), db.engine === "server");
});
