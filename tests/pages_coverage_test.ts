/** Does the matrix hold what the database has, in columns that fit all exchanges, fast enough for hundreds of series? */
import assert from "node:assert/strict";
import type { App } from "../src/app.ts";
import type { Series } from "../src/bar.ts";
import { matrixReads } from "../src/pages_coverage.ts";
import type { Database } from "../src/postgres/connect.ts";
import { seriesStates } from "../src/postgres/states.ts";
import { serverDatabase, withDatabases } from "./support/database.ts";
import { bar, NOW, startRun, store } from "./support/stored.ts";

const daily = (symbol: string): Series => ({ symbol, interval: "daily" });

/** On Monday the 2nd of March 2026, after the close. */
function opened(db: Database, series: readonly Series[]): Promise<App> {
  const app = {
    database: db,
    config: { series, adjusted: false, vendor: { key: "k", entitlement: null, extendedHours: false } },
    states: (series: readonly Series[]) => seriesStates(db, series),
    plan: (series: readonly Series[]) =>
      Promise.resolve({ now: NOW, entries: series.map((one) => ({ action: "skip", series: one, reason: "spent" })) }),
  };
  return Promise.resolve(app as unknown as App);
}

const ALL = { interval: null, symbol: null, before: null, page: 1, limit: 50 };

withDatabases("a cell per series and session: there, missing and why, before the first", async (db) => {
  const run = await startRun(db);
  const rejects = [{ stamp: "2026-02-27", rule: "zero-price", raw: {} } as const];
  await store(db, run, { series: daily("IBM"), bars: [bar("2026-02-25", "1"), bar("2026-03-02", "2")], rejects });
  await store(db, run, { series: daily("MSFT"), bars: [bar("2026-02-27", "1")] });
  const { matrix } = matrixReads(opened(db, [daily("IBM"), daily("MSFT"), { symbol: "IBM", interval: "weekly" }]));
  const facts = await matrix(ALL);
  assert.deepEqual([facts.interval, facts.intervals, facts.matching], ["daily", ["daily", "weekly"], 2]);
  assert.deepEqual([facts.dates.length, facts.dates.at(-1), facts.older], [60, "2026-03-02", null]);
  const told = facts.rows.map(({ series, cells }) =>
    `${series.symbol} ${cells.slice(-5).map((cell) => cell!.presence).join(" ")}`
  );
  assert.deepEqual(told, ["IBM before present gap gap present", "MSFT before before before present gap"]);
  const why = (row: number, date: string) => facts.rows[row]!.cells.find((cell) => cell?.date === date)?.reason;
  assert.equal(why(0, "2026-02-27"), "its rows are in quarantine by zero-price; a row that is right can be released");
  assert.equal(
    why(0, "2026-02-26"),
    'missing; the search of the day finds it, "gaps --scan" at once; more than 65 in a row are left to "backfill"',
  );
  assert.equal(why(1, "2026-03-02"), "not stored yet: spent");
});

withDatabases("older sessions while a series has them; filters, pages, weeks; nothing configured", async (db) => {
  await store(db, await startRun(db), { series: daily("IBM"), bars: [bar("2025-10-01", "1"), bar("2026-03-02", "2")] });
  const { matrix } = matrixReads(opened(db, [daily("IBM"), daily("MSFT"), { symbol: "A.LON", interval: "weekly" }]));
  const newest = await matrix(ALL);
  assert.equal(newest.older, newest.dates[0]);
  const older = await matrix({ ...ALL, before: newest.older });
  assert.ok(older.dates.at(-1)! < newest.dates[0]!, "no session on both");
  assert.equal(older.older, null);
  assert.equal(older.rows[0]!.cells.filter((cell) => cell?.presence === "present").length, 1);
  const named = async (change: object) => (await matrix({ ...ALL, ...change })).rows.map(({ series }) => series.symbol);
  assert.deepEqual(await named({ symbol: "MS" }), ["MSFT"]);
  assert.deepEqual(await named({ page: 2, limit: 1 }), ["MSFT"]);
  assert.deepEqual(await named({ interval: "weekly" }), ["A.LON"]);
  assert.deepEqual(await named({ interval: "1min" }), []);
  assert.deepEqual((await matrixReads(opened(db, [])).matrix(ALL)).rows, []);
});

withDatabases("side by side with an exchange that is open on other days", async (db) => {
  const { matrix } = matrixReads(opened(db, [daily("IBM"), daily("A.LON")]));
  const { dates, rows } = await matrix(ALL);
  const [us, london] = rows.map(({ cells }) => cells);
  const holiday = dates.indexOf("2026-01-19");
  assert.ok(holiday >= 0, "Martin Luther King day: New York is closed, London is not");
  assert.equal(us![holiday], null);
  assert.equal(london![holiday]?.presence, "gap");
});

Deno.test("five hundred symbols by sixty sessions in a moment", async () => {
  await using at = await serverDatabase();
  await at.db.pool.query(
    `insert into stock_data (symbol, interval, ts, open, high, low, close, volume, settled)
     select 'S' || s, 'daily', timestamptz '2026-03-02 00:00Z' - make_interval(days => d), 1, 1, 1, 1, 1, true
     from generate_series(1, 500) s, generate_series(0, 400) d`,
  );
  await at.db.pool.query("analyze stock_data");
  const series = Array.from({ length: 500 }, (_, index) => daily(`S${index + 1}`));
  const { matrix } = matrixReads(opened(at.db, series));
  await matrix({ ...ALL, limit: 500 });
  const began = performance.now();
  const { rows } = await matrix({ ...ALL, limit: 500 });
  const took = performance.now() - began;
  assert.equal(rows.flatMap(({ cells }) => cells).filter((cell) => cell?.presence === "present").length, 500 * 60);
  assert.ok(took < 2_000, `it took ${took} ms`);
});
