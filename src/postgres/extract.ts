/** How are bars read out, as many as there are? Page by page along the primary key, so that none but a page is in memory. */
import type { Bar, Interval, Series, StockSymbol } from "../bar.ts";
import { type Batch, type Extract, stretchOf } from "../extract.ts";
import type { Selection } from "../selection.ts";
import type { Database } from "./connect.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

/** Small enough that a page read in the program that serves does not hold the embedded engine up. */
const PAGE = 5_000;

/** Every series with a bar that the selection lets through, by symbol and interval. */
export async function storedSeries(db: Database, { symbols, intervals }: Selection): Promise<Series[]> {
  const rows = await query<{ symbol: StockSymbol; interval: Interval }>(
    db,
    `select symbol, "interval" from latest_bar
     where ($1::text[] is null or symbol = any($1)) and ($2::text[] is null or "interval" = any($2))
     order by symbol, "interval"`,
    [symbols, intervals],
  );
  return rows.map(({ symbol, interval }) => ({ symbol, interval }));
}

/**
 * The bars of each series in turn, ascending, in batches of some thousands. Each batch is read when it is asked for, in a
 * statement of its own: a bar is told as it was at that moment, and no transaction is held open while nobody reads.
 */
export async function* extractBars(
  db: Database,
  series: readonly Series[],
  extract: Extract,
): AsyncGenerator<Batch> {
  const read = extract.asOf === null ? pageNow : pageAsOf;
  for (const one of series) {
    const { from, to } = stretchOf(one, extract);
    const until = to === null ? "infinity" : instant(to);
    let after: string | null = from === null ? "-infinity" : instant(from - 1);
    while (after !== null) {
      const { bars, next } = await read(db, one, { ...extract, after, until });
      if (bars.length > 0) yield { series: one, bars };
      after = next;
    }
  }
}

interface Place extends Extract {
  /** Stamps after this one, */
  readonly after: string;
  /** and before this one. */
  readonly until: string;
}

interface Page {
  readonly bars: readonly Bar[];
  /** After which stamp the next page begins; `null`: there is none. */
  readonly next: string | null;
}

const PRICES = "ts, open, high, low, close, volume::text as volume, settled";
const ADJUSTED = `adjusted_close as "adjustedClose", dividend_amount as "dividendAmount",
  split_coefficient as "splitCoefficient"`;
const NONE = `null as "adjustedClose", null as "dividendAmount", null as "splitCoefficient"`;

async function pageNow(db: Database, { symbol, interval }: Series, place: Place): Promise<Page> {
  const bars = await query<Bar & Record<string, unknown>>(
    db,
    `select ${PRICES}, ${ADJUSTED} from stock_data
     where symbol = $1 and "interval" = $2 and ts > $3 and ts < $4 and (settled or not $5)
     order by ts limit $6`,
    [symbol, interval, place.after, place.until, place.settledOnly, PAGE],
  );
  return { bars, next: bars.length < PAGE ? null : instant(bars.at(-1)!.ts) };
}

/**
 * Up to the stamp that ends the page in the table of today, whatever was there then: a limit on the function itself would
 * have it give everything after the page as well, to sort it.
 */
function pageAsOf(db: Database, { symbol, interval }: Series, place: Place): Promise<Page> {
  const { after, until, settledOnly, asOf } = place;
  return transaction(db, async (client) => {
    // The planner takes symbol and time for independent: of a series longer than the others it expects far too many bars
    // in a range, and would read the whole table.
    await client.query("set local enable_seqscan = off");
    const { rows: [end] } = await client.query<{ ts: number }>(
      `select ts from stock_data where symbol = $1 and "interval" = $2 and ts > $3 and ts < $4
       order by ts offset $5 limit 1`,
      [symbol, interval, after, until, PAGE - 1],
    );
    const last = end === undefined ? null : instant(end.ts);
    const { rows } = await client.query<Bar>(
      `select ${PRICES}, ${NONE} from bars_as_of($6)
       where symbol = $1 and "interval" = $2 and ts > $3 and ts < $4 and ($7::timestamptz is null or ts <= $7)
         and (settled or not $5)
       order by ts`,
      [symbol, interval, after, until, settledOnly, instant(asOf!), last],
    );
    return { bars: rows, next: last };
  });
}
