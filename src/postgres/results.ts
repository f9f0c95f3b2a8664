/** What did a run do for each series, as rows? */
import type pg from "pg";
import type { PartAnswer } from "../backfill_left.ts";
import type { Series } from "../bar.ts";
import type { GapKeeping } from "../effects.ts";
import type { SeriesResult } from "../run.ts";
import { writePart } from "./backfill_answers.ts";
import type { Database } from "./connect.ts";
import { settleGaps } from "./gaps.ts";
import { extendLease, fence, type Holder } from "./runs.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

/** Columns of `series_result` as the fields of {@link SeriesResult}. */
const RESULT = `json_build_object('symbol', symbol, 'interval', "interval") as series, status, kind, message, requests,
  json_build_object('inserted', inserted, 'revised', revised, 'unchanged', unchanged, 'provisional', provisional,
    'quarantined', quarantined) as counts,
  watermark, started_at as "startedAt", finished_at as "finishedAt"`;

/**
 * Records the result of a series that has nothing to store (failed, deferred, cancelled). Bars and their result go
 * together through `storeSeries`.
 *
 * @param options.part what it says to a part of a backfill
 * @returns the row as it now stands in the run
 * @throws LeaseLost when the run is no longer the holder's
 */
export async function recordResult(
  db: Database,
  { result, part, gaps = null, healing = false, ...holder }: Holder & Partial<GapKeeping> & {
    result: SeriesResult;
    part?: PartAnswer | undefined;
  },
): Promise<SeriesResult> {
  return await transaction(db, async (client, attempt) => {
    await lockSeries(client, result.series);
    const before = attempt > 1 ? await committedBefore(client, { runId: holder.runId, result }) : null;
    if (before !== null) return before;
    await fence(client, holder);
    const { runId } = holder;
    const { series, finishedAt: now } = result;
    if (gaps !== null) await settleGaps(client, { runId, series, news: gaps, now });
    const written = await writeResult(client, { runId, result, healing });
    if (part !== undefined) await writePart(client, { runId, series, part });
    await extendLease(client, holder);
    return written;
  });
}

/**
 * Lets one transaction at a time write for a series, until its commit. The next may be a second attempt, while the server
 * still works on the first, whose connection was lost: it must know how that one ended.
 */
export async function lockSeries(client: pg.PoolClient, { symbol, interval }: Series): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`stocks-etl ${symbol} ${interval}`]);
}

/**
 * Writes the row. A series that a run answers in several parts (a backfill, month by month) has one row: counts and
 * requests add up, the rest is the newest part's.
 *
 * @param options.healing the series was asked for its gaps alone; false once a part of it was due
 */
export async function writeResult(
  client: pg.PoolClient,
  { runId, result, healing }: { runId: number; result: Omit<SeriesResult, "watermark">; healing: boolean },
): Promise<SeriesResult> {
  const { series: { symbol, interval }, counts } = result;
  const { rows: [row] } = await client.query<SeriesResult>(
    `insert into series_result as old (run_id, symbol, "interval", status, kind, message, requests, inserted, revised,
       unchanged, provisional, quarantined, started_at, finished_at, healing, watermark)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, (
       select ts from stock_data where symbol = $2 and "interval" = $3 and settled order by ts desc limit 1))
     on conflict (run_id, symbol, "interval") do update set
       status = excluded.status, kind = excluded.kind, message = excluded.message,
       requests = old.requests + excluded.requests, inserted = old.inserted + excluded.inserted,
       revised = old.revised + excluded.revised, unchanged = old.unchanged + excluded.unchanged,
       provisional = old.provisional + excluded.provisional, quarantined = old.quarantined + excluded.quarantined,
       watermark = excluded.watermark, finished_at = excluded.finished_at,
       healing = old.healing and excluded.healing
     returning ${RESULT}`,
    [
      runId,
      symbol,
      interval,
      result.status,
      result.kind,
      result.message,
      result.requests,
      counts.inserted,
      counts.revised,
      counts.unchanged,
      counts.provisional,
      counts.quarantined,
      instant(result.startedAt),
      instant(result.finishedAt),
      healing,
    ],
  );
  return row!;
}

/** The row as an earlier attempt wrote it, if the connection was lost after its commit and not before. */
export async function committedBefore(
  client: pg.PoolClient,
  { runId, result }: { runId: number; result: Pick<SeriesResult, "series" | "finishedAt"> },
): Promise<SeriesResult | null> {
  const { rows: [row] } = await client.query<SeriesResult>(
    `select ${RESULT} from series_result
     where run_id = $1 and symbol = $2 and "interval" = $3 and finished_at = $4`,
    [runId, result.series.symbol, result.series.interval, instant(result.finishedAt)],
  );
  return row ?? null;
}

/** Every series result of a run, in the order they were finished. */
export function resultsOf(db: Database, runId: number): Promise<SeriesResult[]> {
  return query<SeriesResult>(
    db,
    `select ${RESULT} from series_result where run_id = $1 order by finished_at, symbol, "interval"`,
    [runId],
  );
}
