/** Is each series of a table counted and its last results told, in the order asked, without counting for ever? */
import assert from "node:assert/strict";
import { barCounts, lastResults } from "../../src/postgres/series_list.ts";
import { withDatabases } from "../support/database.ts";
import { bar, IBM, nextRun, NOW, startRun, store } from "../support/stored.ts";

const NONE = { symbol: "NONE", interval: "daily" } as const;
const DAILY = { symbol: "IBM", interval: "daily" } as const;

withDatabases("bars up to the most, provisional ones among them, nothing for a series with none", async (db) => {
  const run = await startRun(db);
  const times = ["14:30", "15:00", "15:30"];
  const bars = times.map((time, index) => bar(`2026-03-02T${time}Z`, "1", { settled: index < 2 }));
  await store(db, run, { bars });
  await store(db, run, { series: DAILY, bars: [bar("2026-03-02", "1", { settled: false })] });
  assert.deepEqual(await barCounts(db, [NONE, IBM, DAILY], { most: 10 }), [
    { bars: 0, provisional: 0 },
    { bars: 3, provisional: 1 },
    { bars: 1, provisional: 1 },
  ]);
  assert.deepEqual(await barCounts(db, [IBM], { most: 2 }), [{ bars: 2, provisional: 1 }]);
});

withDatabases("the newest results first, with their runs", async (db) => {
  const first = await startRun(db);
  await store(db, first, { bars: [bar("2026-03-02T14:30Z", "1")], now: NOW });
  const second = await nextRun(db, first);
  await store(db, second, { bars: [bar("2026-03-02T15:00Z", "1")], now: NOW + 60_000 });
  const [none, results] = await lastResults(db, [NONE, IBM], { limit: 5 });
  assert.deepEqual(none, []);
  const expected = { status: "stored", kind: null, message: null, inserted: 1 };
  assert.deepEqual(results, [
    { ...expected, runId: second.runId, at: NOW + 60_000 },
    { ...expected, runId: first.runId, at: NOW },
  ]);
  assert.equal((await lastResults(db, [IBM], { limit: 1 }))[0]?.length, 1);
});
