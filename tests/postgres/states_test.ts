import assert from "node:assert/strict";
import { recordResult } from "../../src/postgres/results.ts";
import { seriesStates } from "../../src/postgres/states.ts";
import { NO_ROWS } from "../../src/run.ts";
import { withDatabases } from "../support/database.ts";
import { bar, IBM, nextRun, NOW, startRun, store } from "../support/stored.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;
const UNKNOWN = { symbol: "NONE", interval: "daily" } as const;

withDatabases("states come in the order asked, also for a series that has nothing", async (db) => {
  const run = await startRun(db);
  await store(db, run, {
    bars: [
      bar("2026-03-02T14:30Z", "1"),
      bar("2026-03-02T15:00Z", "1"),
      bar("2026-03-02T15:30Z", "1", { settled: false }),
    ],
  });
  const known = {
    series: IBM,
    first: Date.parse("2026-03-02T14:30Z"),
    watermark: Date.parse("2026-03-02T15:00Z"),
    newest: Date.parse("2026-03-02T15:30Z"),
    answeredAt: NOW - 2_000,
    last: { status: "stored", kind: null, at: NOW },
  };
  const nothing = { first: null, watermark: null, newest: null, answeredAt: null, last: null };
  assert.deepEqual(await seriesStates(db, [UNKNOWN, IBM, DAILY]), [
    { series: UNKNOWN, ...nothing },
    known,
    { series: DAILY, ...nothing },
  ]);
  assert.deepEqual(await seriesStates(db, []), []);
});

withDatabases("only what was stored counts as answered, the last result is the last of any kind", async (db) => {
  const first = await startRun(db);
  await store(db, first, { bars: [bar("2026-03-02T14:30Z", "1", { settled: false })], now: NOW });
  const second = await nextRun(db, first);
  const failed = {
    series: IBM,
    status: "failed",
    kind: "database",
    message: "x",
    requests: 1,
    counts: NO_ROWS,
    watermark: null,
    startedAt: NOW + 60_000,
    finishedAt: NOW + 61_000,
  } as const;
  await recordResult(db, { ...second, result: failed });
  const [state] = await seriesStates(db, [IBM]);
  assert.equal(state?.watermark, null, "a provisional bar is no watermark");
  assert.equal(state?.answeredAt, NOW - 2_000);
  assert.deepEqual(state?.last, { status: "failed", kind: "database", at: NOW + 61_000 });
});
