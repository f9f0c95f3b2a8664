/** Which due times has a schedule had, which one is owed a run, and who noticed first? */
import type pg from "pg";
import type { Trigger } from "../run.ts";
import type { Database } from "./connect.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

/** A run that dies three times on the same tick will die a fourth time. */
const MAX_DEAD_RUNS = 3;

export type TickTrigger = Extract<Trigger, "schedule" | "catch-up">;

/** What became of the due times after `after`, decided purely by the caller. Instants are epoch ms. */
export interface TickDecision {
  readonly run: readonly { readonly dueAt: number; readonly trigger: TickTrigger }[];
  readonly skip: readonly { readonly dueAt: number; readonly reason: string }[];
}

export interface Tick {
  readonly id: number;
  readonly dueAt: number;
  readonly trigger: TickTrigger;
}

/**
 * Records the due times since the schedule was last looked at, once, whoever looks first.
 *
 * A schedule seen for the first time, or with another expression or zone than before, starts at `now` and owes nothing.
 * A paused one skips its ticks. A new tick supersedes older ones that never got their run: one run catches up all.
 *
 * @returns the ticks this call inserted as requested
 */
export function noticeTicks(
  db: Database,
  { schedule: { name, cron, timezone }, now, decide }: {
    schedule: { name: string; cron: string; timezone: string };
    now: number;
    decide: (after: number) => TickDecision;
  },
): Promise<Tick[]> {
  return transaction(db, async (client) => {
    await client.query(
      `insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ($1, $2, $3, $4, $4)
       on conflict (name) do nothing`,
      [name, cron, timezone, instant(now)],
    );
    // The lock makes the second process wait here, and then find that everything up to now is decided.
    const { rows: [stored] } = await client.query(
      `select cron, timezone, evaluated_to as "evaluatedTo", paused_at as "pausedAt" from schedule
       where name = $1 for update`,
      [name],
    );
    if (stored.cron !== cron || stored.timezone !== timezone) {
      await client.query(
        `update schedule set cron = $2, timezone = $3, evaluated_to = greatest(evaluated_to, $4), updated_at = $4
         where name = $1`,
        [name, cron, timezone, instant(now)],
      );
      return [];
    }
    if (now <= stored.evaluatedTo) return [];
    const decision = decide(stored.evaluatedTo);
    const ticks = await insertTicks(client, { name, now, decision, paused: stored.pausedAt !== null });
    await client.query("update schedule set evaluated_to = $2 where name = $1", [name, instant(now)]);
    return ticks;
  });
}

async function insertTicks(
  client: pg.PoolClient,
  { name, now, decision, paused }: { name: string; now: number; decision: TickDecision; paused: boolean },
): Promise<Tick[]> {
  const rows = [
    ...decision.run.map(({ dueAt, trigger }) => ({
      due_at: instant(dueAt),
      trigger,
      state: paused ? "skipped" : "requested",
      reason: paused ? "the schedule is paused" : null,
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
  const superseded = await supersede(client, name);
  return inserted
    .filter(({ id, state }) => state === "requested" && !superseded.has(id))
    .map(({ id, dueAt, trigger }) => ({ id, dueAt, trigger }));
}

/** Older ticks that wait for a run will not get one: the newest one's run brings all they would have. */
async function supersede(client: pg.PoolClient, name: string): Promise<Set<number>> {
  // Every earlier call has done the same, so what is left to close is near the end: the look back is bounded.
  const { rows } = await client.query<{ id: number }>(
    `with recent as (
       select id, due_at, row_number() over (order by due_at desc) as age
       from tick where schedule = $1 and state = 'requested' order by due_at desc limit 1000
     )
     update tick as t set state = 'skipped', reason = 'superseded by the tick of ' || newest.due_at
     from recent, recent as newest
     where t.id = recent.id and recent.age > 1 and newest.age = 1 and ${owed("t")}
     returning t.id`,
    [name],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Dead: found so, or out of lease by the database's own clock and not found yet. */
const DEAD =
  "(r.outcome is not distinct from 'abandoned' or (r.outcome is null and r.lease_until < clock_timestamp()))";

/** Without end for the tick: dead, or told to stop before it was through, as by a restart. */
const UNFINISHED = `(${DEAD} or r.outcome is not distinct from 'cancelled')`;

/** Requested, and no run of it has served it or may still do so. */
function owed(tick: string): string {
  return `${tick}.state = 'requested' and not exists (
    select from run r where r.tick_id = ${tick}.id and not ${UNFINISHED})`;
}

/** Runs of the tick that died: what kills them may kill the next as well, so there is a limit. A stop is no fault. */
function deadRuns(tick: string): string {
  return `(select count(*) from run r where r.tick_id = ${tick}.id and ${DEAD})`;
}

/**
 * The newest tick of a schedule, if it still waits for a run: it has none, or only dead and stopped ones. After three
 * dead runs the tick becomes `failed`, with the reason. Older ticks are never owed: one run catches up all.
 */
export async function owedTick(db: Database, scheduleName: string): Promise<Tick | null> {
  const [tick] = await query<Tick & { deadRuns: number }>(
    db,
    `select t.id, t.due_at as "dueAt", t.trigger, ${deadRuns("t")} as "deadRuns"
     from (select * from tick where schedule = $1 and state <> 'skipped' order by due_at desc limit 1) as t
     where ${owed("t")}`,
    [scheduleName],
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

/** Locks the tick until the end of the transaction and says whether a run of it may start. */
export async function lockOwedTick(client: pg.PoolClient, tickId: number): Promise<boolean> {
  // Two statements: the second must see the run that the last holder of the lock has just inserted.
  await client.query("select from tick where id = $1 for update", [tickId]);
  const { rows } = await client.query(
    `select from tick t
     where t.id = $1 and ${owed("t")} and ${deadRuns("t")} < $2::int`,
    [tickId, MAX_DEAD_RUNS],
  );
  return rows.length > 0;
}
