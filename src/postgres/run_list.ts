/** Which runs has there been? Pages of them, newest first, and how many of each outcome lately. */
import type { Outcome, Trigger } from "../run.ts";
import type { Database } from "./connect.ts";
import { type RunRecord, SELECT_RUN } from "./runs.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/** Absent or `null`: any. Instants are epoch ms; `since` is part of the range, `until` is not. */
export interface RunFilter {
  /** `running`: not closed yet. */
  readonly outcomes?: readonly (Outcome | "running")[] | null;
  readonly trigger?: Trigger | null;
  /** Runs that did something for this symbol. */
  readonly symbol?: string | null;
  readonly since?: number | null;
  readonly until?: number | null;
  /** Runs that worked on this backfill. */
  readonly backfillId?: number | null;
}

/**
 * The newest runs that match, in the order they started, newest first.
 *
 * @param options.before only runs older than this one: the last of the page before
 */
export function listRuns(
  db: Database,
  { outcomes, trigger, symbol, since, until, backfillId, before, limit }: RunFilter & {
    before?: number | null;
    limit: number;
  },
): Promise<RunRecord[]> {
  // Conditions only where they are meant: one plan for all would read the whole table for some.
  const values: unknown[] = [limit];
  const given = (value: unknown) => `$${values.push(value)}`;
  const oneOf = (wanted: readonly (Outcome | "running")[]) => {
    const closed = wanted.filter((outcome) => outcome !== "running");
    if (closed.length === 0) return "outcome is null";
    // Equality where it will do: an index then gives the newest first.
    const among = closed.length === 1 ? `outcome = ${given(closed[0])}` : `outcome = any(${given(closed)}::text[])`;
    return closed.length === wanted.length ? among : `(outcome is null or ${among})`;
  };
  const conditions = [
    ...(outcomes == null ? [] : [oneOf(outcomes)]),
    ...(trigger == null ? [] : [`trigger = ${given(trigger)}`]),
    ...(symbol == null ? [] : [`id in (select run_id from series_result where symbol = ${given(symbol)})`]),
    ...(backfillId == null ? [] : [`backfill_id = ${given(backfillId)}`]),
    ...(since == null ? [] : [`started_at >= ${given(instant(since))}`]),
    ...(until == null ? [] : [`started_at < ${given(instant(until))}`]),
    ...(before == null
      ? []
      : [`(started_at, id) < (select b.started_at, b.id from run b where b.id = ${given(before)})`]),
  ];
  const where = conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`;
  return query<RunRecord>(db, `${SELECT_RUN} ${where} order by started_at desc, id desc limit $1`, values);
}

/** Runs at work at any time in the range, oldest first; of more than `limit`, the newest. */
export async function runsBetween(
  db: Database,
  { from, to, limit }: { from: number; to: number; limit: number },
): Promise<RunRecord[]> {
  // Runs come one after the other: of those begun before the range only the last can reach into it.
  const rows = await query<RunRecord>(
    db,
    `${SELECT_RUN} where started_at < $2 and started_at >= coalesce(
       (select max(started_at) from run where started_at < $1), $1)
       and coalesce(finished_at, 'infinity') >= $1
     order by started_at desc, id desc limit $3`,
    [instant(from), instant(to), limit],
  );
  return rows.reverse();
}

/** The runs that ran its series again, oldest first; of more than `limit`, the newest. */
export async function runsAgain(
  db: Database,
  { runId, limit }: { runId: number; limit: number },
): Promise<RunRecord[]> {
  const rows = await query<RunRecord>(db, `${SELECT_RUN} where of_run = $1 order by id desc limit $2`, [runId, limit]);
  return rows.reverse();
}

export interface RunCount {
  /** `null`: running. */
  readonly outcome: Outcome | null;
  readonly count: number;
}

/** How many runs begun since then had which outcome. */
export function runCounts(db: Database, { since }: { since: number }): Promise<RunCount[]> {
  return query<RunCount & Record<string, unknown>>(
    db,
    "select outcome, count(*) as count from run where started_at >= $1 or outcome is null group by outcome",
    [instant(since)],
  );
}
