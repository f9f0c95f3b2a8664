/** Is every bar read out once, in order, as it is or as it was, and no more of them at once than a page? */
import assert from "node:assert/strict";
import type { Series } from "../../src/bar.ts";
import type { Extract } from "../../src/extract.ts";
import { extractBars, storedSeries } from "../../src/postgres/extract.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { withDatabases } from "../support/database.ts";
import { bar, IBM, nextRun, NOW, startRun, store } from "../support/stored.ts";

const ALL: Extract = { from: null, to: null, asOf: null, settledOnly: false };
const DAILY: Series = { symbol: "IBM", interval: "daily" };
const HOUR = 3_600_000;

async function linesOf(db: Database, series: Series[], change: Partial<Extract> = {}): Promise<string[]> {
  const batches = await Array.fromAsync(extractBars(db, series, { ...ALL, ...change }));
  return batches.flatMap(({ series, bars }) =>
    bars.map(({ ts, close, settled }) =>
      `${series.interval} ${new Date(ts).toISOString().slice(0, 16)} ${close}${settled ? "" : "*"}`
    )
  );
}

withDatabases("which series there are, whatever is configured", async (db) => {
  const run = await startRun(db);
  assert.deepEqual(await storedSeries(db, { symbols: null, intervals: null }), []);
  for (const series of [IBM, DAILY, { ...DAILY, symbol: "AAPL" }]) {
    await store(db, run, { series, bars: [bar("2026-02-26", "1")] });
  }
  assert.deepEqual(await storedSeries(db, { symbols: null, intervals: null }), [
    { ...DAILY, symbol: "AAPL" },
    IBM,
    DAILY,
  ]);
  assert.deepEqual(await storedSeries(db, { symbols: ["IBM", "MSFT"], intervals: ["daily"] }), [DAILY]);
});

withDatabases("a stretch of days or instants, settled bars alone", async (db) => {
  const run = await startRun(db);
  const bars = ["2026-02-26T20:30Z", "2026-02-27T14:30Z", "2026-02-28T00:30Z", "2026-03-02T14:30Z"].map((at, index) =>
    bar(at, String(index), { low: "1", open: "1", close: String(index + 1), high: "9", settled: index < 3 })
  );
  await store(db, run, { bars });
  await store(db, run, { series: DAILY, bars: [bar("2026-02-27", "7")] });
  assert.deepEqual(await linesOf(db, [IBM, DAILY]), [
    "30min 2026-02-26T20:30 1",
    "30min 2026-02-27T14:30 2",
    "30min 2026-02-28T00:30 3",
    "30min 2026-03-02T14:30 4*",
    "daily 2026-02-27T00:00 7",
  ]);
  // Half past midnight in UTC is the evening of the day before in New York.
  const friday = { from: { date: "2026-02-27" }, to: { date: "2026-02-27" } };
  assert.deepEqual(await linesOf(db, [IBM, DAILY], friday), [
    "30min 2026-02-27T14:30 2",
    "30min 2026-02-28T00:30 3",
    "daily 2026-02-27T00:00 7",
  ]);
  const at = { instant: Date.parse("2026-02-27T14:30Z") };
  assert.deepEqual(await linesOf(db, [IBM], { from: at }), (await linesOf(db, [IBM])).slice(1));
  assert.deepEqual(await linesOf(db, [IBM], { to: at }), (await linesOf(db, [IBM])).slice(0, 1));
  assert.equal((await linesOf(db, [IBM], { settledOnly: true })).length, 3);
});

withDatabases("as it was: before a revision and after it, before a bar had come", async (db) => {
  const run = await startRun(db);
  await store(db, run, { series: DAILY, bars: [bar("2026-02-26", "1"), bar("2026-02-27", "2")], now: NOW });
  const next = await nextRun(db, run);
  await store(db, next, { series: DAILY, bars: [bar("2026-02-26", "1.5"), bar("2026-03-02", "3")], now: NOW + HOUR });
  const closes = async (asOf: number | null) =>
    (await linesOf(db, [DAILY], { asOf })).map((line) => line.split(" ")[2]);
  assert.deepEqual(await closes(null), ["1.5", "2", "3"]);
  assert.deepEqual(await closes(NOW + HOUR), ["1.5", "2", "3"]);
  assert.deepEqual(await closes(NOW + 1), ["1", "2"]);
  assert.deepEqual(await closes(NOW - 1), []);
});

withDatabases("many pages hold every bar once, today's and as of a time alike", async (db) => {
  const count = 17_321;
  await db.pool.query(
    `insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
     select 'IBM', '30min', '2020-01-01Z'::timestamptz + n * interval '1 minute', 1, 1, 1, 1, n, n % 3 <> 0
     from generate_series(1, ${count}) as n`,
  );
  for (const asOf of [null, NOW]) {
    const batches = await Array.fromAsync(extractBars(db, [IBM], { ...ALL, asOf }));
    assert.ok(batches.every(({ bars }) => bars.length <= 5_000));
    const volumes = batches.flatMap(({ bars }) => bars.map(({ volume }) => Number(volume)));
    assert.deepEqual(volumes, Array.from({ length: count }, (_, index) => index + 1));
    const settled = await Array.fromAsync(extractBars(db, [IBM], { ...ALL, asOf, settledOnly: true }));
    assert.equal(settled.reduce((sum, { bars }) => sum + bars.length, 0), count - Math.floor(count / 3));
  }
});
