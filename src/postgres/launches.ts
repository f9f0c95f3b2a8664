/** Which runs have been asked for by hand, which of them is next, and why do the others wait? */
import type pg from "pg";
import type { Series } from "../bar.ts";
import type { LaunchOrder } from "../launch.ts";
import { Refused } from "../refused.ts";
import type { Outcome } from "../run.ts";
import type { Database } from "./connect.ts";
import { deadRuns, MAX_DEAD_RUNS, owed } from "./ticks.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

/** More than an operator can have meant; a script gone wild must not fill the days to come with runs. */
const MOST_WAITING = 100;

/** A launch that is owed a run. */
export interface Launch {
  readonly id: number;
  readonly series: readonly Series[];
  readonly force: boolean;
  readonly ofRun: number | null;
}

/** Instants are epoch ms. */
export interface LaunchRecord extends Launch {
  readonly note: string | null;
  readonly askedBy: string;
  readonly askedAt: number;
  /** `queued`: it waits for its run. `served`: its run has ended, well or not. */
  readonly state: "queued" | "running" | "served" | "withdrawn" | "failed";
  /** Why it waits, was withdrawn or has failed; `null` while it runs and afterwards. */
  readonly reason: string | null;
  /** Oldest first. More than one: those before the last died or were stopped by a restart. */
  readonly runs: readonly { readonly id: number; readonly outcome: Outcome | null }[];
}

const LAUNCH = `l.id, l.series, l.force, l.of_run as "ofRun"`;

/**
 * Queues a launch. Its id is greater than that of every earlier one: they are served in this order.
 *
 * @throws Refused when too many wait already
 */
export function queueLaunch(
  db: Database,
  { series, force, ofRun, note, askedBy, now }: LaunchOrder & { now: number },
): Promise<Launch> {
  return transaction(db, async (client, attempt) => {
    const values = [JSON.stringify(series), force, ofRun, note, askedBy, instant(now)];
    if (attempt > 1) {
      // The commit of an earlier attempt may have arrived although its answer did not.
      const { rows: [before] } = await client.query<Launch>(
        `select ${LAUNCH} from launch l where series = $1 and force = $2 and of_run is not distinct from $3
           and note is not distinct from $4 and asked_by = $5 and asked_at = $6`,
        values,
      );
      if (before !== undefined) return before;
    }
    await client.query("select pg_advisory_xact_lock(hashtextextended('launch', 0))");
    const { rows: [{ waiting }] } = await client.query(`select count(*) as waiting from ${RECENT} where ${OWED}`);
    if (waiting >= MOST_WAITING) {
      throw new Refused(
        "conflict",
        `Cannot queue a launch: ${waiting} wait already; withdraw some, or see why nothing serves them`,
      );
    }
    const { rows: [queued] } = await client.query<Launch>(
      `insert into launch as l (series, force, of_run, note, asked_by, asked_at)
       values ($1, $2, $3, $4, $5, $6) returning ${LAUNCH}`,
      values,
    );
    return queued!;
  });
}

const OWED = owed("l", "launch_id");
/** Served oldest first, those that wait are the newest: what is looked at stays bounded, however long the table. */
const RECENT = `(select * from launch where state = 'requested' order by id desc limit ${MOST_WAITING + 1}) as l`;
const DEAD_RUNS = deadRuns("l", "launch_id");

/** The launch whose run is to be next: the oldest that is owed one. After three dead runs a launch becomes `failed`. */
export async function owedLaunch(db: Database): Promise<Launch | null> {
  for (;;) {
    const [next] = await query<Launch & { dead: number }>(
      db,
      `select ${LAUNCH}, ${DEAD_RUNS} as dead from ${RECENT} where ${OWED} order by l.id limit 1`,
    );
    if (next === undefined) return null;
    const { dead, ...launch } = next;
    if (dead < MAX_DEAD_RUNS) return launch;
    await query(db, "update launch set state = 'failed', reason = $2 where id = $1 and state = 'requested'", [
      launch.id,
      `${dead} runs of it died`,
    ]);
  }
}

/** Whether a launch waits that could have its run now: no run is at work, in this process or another. */
export async function isLaunchWaiting(db: Pick<Database, "pool">): Promise<boolean> {
  const { rows } = await db.pool.query(
    `select from ${RECENT} where ${OWED}
       and not exists (select from run where outcome is null and lease_until > clock_timestamp()) limit 1`,
  );
  return rows.length > 0;
}

