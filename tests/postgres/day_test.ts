import assert from "node:assert/strict";
import { happenedSince, scheduleState } from "../../src/postgres/day.ts";
import { withDatabases } from "../support/database.ts";
import { NOW } from "../support/stored.ts";

const at = (ms: number) => new Date(ms).toISOString();
const HOUR = 3_600_000;

withDatabases("what happened since an instant, added up over the runs that ended", async (db) => {
  assert.deepEqual(await happenedSince(db, 0), { runs: {}, inserted: 0, revised: 0, quarantined: 0, requests: 0 });
  const put = (outcome: string | null, finished: number, inserted: number) =>
    db.pool.query(
      `insert into run (trigger, owner, lease_until, started_at, finished_at, outcome, inserted, revised, quarantined, requests)
       values ('manual', 'x', now(), $1, $2, $3, $4, 1, 2, 3)`,
      [at(NOW - 48 * HOUR), outcome === null ? null : at(finished), outcome, inserted],
    );
  await put("complete", NOW - 30 * HOUR, 1_000);
  await put("complete", NOW - 2 * HOUR, 10);
  await put("partial", NOW - HOUR, 5);
  await put("complete", NOW, 7);
  await put(null, NOW, 0);
  assert.deepEqual(await happenedSince(db, NOW - 24 * HOUR), {
    runs: { complete: 2, partial: 1 },
    inserted: 22,
    revised: 3,
    quarantined: 6,
    requests: 9,
  });
});

withDatabases("the schedule: not looked at, then with ticks that wait, were given up, or have a run", async (db) => {
  const state = () => scheduleState(db, { schedule: "ingest", now: NOW });
  assert.equal(await state(), null);
  await db.pool.query(
    "insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ('ingest', '0 6 * * *', 'UTC', $1, $1)",
    [at(NOW)],
  );
  const calm = { paused: false, evaluatedTo: NOW, waitingSince: null, givenUp: null, atWork: false };
  assert.deepEqual(await state(), calm);
  const tick = async (due: number, state: string) => {
    const { rows: [row] } = await db.pool.query(
      `insert into tick (schedule, due_at, trigger, state, reason, noticed_at)
       values ('ingest', $1, 'schedule', $2, case $2 when 'requested' then null else 'because' end, $1) returning id`,
      [at(due), state],
    );
    return row.id;
  };
  await tick(NOW - 3 * HOUR, "requested");
  await tick(NOW - 2 * HOUR, "requested");
  await tick(NOW - HOUR, "skipped");
  await tick(NOW + HOUR, "requested");
  assert.deepEqual(await state(), { ...calm, waitingSince: NOW - 3 * HOUR });
  await db.pool.query(
    `insert into run (trigger, tick_id, owner, lease_until, started_at)
     select 'schedule', id, 'x', clock_timestamp() + interval '1 hour', now() from tick order by due_at limit 1`,
  );
  assert.deepEqual(await state(), { ...calm, waitingSince: NOW - 2 * HOUR, atWork: true });
  await db.pool.query("update run set lease_until = clock_timestamp() - interval '1 hour'");
  await tick(NOW - 1_000, "failed");
  await db.pool.query("update schedule set paused_at = now()");
  assert.deepEqual(await state(), { ...calm, paused: true, waitingSince: NOW - 2 * HOUR, givenUp: "because" });
});
