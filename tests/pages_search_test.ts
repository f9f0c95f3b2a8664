/** Does one search find a series, a run by its number, and what was said? */
import assert from "node:assert/strict";
import type { App } from "../src/app.ts";
import { searchReads } from "../src/pages_search.ts";
import { withDatabases } from "./support/database.ts";
import { history } from "./support/runs.ts";

withDatabases("by symbol, by series, by number, by words", async (db) => {
  const [one, two] = await history(db, ["failed", "failed"]);
  await db.pool.query("update run set message = $2 where id = $1", [two, `again from ${one}`]);
  const series = [{ symbol: "IBM", interval: "daily" }, { symbol: "IBM", interval: "30min" }];
  const { search } = searchReads(Promise.resolve({ database: db, config: { series } } as unknown as App));
  assert.deepEqual((await search("ibm")).series, series);
  assert.deepEqual((await search("ibm DAILY")).series, series.slice(0, 1));
  assert.deepEqual((await search(String(one))).runs.map(({ id }) => id), [one, two], "the number itself comes first");
  assert.deepEqual((await search(`#${two}`)).runs.map(({ id }) => id), [two]);
  assert.deepEqual(await search("nothing of it"), { series: [], runs: [], events: [] });
});
