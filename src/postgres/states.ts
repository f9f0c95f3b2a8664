/** What does the database know of each series before a run? One query, a few index probes per series. */
import type { Interval, Series } from "../bar.ts";
import type { SeriesState } from "../plan.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";

interface StateRow extends Omit<SeriesState, "series" | "last"> {
  readonly symbol: string;
  readonly interval: Interval;
  readonly status: string | null;
  readonly kind: string | null;
  readonly at: number | null;
}

/**
 * The states of the series, in the order given.
 *
 * `answeredAt` is when the work on the newest stored answer began: never later than the answer itself, so a market that
 * closed in between is never taken as seen. Answers that could not be stored do not count.
 */
export async function seriesStates(db: Database, series: readonly Series[]): Promise<SeriesState[]> {
  // Lateral, so that each newest row is a probe from the end of an index and not a scan of a hundred million bars.
  const rows = await query<StateRow>(
    db,
    `select asked.symbol, asked."interval", oldest.ts as first, settled.ts as watermark, newest.ts as newest,
       answered.started_at as "answeredAt", last.status, last.kind, last.finished_at as at
     from unnest($1::text[], $2::text[]) with ordinality as asked (symbol, "interval", place)
     left join lateral (
       select ts from stock_data b where b.symbol = asked.symbol and b."interval" = asked."interval"
       order by ts limit 1
     ) as oldest on true
     left join lateral (
       select ts from stock_data b where b.symbol = asked.symbol and b."interval" = asked."interval"
       order by ts desc limit 1
     ) as newest on true
     left join lateral (
       select ts from stock_data b where b.symbol = asked.symbol and b."interval" = asked."interval" and b.settled
       order by ts desc limit 1
     ) as settled on true
     left join lateral (
       select started_at from series_result r where r.symbol = asked.symbol and r."interval" = asked."interval"
         and r.status in ('stored', 'late')
       order by started_at desc limit 1
     ) as answered on true
     left join lateral (
       select status, kind, finished_at from series_result r
       where r.symbol = asked.symbol and r."interval" = asked."interval"
       order by finished_at desc limit 1
     ) as last on true
     order by asked.place`,
    [series.map(({ symbol }) => symbol), series.map(({ interval }) => interval)],
  );
  return rows.map(({ symbol, interval, status, kind, at, ...times }) => ({
    series: { symbol, interval },
    ...times,
    last: status === null || at === null ? null : { status, kind, at },
  }));
}
