/** Which due times has a schedule had, which one is owed a run, and who noticed first? */
import type pg from "pg";
import type { Due, DueTick, TickDecision } from "../missed.ts";
import type { Trigger } from "../run.ts";
import type { Schedule } from "../schedule.ts";
import type { Database } from "./connect.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

/** A run that dies three times on the same tick or launch will die a fourth time. */
export const MAX_DEAD_RUNS = 3;
/** Less is the difference between the clocks of two machines; more is a clock that was wrong and has been put right. */
const PUT_BACK_MS = 3_600_000;
/** Why a tick that came due during a pause has no run. */
export const WHILE_PAUSED = "the schedule is paused";
/** Ticks that wait for a run are among the newest: what is looked at stays bounded, however long the table. */
export const LOOK_BACK = 1_000;

export type TickTrigger = Extract<Trigger, "schedule" | "catch-up">;

export interface Tick {
  readonly id: number;
  readonly dueAt: number;
  readonly trigger: TickTrigger;
}

/** Instants are epoch ms. */
export interface NoticeOptions {
  /** As configured. One that an operator has set wins over it. */
  readonly schedule: { readonly name: string; readonly cron: string; readonly timezone: string };
  readonly now: number;
  /** Ticks of the schedule that may wait for a run at once; of more, the oldest are skipped. At least 1. */
  readonly queue: number;
  /** The due times of a schedule after an instant and up to `now`, oldest first, the newest when there are too many. */
  readonly due: (after: number, schedule: Schedule) => { readonly ticks: readonly number[]; readonly dropped: number };
  readonly decide: (due: Due) => TickDecision;
}

/**
 * Records the due times since the schedule was last looked at, once, whoever looks first.
 *
 * A schedule seen for the first time, or with another expression or zone than before, starts at `now` and owes nothing.
 * A paused one skips its ticks. A clock that was put back starts again where it stands: a tick that has had its run has a
 * row, and no tick ever gets two.
 *
 * @returns the ticks this call inserted as requested
 */
export function noticeTicks(db: Database, options: NoticeOptions): Promise<Tick[]> {
  return transaction(db, (client) => noticeIn(client, options));
}

/** As {@link noticeTicks}, inside the caller's transaction, which holds the schedule's row from here on. */
export async function noticeIn(client: pg.PoolClient, options: NoticeOptions): Promise<Tick[]> {
  const { schedule: { name, cron, timezone }, now, due, decide } = options;
  await client.query(
    `insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ($1, $2, $3, $4, $4)
     on conflict (name) do nothing`,
    [name, cron, timezone, instant(now)],
  );
  // The lock makes the second process wait here, and then find that everything up to now is decided.
  const { rows: [stored] } = await client.query(
    `select cron, timezone, evaluated_to as "evaluatedTo", paused_at as "pausedAt",
       overridden_at is not null as overridden from schedule where name = $1 for update`,
    [name],
  );
  if (!stored.overridden && (stored.cron !== cron || stored.timezone !== timezone)) {
    await client.query(
      `update schedule set cron = $2, timezone = $3, evaluated_to = greatest(evaluated_to, $4), updated_at = $4
       where name = $1`,
      [name, cron, timezone, instant(now)],
    );
    return [];
  }
  if (now < stored.evaluatedTo - PUT_BACK_MS) await startAgain(client, { name, now });
  if (now <= stored.evaluatedTo) return [];
  const { ticks: dueTimes, dropped } = due(stored.evaluatedTo, { cron: stored.cron, timezone: stored.timezone });
  const decision = decide({ ticks: await besideRuns(client, dueTimes), dropped });
  const ticks = await insertTicks(client, { ...options, decision, paused: stored.pausedAt !== null });
  await client.query("update schedule set evaluated_to = $2 where name = $1", [name, instant(now)]);
  return ticks;
}

/**
 * The clock had been ahead, and ticks it had not come to yet were decided. Those that got a run have had it. The skipped
 * ones are forgotten: their time will come, and a hundred of them would be a hundred days without a run.
 */
async function startAgain(client: pg.PoolClient, { name, now }: { name: string; now: number }): Promise<void> {
  await client.query("delete from tick where schedule = $1 and due_at > $2 and state = 'skipped'", [
    name,
    instant(now),
  ]);
  await client.query("update schedule set evaluated_to = $2 where name = $1", [name, instant(now)]);
}

/**
 * Which run was at work at each of these times. Runs come one after the other, so it can only be the last
 * one begun before. A dead one was at work as long as its lease.
 */
async function besideRuns(client: pg.PoolClient, dueTimes: readonly number[]): Promise<DueTick[]> {
  if (dueTimes.length === 0) return [];
  const { rows } = await client.query<DueTick>(
    `select due.at as "dueAt", run.id as "duringRun"
     from unnest($1::timestamptz[]) with ordinality as due (at, place)
     left join lateral (select * from run where started_at < due.at order by started_at desc limit 1) as run
       on case
         when run.outcome is null then run.lease_until > least(due.at, clock_timestamp())
         when run.outcome = 'abandoned' then run.lease_until > due.at
         else run.finished_at > due.at
       end
     order by due.place`,
    [dueTimes.map(instant)],
  );
  return rows;
}

