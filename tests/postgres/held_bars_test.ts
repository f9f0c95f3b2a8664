import assert from "node:assert/strict";
import { heldBars } from "../../src/postgres/held_bars.ts";
import { withDatabases } from "../support/database.ts";
import { bar, IBM, NOW, startRun, store } from "../support/stored.ts";

const slot = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) });

withDatabases("bars of a stretch, how many can still grow, and the answer they came with", async (db) => {
  const run = await startRun(db);
  const bars = [
    bar("2026-03-02T14:30Z", "1"),
    bar("2026-03-02T15:00Z", "1", { settled: false }),
    bar("2026-03-03T15:00Z", "1"),
  ];
  await store(db, run, { bars });
  const day = await heldBars(db, IBM, slot("2026-03-02T14:30Z", "2026-03-03T15:00Z"));
  assert.deepEqual(day, { bars: 2, provisional: 1, answer: { id: 1, runId: run.runId, receivedAt: NOW } });
  assert.deepEqual(await heldBars(db, IBM, slot("2026-03-04", "2026-03-05")), {
    bars: 0,
    provisional: 0,
    answer: null,
  });
  await db.pool.query("update stock_data set answer_id = null");
  assert.equal((await heldBars(db, IBM, slot("2026-03-02", "2026-03-03"))).answer, null, "older than the archive");
});

withDatabases("the newest answer is the one told last, not the one archived last", async (db) => {
  const run = await startRun(db);
  await store(db, run, { bars: [bar("2026-03-02T14:30Z", "1")] });
  await store(db, run, { bars: [bar("2026-03-02T15:00Z", "1")], now: NOW - 1_000 });
  const held = await heldBars(db, IBM, slot("2026-03-02", "2026-03-03"));
  assert.equal(held.answer?.id, 1);
});
