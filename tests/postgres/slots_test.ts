/** Are bars counted where they lie, the end of a slot left out? */
import assert from "node:assert/strict";
import { barsIn } from "../../src/postgres/slots.ts";
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
