/**
 * Which run is going on, whose is it, and how did it end?
 *
 * Leases are judged by the database's clock (`clock_timestamp()`), because several machines share one database and
 * their own clocks differ. Every other instant is the caller's `now`.
 */
import type pg from "pg";
import { LeaseLost, type Outcome, type Totals, type Trigger } from "../run.ts";
import { lockBackfill } from "./backfills.ts";
import type { Database } from "./connect.ts";
import { isLaunchOwed, lockLaunch } from "./launches.ts";
import { endSilent, markTransaction } from "./silent.ts";
import { isOwed, lockTick } from "./ticks.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

/** Who may write for a run, and for how long after each write. */
export interface Holder {
  readonly runId: number;
  readonly owner: string;
  readonly leaseMs: number;
}

export interface RunRecord {
  readonly id: number;
  readonly trigger: Trigger;
  readonly tickId: number | null;
  /** `null` while it is running. */
  readonly outcome: Outcome | null;
  readonly message: string | null;
  readonly owner: string;
  readonly leaseUntil: number;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  /** Requests it meant to send; `null` before it has a plan. */
  readonly planned: number | null;
  /** All zero until it closes. */
  readonly totals: Totals;
  readonly launchId: number | null;
  /** The run whose series were run again. */
  readonly ofRun: number | null;
  /** The backfill it has done a slice of. */
  readonly backfillId: number | null;
  /** Who asked for its end, and when; `null`: nobody. */
  readonly cancel: Cancel & { readonly at: number } | null;
}

/** An operator's wish that a run end. */
export interface Cancel {
  readonly by: string;
  /** Give up the request under way as well. */
  readonly force: boolean;
}

type DeadRun = { readonly runId: number; readonly owner: string };

/** `abandoned`: the dead runs this claim found, whether or not it won. `taken`: the tick or launch got its run from somebody else, or the backfill is not running any more. */
export type Claim =
  & { readonly abandoned: readonly DeadRun[] }
  & (
    | { readonly runId: number }
    | { readonly busy: { readonly runId: number; readonly owner: string; readonly leaseUntil: number } }
    | { readonly taken: true }
  );

export interface ClaimOptions {
  /** Unique to this process: it is what tells our run from another's. */
  readonly owner: string;
  readonly trigger: Trigger;
  readonly tickId: number | null;
  /** At most one of the three is given. */
  readonly launchId?: number | null;
  readonly backfillId?: number | null;
  readonly ofRun?: number | null;
  /** What its settings are kept under; `null`: they are not. */
  readonly settingsDigest?: string | null;
  readonly leaseMs: number;
  readonly now: number;
  /** No other process can share the database (embedded), so a run of another owner is dead, whatever its lease says. */
  readonly exclusive: boolean;
}

/** Finds dead runs, then starts one of our own if none is left running. Of two claims at once exactly one wins. */
export async function claimRun(db: Database, options: ClaimOptions): Promise<Claim> {
  const claim = await claimOnce(db, options);
  // What keeps a run from being found dead may be a transaction that nobody will ever go on with.
  const freed = "busy" in claim && !options.exclusive && await endSilent(db, claim.busy.runId);
  return freed ? await claimOnce(db, options) : claim;
}

