/** What does a table of series show of each beside its state: how many bars, how its last results were? Bounded for any number of bars. */
import type { Series } from "../bar.ts";
import type { FailureKind, SeriesStatus } from "../run.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";

export interface BarCount {
  /** Stored bars, `most` at most: then there may be more. */
  readonly bars: number;
  /** Those that can still grow. */
  readonly provisional: number;
}

/** In the order given. Counts no more than `most` of each: a count of a hundred million is no work for a page. */
export function barCounts(db: Database, series: readonly Series[], { most }: { most: number }): Promise<BarCount[]> {
  // Whatever is newer than the newest settled bar can still grow, and an index says so.
  return query<BarCount & Record<string, unknown>>(
    db,
    `select counted.bars, growing.provisional
     from unnest($1::text[], $2::text[]) with ordinality as asked (symbol, "interval", place)
     cross join lateral (
       select count(*) as bars from (
         select from stock_data b where b.symbol = asked.symbol and b."interval" = asked."interval" limit $3
       ) as nearest
     ) as counted
     left join lateral (
       select ts from stock_data b where b.symbol = asked.symbol and b."interval" = asked."interval" and b.settled
       order by ts desc limit 1
     ) as watermark on true
     cross join lateral (
       select count(*) as provisional from (
         select from stock_data b where b.symbol = asked.symbol and b."interval" = asked."interval"
           and b.ts > coalesce(watermark.ts, '-infinity') limit $3
       ) as nearest
     ) as growing
     order by asked.place`,
    [series.map(({ symbol }) => symbol), series.map(({ interval }) => interval), most],
  );
}

/** Instants are epoch ms. */
export interface LastResult {
  readonly runId: number;
  readonly status: SeriesStatus;
  readonly kind: FailureKind | null;
  readonly message: string | null;
  readonly inserted: number;
  readonly at: number;
}

/** The newest results of each series, newest first, `limit` at most; in the order given. */
export async function lastResults(
  db: Database,
  series: readonly Series[],
  { limit }: { limit: number },
): Promise<LastResult[][]> {
  const rows = await query<{ results: LastResult[] | null }>(
    db,
    `select newest.results
     from unnest($1::text[], $2::text[]) with ordinality as asked (symbol, "interval", place)
     cross join lateral (
       select json_agg(json_build_object('runId', run_id, 'status', status, 'kind', kind, 'message', message,
         'inserted', inserted, 'at', floor(extract(epoch from finished_at) * 1000)) order by finished_at desc) as results
       from (
         select * from series_result r where r.symbol = asked.symbol and r."interval" = asked."interval"
         order by finished_at desc limit $3
       ) as nearest
     ) as newest
     order by asked.place`,
    [series.map(({ symbol }) => symbol), series.map(({ interval }) => interval), limit],
  );
  return rows.map(({ results }) => results ?? []);
}
