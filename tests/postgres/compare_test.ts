import assert from "node:assert/strict";
import { withDatabases } from "../support/database.ts";
import { bar, countsOf, nextRun, NOW, startRun, store, stored } from "../support/stored.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;
const WEEKLY = { symbol: "IBM", interval: "weekly" } as const;
const MONTHLY = { symbol: "IBM", interval: "monthly" } as const;

withDatabases("every combination of stored and given bar has its count", async (db) => {
  let run = await startRun(db);
  // Each line: stored, given, the count it falls under, stored afterwards. A star marks a provisional bar.
  const cases: [before: string | null, given: string, became: string, after: string][] = [
    [null, "10", "1 0 0 0 0", "10"],
    [null, "10*", "0 0 0 1 0", "10*"],
    ["10", "10", "0 0 1 0 0", "10"],
    ["10.10", "10.1000", "0 0 1 0 0", "10.10"],
    ["10", "11", "0 1 0 0 0", "11"],
    ["10", "10*", "0 0 1 0 0", "10"],
    ["10", "11*", "0 0 1 0 0", "10"],
    ["10*", "10*", "0 0 1 0 0", "10*"],
    ["10*", "11*", "0 0 0 1 0", "11*"],
    ["10*", "10", "1 0 0 0 0", "10"],
    ["10*", "11", "1 0 0 0 0", "11"],
  ];
  const parse = (text: string) => bar("2026-03-02T14:30Z", text.replace("*", ""), { settled: !text.endsWith("*") });
  for (const [index, [before, given, became, after]] of cases.entries()) {
    const series = { symbol: `CASE${index}`, interval: "30min" } as const;
    if (before !== null) await store(db, run, { series, bars: [parse(before)], now: NOW - 1 });
    run = await nextRun(db, run);
    const result = await store(db, run, { series, bars: [parse(given)] });
    assert.equal(countsOf(result), became, `${before} then ${given}`);
    assert.deepEqual(
      await stored(db, "30min", series.symbol),
      [`2026-03-02T14:30 ${after}`],
      `${before} then ${given}`,
    );
  }
  const { rows } = await db.pool.query(`select symbol, close, seen_at, run_id from revision`);
  assert.equal(rows.length, 1, "one settled bar changed");
  assert.equal(rows[0].close, "10");
  assert.equal(rows[0].seen_at, NOW);
});

withDatabases(
  "adjusted columns: rewritten without a revision, kept by a plain answer, dropped with their close",
  async (db) => {
    let run = await startRun(db);
    const adjusted = (close: string, value: string) =>
      bar("2026-02-27", close, { adjustedClose: value, dividendAmount: "0.25", splitCoefficient: "2.0" });
    const step = async (given: ReturnType<typeof bar>, now: number) => {
      run = await nextRun(db, run);
      const counts = countsOf(await store(db, run, { series: DAILY, bars: [given], now }));
      const { rows: [row] } = await db.pool.query(
        "select close, adjusted_close, dividend_amount, split_coefficient from stock_data",
      );
      return [counts, ...Object.values(row)];
    };
    assert.deepEqual(await step(bar("2026-02-27", "10"), 1), ["1 0 0 0 0", "10", null, null, null]);
    assert.deepEqual(await step(adjusted("10", "9.9"), 2), ["0 0 1 0 0", "10", "9.9", "0.25", "2.0"]);
    assert.deepEqual(await step(adjusted("10", "9.8"), 3), ["0 0 1 0 0", "10", "9.8", "0.25", "2.0"]);
    assert.deepEqual(await step(bar("2026-02-27", "10"), 4), ["0 0 1 0 0", "10", "9.8", "0.25", "2.0"]);
    assert.equal((await db.pool.query("select from revision")).rowCount, 0);
    assert.deepEqual(await step(bar("2026-02-27", "11"), 5), ["0 1 0 0 0", "11", null, "0.25", "2.0"]);
    const { rows } = await db.pool.query("select close, adjusted_close from revision");
    assert.deepEqual(rows, [{ close: "10", adjusted_close: "9.8" }]);
  },
);

withDatabases("the running week is one row that moves from day to day until it is settled", async (db) => {
  let run = await startRun(db);
  const past = [bar("2026-02-20", "1"), bar("2026-02-27", "2")];
  const days: [string, string, boolean, string][] = [
    ["2026-03-02", "3", false, "2 0 0 1 0"],
    ["2026-03-03", "4", false, "0 0 2 1 0"],
    ["2026-03-03", "4", false, "0 0 3 0 0"],
    ["2026-03-05", "5", false, "0 0 2 1 0"],
    ["2026-03-06", "6", true, "1 0 2 0 0"],
    ["2026-03-06", "6", true, "0 0 3 0 0"],
  ];
  for (const [date, close, settled, counts] of days) {
    const result = await store(db, run, { series: WEEKLY, bars: [bar(date, close, { settled }), ...past] });
    assert.equal(countsOf(result), counts, date);
    assert.deepEqual(await stored(db, "weekly"), [
      "2026-02-20 1",
      "2026-02-27 2",
      `${date} ${close}${settled ? "" : "*"}`,
    ]);
    run = await nextRun(db, run);
  }
  assert.equal((await db.pool.query("select from revision")).rowCount, 0);
});

withDatabases("the running month is one row, across the turn of the year", async (db) => {
  let run = await startRun(db);
  await store(db, run, { series: MONTHLY, bars: [bar("2025-12-30", "1", { settled: false })] });
  run = await nextRun(db, run);
  const bars = [bar("2026-01-02", "3", { settled: false }), bar("2025-12-31", "2")];
  assert.equal(countsOf(await store(db, run, { series: MONTHLY, bars })), "1 0 0 1 0");
  assert.deepEqual(await stored(db, "monthly"), ["2025-12-31 2", "2026-01-02 3*"]);
});

withDatabases("a settled week that comes back under another date is a revision of it", async (db) => {
  let run = await startRun(db);
  await store(db, run, { series: WEEKLY, bars: [bar("2026-04-03", "1", { adjustedClose: "0.9" })] });
  run = await nextRun(db, run);
  assert.equal(countsOf(await store(db, run, { series: WEEKLY, bars: [bar("2026-04-02", "1")] })), "0 1 0 0 0");
  assert.deepEqual(await stored(db, "weekly"), ["2026-04-02 1"]);
  const { rows } = await db.pool.query("select ts, close, adjusted_close from revision");
  assert.deepEqual(rows, [{ ts: Date.parse("2026-04-03"), close: "1", adjusted_close: "0.9" }]);
  const { rows: [now] } = await db.pool.query("select adjusted_close from stock_data");
  assert.equal(now.adjusted_close, null, "an adjusted close belongs to its date");
});
