/** Do why, gaps and a search tell what the database and the plan know, and does a command print it? */
import assert from "node:assert/strict";
import { openApp } from "../src/app.ts";
import { withDatabases } from "./support/database.ts";
import { configFor, jumpingWorld, runApp } from "./support/app.ts";
import { row, startVendor } from "./support/vendor.ts";

const IBM = { symbol: "IBM", interval: "daily" } as const;
/** A Saturday; Friday's session is out. */
const START = Date.parse("2026-11-21T06:00Z");
const DATES = ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"];
const stop = new AbortController().signal;

withDatabases(
  "from a hole to its end: found, asked for, healed or given up on, and told at each step",
  async (_, { config }) => {
    await using vendor = await startVendor();
    const world = jumpingWorld(START);
    const env = { STOCK_SYMBOLS: "IBM", STOCK_INTERVALS: "daily" };
    const app = await openApp(configFor(vendor.url, config, env), world);
    const has = (dates: readonly string[]) => vendor.bars(IBM, dates.map((date) => row(date, "10.5")));
    const verdict = async (date: string, series: typeof IBM | { symbol: "MSFT"; interval: "daily" } = IBM) =>
      (await app.inquiry.why(series, date)).verdict;
    const search = (reopen = false) => app.inquiry.search([IBM], { stop, reopen });
    try {
      assert.equal(await verdict("2026-11-18"), "no-bar-yet");
      assert.equal(await verdict("2026-11-18", { symbol: "MSFT", interval: "daily" }), "not-configured");
      has(DATES);
      await runApp(app, [IBM]);
      assert.match(
        (await app.inquiry.why(IBM, "2026-11-18")).sentence,
        /^IBM daily, 2026-11-18: 1 bar; answer 1 of run 1/,
      );
      await app.database.pool.query("delete from stock_data where ts in ('2026-11-17', '2026-11-18')");
      assert.equal(await verdict("2026-11-18"), "not-searched");
      assert.deepEqual(await search(), { series: 1, found: 2, healed: 0, reopened: 0 });
      assert.equal(await verdict("2026-11-18"), "gap");
      has(DATES.filter((date) => date !== "2026-11-17"));
      const sent = vendor.requests.length;
      const report = await runApp(app, [IBM]);
      assert.deepEqual([report.outcome, vendor.requests.length - sent], ["complete", 1]);
      assert.equal(await verdict("2026-11-18"), "present");
      assert.match((await app.inquiry.why(IBM, "2026-11-17")).sentence, /asked for once; next 2026-11-22/);
      await runApp(app, [IBM]);
      assert.equal(vendor.requests.length - sent, 1, "not before its time");
      await app.database.pool.query(
        `update gap set closed_at = now(), closed_as = 'vendor-has-none', next_try_at = null where closed_at is null`,
      );
      assert.equal(await verdict("2026-11-17"), "vendor-has-none");
      const { counts, gaps } = await app.inquiry.gaps([IBM], { state: "all", limit: 9 });
      assert.deepEqual(counts, { open: 0, series: 0, healed: 1, vendorHasNone: 1 });
      assert.deepEqual(gaps.map(({ date, runId }) => [date, runId]), [["2026-11-18", 2], ["2026-11-17", 2]]);
      assert.equal((await search()).reopened, 0);
      assert.equal((await search(true)).reopened, 1);
    } finally {
      await app.close();
    }
  },
);
