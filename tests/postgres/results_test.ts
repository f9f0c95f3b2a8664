import assert from "node:assert/strict";
import { recordResult, resultsOf } from "../../src/postgres/results.ts";
import { LeaseLost, NO_ROWS, type SeriesResult } from "../../src/run.ts";
import { withDatabases } from "../support/database.ts";
import { losingOnce } from "../support/lossy.ts";
import { bar, IBM, NOW, startRun, store } from "../support/stored.ts";

const FAILED: SeriesResult = {
  series: { symbol: "TSLA", interval: "daily" },
  status: "failed",
  kind: "bad-symbol",
  message: "the vendor knows no TSLA",
  requests: 2,
  counts: NO_ROWS,
  watermark: null,
  startedAt: NOW,
  finishedAt: NOW + 1_000,
};

withDatabases("results come back as they were given, in the order they were finished", async (db) => {
  const run = await startRun(db);
  await recordResult(db, { ...run, result: FAILED });
  const stored = await store(db, run, { bars: [bar("2026-03-02T14:30Z", "1")], now: NOW });
  assert.deepEqual(await resultsOf(db, run.runId), [stored, FAILED]);
  assert.deepEqual(stored.series, IBM);
  assert.deepEqual(await resultsOf(db, run.runId + 1), []);
});

withDatabases("a failed series keeps the watermark its bars have", async (db) => {
  const run = await startRun(db);
  await store(db, run, { series: FAILED.series, bars: [bar("2026-02-27", "1")], now: NOW - 1 });
  await recordResult(db, { ...run, result: FAILED });
  const [result] = await resultsOf(db, run.runId);
  assert.equal(result?.watermark, Date.parse("2026-02-27"));
  assert.equal(result?.status, "failed");
});

withDatabases("an answer lost after the commit counts the requests once", async (db) => {
  const run = await startRun(db);
  await recordResult(losingOnce(db, { statement: /^commit/, after: true }), { ...run, result: FAILED });
  assert.deepEqual(await resultsOf(db, run.runId), [FAILED]);
});

withDatabases("only the holder of the run records", async (db) => {
  const run = await startRun(db);
  await assert.rejects(recordResult(db, { ...run, owner: "thief", result: FAILED }), LeaseLost);
  await assert.rejects(recordResult(db, { ...run, runId: run.runId + 1, result: FAILED }), LeaseLost);
  assert.deepEqual(await resultsOf(db, run.runId), []);
});

withDatabases("a failure without a kind and a success with one are refused by the table itself", async (db) => {
  const run = await startRun(db);
  await assert.rejects(recordResult(db, { ...run, result: { ...FAILED, kind: null } }), { code: "23514" });
  await assert.rejects(recordResult(db, { ...run, result: { ...FAILED, status: "stored" } }), { code: "23514" });
});
