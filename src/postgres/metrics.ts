/** What do the rows say for whoever watches from outside? Index probes and bounded counts: the table of bars is never read. */
import type { MetricFacts } from "../metrics.ts";
import type { Database } from "./connect.ts";
import { waitingLaunches } from "./launches.ts";
import { LOOK_BACK, owed, recentTicks } from "./ticks.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

const DAY = 86_400_000;
/** A beat comes each minute: a tick noticed later than this was not seen by anybody when it came due. */
const LATE = "interval '2 minutes'";

type Row = Omit<MetricFacts, "now" | "queued" | "bars">;

/** @param options.now epoch ms */
export async function metricFacts(
  db: Database,
  { schedule, now }: { schedule: string; now: number },
): Promise<MetricFacts> {
  const [[row], waiting, bars] = await Promise.all([
    query<Row & Record<string, unknown>>(db, FACTS, [schedule, instant(now), LOOK_BACK, instant(now - DAY)]),
    waitingLaunches(db),
    estimatedBars(db),
  ]);
  return { ...row!, now, queued: waiting.map(({ askedAt }) => askedAt), bars };
}

/** As the planner takes it: exact enough, and costs no look at the table. */
async function estimatedBars(db: Database): Promise<number> {
  const [row] = await query<{ "QUERY PLAN": { Plan: { "Plan Rows": number } }[] }>(
    db,
    "explain (format json) select from stock_data",
  );
  return row!["QUERY PLAN"][0]!.Plan["Plan Rows"];
}

const ms = (column: string) => `floor(extract(epoch from ${column}) * 1000)`;

const FACTS = `select
  (select coalesce(json_object_agg(outcome, runs), '{}') from (
     select outcome, count(*) as runs from run where started_at >= $4 and outcome is not null group by outcome
   ) as ended) as runs,
  (select coalesce(json_object_agg(kinds.outcome, ${ms("newest.finished_at")}), '{}')
   from unnest(array['complete', 'partial', 'deferred', 'nothing-due', 'failed', 'cancelled', 'abandoned']) as kinds (outcome)
   cross join lateral (
     select finished_at from run r where r.outcome = kinds.outcome order by started_at desc, id desc limit 1
   ) as newest) as "lastRuns",
  (select json_build_object('startedAt', ${ms("started_at")}, 'alive', lease_until > clock_timestamp())
   from run where outcome is null) as running,
  (select coalesce(sum(inserted), 0)::bigint from run where started_at >= $4) as inserted,
  (select coalesce(sum(revised), 0)::bigint from run where started_at >= $4) as revised,
  (select coalesce(sum(quarantined), 0)::bigint from run where started_at >= $4) as quarantined,
  (select json_build_object(
     'requested', count(*) filter (where state = 'requested'),
     'skipped', count(*) filter (where state = 'skipped'),
     'failed', count(*) filter (where state = 'failed'),
     'late', count(*) filter (where noticed_at > due_at + ${LATE}))
   from tick where schedule = $1 and due_at > $4 and due_at <= $2) as ticks,
  (select coalesce(json_agg(${ms("t.due_at")}), '[]')
   from ${recentTicks("state = 'requested'")} as t where ${owed("t")}) as owed,
  (select json_build_object('evaluatedTo', ${ms("evaluated_to")}, 'paused', paused_at is not null)
   from schedule where name = $1) as schedule,
  (select coalesce(json_object_agg(kind, requests), '{}') from (
     select coalesce(kind, 'unanswered') as kind, count(*) as requests from request where sent_at >= $4 group by 1
   ) as asked) as requests,
  (select json_agg(json_build_object('channel', channel,
     'waiting', (select count(*) from outbox o where o.channel = c.channel and state = 'waiting'),
     'undeliverable', (select count(*) from outbox o
        where o.channel = c.channel and tried_at >= $4 and state = 'undeliverable'),
     'oldest', (select ${ms("min(created_at)")} from outbox o where o.channel = c.channel and state = 'waiting')))
   from unnest(array['mail', 'slack', 'webhook', 'ping']) as c (channel)) as outbox,
  (select count(*) from incident where recovered_at is null) as incidents,
  (select coalesce(json_object_agg(name, beat), '{}') from (
     select name, ${ms("max(beat_at)")} as beat from heartbeat group by name
   ) as parts) as heartbeats,
  pg_database_size(current_database()) as "databaseBytes"`;
