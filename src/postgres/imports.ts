/**
 * How do bars of another program come to stand beside ours? Only where nothing stands: what is stored stays as it is,
 * and what differs from it is told, never written.
 */
import type pg from "pg";
import type { Bar, Reject, Series } from "../bar.ts";
import { samePeriod } from "./compare.ts";
import type { Database } from "./connect.ts";
import { columnsOf, givenFrom } from "./given.ts";
import { quarantineRows } from "./quarantine.ts";
import { lockSeries } from "./results.ts";
import { extendLease, fence, type Holder } from "./runs.ts";
import { query, transaction } from "./transaction.ts";

type Prices = Pick<Bar, "open" | "high" | "low" | "close" | "volume">;

/** Later than any row was first seen, whatever clock was right. */
const NEVER = Date.parse("9999-12-31T00:00:00Z");

/** A given bar whose time, week or month has a bar already. */
export interface Met {
  /** Of the given bar, epoch ms. */
  readonly ts: number;
  readonly same: boolean;
  readonly stored: Prices & Pick<Bar, "ts" | "settled">;
}

/** Those of the bars that meet a stored one: the same time, or the same week or month. */
export async function barsMet(
  db: Database,
  { series, bars }: { series: Series; bars: readonly Bar[] },
): Promise<Met[]> {
  const met: Met[] = [];
  for (const batch of batches(bars, db)) {
    const rows = await query<Omit<Met, "stored"> & Met["stored"] & { storedTs: number }>(
      db,
      `select given.ts, stored.ts as "storedTs", stored.open, stored.high, stored.low, stored.close,
         stored.volume::text as volume, stored.settled,
         (stored.ts, stored.open, stored.high, stored.low, stored.close, stored.volume)
           is not distinct from (given.ts, given.open, given.high, given.low, given.close, given.volume) as same
       from ${givenFrom(3)} join stock_data as stored
         on stored.symbol = $1 and stored."interval" = $2 and ${samePeriod(series.interval)}
       order by given.ts`,
      [series.symbol, series.interval, ...columnsOf(batch)],
    );
    met.push(...rows.map(({ ts, same, storedTs, ...stored }) => ({ ts, same, stored: { ...stored, ts: storedTs } })));
  }
  return met;
}

export interface ImportedRows {
  /** Settled bars that are there now. */
  readonly inserted: number;
  readonly provisional: number;
  readonly quarantined: number;
}

/**
 * Writes bars that no stored one meets, without an answer, and rejects into quarantine, as one transaction per batch under
 * the run that holds the place of the one writer. Doing it again changes nothing: a bar that is there by now is left
 * alone, a bad row that is known is not counted again.
 *
 * @param options.wrote told of each batch that is committed
 * @param options.stop aborted: no further batch is begun; what was written stays
 * @throws LeaseLost
 */
export async function importRows(
  db: Database,
  { holder, series, bars, rejects, now, stop, wrote }: {
    holder: Holder;
    series: Series;
    bars: readonly Bar[];
    rejects: readonly Reject[];
    now: number;
    stop: AbortSignal;
    wrote: (rows: ImportedRows) => void;
  },
): Promise<void> {
  const { batchRows } = db.capabilities;
  const write = async (fn: (client: pg.PoolClient) => Promise<ImportedRows>) => {
    const rows = await transaction(db, async (client) => {
      await lockSeries(client, series);
      await fence(client, holder);
      const rows = await fn(client);
      await extendLease(client, holder);
      return rows;
    });
    wrote(rows);
  };
  for (const batch of batches(bars, db)) {
    if (stop.aborted) return;
    await write((client) => insertBars(client, series, batch));
  }
  if (stop.aborted || rejects.length === 0) return;
  await write(async (client) => {
    await quarantineRows(client, { runId: holder.runId, series, rejects, now, batchRows, countSince: NEVER });
    return { inserted: 0, provisional: 0, quarantined: rejects.length };
  });
}

async function insertBars(client: pg.PoolClient, series: Series, bars: readonly Bar[]): Promise<ImportedRows> {
  const { rows: [counts] } = await client.query<ImportedRows>(
    `with added as (
       insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, adjusted_close, dividend_amount,
         split_coefficient, settled)
       select $1, $2, given.* from ${givenFrom(3)} order by given.ts
       on conflict do nothing
       returning settled
     )
     select count(*) filter (where settled)::int as inserted,
       count(*) filter (where not settled)::int as provisional, 0 as quarantined
     from added`,
    [series.symbol, series.interval, ...columnsOf(bars)],
  );
  return counts!;
}

function* batches(bars: readonly Bar[], { capabilities: { batchRows } }: Database): Generator<readonly Bar[]> {
  for (let start = 0; start < bars.length; start += batchRows) yield bars.slice(start, start + batchRows);
}
