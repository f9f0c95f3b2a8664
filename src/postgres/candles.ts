/** What does a chart draw of a series? Its bars, or where they are too many for a screen, one candle for each stretch of them. */
import { intradayLength, type Series } from "../bar.ts";
import { exchangeOf } from "../calendar.ts";
import type { Database } from "./connect.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

/** One bar, or several neighbours as one. Prices and volume are decimal strings, exact. */
export interface Candle {
  /** Of its first bar, epoch ms. */
  readonly ts: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  /** Every bar of it is settled. */
  readonly settled: boolean;
}

export interface Candles {
  /** Ascending by `ts`. */
  readonly candles: readonly Candle[];
  /** Milliseconds that each candle stands for at the most; `null`: each is a bar. */
  readonly width: number | null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Widths people can name. Beyond the last: multiples of it. */
const WIDTHS = [
  ...[2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 4, 8].map((hours) => hours * HOUR),
  ...[1, 7, 28].map((days) => days * DAY),
];

/** The newest bars of a series, `points` at most. */
export async function newestCandles(db: Database, series: Series, points: number): Promise<Candles> {
  const candles = await query<Candle>(
    db,
    `select * from (
       select ${PLAIN} from stock_data where symbol = $1 and "interval" = $2 order by ts desc limit $3
     ) as newest order by ts`,
    [series.symbol, series.interval, points],
  );
  return { candles, width: null };
}

/**
 * What the series holds from `from` until before `to` (epoch ms), in `points` candles at most: the bars themselves when
 * they are no more than that (two are the least that can be asked for), else candles of one width, the narrowest that
 * is enough if there is trading all the time. Where there was no trading there is no candle.
 */
export async function candlesBetween(
  db: Database,
  series: Series,
  { from, to, points }: { from: number; to: number; points: number },
): Promise<Candles> {
  const range = [series.symbol, series.interval, instant(from), instant(to)];
  const [span] = await query<{ first: number | null; last: number | null; fits: boolean }>(db, SPAN, [
    ...range,
    points,
  ]);
  const { first, last, fits } = span!;
  if (first === null || last === null) return { candles: [], width: null };
  if (fits) return { candles: await query<Candle>(db, `select ${PLAIN} ${OF_RANGE} order by ts`, range), width: null };
  const width = widthFor(last - first, points);
  const candles = await transaction(db, async (client) => {
    // The planner takes symbol and time for independent: of a series longer than the others it expects far too many bars
    // in a range, and would read the whole table.
    await client.query("set local enable_seqscan = off");
    const values = [...range, `${width} milliseconds`, instant(originOf(series))];
    return (await client.query<Candle>(JOINED, values)).rows;
  });
  return { candles, width };
}

const PLAIN = "ts, open, high, low, close, volume::text as volume, settled";
const OF_RANGE = `from stock_data where symbol = $1 and "interval" = $2 and ts >= $3 and ts < $4`;

/** From both ends of the index, and no further than the bars that would still fit. */
const SPAN = `select (select ts ${OF_RANGE} order by ts limit 1) as first,
    (select ts ${OF_RANGE} order by ts desc limit 1) as last,
    (select count(*) from (select ${OF_RANGE} limit $5::integer + 1) as nearest) <= $5::integer as fits`;

/**
 * Opens and closes are looked up afterwards: to carry them along would mean to sort every bar. Lateral and limited, so that
 * each is a probe of the index: a join is planned for as many candles as there are bars, and reads the whole table.
 */
const JOINED = `with wide as materialized (
    select min(ts) as first, max(ts) as last, max(high) as high, min(low) as low, sum(volume) as volume,
      bool_and(settled) as settled
    ${OF_RANGE} group by date_bin($5::interval, ts, $6::timestamptz)
  )
  select wide.first as ts, opening.open, wide.high, wide.low, closing.close, wide.volume::text as volume, wide.settled
  from wide
  cross join lateral (
    select open from stock_data where symbol = $1 and "interval" = $2 and ts = wide.first limit 1
  ) as opening
  cross join lateral (
    select close from stock_data where symbol = $1 and "interval" = $2 and ts = wide.last limit 1
  ) as closing
  order by wide.first`;

/** The narrowest width that cuts a span into `points` pieces at most; one more begins where the span does not. */
function widthFor(span: number, points: number): number {
  const least = span / Math.max(1, points - 1);
  const widest = WIDTHS.at(-1)!;
  return WIDTHS.find((width) => width >= least) ?? Math.ceil(least / widest) * widest;
}

/**
 * From where widths are counted: a Monday, and for New York five in the morning of UTC, when it never trades: so a day's
 * candle is one trading day, from 04:00 to 20:00 there, in summer and in winter. Dates are stamped at 00:00 UTC.
 */
function originOf({ symbol, interval }: Series): number {
  const newYork = intradayLength(interval) !== null && exchangeOf(symbol) === "us";
  return Date.UTC(2000, 0, 3, newYork ? 5 : 0);
}
