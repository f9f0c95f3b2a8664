import assert from "node:assert/strict";
import fc from "fast-check";
import { LeaseLost } from "../../src/run.ts";
import { claimRun } from "../../src/postgres/runs.ts";
import { withDatabases } from "../support/database.ts";
import { bar, countsOf, IBM, nextRun, NOW, placesOf, startRun, store, stored } from "../support/stored.ts";

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

withDatabases("a second load of the same answer writes no row", async (db) => {
  const run = await startRun(db);
  const bars = Array.from(
    { length: 2_500 },
    (_, i) => bar(new Date(NOW - (i + 1) * 1_800_000).toISOString(), `1${i}.50`),
  );
  assert.equal(countsOf(await store(db, run, { bars })), "2500 0 0 0 0");
  const before = await placesOf(db, "stock_data");
  const second = await store(db, await nextRun(db, run), { bars, now: NOW + 1 });
  assert.equal(countsOf(second), "0 0 2500 0 0");
  assert.deepEqual(await placesOf(db, "stock_data"), before);
  assert.equal(second.watermark, NOW - 1_800_000);
});

withDatabases("a batch boundary changes nothing, whatever the order of the answer", async (db) => {
  const run = await startRun(db);
  const rows = db.capabilities.batchRows + 1;
  const ascending = Array.from({ length: rows }, (_, i) => bar(new Date(i * 60_000 + 1e12).toISOString(), "5"));
  const result = await store(db, run, { bars: ascending.toReversed() });
  assert.equal(countsOf(result), `${rows} 0 0 0 0`);
  const { rows: [range] } = await db.pool.query(
    "select count(*) as n, min(ts) as first, max(ts) as last from stock_data",
  );
  assert.deepEqual(range, { n: rows, first: 1e12, last: 1e12 + (rows - 1) * 60_000 });
});

