/** Do the pages about launches read and do what the commands do, on the database itself? */
import assert from "node:assert/strict";
import type { App } from "../src/app.ts";
import { launchReads, runSteps } from "../src/pages_launch.ts";
import type { Database } from "../src/postgres/connect.ts";
import { claimRun } from "../src/postgres/runs.ts";
import { Refused } from "../src/refused.ts";
import { createSteering } from "../src/steer.ts";
import type { Rooms } from "../src/wiring.ts";
import { configFor, jumpingWorld } from "./support/app.ts";
import { withDatabases } from "./support/database.ts";
import { BEGAN, history } from "./support/runs.ts";

const WISH = { series: [{ symbol: "IBM", interval: "daily" }], of: null, force: false, note: null } as const;

function stage(database: Database, key = "servekey") {
  const cancelled: unknown[] = [];
  const config = configFor("http://127.0.0.1:1", { kind: "embedded", dataDir: null }, { API_KEY: key });
  const rooms = { config, database, keyHash: "k", world: jumpingWorld(BEGAN) } as Rooms;
  const app = {
    config,
    database,
    plan: (series: unknown, options: unknown) => Promise.resolve([series, options]),
    steer: createSteering(rooms, {
      worker: { cancel: (runId, options) => void cancelled.push([runId, options]) },
      onLaunch: () => {},
      plan: () => Promise.reject(new Error("not asked")),
    }),
  } as unknown as App;
  const opened = Promise.resolve(app);
  return { cancelled, reads: launchReads(opened, Date.now), steps: runSteps(opened) };
}

const claim = async (db: Database, launchId: number | null) => {
  const now = BEGAN + 9 * 3_600_000;
  const cause = { trigger: "manual", tickId: null, launchId } as const;
  const claimed = await claimRun(db, { owner: "vm:1", ...cause, leaseMs: 60_000, now, exclusive: false });
  assert.ok("runId" in claimed);
  return claimed.runId;
};

withDatabases("a launch is queued behind the run at work, read with its reason, and withdrawn", async (db) => {
  const { reads, steps } = stage(db);
  const runId = await claim(db, null);
  const queued = await steps.launch("ann", { ...WISH, note: "why" });
  assert.deepEqual([queued.state, queued.reason, queued.note], ["queued", `waits for run ${runId}`, "why"]);
  assert.deepEqual((await reads.launch(queued.id))?.series, WISH.series);
  assert.deepEqual((await reads.launches({ limit: 5 })).map(({ id }) => id), [queued.id]);
  assert.deepEqual((await reads.waiting()).map(({ id }) => id), [queued.id]);
  assert.equal(await reads.launch(queued.id + 1), null);
  assert.equal((await steps.withdraw("ann", queued.id)).state, "withdrawn");
});

withDatabases("a launch that need not wait is answered with its run", async (db) => {
  const { steps } = stage(db);
  await db.pool.query(
    `insert into heartbeat (name, owner, started_at, beat_at, doing)
     values ('scheduler', 'vm:1', now(), now(), 'waits')`,
  );
  const launched = steps.launch("ann", WISH);
  for (;;) {
    const { rows: [found] } = await db.pool.query("select id from launch");
    if (found === undefined) continue;
    const runId = await claim(db, found.id);
    assert.deepEqual((await launched).runs, [{ id: runId, outcome: null }]);
    return;
  }
});

withDatabases(
  "cancel reaches the run and its process, forget removes it, and both refuse what cannot be",
  async (db) => {
    const { cancelled, reads, steps } = stage(db);
    const [ended] = await history(db, ["failed"]);
    const runId = await claim(db, null);
    await steps.cancel("ann", runId, { force: true });
    assert.deepEqual(cancelled, [[runId, { by: "ann", force: true }]]);
    await assert.rejects(steps.forget("ann", runId), Refused);
    await assert.rejects(steps.cancel("ann", ended!, { force: false }), /it ended failed/);
    await steps.forget("ann", ended!);
    await assert.rejects(reads.seriesAgain(ended!, "all"), /there is none of that number/);
  },
);

withDatabases("what is configured, with what keeps it from being asked", async (db) => {
  const { reads } = stage(db);
  const { series, problem } = await reads.configured();
  assert.ok(series.length > 0);
  assert.equal(problem, null);
  assert.match((await stage(db, "").reads.configured()).problem!, /ALPHAVANTAGE_API_KEY is not set/);
  assert.deepEqual(await reads.plan(series, { force: true }) as unknown, [series, { force: true }]);
});

withDatabases("the cost of a backfill is told for what a page can count in a moment", async (db) => {
  const { reads } = stage(db);
  const wish = (count: number) => ({
    series: Array.from({ length: count }, (_, index) => ({ symbol: `S${index}`, interval: "daily" as const })),
    from: "2004-01-01",
    to: new Date(BEGAN).toISOString().slice(0, 10),
    note: null,
  });
  assert.equal((await reads.cost(wish(1))).series.length, 1);
  await assert.rejects(reads.cost(wish(60)), /60 series over these dates are too many sessions to count for a page/);
});
