import assert from "node:assert/strict";
import type { Database } from "../../src/postgres/connect.ts";
import { type HoldOptions, holdSchedule, releaseSchedule, scheduleHold } from "../../src/postgres/holder.ts";
import { openDatabase } from "../../src/postgres/connect.ts";
import { serverDatabase, withDatabases } from "../support/database.ts";
import { NOW, startRun } from "../support/stored.ts";

const SCHEDULE = { name: "bars", cron: "0 6 * * *", timezone: "UTC" };

function hold(db: Database, owner: string, holds: string, over: Partial<HoldOptions> = {}) {
  return holdSchedule(db, {
    ...{ schedule: SCHEDULE, owner, holds, holdMs: 60_000, now: NOW, exclusive: false },
    ...over,
  });
}

withDatabases("programs that agree hold together, one that disagrees is told who holds for what", async (db) => {
  assert.equal(await hold(db, "a", "six"), null);
  assert.equal(await hold(db, "b", "six"), null, "the same configuration");
  const rival = await hold(db, "c", "seven");
  assert.deepEqual([rival?.owner, rival?.holds], ["b", "six"]);
  assert.ok(Math.abs(rival!.until - Date.now() - 60_000) < 30_000);
  assert.equal(await hold(db, "b", "eight"), null, "its own process may change its mind");
  assert.equal((await hold(db, "c", "seven"))?.holds, "eight");
  assert.equal(await hold(db, "c", "seven", { exclusive: true }), null, "nobody else can be there");
  const { rows } = await db.pool.query("select name, cron, evaluated_to, held_by, held_for from schedule");
  assert.deepEqual(rows, [{ name: "bars", cron: "0 6 * * *", evaluated_to: NOW, held_by: "c", held_for: "seven" }]);
});

withDatabases(
  "who keeps the schedule can be seen: nobody, one that is alive, one that is not, nobody again",
  async (db) => {
    const seen = async () => {
      const kept = await scheduleHold(db, "bars");
      return kept && [kept.owner, kept.holds, kept.alive];
    };
    assert.equal(await seen(), null);
    await hold(db, "a", "six");
    assert.deepEqual(await seen(), ["a", "six", true]);
    await hold(db, "a", "six", { holdMs: 0 });
    assert.deepEqual(await seen(), ["a", "six", false]);
    await releaseSchedule(db, "a");
    assert.equal(await seen(), null);
  },
);

withDatabases("who has let go, or was not heard of for too long and has no run at work, holds no more", async (db) => {
  await hold(db, "a", "six");
  await releaseSchedule(db, "b");
  assert.notEqual(await hold(db, "c", "seven"), null, "not theirs to let go");
  await releaseSchedule(db, "a");
  assert.equal(await hold(db, "c", "seven"), null);
  await hold(db, "c", "seven", { holdMs: 0 });
  const { runId } = await startRun(db, { owner: "c" });
  assert.equal((await hold(db, "d", "eight"))?.owner, "c", "its run is long, and it looks at no clock meanwhile");
  await db.pool.query("update run set lease_until = now() - interval '1 second' where id = $1", [runId]);
  assert.equal(await hold(db, "d", "eight"), null);
});

Deno.test("ten programs of ten configurations at once: one holds, nine are told that one (server)", async () => {
  await using at = await serverDatabase({ poolSize: 5 });
  const other = await openDatabase(at.config, { onError: () => {} });
  try {
    const asked = Array.from({ length: 10 }, (_, i) => hold(i % 2 ? other : at.db, `owner ${i}`, `${i} o'clock`));
    const rivals = (await Promise.all(asked)).filter((rival) => rival !== null);
    assert.equal(rivals.length, 9);
    assert.equal(new Set(rivals.map(({ owner }) => owner)).size, 1);
  } finally {
    await other.close();
  }
});
