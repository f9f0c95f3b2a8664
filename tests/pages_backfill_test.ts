/** Do the pages read and do what the commands do? */
import assert from "node:assert/strict";
import { backfillReads, backfillSteps, withEnd } from "../src/pages_backfill.ts";
import { AAA, NOW, startBackfilling } from "./support/backfilling.ts";
import { withDatabases } from "./support/database.ts";

withDatabases("begun from a page, to today, worked on, and read with its runs", async (_db, { config }) => {
  await using at = await startBackfilling(config);
  const opened = Promise.resolve(at.app);
  const [reads, steps] = [backfillReads(opened), backfillSteps(opened, () => NOW)];
  const wish = { series: [AAA], from: "2023-06-30", to: null, note: "why" };
  const { id, to, note } = await steps.start("the page", wish);
  assert.deepEqual([to, note], ["2023-07-05", "why"]);
  assert.equal((await steps.pause("the page", id)).state, "paused");
  assert.equal((await steps.resume("the page", id)).state, "running");
  await at.work(id);
  assert.deepEqual((await reads.backfills({ limit: 5 })).map(({ state }) => state), ["complete"]);
  assert.equal((await reads.backfill(id))!.held, 2);
  assert.equal((await reads.series(id, { limit: 5 })).length, 1);
  assert.deepEqual((await reads.runs(id, { limit: 5 })).map(({ backfillId }) => backfillId), [id]);
  assert.equal(await reads.backfill(id + 1), null);
  const other = await steps.start("the page", wish);
  assert.equal((await steps.cancel("the page", other.id)).state, "cancelled");
  assert.equal(withEnd({ to: "2023-01-01" }, NOW).to, "2023-01-01");
});
