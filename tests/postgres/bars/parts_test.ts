/** Does a series that a run stores in several parts get all of them? */
import assert from "node:assert/strict";
import { withDatabases } from "../../support/database.ts";
import { bar, countsOf, startRun, store, stored } from "../../support/stored.ts";

withDatabases("two answers for a series that end in the same millisecond are both stored", async (db) => {
  const run = await startRun(db);
  await store(db, run, { bars: [bar("2026-03-02T14:30Z", "1")] });
  const second = await store(db, run, { bars: [bar("2026-03-02T15:00Z", "2")] });
  assert.deepEqual([countsOf(second), second.requests], ["2 0 0 0 0", 2]);
  assert.deepEqual(await stored(db, "30min"), ["2026-03-02T14:30 1", "2026-03-02T15:00 2"]);
});
