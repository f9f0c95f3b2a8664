/** What happened since an instant, and how does the schedule stand: what alarms and the summary of a day are made of. */
import type { ScheduleState } from "../alarm.ts";
import type { DayFacts } from "../summary.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

type Happened = Pick<DayFacts, "runs" | "inserted" | "revised" | "quarantined" | "requests">;

/** The runs that ended since `since` (epoch ms), added up. */
export async function happenedSince(db: Database, since: number): Promise<Happened> {
  const rows = await query<Omit<Happened, "runs"> & { outcome: keyof Happened["runs"]; runs: number }>(
    db,
    `select outcome, count(*) as runs, sum(inserted)::bigint as inserted, sum(revised)::bigint as revised,
       sum(quarantined)::bigint as quarantined, sum(requests)::bigint as requests
     from run where finished_at > $1 and outcome is not null group by outcome order by outcome`,
    [instant(since)],
  );
  const sum = (of: Exclude<keyof Happened, "runs">) => rows.reduce((total, row) => total + row[of], 0);
  return {
    runs: Object.fromEntries(rows.map(({ outcome, runs }) => [outcome, runs])),
    inserted: sum("inserted"),
    revised: sum("revised"),
    quarantined: sum("quarantined"),
    requests: sum("requests"),
  };
}

/** `null`: nobody has looked at this schedule yet. */
export async function scheduleState(
  db: Database,
  { schedule, now }: { schedule: string; now: number },
): Promise<ScheduleState | null> {
  const [row] = await query<ScheduleState>(
    db,
    `select s.paused_at is not null as paused, s.evaluated_to as "evaluatedTo",
       (select min(t.due_at) from tick t
        where t.schedule = s.name and t.state = 'requested' and t.due_at between $2::timestamptz - interval '30 days' and $2
          and not exists (select from run r where r.tick_id = t.id)) as "waitingSince",
       (select case when t.state = 'failed' then t.reason end from tick t
        where t.schedule = s.name and t.due_at <= $2 order by t.due_at desc limit 1) as "givenUp",
       exists (select from run where outcome is null and lease_until > clock_timestamp()) as "atWork"
     from schedule s where s.name = $1`,
    [schedule, instant(now)],
  );
  return row ?? null;
}
