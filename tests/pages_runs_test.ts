/** Do the pages of runs read what the database has, and the log file where it is? */
import assert from "node:assert/strict";
import type { App } from "../src/app.ts";
import { runReads, runsReads } from "../src/pages_runs.ts";
import { withDatabases } from "./support/database.ts";
import { BEGAN, history, HOUR } from "./support/runs.ts";

const opened = (app: unknown) => Promise.resolve(app as App);

withDatabases("runs, their counts, one run with its events and what is drawn of them", async (db) => {
  const [, failed] = await history(db, ["complete", "failed", null]);
  await db.pool.query(
    `insert into run_event (run_id, seq, at, type, level, message, data)
     select $1, n, now(), (array['run-started', 'request-sent', 'rows-stored'])[n], 'info', 'x', '{}' from generate_series(1, 3) n`,
    [failed],
  );
  const settings = [{ name: "PORT", value: "2", origin: ".env" }];
  const app = opened({ database: db, config: { logDir: null }, settings });
  const [runs, run] = [runsReads(app), runReads(app)];
  const none = { trigger: null, symbol: null, since: null, until: null, before: null, limit: 9 };
  assert.equal((await runs.runs({ ...none, outcome: null })).length, 3);
  assert.deepEqual((await runs.runs({ ...none, outcome: "failed" })).map(({ id }) => id), [failed]);
  assert.deepEqual(await runs.counts(BEGAN + 7 * 24 * HOUR), { complete: 1, failed: 1, running: 1 });
  assert.deepEqual(await runs.waiting(), []);
  await db.pool.query("update run set of_run = $1 where outcome = 'complete'", [failed]);
  assert.deepEqual((await run.again(failed!)).map(({ outcome }) => outcome), ["complete"]);
  assert.equal((await run.run(failed!))?.outcome, "failed");
  assert.equal(await run.run(999), null);
  assert.deepEqual(await run.results(failed!), []);
  const any = { symbol: null, interval: null };
  assert.deepEqual((await run.spanEvents(failed!, any)).map(({ seq }) => seq), [2, 3]);
  await db.pool.query("update run_event set symbol = 'IBM', interval = 'daily' where seq = 3");
  assert.deepEqual((await run.spanEvents(failed!, { ...any, symbol: "IBM" })).map(({ seq }) => seq), [3]);
  assert.deepEqual(await run.eventCounts(failed!), {
    levels: { info: 3 },
    types: { "run-started": 1, "request-sent": 1, "rows-stored": 1 },
  });
  assert.equal(await run.tickDueAt(999), null);
  assert.equal(await run.told(999), null);
  assert.equal(await run.settings(failed!), null);
  const kept = [{ name: "PORT", value: "1", origin: "default" }];
  await db.pool.query("insert into run_settings values ('d', $1, now())", [JSON.stringify(kept)]);
  await db.pool.query("update run set settings_digest = 'd' where id = $1", [failed]);
  assert.deepEqual((await run.settings(failed!))?.map(({ differs }) => differs), [true]);
  assert.equal(await run.logFile({ id: 1, startedAt: 0 }), null);
});

Deno.test("the log file is found by the run's number and start, and only a file is one", async () => {
  const logDir = await Deno.makeTempDir();
  const { logFile } = runReads(opened({ config: { logDir } }));
  const startedAt = Date.parse("2026-01-02T06:00:00.500Z");
  assert.equal(await logFile({ id: 7, startedAt }), null);
  await Deno.mkdir(`${logDir}/2026-01`);
  await Deno.writeTextFile(`${logDir}/2026-01/run-7-20260102T060000Z.log`, "line\n");
  await Deno.mkdir(`${logDir}/2026-01/run-8-20260102T060000Z.log`);
  const file = await logFile({ id: 7, startedAt });
  assert.equal(file?.name, "run-7-20260102T060000Z.log");
  assert.equal(await new Response(await file!.text()).text(), "line\n");
  assert.equal(await logFile({ id: 8, startedAt }), null);
  await Deno.remove(logDir, { recursive: true });
});
