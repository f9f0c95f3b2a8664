/** Is every line of a run's log found by what somebody looks for, and by the page? */
import assert from "node:assert/strict";
import type { Database } from "../../src/postgres/connect.ts";
import { eventCounts, type EventFilter, searchEvents } from "../../src/postgres/event_search.ts";
import { withDatabases } from "../support/database.ts";
import { history } from "../support/runs.ts";

async function logged(db: Database): Promise<number> {
  const [runId, other] = await history(db, ["complete", "failed"]);
  await db.pool.query(
    `insert into run_event (run_id, seq, at, type, level, symbol, "interval", message, data)
     select run, n, now(), case n when 1 then 'run-started' else 'request-sent' end,
       (array['info', 'debug', 'warning', 'error', 'debug'])[n], case when n > 1 then 'IBM' end,
       case when n > 1 then (array['daily', '30min'])[1 + n % 2] end, 'Line ' || n || ' 100%_sure', '{}'
     from generate_series(1, 5) as n, unnest($1::bigint[]) as run`,
    [[runId, other]],
  );
  return runId!;
}

withDatabases("each filter finds its lines, in order, of this run alone", async (db) => {
  const runId = await logged(db);
  const found = async (filter: EventFilter & { after?: number; before?: number; limit?: number }) =>
    (await searchEvents(db, { runId, limit: 10, ...filter })).map(({ seq }) => seq);
  assert.deepEqual(await found({}), [1, 2, 3, 4, 5]);
  assert.deepEqual(await found({ levels: ["warning", "error"] }), [3, 4]);
  assert.deepEqual(await found({ text: "LINE 4" }), [4]);
  assert.deepEqual(await found({ text: "100%_s" }), [1, 2, 3, 4, 5], "as written, not as a pattern");
  assert.deepEqual(await found({ text: "%" + "5" }), []);
  assert.deepEqual(await found({ symbol: "IBM", interval: "daily" }), [2, 4]);
  assert.deepEqual(await found({ types: ["run-started"] }), [1]);
  assert.deepEqual(await found({ limit: 2 }), [4, 5], "the last ones");
  assert.deepEqual(await found({ limit: 2, before: 4 }), [2, 3]);
  assert.deepEqual(await found({ limit: 2, after: 1 }), [2, 3]);
});

withDatabases("lines are counted by level and kind", async (db) => {
  const counts = await eventCounts(db, await logged(db));
  const told = counts.map(({ level, type, count }) => `${level} ${type} ${count}`).toSorted();
  assert.deepEqual(told, [
    "debug request-sent 2",
    "error request-sent 1",
    "info run-started 1",
    "warning request-sent 1",
  ]);
});
