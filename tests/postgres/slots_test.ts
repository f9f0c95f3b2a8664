/** Are bars counted where they lie, the end of a slot left out? */
import assert from "node:assert/strict";
import { barsIn, barsOfMany } from "../../src/postgres/slots.ts";
import { withDatabases } from "../support/database.ts";
import { bar, IBM, startRun, store } from "../support/stored.ts";

withDatabases("bars of each slot, none of between them", async (db) => {
  const bars = ["14:30", "15:00", "15:25", "15:30", "17:00"].map((time) => bar(`2026-03-02T${time}Z`, "1"));
  await store(db, await startRun(db), { bars });
  const at = (time: string) => Date.parse(`2026-03-02T${time}Z`);
  const slots = [
    { from: at("14:00"), to: at("14:30") },
    { from: at("14:30"), to: at("15:00") },
    { from: at("15:00"), to: at("15:20") },
    { from: at("15:30"), to: at("17:00") },
  ];
  assert.deepEqual(await barsIn(db, IBM, slots), [0, 1, 1, 1]);
  assert.deepEqual(await barsIn(db, { ...IBM, symbol: "MSFT" }, slots), [0, 0, 0, 0]);
  assert.deepEqual(await barsIn(db, IBM, []), []);
});

withDatabases("of many symbols at once, each its own; other intervals and symbols left out", async (db) => {
  const run = await startRun(db);
  const daily = (symbol: string) => ({ symbol, interval: "daily" as const });
  await store(db, run, { series: daily("A"), bars: [bar("2026-03-02", "1"), bar("2026-03-04", "1")] });
  await store(db, run, { series: daily("B"), bars: [bar("2026-03-03", "1"), bar("2026-03-08", "1")] });
  await store(db, run, { series: daily("C"), bars: [bar("2026-03-02", "1")] });
  await store(db, run, { series: { symbol: "A", interval: "weekly" }, bars: [bar("2026-03-03", "1")] });
  const slots = [2, 3, 4].map((day) => ({ from: Date.UTC(2026, 2, day), to: Date.UTC(2026, 2, day + 1) }));
  const found = await barsOfMany(db, { symbols: ["A", "B", "Z"], interval: "daily" }, slots);
  assert.deepEqual([...found].toSorted(), [["A", [1, 0, 1]], ["B", [0, 1, 0]]]);
  assert.equal((await barsOfMany(db, { symbols: ["A"], interval: "daily" }, [])).size, 0);
});
