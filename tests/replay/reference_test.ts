/** Does `replay` make splits, dividends and the list of symbols anew as well, of what was selected? */
import assert from "node:assert/strict";
import { openApp } from "../../src/app.ts";
import type { Selection } from "../../src/selection.ts";
import { configFor, jumpingWorld, runApp } from "../support/app.ts";
import { serverDatabase } from "../support/database.ts";
import { sampleRows, startVendor } from "../support/vendor.ts";

Deno.test("emptied tables come back, a body that cannot be read leaves its symbol and makes it partial", async () => {
  await using at = await serverDatabase();
  await using vendor = await startVendor();
  for (const symbol of ["AAA", "BBB"]) vendor.bars({ symbol, interval: "daily" }, sampleRows("daily"));
  vendor.reference({
    splits: { AAA: [{ date: "2023-06-01", factor: "2" }], BBB: [{ date: "2023-06-02", factor: "3" }] },
    dividends: { BBB: [{ date: "2023-06-15", amount: "0.5" }] },
    listings: [{ symbol: "AAA" }, { symbol: "BBB" }],
  });
  const env = { STOCK_SYMBOLS: "AAA,BBB", STOCK_INTERVALS: "daily", ACTIONS_DAYS: "7", LISTING_DAYS: "7" };
  const config = configFor(vendor.url, { kind: "server", url: at.url, poolSize: 2 }, env);
  const app = await openApp(config, jumpingWorld(Date.parse("2023-07-04T06:00Z")));
  const { pool } = app.database;
  const kept = async () => {
    const { rows: [found] } = await pool.query(
      `select (select string_agg(symbol || factor, ' ' order by symbol) from split) as splits,
         (select count(*) from dividend) as dividends, (select count(*) from listing) as listings`,
    );
    return [found.splits, found.dividends, found.listings];
  };
  const empty = () => pool.query("truncate split, dividend, listing");
  const { signal } = new AbortController();
  const replay = async (selection: Partial<Selection> = {}) => {
    const lines: string[] = [];
    const options = { partial: false, stop: signal, abort: signal, tell: (line: string) => void lines.push(line) };
    const report = await app.replay({ selection: { symbols: null, intervals: null, ...selection }, ...options });
    return { report, lines };
  };
  try {
    await runApp(app, config.series);
    const asked = vendor.requests.length;
    const before = await kept();
    assert.deepEqual(before, ["AAA2 BBB3", 1, 2]);
    await empty();
    const { report, lines } = await replay();
    assert.deepEqual([await kept(), "outcome" in report && report.outcome], [before, "complete"]);
    assert.ok(lines.includes("BBB DIVIDENDS: 1 answers replayed"));
    await empty();
    await replay({ symbols: ["BBB"] });
    assert.deepEqual(await kept(), ["BBB3", 1, 0]);
    await replay({ intervals: ["daily"] });
    assert.deepEqual(await kept(), ["BBB3", 1, 0], "only bars were selected");
    await pool.query(
      `update answer_body set body = '{}' where id in (select body_id from reference_answer where form = 'SPLITS' and symbol = 'BBB')`,
    );
    const damaged = await replay();
    assert.deepEqual([await kept(), "outcome" in damaged.report && damaged.report.outcome], [before, "partial"]);
    assert.ok(damaged.lines.some((line) => line.startsWith("BBB SPLITS: left as it is: an answer reads as ")));
    assert.equal(vendor.requests.length, asked);
  } finally {
    await app.close();
  }
});
