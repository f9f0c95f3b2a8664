import assert from "node:assert/strict";
import fc from "fast-check";
import type { Bar } from "../../src/bar.ts";
import { LeaseLost } from "../../src/run.ts";
import { claimRun } from "../../src/postgres/runs.ts";
import { withDatabases } from "../support/database.ts";
import { seededRandom } from "../support/random.ts";
import { bar, countsOf, IBM, nextRun, NOW, placesOf, startRun, store, stored } from "../support/stored.ts";
import { barLine, noTables, putAnswer, tableLines } from "../prove/tables.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;

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

withDatabases("a long answer is what its bars one by one are: repeated, changed, new", async (db) => {
  const { random, seed } = seededRandom();
  let run = await startRun(db);
  const interval = "5min";
  const series = { symbol: "IBM", interval } as const;
  const tables = noTables();
  let bars: Bar[] = [];
  for (let n = 0; n < 8; n++) {
    // The window moves on, and here and there a bar changes, settles, goes away.
    const from = Math.floor(n * 300 * random());
    const known = new Map(bars.map((one) => [one.ts, one]));
    const changes = [0, 0.001, 0.3][n % 3]!;
    bars = Array.from({ length: 400 + Math.floor(random() * 1_400) }, (_, index) => {
      const at = new Date(NOW + (from + index) * 300_000).toISOString();
      const old = known.get(Date.parse(at));
      const settled = random() > changes;
      return old === undefined || random() < changes ? bar(at, `1${Math.floor(random() * 9)}.50`, { settled }) : old;
    }).filter(() => random() >= changes / 3);
    const now = NOW + n * 60_000;
    const expected = putAnswer(tables, { interval, bars, rejects: [], now });
    run = await nextRun(db, run);
    assert.deepEqual((await store(db, run, { series, bars, now })).counts, expected, `TEST_SEED=${seed}, answer ${n}`);
  }
  const { rows } = await db.pool.query(
    `select ts, open, high, low, close, volume::text, adjusted_close as "adjustedClose",
       dividend_amount as "dividendAmount", split_coefficient as "splitCoefficient", settled from stock_data`,
  );
  assert.deepEqual(rows.map(barLine).sort(), tableLines(tables).bars, `TEST_SEED=${seed}`);
  const { rows: [{ n }] } = await db.pool.query("select count(*) as n from revision");
  assert.equal(n, tables.revisions.length);
});