function claimOnce(
  db: Database,
  { owner, trigger, tickId, launchId = null, backfillId = null, leaseMs, now, exclusive, ...more }: ClaimOptions,
): Promise<Claim> {
  const { ofRun = null, settingsDigest = null } = more;
  return transaction(db, async (client, attempt): Promise<Claim> => {
    // Before a dead run is touched: whoever holds the tick waits at the index of open runs for whoever closes that one.
    if (tickId !== null) await lockTick(client, tickId);
    if (launchId !== null) await lockLaunch(client, launchId);
    const open = backfillId === null || await lockBackfill(client, backfillId);
    const abandoned = await abandonDead(client, { owner, now, exclusive });
    if (attempt > 1) {
      // The commit of an earlier attempt may have arrived although its answer did not.
      const { rows: [mine] } = await client.query(
        "select id from run where outcome is null and owner = $1 and trigger = $2 and started_at = $3",
        [owner, trigger, instant(now)],
      );
      if (mine !== undefined) return { runId: mine.id, abandoned };
    }
    if (tickId !== null && !await isOwed(client, tickId)) return { taken: true, abandoned };
    if (launchId !== null && !await isLaunchOwed(client, launchId)) return { taken: true, abandoned };
    if (!open) return { taken: true, abandoned };
    for (let look = 1; look <= 10; look++) {
      const { rows: [started] } = await client.query(
        // What a sweep has removed since is not named: a run is worth more than what is known of its settings.
        `insert into run (trigger, tick_id, owner, lease_until, started_at, launch_id, of_run, settings_digest, backfill_id)
         select $1, $2, $3, clock_timestamp() + $4::int * interval '1 millisecond', $5, $6,
           (select id from run where id = $7), (select digest from run_settings where digest = $8 for key share), $9
         where not exists (select from run where outcome is null) -- a conflict would use up an identity
         on conflict ((outcome is null)) where outcome is null do nothing
         returning id`,
        [trigger, tickId, owner, leaseMs, instant(now), launchId, ofRun, settingsDigest, backfillId],
      );
      if (started !== undefined) return { runId: started.id, abandoned };
      const { rows: [busy] } = await client.query(
        `select id as "runId", owner, lease_until as "leaseUntil" from run where outcome is null`,
      );
      if (busy !== undefined) return { busy, abandoned };
      // It closed between the two statements: the place is free again.
    }
    throw new Error(`Cannot claim a run for "${owner}": other runs come and go too fast`);
  });
}

async function abandonDead(
  client: pg.PoolClient,
  { owner, now, exclusive }: Pick<ClaimOptions, "owner" | "now" | "exclusive">,
): Promise<DeadRun[]> {
  // A locked row belongs to a holder that is writing this moment: not dead.
  const { rows } = await client.query<DeadRun>(
    `with dead as (
       update run set outcome = 'abandoned', finished_at = $2,
         message = 'its process ended without closing it; found by ' || $1
       where id in (
         select id from run
         where outcome is null and (lease_until < clock_timestamp() or ($3 and owner <> $1))
         for update skip locked
       )
       returning id, owner
     ), told as (${noticeOf("dead", "$2")})
     select id as "runId", owner from dead`,
    [owner, instant(now), exclusive],
  );
  return rows;
}

/** The notice of each run of a statement's part, in the same statement: a run never closes without one, nor with two. */
function noticeOf(part: string, at: string): string {
  return `insert into notice (kind, run_id, at) select 'run', id, ${at} from ${part}
    on conflict (run_id) where kind = 'run' do nothing`;
}

/**
 * Proves inside a transaction that the run is still the holder's, and keeps it so until the commit: nobody can find the
 * run dead or close it meanwhile. The lock is one that several transactions of the holder can have at once, and that
 * renewals do not wait for.
 *
 * @throws LeaseLost
 */
export async function fence(client: pg.PoolClient, { runId, owner }: Holder): Promise<void> {
  const { rowCount } = await client.query(
    "select from run where id = $1 and owner = $2 and outcome is null for key share",
    [runId, owner],
  );
  if (rowCount === 0) throw new LeaseLost(runId);
  await markTransaction(client, runId);
}

/**
 * Renews the lease with the transaction's commit. Its last statement: the next transaction to do so waits for the commit.
 *
 * @throws LeaseLost
 */
export async function extendLease(client: pg.PoolClient, { runId, owner, leaseMs }: Holder): Promise<void> {
  const { rowCount } = await client.query(RENEW, [runId, owner, leaseMs]);
  if (rowCount === 0) throw new LeaseLost(runId);
}

const RENEW = `update run set lease_until = clock_timestamp() + $3::int * interval '1 millisecond'
  where id = $1 and owner = $2 and outcome is null
  returning case when cancel_at is not null then json_build_object('by', cancel_by, 'force', cancel_force) end as cancel`;

