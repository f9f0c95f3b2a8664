/** How do bars that no stored one can meet get into the table? Straight: nothing is looked up, nothing compared. */
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Bar, Series } from "../bar.ts";
import type { Capabilities } from "./connect.ts";
import { TUPLE_COLUMNS, tuplesOf } from "./tuples.ts";
import { columnsOf, givenFrom } from "./given.ts";

/** Rows per COPY: what is made of them is in memory twice, here and on its way. */
const COPIED_ROWS = 5_000;

export interface Fresh {
  readonly series: Series;
  readonly answerId: number;
  /** Of times (of weeks, of months) that the series has no bar of. In order of time. */
  readonly bars: readonly Bar[];
  readonly capabilities: Capabilities;
}

/**
 * Adds the bars, inside the caller's transaction.
 *
 * @throws DatabaseError 23505 when one of them is stored after all: nothing of the transaction stands then
 */
export async function addBars(client: pg.PoolClient, { bars, capabilities, ...fresh }: Fresh): Promise<void> {
  if (bars.length === 0) return;
  const { copy, batchRows } = capabilities;
  if (copy !== null) await limit(client, copy);
  const size = copy === null ? batchRows : COPIED_ROWS;
  for (let start = 0; start < bars.length; start += size) {
    const batch = bars.slice(start, start + size);
    if (copy !== null) await copyIn(client, tuplesOf(batch, fresh));
    else await insert(client, { ...fresh, batch });
  }
}

/**
 * A process that falls silent in the middle of a COPY must not hold its run for longer than one that falls silent between
 * two statements. Waiting for a lock ends before: that is worth another try.
 */
async function limit(client: pg.PoolClient, { limitMs }: { limitMs: number }): Promise<void> {
  await client.query(
    `set local statement_timeout = ${limitMs}; set local lock_timeout = ${Math.ceil(limitMs / 2)}`,
  );
}

function copyIn(client: pg.PoolClient, data: Uint8Array): Promise<void> {
  const stream = client.query(copyFrom(`copy stock_data (${TUPLE_COLUMNS}) from stdin (format binary)`));
  return new Promise((resolve, reject) => {
    // For good: a connection that dies after the first error tells it again, and nobody else listens.
    stream.on("error", reject);
    stream.once("finish", resolve);
    stream.end(data);
  });
}

async function insert(
  client: pg.PoolClient,
  { series, answerId, batch }: Omit<Fresh, "bars" | "capabilities"> & { batch: readonly Bar[] },
): Promise<void> {
  await client.query(INSERT, [series.symbol, series.interval, answerId, ...columnsOf(batch)]);
}

const INSERT = `
insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, adjusted_close, dividend_amount,
  split_coefficient, settled, answer_id)
select $1, $2, given.*, $3::bigint from ${givenFrom(4)}`;
