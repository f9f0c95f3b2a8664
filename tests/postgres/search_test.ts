/** Is what somebody looks for found by its words, as they are written, the newest first? */
import assert from "node:assert/strict";
import { eventsSaying, runsSaying } from "../../src/postgres/search.ts";
import { withDatabases } from "../support/database.ts";
import { history } from "../support/runs.ts";

withDatabases("runs and events by a part of their message, in any letter case, and never as a pattern", async (db) => {
  const [one, two] = await history(db, ["failed", "failed", "complete"]);
  await db.pool.query("update run set message = 'Cannot reach the VENDOR at 100%' where id = $1", [one]);
  await db.pool.query("update run set message = 'vendor said no' where id = $1", [two]);
  await db.pool.query(
    `insert into run_event (run_id, seq, at, type, level, message, data)
     select $1, n, now() - make_interval(mins => n), 'run-started', 'info', 'Line ' || n || ' of IBM_daily', '{}'
     from generate_series(1, 5) n`,
    [one],
  );
  const runs = async (text: string) => (await runsSaying(db, { text, limit: 9 })).map(({ id }) => id);
  assert.deepEqual(await runs("vendor"), [two, one]);
  assert.deepEqual(await runs("100%"), [one]);
  assert.deepEqual(await runs("%no"), []);
  const events = async (text: string, limit = 9) =>
    (await eventsSaying(db, { text, limit })).map(({ runId, seq }) => `${runId}/${seq}`);
  assert.deepEqual(await events("ibm_d", 2), [`${one}/1`, `${one}/2`]);
  assert.deepEqual(await events("LINE 5"), [`${one}/5`]);
  assert.deepEqual(await events("ibm-d"), []);
});
