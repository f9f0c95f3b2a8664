/** What does the archive hold of each series, and what of its tables could not be rebuilt from it? */
import type pg from "pg";
import { type Series, seriesName } from "../bar.ts";
import { PLACE } from "./answers.ts";
import type { Database } from "./connect.ts";

/** What the archive has of a series. */
export interface ArchiveState {
  readonly series: Series;
  /** The place of the newest answer whose body is gone, 0 if none is: only those told after it can be replayed. */
  readonly cut: string;
  /** Answers that can be replayed. */
  readonly answers: number;
  /** Bars and revisions that cannot be rebuilt: of answers up to the cut, or from before there was an archive. */
  readonly bars: number;
  readonly revisions: number;
}

/** Every series that has bars or answers, by symbol and interval. */
export async function archiveStates({ pool }: Pick<Database, "pool">): Promise<ArchiveState[]> {
  return await readStates(pool, null);
}

/** Of one series; `undefined`: it has neither. */
export async function archiveState(
  asking: Pick<pg.Pool | pg.PoolClient, "query">,
  series: Series,
): Promise<ArchiveState | undefined> {
  const [state] = await readStates(asking, series);
  return state;
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
async function readStates(
  queryable: Pick<pg.Pool | pg.PoolClient, "query">,
  only: Series | null,
): Promise<ArchiveState[]> {
  const { rows } = await queryable.query<Omit<ArchiveState, "series"> & Series>(
    `with cut as (
       select symbol, "interval", max(${PLACE}) filter (where body is null) as cut
       from answer join answer_body on answer_body.id = body_id where ${ASKED} group by symbol, "interval"
     ), before as (
       select answer.id from answer join cut using (symbol, "interval") where ${ASKED} and ${PLACE} <= cut
     ), replayable as (
       select symbol, "interval", count(*) as answers
       from answer join cut using (symbol, "interval") where ${ASKED} and ${PLACE} > coalesce(cut, 0)
       group by symbol, "interval"
     ), bars as (
       select symbol, "interval", count(*) filter (where ${OLDER}) as bars
       from stock_data where ${ASKED} group by symbol, "interval"
     ), revisions as (
       select symbol, "interval", count(*) filter (where ${OLDER}) as revisions
       from revision where ${ASKED} group by symbol, "interval"
     )
     select symbol, "interval", coalesce(cut, ${NOWHERE}) as cut, coalesce(answers, 0) as answers, coalesce(bars, 0) as bars,
       coalesce(revisions, 0) as revisions
     from cut full join bars using (symbol, "interval") full join revisions using (symbol, "interval")
       left join replayable using (symbol, "interval")
     order by symbol, "interval"`,
    [only?.symbol ?? null, only?.interval ?? null],
  );
  return rows.map(({ symbol, interval, ...state }) => ({ series: { symbol, interval }, ...state }));
}

/** Before every place. */
export const NOWHERE = "0";
const OLDER = "answer_id is null or answer_id in (select id from before)";
const ASKED = `($1::text is null or (symbol = $1 and "interval" = $2::text))`;
