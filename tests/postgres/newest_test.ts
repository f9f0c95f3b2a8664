/** Does the mark differ after everything a page shows, and stay the same when nothing happened? */
import assert from "node:assert/strict";
import { newest } from "../../src/postgres/newest.ts";
import { withDatabases } from "../support/database.ts";
import { history } from "../support/runs.ts";

withDatabases("every change moves the mark, and nothing else does", async (db) => {
  const marks = [(await newest(db)).mark];
  assert.equal((await newest(db)).runId, null);
  const changes = [
    "insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ('a', '@daily', 'UTC', now(), now())",
    "update schedule set paused_at = now() + interval '1 second'",
    "insert into audit (at, by, action, subject, was, became) values (now(), 'a', 'set', 'schedule a', null, null)",
    "insert into tick (schedule, due_at, state, trigger, noticed_at) values ('a', now(), 'requested', 'schedule', now())",
    async () => void await history(db, [null]),
    "update run set planned = 3",
    `insert into run_event (run_id, seq, at, type, level, message, data) select id, 1, now(), 'x', 'info', 'x', '{}' from run`,
    `insert into request (key_hash, symbol, "interval", form, attempt, sent_at) values ('k', 'A', 'daily', 'D', 1, now())`,
    "update run set cancel_at = now(), cancel_by = 'ann'",
    "update run set outcome = 'complete', finished_at = now()",
    `insert into launch (series, force, asked_by, asked_at)
     values ('[{"symbol": "A", "interval": "daily"}]', false, 'ann', now())`,
  ];
  for (const change of changes) {
    if (typeof change === "string") await db.pool.query(change);
    else await change();
    const { mark } = await newest(db);
    assert.ok(!marks.includes(mark), String(change));
    assert.equal((await newest(db)).mark, mark);
    marks.push(mark);
  }
});
