import assert from "node:assert/strict";
import { tickById, ticksBetween } from "../../src/postgres/tick_list.ts";
import { withDatabases } from "../support/database.ts";
import { BEGAN, HOUR } from "../support/runs.ts";

withDatabases("the ticks of a stretch of time in order, with their reasons; of too many the newest", async (db) => {
  const at = new Date(BEGAN).toISOString();
  await db.pool.query(
    "insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ('a', '* * * * *', 'UTC', $1, $1)",
    [at],
  );
  await db.pool.query(
    `insert into tick (schedule, due_at, state, trigger, reason, noticed_at)
     select 'a', $1::timestamptz + make_interval(hours => n), case n when 1 then 'skipped' else 'requested' end,
       'schedule', case n when 1 then 'the schedule is paused' end, $1 from generate_series(0, 3) as n`,
    [at],
  );
  const ticks = await ticksBetween(db, { from: BEGAN, to: BEGAN + 3 * HOUR, limit: 2 });
  assert.deepEqual(ticks.map(({ dueAt, state, reason }) => [(dueAt - BEGAN) / HOUR, state, reason]), [
    [1, "skipped", "the schedule is paused"],
    [2, "requested", null],
  ]);
  assert.deepEqual(await tickById(db, ticks[0]!.id), ticks[0]);
  assert.equal(await tickById(db, 999_999), null);
});
