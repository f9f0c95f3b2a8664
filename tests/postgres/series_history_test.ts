/** Is what is on record about a series found, newest first, by the page, and nothing of another series with it? */
import assert from "node:assert/strict";
import {
  answerBody,
  answersOf,
  requestsOf,
  resultsOfSeries,
  revisedBetween,
  revisionsOf,
} from "../../src/postgres/series_history.ts";
import { withDatabases } from "../support/database.ts";
import { bar, IBM, nextRun, NOW, startRun, store } from "../support/stored.ts";

const OTHER = { symbol: "IBM", interval: "daily" } as const;
const ALL = { before: null, limit: 9 };
const HOUR = 3_600_000;

withDatabases("a revision says what the bar was and what it became, also when it changed twice", async (db) => {
  let run = await startRun(db);
  for (const [index, close] of ["1", "2", "3"].entries()) {
    if (index > 0) run = await nextRun(db, run);
    await store(db, run, { bars: [bar("2026-03-02T14:30Z", close)], now: NOW + index * HOUR });
  }
  await store(db, run, { series: OTHER, bars: [bar("2026-02-27", "5")] });
  const found = await revisionsOf(db, IBM, ALL);
  assert.deepEqual(found.map(({ was, became }) => [was.close, became?.close]), [["2", "3"], ["1", "2"]]);
  assert.deepEqual(found.map(({ seenAt }) => seenAt), [NOW + 2 * HOUR, NOW + HOUR]);
  assert.equal(found[0]!.runId, run.runId);
  assert.deepEqual((await revisionsOf(db, IBM, { before: found[0]!.id, limit: 9 })).map(({ id }) => id), [
    found[1]!.id,
  ]);
  assert.deepEqual(await revisionsOf(db, OTHER, ALL), []);
  const ts = Date.parse("2026-03-02T14:30Z");
  assert.deepEqual(await revisedBetween(db, IBM, { from: ts, to: ts + 1, limit: 5 }), [ts]);
  assert.deepEqual(await revisedBetween(db, IBM, { from: ts + 1, to: ts + 2, limit: 5 }), []);
  await db.pool.query("delete from stock_data");
  assert.equal((await revisionsOf(db, IBM, ALL))[0]!.became, null);
});

withDatabases("answers with their size and body, results by the run", async (db) => {
  const first = await startRun(db);
  const rejects = [{ stamp: "2026-03-02 09:30:00", rule: "zero-price", raw: { "1. open": "0" } } as const];
  await store(db, first, { bars: [bar("2026-03-02T14:30Z", "1")], rejects, body: "{}", form: "A", now: NOW });
  const second = await nextRun(db, first);
  await store(db, second, { bars: [bar("2026-03-02T15:00Z", "1")], body: "{ }", form: "B", now: NOW + HOUR });
  await store(db, second, { series: OTHER, body: "[ ]", now: NOW + HOUR });

  const answers = await answersOf(db, IBM, ALL);
  assert.deepEqual(answers.map(({ form, bytes, kept }) => [form, bytes, kept]), [["B", 3, true], ["A", 2, true]]);
  assert.deepEqual((await answersOf(db, IBM, { before: answers[0]!.id, limit: 9 })).map(({ form }) => form), ["A"]);
  assert.deepEqual(await answerBody(db, answers[0]!.id), { symbol: "IBM", interval: "30min", body: "{ }" });
  await db.pool.query("update answer_body set body = null");
  assert.equal((await answersOf(db, IBM, ALL))[0]!.kept, false);
  assert.equal((await answerBody(db, answers[0]!.id))?.body, null);
  assert.equal(await answerBody(db, 999), null);

  const results = await resultsOfSeries(db, IBM, ALL);
  assert.deepEqual(results.map(({ runId, counts }) => [runId, counts.inserted, counts.quarantined]), [
    [second.runId, 1, 0],
    [first.runId, 1, 1],
  ]);
  const older = await resultsOfSeries(db, IBM, { before: second.runId, limit: 9 });
  assert.deepEqual(older.map(({ runId }) => runId), [first.runId]);
});

withDatabases("requests, answered or not", async (db) => {
  const { runId } = await startRun(db);
  await db.pool.query(
    `insert into request (run_id, key_hash, symbol, "interval", form, attempt, sent_at, finished_at, kind, http_status, bytes)
     values ($1, 'k', 'IBM', '30min', 'A', 1, $2, $2, 'bars', 200, 12), ($1, 'k', 'IBM', '30min', 'A', 2, $2, null, null, null, null),
       ($1, 'k', 'IBM', 'daily', 'A', 1, $2, null, null, null, null)`,
    [runId, new Date(NOW).toISOString()],
  );
  const found = await requestsOf(db, IBM, ALL);
  assert.deepEqual(found.map(({ attempt, kind, bytes, sentAt }) => [attempt, kind, bytes, sentAt]), [
    [2, null, null, NOW],
    [1, "bars", 12, NOW],
  ]);
  assert.equal((await requestsOf(db, IBM, { before: found[0]!.id, limit: 9 })).length, 1);
});
