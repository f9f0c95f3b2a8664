/** What does a replay on the embedded engine leave behind? Each one writes every bar anew beside the old one. */
import assert from "node:assert/strict";
import { openApp } from "../../src/app.ts";
import { sampleRows } from "../support/answers.ts";
import { configFor, jumpingWorld, runApp } from "../support/app.ts";
import { embeddedDir } from "../support/database.ts";
import { tablesOf } from "../support/stored.ts";
import { startVendor } from "../support/vendor.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;
const never = new AbortController().signal;

Deno.test("a replay on the embedded engine leaves no room behind that is not used again; told to stop, it ends at once", async () => {
  await using vendor = await startVendor();
  await using at = await embeddedDir();
  vendor.bars(DAILY, sampleRows("daily", { count: 600, until: "2023-06-23" }));
  const app = await openApp(
    configFor(vendor.url, { kind: "embedded", dataDir: at.path }),
    jumpingWorld(Date.parse("2023-06-26T22:00Z")),
  );
  try {
    await runApp(app, [DAILY]);
    const { pool } = app.database;
    const replay = async (stop = never) => {
      const selection = { symbols: null, intervals: null };
      const report = await app.replay({ selection, partial: false, stop, abort: never, tell: () => {} });
      return "outcome" in report ? report.outcome : "busy";
    };
    const sizeOf = async () => (await pool.query("select pg_relation_size('stock_data')::int as size")).rows[0].size;
    const vacuumed = async () =>
      (await pool.query("select relname from pg_stat_user_tables where vacuum_count > 0 order by 1"))
        .rows.map(({ relname }) => relname);
    const before = await tablesOf(app.database);
    assert.ok(before.stock_data!.length > 50, `${before.stock_data!.length} bars`);

    assert.equal(await replay(AbortSignal.abort()), "cancelled");
    assert.deepEqual(await vacuumed(), []);
    assert.equal(await replay(), "complete");
    assert.deepEqual(await vacuumed(), ["quarantine", "revision", "stock_data"]);
    const once = await sizeOf();
    for (let again = 0; again < 4; again++) await replay();
    // The new bars stand beside the old ones until it has ended: twice the room, and no more.
    assert.ok(await sizeOf() <= once, `${await sizeOf()} after ${once} bytes`);
    assert.deepEqual(await tablesOf(app.database), before);
  } finally {
    await app.close();
  }
});
