/** What does the database know of each series before a run? One query, a few index probes per series. */
import { type Interval, type Series, seriesName } from "../bar.ts";
import { type Attempt, ATTEMPTS_KEPT } from "../breaker.ts";
import type { SeriesState } from "../plan.ts";
import type { PastAnswer } from "../publication.ts";
import type { Database } from "./connect.ts";
import { openGaps } from "./gaps.ts";
import { query } from "./transaction.ts";

/** Up to where a series reaches. Instants are epoch ms. */
export type SeriesHead = Pick<SeriesState, "series" | "watermark" | "newest" | "answeredAt">;

/**
 * What was asked for gaps alone, or a month of history, says nothing of whether the newest bars are there, nor of how the series fares. A subquery of its own,
 * which is looked up for the few newest rows only and never becomes a join.
 */
const NO_BACKFILL = "(select trigger from run where run.id = r.run_id) <> 'backfill'";
const ORDINARY = `not r.healing and ${NO_BACKFILL}`;

// Lateral, so that each newest row is a probe from the end of an index and not a scan of a hundred million bars.
const HEADS = `left join lateral (
       select ts from stock_data b where b.symbol = asked.symbol and b."interval" = asked."interval"
       order by ts desc limit 1
     ) as newest on true
     left join lateral (
       select ts from stock_data b where b.symbol = asked.symbol and b."interval" = asked."interval" and b.settled
       order by ts desc limit 1
     ) as settled on true
     left join lateral (
       select started_at from series_result r where r.symbol = asked.symbol and r."interval" = asked."interval"
         and r.status in ('stored', 'late') and ${ORDINARY}
       order by started_at desc limit 1
     ) as answered on true`;

interface StateRow extends Omit<SeriesState, "series" | "last" | "recent" | "gaps"> {
  readonly symbol: string;
  readonly interval: Interval;
  readonly status: string | null;
  readonly kind: string | null;
  readonly at: number | null;
  readonly recent: Attempt[] | null;
}

/**
 * The states of the series, in the order given.
 *
 * `answeredAt` is when the work on the newest stored answer began: never later than the answer itself, so a market that
 * closed in between is never taken as seen. Answers that could not be stored do not count, nor do those that were asked
 * for gaps alone: an old month says nothing of today.
 */
export async function seriesStates(db: Database, series: readonly Series[]): Promise<SeriesState[]> {
  const gaps = await openGaps(db, series);
  const rows = await query<StateRow>(
    db,
    `select asked.symbol, asked."interval", oldest.ts as first, settled.ts as watermark, newest.ts as newest,
       answered.started_at as "answeredAt", nullif(listed.until, 'infinity') as "delistedOn", last.status, last.kind, last.finished_at as at,
       asking.recent
     from unnest($1::text[], $2::text[]) with ordinality as asked (symbol, "interval", place)
     left join lateral (
       select ts from stock_data b where b.symbol = asked.symbol and b."interval" = asked."interval"
       order by ts limit 1
     ) as oldest on true
     ${HEADS}
     left join lateral (
       select delisting_date as until from listing l where l.symbol = asked.symbol order by delisting_date desc limit 1
     ) as listed on true
     left join lateral (
       select status, kind, finished_at from series_result r
       where r.symbol = asked.symbol and r."interval" = asked."interval" and ${NO_BACKFILL}
       order by finished_at desc limit 1
     ) as last on true
     left join lateral (
       select json_agg(json_build_object('kind', kind, 'at', floor(extract(epoch from finished_at) * 1000),
         'brought', inserted > 0) order by finished_at desc) as recent
       from (
         select kind, finished_at, inserted from series_result r
         where r.symbol = asked.symbol and r."interval" = asked."interval"
           and r.requests > 0 and r.status in ('stored', 'late', 'failed') and ${ORDINARY}
         order by finished_at desc limit ${ATTEMPTS_KEPT}
       ) as newest
     ) as asking on true
     order by asked.place`,
    [series.map(({ symbol }) => symbol), series.map(({ interval }) => interval)],
  );
  return rows.map(({ symbol, interval, status, kind, at, recent, ...times }) => ({
    series: { symbol, interval },
    ...times,
    last: status === null || at === null ? null : { status, kind, at },
    recent: recent ?? [],
    gaps: gaps.get(seriesName({ symbol, interval })) ?? [],
  }));
}

/** Of a state what is judged for freshness, in the order given: half the probes, for who looks each minute. */
export async function seriesHeads(db: Database, series: readonly Series[]): Promise<SeriesHead[]> {
  const rows = await query<Omit<SeriesHead, "series">>(
    db,
    `select settled.ts as watermark, newest.ts as newest, answered.started_at as "answeredAt"
     from unnest($1::text[], $2::text[]) with ordinality as asked (symbol, "interval", place)
     ${HEADS}
     order by asked.place`,
    [series.map(({ symbol }) => symbol), series.map(({ interval }) => interval)],
  );
  return rows.map((head, index) => ({ series: series[index]!, ...head }));
}

/** The newest answers with bars, of the last two hundred runs at most: some weeks of them, bounded for many series. */
export async function pastAnswers(db: Database): Promise<PastAnswer[]> {
  const rows = await query<{ symbol: string; interval: Interval; askedAt: number; late: boolean }>(
    db,
    `select symbol, "interval", started_at as "askedAt", status = 'late' as late from series_result r
     where run_id > (select max(id) - 200 from run) and status in ('stored', 'late')
       and ${ORDINARY}
     order by run_id desc limit 2000`,
  );
  return rows.map(({ symbol, interval, ...answer }) => ({ series: { symbol, interval }, ...answer }));
}
