import assert from "node:assert/strict";
import type { Bar, Series } from "../../src/bar.ts";
import { type Candle, candlesBetween, newestCandles } from "../../src/postgres/candles.ts";
import { withDatabases } from "../support/database.ts";
import { seededRandom } from "../support/random.ts";
import { bar, IBM, startRun, store } from "../support/stored.ts";

const MINUTELY: Series = { symbol: "IBM", interval: "1min" };
const MINUTE = 60_000;

/** One candle of a bar, as it is. */
function candleOf({ ts, open, high, low, close, volume, settled }: Bar): Candle {
  return { ts, open, high, low, close, volume, settled };
}

/** One candle of neighbours, by hand: prices have three decimals here. */
function merged(bars: readonly Bar[]): Candle {
  const [first, last] = [bars[0]!, bars.at(-1)!];
  return {
    ts: first.ts,
    open: first.open,
    high: Math.max(...bars.map(({ high }) => Number(high))).toFixed(3),
    low: Math.min(...bars.map(({ low }) => Number(low))).toFixed(3),
    close: last.close,
    volume: String(bars.reduce((sum, { volume }) => sum + BigInt(volume), 0n)),
    settled: bars.every(({ settled }) => settled),
  };
}

/** Ten trading days, 04:00 to 20:00 of New York, across the end of summer time; most minutes have no trade. */
function tenDays(random: () => number): Bar[] {
  const bars: Bar[] = [];
  for (let day = Date.parse("2026-10-26T00:00Z"); day < Date.parse("2026-11-07"); day += 24 * 60 * MINUTE) {
    if ([0, 6].includes(new Date(day).getUTCDay())) continue;
    const opens = day + (day < Date.parse("2026-11-01") ? 8 : 9) * 60 * MINUTE;
    for (let ts = opens; ts < opens + 16 * 60 * MINUTE; ts += MINUTE) {
      if (random() < 0.7) continue;
      const price = 100 + random() * 10;
      bars.push(bar(new Date(ts).toISOString(), price.toFixed(3), {
        open: (price - random()).toFixed(3),
        high: (price + 1).toFixed(3),
        low: (price - 1 - random()).toFixed(3),
        volume: String(Math.floor(random() * 1e15)),
      }));
    }
  }
  bars[bars.length - 1] = { ...bars.at(-1)!, settled: false };
  return bars;
}

withDatabases("bars as they are when they fit, else candles of one width that say the same", async (db) => {
  const { random, seed } = seededRandom();
  const bars = tenDays(random);
  await store(db, await startRun(db), { series: MINUTELY, bars });
  const [begin, end] = [bars[0]!.ts, bars.at(-1)!.ts + 1];
  const widths = new Set<number | null>();
  for (let count = 0; count < 30; count++) {
    const from = begin + Math.floor(random() * (end - begin) / 2);
    const to = count < 5 ? end : from + Math.floor(random() * (end - from));
    const points = 2 + Math.floor(random() * random() * 1_500);
    const within = bars.filter(({ ts }) => ts >= from && ts < to);
    const told = `TEST_SEED=${seed}: ${from} to ${to} in ${points}`;
    const { candles, width } = await candlesBetween(db, MINUTELY, { from, to, points });
    assert.ok(candles.length <= points, told);
    widths.add(width);
    if (width === null) {
      assert.deepEqual(candles, within.map(candleOf), told);
      continue;
    }
    assert.ok(within.length > points, told);
    const groups = Map.groupBy(within, ({ ts }) => Math.floor((ts - Date.UTC(2000, 0, 3, 5)) / width));
    assert.deepEqual(candles, [...groups.values()].map(merged), told);
  }
  assert.ok(widths.size > 4 && widths.has(null), `TEST_SEED=${seed}: widths ${[...widths]}`);
});

withDatabases("a day's candle is one trading day of New York, in summer and in winter", async (db) => {
  const bars = tenDays(() => 0.9).filter(({ ts }) => ts % (60 * MINUTE) === 0);
  await store(db, await startRun(db), { series: MINUTELY, bars });
  const { candles, width } = await candlesBetween(db, MINUTELY, { from: 0, to: bars.at(-1)!.ts + 1, points: 13 });
  assert.equal(width, 24 * 60 * MINUTE);
  const times = new Set(candles.map(({ ts }) => new Date(ts).toISOString().slice(11, 16)));
  assert.deepEqual(times, new Set(["08:00", "09:00"]));
});

withDatabases("never more candles than points, whatever their number", async (db) => {
  const bars = Array.from({ length: 41 }, (_, minute) => bar(`2026-03-02T15:${minute + 10}Z`, "1"));
  await store(db, await startRun(db), { series: MINUTELY, bars });
  for (let points = 2; points <= 41; points++) {
    const { candles } = await candlesBetween(db, MINUTELY, { from: bars[0]!.ts, to: bars[40]!.ts + 1, points });
    assert.ok(candles.length <= points, `${candles.length} for ${points}`);
  }
});

withDatabases("the end is not within, other series are not seen, nothing is no candle", async (db) => {
  const run = await startRun(db);
  const daily = { symbol: "IBM", interval: "daily" } as const;
  const bars = ["2026-02-26", "2026-02-27", "2026-03-02"].map((at) => bar(at, "1"));
  await store(db, run, { series: daily, bars });
  await store(db, run, { series: IBM, bars: [bar("2026-03-02T14:30Z", "9")] });
  const [from, to] = [Date.parse("2026-02-26"), Date.parse("2026-03-02")];
  const all = await candlesBetween(db, daily, { from, to, points: 2 });
  assert.deepEqual(all, { candles: bars.slice(0, 2).map(candleOf), width: null });
  const week = await candlesBetween(db, daily, { from, to: to + 1, points: 2 });
  assert.deepEqual([week.width, week.candles.length], [7 * 24 * 60 * MINUTE, 2]);
  assert.deepEqual(week.candles.map(({ volume }) => volume), ["200", "100"]);
  const nothing = { candles: [], width: null };
  assert.deepEqual(await candlesBetween(db, daily, { from: to + 1, to: to + 2, points: 2 }), nothing);
});

withDatabases("the newest bars, oldest first", async (db) => {
  const bars = ["14:30", "15:00", "15:30"].map((time) => bar(`2026-03-02T${time}Z`, "1.500"));
  await store(db, await startRun(db), { bars });
  assert.deepEqual(await newestCandles(db, IBM, 2), { candles: bars.slice(1).map(candleOf), width: null });
  assert.deepEqual(await newestCandles(db, MINUTELY, 2), { candles: [], width: null });
});
