/** How is a schedule steered: paused, resumed, set to another expression, reset; and what has become of its ticks? */
import type pg from "pg";
import type { Outcome } from "../run.ts";
import type { Schedule } from "../schedule.ts";
import { recordChange } from "./audit.ts";
import type { Database } from "./connect.ts";
import { LOOK_BACK, noticeIn, type NoticeOptions, owed, recentTicks, type TickTrigger, WHILE_PAUSED } from "./ticks.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

/** Who did it, and when (epoch ms). */
export interface Deed {
  readonly by: string;
  readonly at: number;
}

/** A schedule as the programs obey it. */
export interface ScheduleState extends Schedule {
  /** `null`: it is not paused. `by` is empty for a pause from before it was kept who did it. */
  readonly paused: Deed | null;
  /** Who set this expression over the configured one; `null`: it is the configured one. */
  readonly overridden: Deed | null;
  /** Ticks up to here have been decided, epoch ms. */
  readonly evaluatedTo: number;
}

export interface TickRecord {
  readonly id: number;
  readonly dueAt: number;
  readonly state: "requested" | "skipped" | "failed";
  readonly trigger: TickTrigger;
  /** `null` for a requested one. */
  readonly reason: string | null;
  readonly noticedAt: number;
  /** Oldest first; `finishedAt` is `null` while it is at work. */
  readonly runs: readonly {
    readonly id: number;
    readonly outcome: Outcome | null;
    readonly startedAt: number;
    readonly finishedAt: number | null;
  }[];
}

const deed = (at: string, by: string) =>
  `case when ${at} is not null
  then json_build_object('at', floor(extract(epoch from ${at}) * 1000), 'by', coalesce(${by}, '')) end`;
const SELECT_STATE = `select cron, timezone, evaluated_to as "evaluatedTo", ${deed("paused_at", "paused_by")} as paused,
  ${deed("overridden_at", "overridden_by")} as overridden from schedule where name = $1`;

/** `null`: no program has looked at the clock yet. */
export async function scheduleState(db: Database, name: string): Promise<ScheduleState | null> {
  const [state] = await query<ScheduleState>(db, SELECT_STATE, [name]);
  return state ?? null;
}

/** A change to a schedule: who, and how ticks that have come due before it are decided first, by what was in force then. */
export interface Steering {
  readonly notice: NoticeOptions;
  readonly by: string;
}

/** No tick is served from now on; those that come due are recorded as skipped. A paused schedule stays as it is. */
export function pauseSchedule(db: Database, { notice, by }: Steering): Promise<ScheduleState> {
  return steer(db, notice, async (client, { paused }) => {
    const { schedule: { name }, now } = notice;
    if (paused !== null) return;
    await client.query("update schedule set paused_at = $2, paused_by = $3 where name = $1", [name, instant(now), by]);
    await recordChange(client, { by, action: "paused", subject: subjectOf(name), was: "on", became: "paused", now });
  });
}

/**
 * Ticks are served again from now on. What came due in between, or waited for its run when the pause began, is not made up
 * for, unless `catchUp` is set: then the newest of it is requested. A schedule that is not paused stays as it is.
 */
export function resumeSchedule(
  db: Database,
  { notice, by, catchUp }: Steering & { catchUp: boolean },
): Promise<ScheduleState> {
  return steer(db, notice, async (client, { paused }) => {
    const { schedule: { name }, now } = notice;
    if (paused === null) return;
    const waiting = await skipWaiting(client, { name, now });
    if (catchUp) await requestNewest(client, { name, waiting, since: paused.at });
    await client.query("update schedule set paused_at = null, paused_by = null where name = $1", [name]);
    await recordChange(client, { by, action: "resumed", subject: subjectOf(name), was: "paused", became: "on", now });
  });
}

/** Sets another expression and zone, which win over the configuration until {@link resetSchedule}. */
export function setSchedule(
  db: Database,
  { notice, by, to }: Steering & { to: Schedule },
): Promise<ScheduleState> {
  return steer(db, notice, (client, state) => replace(client, { notice, by, state, to, action: "set" }));
}

/** Back to the configured expression and zone. */
export function resetSchedule(db: Database, { notice, by }: Steering): Promise<ScheduleState> {
  return steer(db, notice, async (client, state) => {
    if (state.overridden === null) return;
    await replace(client, { notice, by, state, to: notice.schedule, action: "reset" });
  });
}