async function insertTicks(
  client: pg.PoolClient,
  { schedule: { name }, now, queue, decision, paused }: NoticeOptions & { decision: TickDecision; paused: boolean },
): Promise<Tick[]> {
  const rows = [
    ...decision.run.map(({ dueAt, trigger }) => ({
      due_at: instant(dueAt),
      trigger,
      state: paused ? "skipped" : "requested",
      reason: paused ? WHILE_PAUSED : null,
    })),
    ...decision.skip.map(({ dueAt, reason }) => ({
      due_at: instant(dueAt),
      trigger: "schedule",
      state: "skipped",
      reason,
    })),
  ];
  if (rows.length === 0) return [];
  const { rows: inserted } = await client.query<Tick & { state: string }>(
    `insert into tick (schedule, due_at, trigger, state, reason, noticed_at)
     select $1, due_at, trigger, state, reason, $2
     from json_to_recordset($3) as given (due_at timestamptz, trigger text, state text, reason text)
     order by due_at
     on conflict (schedule, due_at) do nothing
     returning id, due_at as "dueAt", trigger, state`,
    [name, instant(now), JSON.stringify(rows)],
  );
  if (!inserted.some(({ state }) => state === "requested")) return [];
  const superseded = await supersede(client, { name, now, queue });
  return inserted
    .filter(({ id, state }) => state === "requested" && !superseded.has(id))
    .map(({ id, dueAt, trigger }) => ({ id, dueAt, trigger }));
}

/** Of the ticks that wait for a run only the newest `queue` will get one: a run brings all that older ones would have. */
async function supersede(
  client: pg.PoolClient,
  { name, now, queue }: { name: string; now: number; queue: number },
): Promise<Set<number>> {
  const { rows: waiting } = await client.query<Pick<Tick, "id" | "dueAt">>(
    `select id, due_at as "dueAt" from ${recentTicks("state = 'requested'")} as t where ${owed("t")}
     order by due_at desc`,
    [name, instant(now), LOOK_BACK],
  );
  const late = waiting.slice(queue).map(({ id }) => id);
  if (late.length === 0) return new Set();
  // Locked first: the second statement must see the run that somebody may be starting for one of them this moment.
  await client.query("select from tick where id = any($1::bigint[]) order by id for update", [late]);
  const { rows } = await client.query<{ id: number }>(
    `update tick as t set state = 'skipped', reason = $2 where id = any($1::bigint[]) and ${owed("t")} returning id`,
    [late, `superseded by the tick of ${instant(waiting[0]!.dueAt)}`],
  );
  return new Set(rows.map(({ id }) => id));
}

/** The newest ticks of schedule $1 that are not ahead of $2, at most $3. Ahead: noticed by a clock that was wrong. */
export function recentTicks(condition: string): string {
  return `(select * from tick where schedule = $1 and due_at <= $2 and ${condition} order by due_at desc limit $3)`;
}

/** Dead: found so, or out of lease by the database's own clock and not found yet. */
const DEAD =
  "(r.outcome is not distinct from 'abandoned' or (r.outcome is null and r.lease_until < clock_timestamp()))";

/** Without end: dead, or told to stop before it was through, as by a restart. What an operator cancelled has ended. */
const UNFINISHED = `(r.cancel_at is null and (${DEAD} or r.outcome is not distinct from 'cancelled'))`;

/** A tick (or `cause`: a launch), requested, and no run of it has served it or may still do so. */
export function owed(tick: string, cause: "tick_id" | "launch_id" = "tick_id"): string {
  return `${tick}.state = 'requested' and not exists (
    select from run r where r.${cause} = ${tick}.id and not ${UNFINISHED})`;
}

/** Runs of the tick that died: what kills them may kill the next as well, so there is a limit. A stop is no fault. */
export function deadRuns(tick: string, cause: "tick_id" | "launch_id" = "tick_id"): string {
  return `(select count(*) from run r where r.${cause} = ${tick}.id and ${DEAD})`;
}

/**
 * The tick whose run is to be next: the oldest of those that wait for one because they have none, or only dead and
 * stopped ones; none while the schedule is paused. With a `queue` of 1 the newest tick is the only one that may wait. After three dead runs a tick becomes
 * `failed`, with the reason.
 */
export async function owedTick(
  db: Database,
  { schedule, now, queue }: { schedule: string; now: number; queue: number },
): Promise<Tick | null> {
  const [tick] = await query<Tick & { deadRuns: number }>(
    db,
    `select t.id, t.due_at as "dueAt", t.trigger, ${deadRuns("t")} as "deadRuns"
     from ${recentTicks("state <> 'skipped'")} as t
     where ${owed("t")} and not exists (select from schedule where name = $1 and paused_at is not null)
     order by t.due_at limit 1`,
    [schedule, instant(now), queue === 1 ? 1 : LOOK_BACK],
  );
  if (tick === undefined) return null;
  const { id, dueAt, trigger, deadRuns: dead } = tick;
  if (dead < MAX_DEAD_RUNS) return { id, dueAt, trigger };
  await query(db, "update tick set state = 'failed', reason = $2 where id = $1 and state = 'requested'", [
    id,
    `${dead} runs of it died`,
  ]);
  return null;
}

/** Locks the tick until the end of the transaction: who claims a run for it waits for whoever does so already. */
export async function lockTick(client: pg.PoolClient, tickId: number): Promise<void> {
  await client.query("select from tick where id = $1 for update", [tickId]);
}

/** Whether a run of the tick may start. Asked after {@link lockTick}: it sees the run that the last holder began. */
export async function isOwed(client: pg.PoolClient, tickId: number): Promise<boolean> {
  const { rows } = await client.query(
    `select from tick t
     where t.id = $1 and ${owed("t")} and ${deadRuns("t")} < $2::int`,
    [tickId, MAX_DEAD_RUNS],
  );
  return rows.length > 0;
}
