/** Do the pages of series read what the database has and what the plan means to do? */
import assert from "node:assert/strict";
import type { App } from "../src/app.ts";
import type { Series } from "../src/bar.ts";
import { seriesReads, symbolsReads } from "../src/pages_series.ts";
import type { Database } from "../src/postgres/connect.ts";
import { seriesStates } from "../src/postgres/states.ts";
import { withDatabases } from "./support/database.ts";
import { bar, NOW, startRun, store } from "./support/stored.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;
const NONE = { symbol: "MSFT", interval: "daily" } as const;

/** On Monday the 2nd of March 2026, after the close. */
function opened(db: Database): Promise<App> {
  const app = {
    database: db,
    config: { series: [DAILY, NONE], adjusted: false, vendor: { key: "k", entitlement: null, extendedHours: false } },
    states: (series: readonly Series[]) => seriesStates(db, series),
    plan: (series: readonly Series[]) =>
      Promise.resolve({
        now: NOW,
        quota: { perDay: null, usedToday: 0, blockedUntil: null },
        entries: series.map((one) => ({ action: "defer", series: one, kind: "quota", reason: "spent", until: NOW })),
      }),
  };
  return Promise.resolve(app as unknown as App);
}

withDatabases("the table: freshness, counts, results, what comes next; filters and pages", async (db) => {
  await store(db, await startRun(db), { series: DAILY, bars: [bar("2026-02-26", "1"), bar("2026-03-02", "2")] });
  const { symbols } = symbolsReads(opened(db));
  const all = { symbol: null, interval: null, freshness: null, page: 1, limit: 9 };
  const { rows, counts, matching } = await symbols(all);
  assert.deepEqual(counts, { complete: 1, late: 0, empty: 1 });
  assert.equal(matching, 2);
  const [held, empty] = rows;
  assert.deepEqual([held?.freshness.state, held?.bars, held?.results.length, held?.next?.reason], [
    "complete",
    2,
    1,
    "spent",
  ]);
  assert.deepEqual([empty?.freshness.state, empty?.bars, empty?.results], ["empty", 0, []]);
  const named = async (change: object) => (await symbols({ ...all, ...change })).rows.map((row) => row.series.symbol);
  assert.deepEqual(await named({ symbol: "MS" }), ["MSFT"]);
  assert.deepEqual(await named({ freshness: "complete" }), ["IBM"]);
  assert.deepEqual(await named({ interval: "weekly" }), []);
  assert.deepEqual(await named({ page: 2, limit: 1 }), ["MSFT"]);
});

withDatabases("one series: its intervals, its bars with what is missing among them, its coverage", async (db) => {
  const run = await startRun(db);
  const rejects = [{ stamp: "2026-02-27", rule: "zero-price", raw: {} } as const];
  await store(db, run, { series: DAILY, bars: [bar("2026-02-26", "1"), bar("2026-03-02", "2")], rejects });
  await store(db, run, { series: { ...DAILY, interval: "weekly" }, bars: [bar("2026-02-27", "1")] });
  const reads = seriesReads(opened(db));
  const facts = await reads.series(DAILY);
  assert.deepEqual([facts?.intervals, facts?.held, facts?.bars], [["daily", "weekly"], 1, 2]);
  assert.equal((await reads.series(NONE))?.freshness.state, "empty");
  assert.equal(await reads.series({ symbol: "MSFT", interval: "weekly" }), null);

  const chart = await reads.chart(DAILY, { from: null, to: null, points: 9 });
  assert.deepEqual([chart.candles.length, chart.width, chart.revised], [2, null, []]);
  const why = "its rows are in quarantine by zero-price; a row that is right can be released";
  assert.deepEqual(chart.gaps.map(({ date, reason }) => [date, reason]), [["2026-02-27", why]]);

  const { year, years, cells } = await reads.coverage(DAILY, null);
  assert.deepEqual([year, years], [2026, [2026]]);
  const of = (presence: string) => cells.filter((cell) => cell.presence === presence).map(({ date }) => date);
  assert.deepEqual([of("present"), of("gap"), of("before").at(-1)], [
    ["2026-02-26", "2026-03-02"],
    ["2026-02-27"],
    "2026-02-25",
  ]);
  assert.deepEqual((await reads.coverage(NONE, null)).cells, []);
  assert.equal((await reads.coverage({ ...DAILY, interval: "weekly" }, null)).cells[0]?.presence, "present");

  const page = { before: null, limit: 9 };
  assert.deepEqual((await reads.quarantine(DAILY, page)).map(({ released }) => released), [null]);
  assert.equal((await reads.results(DAILY, page)).length, 1);
  assert.equal((await reads.answers(DAILY, page)).length, 1);
  assert.deepEqual([await reads.revisions(DAILY, page), await reads.requests(DAILY, page)], [[], []]);
  assert.equal(await reads.answerBody(999), null);
});
