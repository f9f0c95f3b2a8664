/** Has anything happened? What is newest in every table a page follows, in a few index probes. */
import type { Database } from "./connect.ts";

export interface Newest {
  /** The newest run; `null`: there has been none. */
  readonly runId: number | null;
  /** Differs from an earlier one whenever a run, its events, a launch, a backfill, a tick, the schedule or anything by an operator has changed. */
  readonly mark: string;
}

/** Asked every second while somebody looks at a page. Not tried again: the next look is near. */
export async function newest({ pool }: Database): Promise<Newest> {
  const { rows: [row] } = await pool.query<Newest>(
    `select run.id as "runId", concat_ws(' ', run.id, coalesce(run.outcome, 'running'), run.planned,
       (select max(seq) from run_event where run_id = run.id),
       (select count(*) from series_result where run_id = run.id),
       run.cancel_at, (select max(id) from launch), (select max(id) from tick), (select max(id) from request),
       (select max(coalesce(paused_at, updated_at)) from schedule), (select max(id) from audit), (select max(id) from backfill)) as mark
     from (select 1) as one left join lateral (select * from run order by id desc limit 1) as run on true`,
  );
  return row!;
}
