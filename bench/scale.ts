/** How long do a plan and a chart take when there is a lot of everything? Bars are made on the server, all alike. */
import type { Series } from "../src/bar.ts";
import { plan } from "../src/plan.ts";
import { candlesBetween, newestCandles } from "../src/postgres/candles.ts";
import { seriesStates } from "../src/postgres/states.ts";
import type { ServerDatabase } from "../tests/support/database.ts";
import { duration, interleaved } from "./figures.ts";

const SERIES = 5_000;
/** The 100 million of the goal take 14 GB and a quarter of an hour to make: `BENCH_BARS=100000000` for those. */
const BARS = Number(Deno.env.get("BENCH_BARS") ?? 2_000_000);
const POINTS = 2_000;
const FILL_MS = 3_600_000;
const YEAR_MS = 365.25 * 86_400_000;
const END = Date.parse("2026-10-31T00:00Z");
const CHART: Series = { symbol: "CHART", interval: "1min" };
const MARKET = { delayMs: 0, extendedHours: true };
const NOW = Date.parse("2026-11-20T22:00Z");

/** Lines of: what was asked, over how much, how long it took. */
export async function measureScale({ db }: ServerDatabase): Promise<string[][]> {
  const series = Array.from({ length: SERIES }, (_, index) => ({ symbol: `P${index}`, interval: "1min" } as const));
  await fill(
    db,
    `'P' || series`,
    `generate_series(0, ${SERIES - 1}) as series,
    generate_series(1, ${Math.floor(BARS / SERIES)}) as step, lateral (select ${END / 1000} - step * 60 as at) as time`,
  );
  // 390 minutes of every weekday of twenty years.
  await fill(
    db,
    `'CHART'`,
    `generate_series(0, ${Math.round(20 * 365.25)}) as day, generate_series(0, 389) as minute,
    lateral (select ${END / 1000} - day * 86400 - 36000 + minute * 60 as at) as time
    where extract(isodow from to_timestamp(at)) < 6`,
  );
  // Only the statistics: to vacuum a hundred million bars takes longer than the server lets a statement take.
  await db.pool.query("analyze stock_data");
  const { rows: [found] } = await db.pool.query(
    "select count(*) as bars, count(*) filter (where symbol = 'CHART') as chart from stock_data",
  );
  const times = await interleaved({
    states: () => seriesStates(db, series),
    plan: async () => {
      const quota = { perDay: null, usedToday: 0, blockedUntil: null };
      const options = { now: NOW, market: MARKET, adjusted: false, quota, entitlements: [], lags: {}, forcedAt: null };
      const { entries } = plan(await seriesStates(db, series), options);
      if (entries.length !== SERIES) throw new Error(`Cannot trust this round: ${entries.length} entries`);
    },
    newest: () => newestCandles(db, CHART, POINTS),
    week: () => candlesOver(db, 7 / 365.25),
    year: () => candlesOver(db, 1),
    all: () => candlesOver(db, 21),
  }, { rounds: 5 });
  const [bars, chart] = [found.bars, found.chart].map((count) => `${(count / 1e6).toFixed(1)} M bars`);
  return [
    [`states of ${SERIES} series`, bars!, duration(times.states)],
    [`plan of ${SERIES} series, states included`, bars!, duration(times.plan)],
    [`chart: newest ${POINTS} of 20 years of 1min`, chart!, duration(times.newest)],
    [`chart: a week of them, at most ${POINTS} points`, chart!, duration(times.week)],
    [`chart: a year of them`, chart!, duration(times.year)],
    [`chart: all twenty years`, chart!, duration(times.all)],
  ];
}

async function candlesOver(db: ServerDatabase["db"], years: number): Promise<void> {
  const { candles } = await candlesBetween(db, CHART, { from: END - years * YEAR_MS, to: END, points: POINTS });
  if (candles.length === 0 || candles.length > POINTS) throw new Error(`Cannot trust this round: ${candles.length}`);
}

/** Takes longer than any statement of the program may: the server's limit and the driver's are lifted for it. */
export async function fill(db: ServerDatabase["db"], symbol: string, source: string): Promise<void> {
  const text = `begin; set local statement_timeout = 0;
    insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
    select ${symbol}, '1min', to_timestamp(at), 100.25, 101.5, 99.75, 100.5, 1000, true from ${source};
    commit`;
  await db.pool.query({ text, query_timeout: FILL_MS } as { text: string });
}
