/** Each value of a bar by itself: is its change seen, is the old one kept, and is every other bar left alone? */
import assert from "node:assert/strict";
import type { Bar } from "../../../src/bar.ts";
import { withDatabases } from "../../support/database.ts";
import { bar, countsOf, nextRun, NOW, placesOf, startRun, store } from "../../support/stored.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;
const DAY = "2026-02-27";
const FIRST: Partial<Bar> = { open: "10", high: "13", low: "8", close: "11", volume: "100" };
const ADJUSTED: Partial<Bar> = { adjustedClose: "9.9", dividendAmount: "0.25", splitCoefficient: "2.0" };
const ALL = "open, high, low, close, volume::text, adjusted_close, dividend_amount, split_coefficient";
const FIRST_ROW = ["10", "13", "8", "11", "100", "9.9", "0.25", "2.0"];
const CHANGES: [Partial<Bar>, now: (string | null)[]][] = [
  [{ open: "10.5" }, ["10.5", "13", "8", "11", "100", "9.9", "0.25", "2.0"]],
  [{ high: "14" }, ["10", "14", "8", "11", "100", "9.9", "0.25", "2.0"]],
  [{ low: "7" }, ["10", "13", "7", "11", "100", "9.9", "0.25", "2.0"]],
  [{ close: "12" }, ["10", "13", "8", "12", "100", null, "0.25", "2.0"]],
  [{ volume: "101" }, ["10", "13", "8", "11", "101", "9.9", "0.25", "2.0"]],
];

withDatabases("a settled bar of which one value changes is revised, and the revision holds all it was", async (db) => {
  let run = await startRun(db);
  const rowsOf = async (table: string, symbol: string) => {
    const { rows } = await db.pool.query(`select ${ALL} from ${table} where symbol = $1`, [symbol]);
    return rows.map((row) => Object.values(row));
  };
  for (const [change, now] of CHANGES) {
    const series = { ...DAILY, symbol: Object.keys(change)[0]!.toUpperCase() };
    await store(db, run, { series, bars: [bar(DAY, "11", { ...FIRST, ...ADJUSTED })], now: NOW - 1 });
    run = await nextRun(db, run);
    const again = await store(db, run, { series, bars: [bar(DAY, "11", { ...FIRST, ...change })] });
    assert.equal(countsOf(again), "0 1 0 0 0", series.symbol);
    assert.deepEqual(await rowsOf("revision", series.symbol), [FIRST_ROW], series.symbol);
    assert.deepEqual(await rowsOf("stock_data", series.symbol), [now], series.symbol);
  }
});

withDatabases("a running bar of which one value changes is written anew, and leaves nothing behind", async (db) => {
  let run = await startRun(db);
  for (const [change] of CHANGES) {
    const series = { ...DAILY, symbol: Object.keys(change)[0]!.toUpperCase() };
    const given = (over: Partial<Bar>) => [bar(DAY, "11", { ...FIRST, ...over, settled: false })];
    await store(db, run, { series, bars: given({}) });
    run = await nextRun(db, run);
    assert.equal(countsOf(await store(db, run, { series, bars: given(change) })), "0 0 0 1 0", series.symbol);
    const [field, value] = Object.entries(change)[0]!;
    const { rows } = await db.pool.query(`select ${field}::text as value from stock_data where symbol = $1`, [
      series.symbol,
    ]);
    assert.deepEqual(rows, [{ value }]);
  }
  assert.equal((await db.pool.query("select from revision")).rowCount, 0);
});

withDatabases("each adjusted value is followed by itself, and without a revision", async (db) => {
  let run = await startRun(db);
  let given = { ...FIRST, ...ADJUSTED };
  await store(db, run, { series: DAILY, bars: [bar(DAY, "11", given)] });
  const steps: [Partial<Bar>, string[]][] = [
    [{ adjustedClose: "9.8" }, ["9.8", "0.25", "2.0"]],
    [{ dividendAmount: "0.30" }, ["9.8", "0.30", "2.0"]],
    [{ splitCoefficient: "4.0" }, ["9.8", "0.30", "4.0"]],
  ];
  for (const [change, expected] of steps) {
    run = await nextRun(db, run);
    given = { ...given, ...change };
    assert.equal(countsOf(await store(db, run, { series: DAILY, bars: [bar(DAY, "11", given)] })), "0 0 1 0 0");
    const { rows: [row] } = await db.pool.query(
      "select adjusted_close, dividend_amount, split_coefficient from stock_data",
    );
    assert.deepEqual(Object.values(row), expected);
  }
  assert.equal((await db.pool.query("select from revision")).rowCount, 0);
});

withDatabases(
  "adjusted values move with no date: a week under another one has none until they are given",
  async (db) => {
    let run = await startRun(db);
    const weekly = { symbol: "IBM", interval: "weekly" } as const;
    await store(db, run, {
      series: weekly,
      bars: [bar("2026-03-04", "11", { ...FIRST, ...ADJUSTED, settled: false })],
    });
    run = await nextRun(db, run);
    await store(db, run, { series: weekly, bars: [bar("2026-03-05", "11", { ...FIRST, settled: false })] });
    const { rows } = await db.pool.query(
      "select ts, adjusted_close, dividend_amount, split_coefficient from stock_data",
    );
    const none = { adjusted_close: null, dividend_amount: null, split_coefficient: null };
    assert.deepEqual(rows, [{ ts: Date.parse("2026-03-05"), ...none }]);
  },
);

withDatabases("bars of the same time in other series are left alone", async (db) => {
  let run = await startRun(db);
  const others = [
    { symbol: "MSFT", interval: "daily" },
    { symbol: "IBM", interval: "weekly" },
    { symbol: "IBM", interval: "monthly" },
  ] as const;
  for (const series of others) await store(db, run, { series, bars: [bar(DAY, "1")] });
  const before = await placesOf(db, "stock_data");
  for (const close of ["2", "3"]) {
    run = await nextRun(db, run);
    await store(db, run, { series: DAILY, bars: [bar(DAY, close)] });
  }
  const { rows } = await db.pool.query('select symbol, "interval", close from stock_data order by close, 1, 2');
  assert.deepEqual(rows.map((row) => Object.values(row).join(" ")), [
    "IBM monthly 1",
    "IBM weekly 1",
    "MSFT daily 1",
    "IBM daily 3",
  ]);
  const after = await placesOf(db, "stock_data");
  assert.equal(before.filter((place) => after.includes(place)).length, 3, "not even written again");
});