/** Lives on for `leaseMs` more, and learns whether somebody wants the run to end. `null`: it is no longer ours, stop. */
export async function renewLease(
  db: Database,
  { runId, owner, leaseMs }: Holder,
): Promise<{ readonly cancel: Cancel | null } | null> {
  const [renewed] = await query<{ cancel: Cancel | null }>(db, RENEW, [runId, owner, leaseMs]);
  return renewed ?? null;
}

/**
 * Asks for the end of a running run: its owner learns of it when it next renews the lease. Asked again, the first asker
 * stays; `force` can be added.
 *
 * @returns the run as it now is; one with an outcome has ended before and was left alone; `null`: there is none
 */
export async function requestCancel(
  db: Database,
  { runId, by, force, now }: Cancel & { runId: number; now: number },
): Promise<RunRecord | null> {
  await query(
    db,
    `update run set cancel_at = coalesce(cancel_at, $2), cancel_by = coalesce(cancel_by, $3),
       cancel_force = cancel_force or $4
     where id = $1 and outcome is null`,
    [runId, instant(now), by, force],
  );
  return await runById(db, runId);
}

/** Remembers how many requests the run means to send. False: the run is no longer ours. */
export async function recordPlan(
  db: Database,
  { runId, owner, planned }: { runId: number; owner: string; planned: number },
): Promise<boolean> {
  const rows = await query(
    db,
    "update run set planned = $3 where id = $1 and owner = $2 and outcome is null returning id",
    [runId, owner, planned],
  );
  return rows.length === 1;
}

const TOTALS = [
  "series",
  "stored",
  "late",
  "failed",
  "deferred",
  "cancelled",
  "requests",
  "inserted",
  "revised",
  "unchanged",
  "provisional",
  "quarantined",
] as const satisfies readonly (keyof Totals)[];

/** Ends the run, and leaves the notice of it. False: somebody else ended it before; nothing was changed. */
export async function closeRun(
  db: Database,
  { runId, owner, outcome, message, totals, now }: {
    runId: number;
    owner: string;
    outcome: Outcome;
    message: string | null;
    totals: Totals;
    now: number;
  },
): Promise<boolean> {
  // The second condition makes a repeated close (its first answer was lost) the same as one. Locked first, because a
  // store whose connection was lost may still be going on in the server: the row is not free until it has ended.
  const rows = await query(
    db,
    `with closed as (
       update run set outcome = $3, message = $4, finished_at = $5,
         ${TOTALS.map((name, index) => `${name} = $${index + 6}`).join(", ")}
       where id in (
         select id from run
         where id = $1 and owner = $2 and (outcome is null or (outcome = $3 and finished_at = $5)) for update
       )
       returning id
     ), told as (${noticeOf("closed", "$5")})
     select id from closed`,
    [runId, owner, outcome, message, instant(now), ...TOTALS.map((name) => totals[name])],
  );
  return rows.length === 1;
}

export const SELECT_RUN =
  `select id, trigger, tick_id as "tickId", outcome, message, owner, lease_until as "leaseUntil",
  started_at as "startedAt", finished_at as "finishedAt", planned,
  json_build_object(${TOTALS.map((name) => `'${name}', ${name}`).join(", ")}) as totals,
  launch_id as "launchId", of_run as "ofRun", backfill_id as "backfillId", case when cancel_at is not null then json_build_object(
    'by', cancel_by, 'force', cancel_force, 'at', floor(extract(epoch from cancel_at) * 1000)) end as cancel
  from run`;

/** The newest runs first, a running one included. */
export function lastRuns(db: Database, limit: number): Promise<RunRecord[]> {
  return query<RunRecord>(db, `${SELECT_RUN} order by id desc limit $1`, [limit]);
}

export async function runById(db: Database, runId: number): Promise<RunRecord | null> {
  const [run] = await query<RunRecord>(db, `${SELECT_RUN} where id = $1`, [runId]);
  return run ?? null;
}
