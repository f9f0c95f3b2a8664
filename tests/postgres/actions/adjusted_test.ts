/** Are the adjusted views what the vendor's own adjusted closes are, and what reinvesting by hand comes to? */
import assert from "node:assert/strict";
import type { Bar } from "../../../src/bar.ts";
import type { Database } from "../../../src/postgres/connect.ts";
import { adjustedCloses, type Day, dividend, storeActions } from "../../support/actions.ts";
import { withDatabases } from "../../support/database.ts";
import { seededRandom } from "../../support/random.ts";
import { type CsvRow, recorded, rowsOfCsv } from "../../support/recorded.ts";
import { bar, startRun, store } from "../../support/stored.ts";

const SIX_DIGITS = 0.5e-6;

interface Adjusted {
  readonly date: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

async function view(
  db: Database,
  name: "stock_data_adjusted" | "stock_data_split_adjusted",
  symbol: string,
): Promise<Adjusted[]> {
  const { rows } = await db.pool.query(
    `select to_char(ts at time zone 'UTC', 'YYYY-MM-DD') as date, open::float8, high::float8, low::float8, close::float8,
       volume::float8 from ${name} where symbol = $1 order by ts`,
    [symbol],
  );
  return rows;
}

function worstOf(found: readonly number[], expected: readonly number[]): number {
  assert.equal(found.length, expected.length);
  return Math.max(...found.map((value, index) => Math.abs(value / expected[index]! - 1)));
}

async function keep(db: Database, symbol: string, bars: readonly Bar[]) {
  const run = await startRun(db);
  await store(db, run, { series: { symbol, interval: "daily" }, bars });
  return run;
}

/** Recorded DAILY_ADJUSTED answers as rows with the names of CSV, oldest first. */
async function recordedDays(name: string, folder: "vintages" | "alphavantage"): Promise<CsvRow[]> {
  const text = await recorded(folder, name);
  if (name.endsWith(".csv")) return rowsOfCsv(text).reverse();
  const series = JSON.parse(text)["Time Series (Daily)"] as Record<string, Record<string, string>>;
  return Object.entries(series).map(([timestamp, row]) => ({
    timestamp,
    ...Object.fromEntries(Object.entries(row).map(([key, value]) => [key.replace(/^\d+\. /, ""), value])),
  })).reverse();
}

const RECORDINGS = [
  ["IBM", "vintages", "TIME_SERIES_DAILY_ADJUSTED_IBM_compact_2025-11-07.csv", 1],
  ["IBM", "vintages", "TIME_SERIES_DAILY_ADJUSTED_IBM_compact_2026-05-15.csv", 2],
  ["VZ", "alphavantage", "TIME_SERIES_DAILY_ADJUSTED_VZ_compact_2023-07-03.json", 1],
  ["TSLA", "alphavantage", "TIME_SERIES_DAILY_ADJUSTED_TSLA_compact_2021-04-23.json", 0],
] as const;

for (const [symbol, folder, name, events] of RECORDINGS) {
  withDatabases(`adjusted closes are the vendor's own to six digits: ${name}`, async (db) => {
    const rows = await recordedDays(name, folder);
    const run = await keep(
      db,
      symbol,
      rows.map((row) =>
        bar(row.timestamp!, row.close!, { open: row.open, high: row.high, low: row.low, volume: row.volume })
      ),
    );
    const dividends = rows.filter((row) => Number(row["dividend amount"]) > 0)
      .map((row) => dividend(row.timestamp!, row["dividend amount"]!));
    assert.equal(dividends.length, events);
    await storeActions(db, run, { symbol, dividends });
    const found = await view(db, "stock_data_adjusted", symbol);
    const worst = worstOf(found.map(({ close }) => close), rows.map((row) => Number(row["adjusted close"])));
    assert.ok(worst < SIX_DIGITS, `off by ${worst}`);
    const highs = rows.map((row) => Number(row.high) * Number(row["adjusted close"]) / Number(row.close));
    assert.ok(worstOf(found.map(({ high }) => high), highs) < SIX_DIGITS);
  });
}

/** Weekdays, with prices that wander, and splits that divide them. */
function madeHistory(random: () => number): { days: Day[]; bars: Bar[] } {
  const days: Day[] = [];
  const bars: Bar[] = [];
  let price = 640;
  const splits: Record<number, number> = { 150: 7, 400: 4, 520: 0.1 };
  for (let at = Date.UTC(2012, 0, 2), index = 0; index < 700; at += 86_400_000) {
    if ([0, 6].includes(new Date(at).getUTCDay())) continue;
    const split = splits[index] ?? 1;
    price = Math.max(1, price / split * (0.97 + 0.06 * random()));
    const close = Number(price.toFixed(4));
    // Every 63rd day, once on the day of a split.
    const dividend = index % 63 === 24 || index === 400 ? Number((close * 0.006).toFixed(4)) : 0;
    const date = new Date(at).toISOString().slice(0, 10);
    days.push({ date, close, dividend, split });
    const [open, high, low] = [close * 1.01, close * 1.02, close * 0.98].map((value) => value.toFixed(4));
    bars.push(bar(date, close.toFixed(4), { open, high, low, volume: String(1_000 + index) }));
    index += 1;
  }
  return { days, bars };
}

withDatabases("a history with 7:1, 4:1 and 1:10 splits and dividends is as reinvesting by hand", async (db) => {
  const { random, seed } = seededRandom();
  const { days, bars } = madeHistory(random);
  const run = await keep(db, "MADE", bars);
  await storeActions(db, run, {
    symbol: "MADE",
    splits: days.filter(({ split }) => split !== 1).map(({ date, split }) => ({ date, factor: String(split) })),
    dividends: days.filter((day) => day.dividend > 0).map((day) => dividend(day.date, String(day.dividend))),
  });
  const full = await view(db, "stock_data_adjusted", "MADE");
  const split = await view(db, "stock_data_split_adjusted", "MADE");
  const expected = adjustedCloses(days, { dividends: true });
  const bySplits = adjustedCloses(days, { dividends: false });
  assert.ok(worstOf(full.map(({ close }) => close), expected) < 1e-12, `seed ${seed}`);
  assert.ok(worstOf(split.map(({ close }) => close), bySplits) < 1e-12, `seed ${seed}`);
  assert.deepEqual(full.at(-1)!.close, days.at(-1)!.close, "the newest bar is as traded");
  for (const [index, day] of days.entries()) {
    const factor = expected[index]! / day.close;
    const ofSplits = bySplits[index]! / day.close;
    const raw = bars[index]!;
    const [one, two] = [full[index]!, split[index]!];
    assert.ok(Math.abs(one.open / (Number(raw.open) * factor) - 1) < 1e-12, day.date);
    assert.ok(Math.abs(two.low / (Number(raw.low) * ofSplits) - 1) < 1e-12, day.date);
    const volume = Math.round(Number(raw.volume) / ofSplits);
    assert.ok(Math.abs(one.volume - volume) <= 1 && one.volume === two.volume, day.date);
  }
});

withDatabases("what has not happened, was withdrawn, or is not of daily bars changes no price", async (db) => {
  const days = ["2026-02-26", "2026-02-27", "2026-03-02"];
  const run = await keep(db, "IBM", days.map((date) => bar(date, "100")));
  const raw = [100, 100, 100];
  const closes = async () => (await view(db, "stock_data_adjusted", "IBM")).map(({ close }) => close);
  assert.deepEqual(await closes(), [], "nothing is known yet: no price is called adjusted");
  await storeActions(db, run, { dividends: null });
  assert.deepEqual(await closes(), [], "half is known");
  assert.equal((await view(db, "stock_data_split_adjusted", "IBM")).length, 3);
  const early = dividend("2026-02-20", "1");
  await storeActions(db, run, { dividends: [early, dividend("2026-03-03", "5")] });
  assert.deepEqual(await closes(), raw, "one is announced, one was before the first bar");
  await storeActions(db, run, { dividends: [early, dividend("2026-02-28", "25")] });
  assert.deepEqual(await closes(), [80, 80, 100], "on a Saturday: the next bar is the first without it");
  await storeActions(db, run, { dividends: [early] });
  assert.deepEqual(await closes(), raw, "withdrawn");
  await storeActions(db, run, {
    splits: [{ date: "2026-02-27", factor: "2" }],
    dividends: [early, dividend("2026-02-27", "25"), dividend("2026-02-27", "75")],
  });
  assert.deepEqual(await closes(), [25, 100, 100], "two dividends and a split on one day: half of 2:1");
  await storeActions(db, run, { symbol: "OTHER", splits: [{ date: "2026-03-02", factor: "10" }] });
  assert.deepEqual(await closes(), [25, 100, 100]);
});

withDatabases("one symbol's adjusted prices are read without the bars of the others", async (db) => {
  await db.pool.query(
    `insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
     select 'S' || s, 'daily', '2001-01-01'::timestamptz at time zone 'UTC' at time zone 'UTC' + d * interval '1 day',
       100, 101, 99, 100 + d % 7 * 0.1, 1000, true
     from generate_series(1, 20) as s, generate_series(1, 6300) as d`,
  );
  const run = await startRun(db);
  for (let index = 1; index <= 20; index += 1) {
    const dividends = Array.from(
      { length: 100 },
      (_, at) => dividend(new Date(Date.UTC(2001, 3, 1) + at * 60 * 86_400_000).toISOString().slice(0, 10), "0.5"),
    );
    await storeActions(db, run, { symbol: `S${index}`, dividends, splits: [{ date: "2010-06-09", factor: "7" }] });
  }
  await db.pool.query("analyze");
  const { rows } = await db.pool.query("explain (format json) select * from stock_data_adjusted where symbol = 'S7'");
  const plan = JSON.stringify(rows);
  assert.ok(
    !/"Node Type":\s*"Seq Scan"[^}]*"Relation Name":\s*"stock_data"/.test(plan),
    "reads the bars of all symbols",
  );
  assert.equal((await view(db, "stock_data_adjusted", "S7")).length, 6300);
});
