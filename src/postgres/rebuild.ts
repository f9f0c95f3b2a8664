/**
 * How are the tables of a series made anew from its archived answers? Rewound to where the kept bodies begin, then
 * written answer by answer by the very statements that wrote them first, each under its own time and run.
 */
import type pg from "pg";
import { type Bar, type Reject, type Series, seriesName } from "../bar.ts";
import type { Answer } from "./answers.ts";
import { writeRows } from "./bars.ts";
import type { Database } from "./connect.ts";
import { lockSeries } from "./results.ts";
import { extendLease, fence, type Holder } from "./runs.ts";
import { transaction } from "./transaction.ts";
import { instant } from "./values.ts";

/** What the archive has of a series. */
export interface ArchiveState {
  readonly series: Series;
  /** The newest answer whose body is gone, 0 if none is: only those after it can be replayed. */
  readonly cut: number;
  /** Answers that can be replayed. */
  readonly answers: number;
  /** Bars and revisions that cannot be rebuilt: of answers up to the cut, or from before there was an archive. */
  readonly bars: number;
  readonly revisions: number;
}

export interface ArchivedAnswer extends Omit<Answer, "requestId"> {
  readonly id: number;
  readonly runId: number | null;
  readonly series: Series;
}

export interface RebuildOptions {
  readonly holder: Holder;
  readonly series: Series;
  /** Leave what cannot be rebuilt as it stands, instead of refusing. */
  readonly partial: boolean;
  /** What the answer says. May throw: then nothing of the series is changed. */
  readonly read: (answer: ArchivedAnswer) => { readonly bars: readonly Bar[]; readonly rejects: readonly Reject[] };
  /** Aborted: the series is left as it was. */
  readonly signal: AbortSignal;
}

/** Every series that has bars or answers, by symbol and interval. */
export async function archiveStates({ pool }: Pick<Database, "pool">): Promise<ArchiveState[]> {
  return await readStates(pool, null);
}

/**
 * Rebuilds `stock_data`, `revision` and `quarantine` of one series, all or nothing. What was written before the cut stays:
 * a bar revised since then first goes back to what it said, bad rows first seen before then keep their counts. One thing
 * can be lost by a cut: adjusted columns that a plain answer took over from a provisional bar, which nobody keeps.
 *
 * @returns how many answers were replayed
 * @throws LeaseLost; Error when something cannot be rebuilt and `partial` is not set; the signal's reason
 */
export async function rebuildSeries(
  db: Database,
  { holder, series, partial, read, signal }: RebuildOptions,
): Promise<number> {
  return await transaction(db, async (client) => {
    await lockSeries(client, series);
    await fence(client, holder);
    const [state] = await readStates(client, series);
    if (state === undefined) return 0;
    if (!partial && lacks(state)) throw new Error(describeLack(state));
    const { cut } = state;
    let answer = await nextAnswer(client, { series, after: cut });
    const countSince = answer?.receivedAt;
    await rewind(client, { series, cut, countSince });
    let replayed = 0;
    for (; answer !== null; answer = await nextAnswer(client, { series, after: answer.id })) {
      signal.throwIfAborted();
      const { id: answerId, runId, receivedAt: now } = answer;
      const { capabilities } = db;
      await writeRows(client, { ...read(answer), series, answerId, runId, now, capabilities, countSince });
      replayed += 1;
    }
    await extendLease(client, holder);
    return replayed;
  }, { signal });
}

/** Whether a rebuild of the series must keep something as it stands. */
export function lacks({ bars, revisions }: ArchiveState): boolean {
  return bars + revisions > 0;
}

export function describeLack({ series, bars, revisions, answers }: ArchiveState): string {
  return `Cannot rebuild ${
    seriesName(series)
  }: ${bars} bars and ${revisions} revisions are older than the ${answers} ` +
    "answers whose bodies are kept";
}

/** `only`: of one series instead of all. */
async function readStates(queryable: Pick<pg.PoolClient, "query">, only: Series | null): Promise<ArchiveState[]> {
  const { rows } = await queryable.query<Omit<ArchiveState, "series"> & Series>(
    `with cut as (
       select symbol, "interval", max(answer.id) filter (where body is null) as cut
       from answer join answer_body on answer_body.id = body_id where ${ASKED} group by symbol, "interval"
     ), replayable as (
       select symbol, "interval", count(*) as answers
       from answer join cut using (symbol, "interval") where ${ASKED} and answer.id > coalesce(cut, 0)
       group by symbol, "interval"
     ), bars as (
       select symbol, "interval", count(*) filter (where answer_id is null or answer_id <= cut) as bars
       from stock_data left join cut using (symbol, "interval") where ${ASKED} group by symbol, "interval"
     ), revisions as (
       select symbol, "interval", count(*) filter (where answer_id is null or answer_id <= cut) as revisions
       from revision left join cut using (symbol, "interval") where ${ASKED} group by symbol, "interval"
     )
     select symbol, "interval", coalesce(cut, 0) as cut, coalesce(answers, 0) as answers, coalesce(bars, 0) as bars,
       coalesce(revisions, 0) as revisions
     from cut full join bars using (symbol, "interval") full join revisions using (symbol, "interval")
       left join replayable using (symbol, "interval")
     order by symbol, "interval"`,
    [only?.symbol ?? null, only?.interval ?? null],
  );
  return rows.map(({ symbol, interval, ...state }) => ({ series: { symbol, interval }, ...state }));
}

const ASKED = `($1::text is null or (symbol = $1 and "interval" = $2::text))`;

/** One at a time, body included: that is all of the archive that is ever in memory. */
async function nextAnswer(
  client: pg.PoolClient,
  { series, after }: { series: Series; after: number },
): Promise<ArchivedAnswer | null> {
  const { rows: [row] } = await client.query<Omit<ArchivedAnswer, "series">>(
    `select answer.id, run_id as "runId", form, zone, received_at as "receivedAt", reaches_to as "reachesTo", body
     from answer join answer_body on answer_body.id = body_id
     where symbol = $1 and "interval" = $2 and answer.id > $3 order by answer.id limit 1`,
    [series.symbol, series.interval, after],
  );
  return row === undefined ? null : { series, ...row };
}

/**
 * Takes back what the answers after the cut have written. A bar they changed says again what the oldest of its revisions
 * by them kept; the adjusted columns of a bar they left alone may be newer, and will be the same in the end.
 */
async function rewind(
  client: pg.PoolClient,
  { series: { symbol, interval }, cut, countSince }: { series: Series; cut: number; countSince?: number },
): Promise<void> {
  const taken = [symbol, interval, cut];
  await client.query(`delete from stock_data where symbol = $1 and "interval" = $2 and answer_id > $3`, taken);
  await client.query(
    `insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, adjusted_close, dividend_amount,
       split_coefficient, settled, answer_id)
     select symbol, "interval", ts, open, high, low, close, volume, adjusted_close, dividend_amount, split_coefficient,
       true, answer_id
     from revision
     where symbol = $1 and "interval" = $2 and changed_by > $3 and (answer_id is null or answer_id <= $3) order by ts`,
    taken,
  );
  await client.query(`delete from revision where symbol = $1 and "interval" = $2 and changed_by > $3`, taken);
  if (countSince === undefined) return;
  await client.query(`delete from quarantine where symbol = $1 and "interval" = $2 and first_seen_at >= $3`, [
    symbol,
    interval,
    instant(countSince),
  ]);
}