/** Whether a launch waits, also for a run that is at work. */
export async function isLaunchQueued(db: Pick<Database, "pool">): Promise<boolean> {
  const { rows } = await db.pool.query(`select from ${RECENT} where ${OWED} limit 1`);
  return rows.length > 0;
}

/** Whether a launch, or the newest tick, waits for its run, and a program that gives it one is alive. */
export async function isWorkOwed({ pool, engine }: Pick<Database, "pool" | "engine">): Promise<boolean> {
  // No other program can have the embedded engine.
  if (engine === "embedded") return false;
  const { rows } = await pool.query(
    `select from heartbeat h where h.name = 'scheduler' and h.beat_at > clock_timestamp() - interval '3 minutes'
       and (exists (select from ${RECENT} where ${OWED}) or exists (
         select from (select * from tick where state <> 'skipped' order by due_at desc limit 1) as t where ${owed("t")}
           and t.due_at > clock_timestamp() - interval '1 hour'))
     limit 1`,
  );
  return rows.length > 0;
}

/** Locks the launch until the end of the transaction: who claims a run for it waits for whoever does so already. */
export async function lockLaunch(client: pg.PoolClient, launchId: number): Promise<void> {
  await client.query("select from launch where id = $1 for update", [launchId]);
}

/** Whether a run of the launch may start. Asked after {@link lockLaunch}: it sees the run that the last holder began. */
export async function isLaunchOwed(client: pg.PoolClient, launchId: number): Promise<boolean> {
  const { rows } = await client.query(
    `select from launch l where l.id = $1 and ${OWED} and ${DEAD_RUNS} < $2::int`,
    [launchId, MAX_DEAD_RUNS],
  );
  return rows.length > 0;
}

/**
 * Takes a launch back that has no run yet.
 *
 * @returns the launch as it now is; `state` says whether it was withdrawn, now or before; `null`: there is none
 */
export async function withdrawLaunch(
  db: Database,
  { launchId, by }: { launchId: number; by: string },
): Promise<LaunchRecord | null> {
  await transaction(db, async (client) => {
    await lockLaunch(client, launchId);
    await client.query(
      `update launch as l set state = 'withdrawn', reason = 'withdrawn by ' || $2 where id = $1 and ${OWED}`,
      [launchId, by],
    );
  });
  return await launchById(db, launchId);
}

export async function launchById(db: Database, launchId: number): Promise<LaunchRecord | null> {
  const [launch] = await query<LaunchRecord>(db, `${SELECT_LAUNCH} where l.id = $1`, [launchId]);
  return launch ?? null;
}

/** The newest launches first: those with an id below `before`, or all. */
export function launches(
  db: Database,
  { limit, before = null }: { limit: number; before?: number | null },
): Promise<LaunchRecord[]> {
  return query<LaunchRecord>(
    db,
    `${SELECT_LAUNCH} where $2::bigint is null or l.id < $2 order by l.id desc limit $1`,
    [limit, before],
  );
}

/** The launches that wait for their runs, the next one first. */
export function waitingLaunches(db: Database): Promise<LaunchRecord[]> {
  return query<LaunchRecord>(
    db,
    `${SELECT_LAUNCH} where l.id in (select l.id from ${RECENT} where ${OWED}) order by l.id`,
  );
}

const SELECT_LAUNCH = `select ${LAUNCH}, l.note, l.asked_by as "askedBy", l.asked_at as "askedAt",
  case when l.state <> 'requested' then l.state when ${OWED} then 'queued'
    when exists (select from run r where r.launch_id = l.id and r.outcome is null) then 'running'
    else 'served' end as state,
  case when l.state <> 'requested' then l.reason when not (${OWED}) then null
    else coalesce(
      (select 'waits for run ' || id from run where outcome is null and lease_until > clock_timestamp()),
      (select 'waits for launch ' || max(o.id) from launch o where o.id < l.id and ${owed("o", "launch_id")}),
      case when exists (select from heartbeat h
          where h.name = 'scheduler' and h.beat_at > clock_timestamp() - interval '3 minutes')
        then 'is about to start' else 'waits for a program that serves: start one' end
    ) end as reason,
  coalesce((select json_agg(json_build_object('id', r.id, 'outcome', r.outcome) order by r.id)
    from run r where r.launch_id = l.id), '[]') as runs
  from launch l`;