withDatabases("numbers keep every digit", async (db) => {
  const run = await startRun(db);
  const given = bar("2009-03-06", "1.03", {
    high: "1.0500",
    volume: "3772638000",
    adjustedClose: "0.98765432109876543",
    dividendAmount: "0.0000",
    splitCoefficient: "1.0",
  });
  await store(db, run, { series: DAILY, bars: [given] });
  const { rows } = await db.pool.query(
    `select high, close, volume::text, adjusted_close, dividend_amount, split_coefficient from stock_data`,
  );
  assert.deepEqual(rows, [{
    high: "1.0500",
    close: "1.03",
    volume: "3772638000",
    adjusted_close: "0.98765432109876543",
    dividend_amount: "0.0000",
    split_coefficient: "1.0",
  }]);
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

withDatabases("two rows in one week are refused by the table itself", async (db) => {
  const insert = (interval: string, date: string) =>
    db.pool.query(`insert into stock_data values ('IBM', $1, $2, 1, 1, 1, 1, 0, null, null, null, true, null)`, [
      interval,
      `${date}T00:00:00Z`,
    ]);
  await insert("weekly", "2026-01-02");
  await assert.rejects(insert("weekly", "2025-12-29"), { code: "23505", constraint: "stock_data_one_per_week" });
  await insert("weekly", "2026-01-05");
  await insert("monthly", "2026-01-02");
  await assert.rejects(insert("monthly", "2026-01-30"), { code: "23505", constraint: "stock_data_one_per_month" });
  await insert("monthly", "2026-02-27");
});

withDatabases("what is not a price is refused by the table itself, and nothing of the answer is stored", async (db) => {
  const run = await startRun(db);
  const bad: Partial<ReturnType<typeof bar>>[] = [
    { open: "NaN" },
    { high: "NaN" },
    { low: "NaN" },
    { close: "NaN" },
    { high: "Infinity" },
    { open: "0", high: "0", low: "0", close: "0" },
    { low: "-1" },
    { high: "9" },
    { low: "11" },
    { volume: "-1" },
    { adjustedClose: "NaN" },
    { dividendAmount: "-Infinity" },
    { splitCoefficient: "-1" },
  ];
  for (const over of bad) {
    const bars = [bar("2026-02-26", "10"), bar("2026-02-27", "10", over)];
    await assert.rejects(store(db, run, { series: DAILY, bars }), { code: "23514" }, JSON.stringify(over));
  }
  const noon = bar("2026-02-27T12:00Z", "10");
  await assert.rejects(store(db, run, { series: DAILY, bars: [noon] }), { code: "23514" });
  assert.deepEqual(await stored(db, "daily"), []);
  assert.equal((await db.pool.query("select from series_result")).rowCount, 0);
});

withDatabases("two bars of one time are refused before anything is written", async (db) => {
  const run = await startRun(db);
  await assert.rejects(
    store(db, run, { bars: ["14:30", "15:00", "14:30"].map((time) => bar(`2026-03-02T${time}Z`, "1")) }),
    { message: 'Cannot store bars for "IBM" 30min: two are stamped "2026-03-02T14:30:00.000Z"' },
  );
});

withDatabases("a value that would shift a column is refused", async (db) => {
  const run = await startRun(db);
  await assert.rejects(store(db, run, { bars: [bar("2026-03-02T14:30Z", "1,2")] }), { name: "RangeError" });
  await assert.rejects(store(db, run, { bars: [bar("2026-03-02T14:30Z", "{1}")] }), { name: "RangeError" });
});

withDatabases("a process that slept through its lease writes nothing", async (db) => {
  const sleeper = await startRun(db, { owner: "sleeper", leaseMs: 0 });
  const next = await claimRun(db, {
    owner: "next",
    trigger: "manual",
    tickId: null,
    leaseMs: 60_000,
    now: NOW,
    exclusive: false,
  });
  assert.deepEqual(next.abandoned, [{ runId: sleeper.runId, owner: "sleeper" }]);
  await assert.rejects(store(db, sleeper, { bars: [bar("2026-03-02T14:30Z", "1")] }), LeaseLost);
  await assert.rejects(store(db, { ...sleeper, owner: "thief" }, { bars: [] }), LeaseLost);
  assert.deepEqual(await stored(db, "30min"), []);
});

withDatabases("the five counts add up, and the table is what the rules say", async (db) => {
  const kinds = fc.record({
    minute: fc.integer({ min: 0, max: 7 }),
    close: fc.integer({ min: 1, max: 3 }),
    settled: fc.boolean(),
  });
  const answers = fc.array(fc.uniqueArray(kinds, { selector: ({ minute }) => minute, maxLength: 8 }), { maxLength: 5 });
  let run = await startRun(db);
  let symbol = 0;
  await fc.assert(
    fc.asyncProperty(answers, async (loads) => {
      const series = { symbol: `R${symbol++}`, interval: "1min" } as const;
      const model = new Map<number, { close: number; settled: boolean }>();
      for (const rows of loads) {
        const bars = rows.map(({ minute, close, settled }) =>
          bar(new Date(NOW + minute * 60_000).toISOString(), String(close), { settled })
        );
        run = await nextRun(db, run);
        const { counts } = await store(db, run, { series, bars });
        const sum = Object.values(counts).reduce((a, b) => a + b, 0);
        assert.equal(sum, bars.length);
        const settledBefore = [...model.values()].filter(({ settled }) => settled).length;
        for (const { minute, close, settled } of rows) {
          if (settled || !model.get(minute)?.settled) model.set(minute, { close, settled });
        }
        const settledAfter = [...model.values()].filter(({ settled }) => settled).length;
        assert.equal(counts.inserted, settledAfter - settledBefore);
      }
      const expected = [...model].sort(([a], [b]) => a - b).map(([minute, { close, settled }]) =>
        `${new Date(NOW + minute * 60_000).toISOString().slice(0, 16)} ${close}${settled ? "" : "*"}`
      );
      assert.deepEqual(await stored(db, "1min", series.symbol), expected);
    }),
    { numRuns: 40 },
  );
});

withDatabases("a series answered in parts has one result that adds up", async (db) => {
  const run = await startRun(db);
  await store(db, run, { bars: [bar("2026-02-02T14:30Z", "1")], now: NOW });
  const second = await store(db, run, {
    bars: [bar("2026-02-02T14:30Z", "1"), bar("2026-03-02T14:30Z", "1")],
    rejects: [{ stamp: "x", rule: "bad-stamp", raw: {} }],
    now: NOW + 5_000,
  });
  assert.equal(countsOf(second), "2 0 1 0 1");
  assert.deepEqual(second, {
    series: IBM,
    status: "stored",
    kind: null,
    message: null,
    requests: 2,
    counts: second.counts,
    watermark: Date.parse("2026-03-02T14:30Z"),
    startedAt: NOW - 2_000,
    finishedAt: NOW + 5_000,
  });
});
