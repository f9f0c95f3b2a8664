/** Does work that is no run keep its place, and does its row say how it ended? */
import assert from "node:assert/strict";
import { type Ending, holdingThePlace } from "../src/hold.ts";
import type { Database } from "../src/postgres/connect.ts";
import { requestCancel } from "../src/postgres/runs.ts";
import { LeaseLost, totalsOf } from "../src/run.ts";
import { jumpingWorld } from "./support/app.ts";
import { withDatabases } from "./support/database.ts";

const NOW = Date.parse("2026-03-02T21:30:00Z");
const never = new AbortController().signal;
const COMPLETE: Ending = { outcome: "complete", message: "all done" };

async function lastRun(db: Database): Promise<unknown[]> {
  const { rows: [run] } = await db.pool.query("select outcome, message, inserted from run order by id desc limit 1");
  return [run.outcome, run.message, run.inserted];
}

withDatabases(
  "the row says how the work ended and what it counted; nobody else holds the place meanwhile",
  async (db, { engine }) => {
    const rooms = { database: db, world: jumpingWorld(NOW) };
    const totals = () => ({ ...totalsOf([]), inserted: 7 });
    const report = await holdingThePlace(rooms, { stop: never, abort: never, totals }, async () => {
      // An embedded database has one process: a run of another one is dead.
      if (engine === "embedded") return COMPLETE;
      const other = await holdingThePlace(
        { database: db, world: jumpingWorld(NOW) },
        { stop: never, abort: never },
        () => Promise.resolve(COMPLETE),
      );
      assert.ok("busy" in other);
      return COMPLETE;
    });
    assert.deepEqual(report, COMPLETE);
    assert.deepEqual(await lastRun(db), ["complete", "all done", 7]);
  },
);

withDatabases("work that fails, is given up, or is not ours any more", async (db) => {
  const rooms = { database: db, world: jumpingWorld(NOW) };
  const failing = () => Promise.reject(new Error("it broke"));
  await assert.rejects(holdingThePlace(rooms, { stop: never, abort: never }, failing), /it broke/);
  assert.deepEqual(await lastRun(db), ["failed", "it broke", 0]);
  const abort = new AbortController();
  const given = holdingThePlace(rooms, { stop: never, abort: abort.signal }, ({ signal }) => {
    abort.abort(new Error("given up"));
    signal.throwIfAborted();
    return Promise.resolve(COMPLETE);
  });
  await assert.rejects(given, /given up/);
  assert.deepEqual(await lastRun(db), ["cancelled", "given up", 0]);
  const stolen = holdingThePlace(rooms, { stop: never, abort: never }, async ({ holder }) => {
    await db.pool.query("update run set outcome = 'abandoned', finished_at = now() where id = $1", [holder.runId]);
    return COMPLETE;
  });
  await assert.rejects(stolen, LeaseLost);
});

withDatabases("a cancellation stops it, a forced one gives up what is under way", async (db) => {
  for (const force of [false, true]) {
    const world = { ...jumpingWorld(NOW), leaseMs: 3_000 };
    const ended = await holdingThePlace(
      { database: db, world },
      { stop: never, abort: never },
      async ({ holder, stop, signal }) => {
        await requestCancel(db, { runId: holder.runId, by: "test", force, now: NOW });
        const watched = force ? signal : stop;
        await new Promise((resolve) => watched.addEventListener("abort", resolve, { once: true }));
        assert.equal(signal.aborted, force);
        return { outcome: "cancelled" as const, message: "stopped" };
      },
    );
    assert.deepEqual(ended, { outcome: "cancelled", message: "stopped" });
  }
});
