/** What is on record about one series: revisions, answers, requests, results? Each the newest first, by the page. */
import type { Series } from "../bar.ts";
import type { FailureKind, RowCounts, SeriesStatus } from "../run.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/** Which rows: those with a key below `before` (`null`: from the newest), `limit` at most. */
export interface PageOf {
  readonly before: number | null;
  readonly limit: number;
}

/** Prices are decimal strings, exact; volume too. */
export interface Prices {
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

/** Instants are epoch ms. */
export interface RevisionRow {
  readonly id: number;
  readonly ts: number;
  readonly was: Prices;
  /** What it became; `null`: the bar is not there any more. */
  readonly became: Prices | null;
  readonly seenAt: number;
  readonly runId: number | null;
  /** The answer that changed it. */
  readonly changedBy: number | null;
}

const PRICES = (of: string) =>
  `json_build_object('open', ${of}.open::text, 'high', ${of}.high::text, 'low', ${of}.low::text,
     'close', ${of}.close::text, 'volume', ${of}.volume::text)`;

export function revisionsOf(
  db: Database,
  { symbol, interval }: Series,
  { before, limit }: PageOf,
): Promise<RevisionRow[]> {
  // A bar may have been changed again: then it became what the next revision says it was.
  return query<RevisionRow & Record<string, unknown>>(
    db,
    `select r.id, r.ts, ${PRICES("r")} as was, coalesce(
       (select ${PRICES("n")} from revision n
        where n.symbol = r.symbol and n."interval" = r."interval" and n.ts = r.ts and n.id > r.id order by n.id limit 1),
       (select ${PRICES("b")} from stock_data b
        where b.symbol = r.symbol and b."interval" = r."interval" and b.ts = r.ts)) as became,
       r.seen_at as "seenAt", r.run_id as "runId", r.changed_by as "changedBy"
     from revision r
     where r.symbol = $1 and r."interval" = $2 and ($3::bigint is null or r.id < $3)
     order by r.id desc limit $4`,
    [symbol, interval, before, limit],
  );
}

/** Stamps of bars in a range that were ever revised, ascending, `limit` at most. */
export async function revisedBetween(
  db: Database,
  { symbol, interval }: Series,
  { from, to, limit }: { from: number; to: number; limit: number },
): Promise<number[]> {
  const rows = await query<{ ts: number }>(
    db,
    `select distinct ts from revision where symbol = $1 and "interval" = $2 and ts >= $3 and ts < $4
     order by ts limit $5`,
    [symbol, interval, instant(from), instant(to), limit],
  );
  return rows.map(({ ts }) => ts);
}

export interface AnswerRow {
  readonly id: number;
  readonly form: string;
  readonly receivedAt: number;
  readonly bytes: number;
  /** The body is still there; else it was dropped by age. */
  readonly kept: boolean;
  readonly runId: number | null;
}

export function answersOf(db: Database, { symbol, interval }: Series, { before, limit }: PageOf): Promise<AnswerRow[]> {
  return query<AnswerRow & Record<string, unknown>>(
    db,
    `select a.id, a.form, a.received_at as "receivedAt", b.bytes, b.body is not null as kept, a.run_id as "runId"
     from answer a join answer_body b on b.id = a.body_id
     where a.symbol = $1 and a."interval" = $2 and ($3::bigint is null or a.id < $3)
     order by a.id desc limit $4`,
    [symbol, interval, before, limit],
  );
}

/** What the vendor sent, key removed; `body` is `null` when it was dropped by age. */
export async function answerBody(
  db: Database,
  id: number,
): Promise<{ readonly symbol: string; readonly interval: string; readonly body: string | null } | null> {
  const [row] = await query<{ symbol: string; interval: string; body: string | null }>(
    db,
    `select a.symbol, a."interval", b.body from answer a join answer_body b on b.id = a.body_id where a.id = $1`,
    [id],
  );
  return row ?? null;
}

export interface RequestRow {
  readonly id: number;
  readonly form: string;
  readonly attempt: number;
  readonly sentAt: number;
  /** How the answer was understood; `null`: never answered, but it counts. */
  readonly kind: string | null;
  readonly httpStatus: number | null;
  readonly bytes: number | null;
  readonly durationMs: number | null;
  readonly message: string | null;
  readonly runId: number | null;
}

export function requestsOf(
  db: Database,
  { symbol, interval }: Series,
  { before, limit }: PageOf,
): Promise<RequestRow[]> {
  return query<RequestRow & Record<string, unknown>>(
    db,
    `select id, form, attempt, sent_at as "sentAt", kind, http_status as "httpStatus", bytes,
       duration_ms as "durationMs", message, run_id as "runId"
     from request where symbol = $1 and "interval" = $2 and ($3::bigint is null or id < $3)
     order by id desc limit $4`,
    [symbol, interval, before, limit],
  );
}

export interface ResultRow {
  readonly runId: number;
  readonly status: SeriesStatus;
  readonly kind: FailureKind | null;
  readonly message: string | null;
  readonly requests: number;
  readonly counts: RowCounts;
  readonly watermark: number | null;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** @param page `before`: the run of the last one of the page before */
export function resultsOfSeries(
  db: Database,
  { symbol, interval }: Series,
  { before, limit }: PageOf,
): Promise<ResultRow[]> {
  // Runs of one series end one after the other, so time orders them as their numbers do.
  return query<ResultRow & Record<string, unknown>>(
    db,
    `select run_id as "runId", status, kind, message, requests,
       json_build_object('inserted', inserted, 'revised', revised, 'unchanged', unchanged, 'provisional', provisional,
         'quarantined', quarantined) as counts,
       watermark, started_at as "startedAt", finished_at as "finishedAt"
     from series_result
     where symbol = $1 and "interval" = $2 and ($3::bigint is null or finished_at < (
       select finished_at from series_result where symbol = $1 and "interval" = $2 and run_id = $3))
     order by finished_at desc limit $4`,
    [symbol, interval, before, limit],
  );
}