function subjectOf(name: string): string {
  return `schedule ${name}`;
}

/**
 * What is due is decided first, then the change is made: no tick falls between the old and the new. Decided by what is in
 * force: the operator's own configuration may be another than that of the program which serves.
 */
function steer(
  db: Database,
  notice: NoticeOptions,
  change: (client: pg.PoolClient, state: ScheduleState) => Promise<void>,
): Promise<ScheduleState> {
  const { schedule: { name } } = notice;
  const stateIn = async (client: pg.PoolClient) => (await client.query<ScheduleState>(SELECT_STATE, [name])).rows[0]!;
  return transaction(db, async (client) => {
    const { rows: [inForce] } = await client.query<Schedule>(
      "select cron, timezone from schedule where name = $1 for update",
      [name],
    );
    await noticeIn(client, { ...notice, schedule: { ...notice.schedule, ...inForce } });
    await change(client, await stateIn(client));
    return await stateIn(client);
  });
}

async function replace(
  client: pg.PoolClient,
  { notice: { schedule: { name }, now }, by, state, to, action }: Steering & {
    state: ScheduleState;
    to: Schedule;
    action: "set" | "reset";
  },
): Promise<void> {
  const set = action === "set";
  if (set && state.overridden !== null && state.cron === to.cron && state.timezone === to.timezone) return;
  // Without a tick to look back to: the new expression owes nothing of the time before it.
  await client.query(
    `update schedule set cron = $2, timezone = $3, evaluated_to = greatest(evaluated_to, $4), updated_at = $4,
       overridden_at = $5, overridden_by = $6 where name = $1`,
    [name, to.cron, to.timezone, instant(now), set ? instant(now) : null, set ? by : null],
  );
  const [was, became] = [state, to].map(({ cron, timezone }) => `${cron} ${timezone}`);
  await recordChange(client, { by, action, subject: subjectOf(name), was: was!, became: became!, now });
}

/** @returns the ticks that waited for a run, now skipped */
async function skipWaiting(client: pg.PoolClient, { name, now }: { name: string; now: number }): Promise<number[]> {
  const { rows: waiting } = await client.query<{ id: number }>(
    `select id from ${recentTicks("state = 'requested'")} as t where ${owed("t")}`,
    [name, instant(now), LOOK_BACK],
  );
  const ids = waiting.map(({ id }) => id);
  // Locked first: the next statement must see the run that somebody may be starting for one of them this moment.
  await client.query("select from tick where id = any($1::bigint[]) order by id for update", [ids]);
  const { rows } = await client.query<{ id: number }>(
    `update tick as t set state = 'skipped', reason = 'the schedule was paused'
     where id = any($1::bigint[]) and ${owed("t")} returning id`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

async function requestNewest(
  client: pg.PoolClient,
  { name, waiting, since }: { name: string; waiting: readonly number[]; since: number },
): Promise<void> {
  await client.query(
    `update tick set state = 'requested', trigger = 'catch-up', reason = null where id = (
       select id from tick where schedule = $1
         and (id = any($2::bigint[]) or (state = 'skipped' and reason = $3 and due_at >= $4))
       order by due_at desc limit 1
     )`,
    [name, waiting, WHILE_PAUSED, instant(since)],
  );
}

/** The ticks of a schedule, the newest first: those due before `before` (epoch ms), in `state`, or all. */
export function ticksOf(
  db: Database,
  { schedule, limit, before = null, state = null }: {
    schedule: string;
    limit: number;
    before?: number | null;
    state?: TickRecord["state"] | null;
  },
): Promise<TickRecord[]> {
  return query<TickRecord>(
    db,
    `select t.id, t.due_at as "dueAt", t.state, t.trigger, t.reason, t.noticed_at as "noticedAt",
       coalesce((select json_agg(json_build_object('id', r.id, 'outcome', r.outcome,
           'startedAt', floor(extract(epoch from r.started_at) * 1000),
           'finishedAt', floor(extract(epoch from r.finished_at) * 1000)) order by r.id)
         from run r where r.tick_id = t.id), '[]') as runs
     from tick t
     where t.schedule = $1 and ($2::timestamptz is null or t.due_at < $2) and ($3::text is null or t.state = $3)
     order by t.due_at desc limit $4`,
    [schedule, before === null ? null : instant(before), state, limit],
  );
}
