/**
 * Which run is going on, whose is it, and how did it end?
 *
 * Leases are judged by the database's clock (`clock_timestamp()`), because several machines share one database and
 * their own clocks differ. Every other instant is the caller's `now`.
 */
import type pg from "pg";
import { LeaseLost, type Outcome, type Totals, type Trigger } from "../run.ts";
import type { Database } from "./connect.ts";
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
}

type DeadRun = { readonly runId: number; readonly owner: string };

/** `abandoned`: the dead runs this claim found, whether or not it won. `taken`: the tick got its run from somebody else. */
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
  readonly leaseMs: number;
  readonly now: number;
  /** No other process can share the database (embedded), so a run of another owner is dead, whatever its lease says. */
  readonly exclusive: boolean;
}

/** Finds dead runs, then starts one of our own if none is left running. Of two claims at once exactly one wins. */
export function claimRun(
  db: Database,
  { owner, trigger, tickId, leaseMs, now, exclusive }: ClaimOptions,
): Promise<Claim> {
  return transaction(db, async (client, attempt): Promise<Claim> => {
    // Before a dead run is touched: whoever holds the tick waits at the index of open runs for whoever closes that one.
    if (tickId !== null) await lockTick(client, tickId);
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
    for (let look = 1; look <= 10; look++) {
      const { rows: [started] } = await client.query(
        `insert into run (trigger, tick_id, owner, lease_until, started_at)
         select $1, $2, $3, clock_timestamp() + $4::int * interval '1 millisecond', $5
         where not exists (select from run where outcome is null) -- a conflict would use up an identity
         on conflict ((outcome is null)) where outcome is null do nothing
         returning id`,
        [trigger, tickId, owner, leaseMs, instant(now)],
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
 * Proves inside a transaction that the run is still the holder's, renews its lease, and keeps it so until the commit:
 * the row stays locked, nobody can find the run dead meanwhile.
 *
 * @throws LeaseLost
 */
export async function fence(client: pg.PoolClient, { runId, owner, leaseMs }: Holder): Promise<void> {
  const { rowCount } = await client.query(RENEW, [runId, owner, leaseMs]);
  if (rowCount === 0) throw new LeaseLost(runId);
}

const RENEW = `update run set lease_until = clock_timestamp() + $3::int * interval '1 millisecond'
  where id = $1 and owner = $2 and outcome is null returning id`;

/** Lives on for `leaseMs` more. False: the run is no longer ours, stop. */
export async function renewLease(db: Database, { runId, owner, leaseMs }: Holder): Promise<boolean> {
  return (await query(db, RENEW, [runId, owner, leaseMs])).length === 1;
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
  // The second condition makes a repeated close (its first answer was lost) the same as one.
  const rows = await query(
    db,
    `with closed as (
       update run set outcome = $3, message = $4, finished_at = $5,
         ${TOTALS.map((name, index) => `${name} = $${index + 6}`).join(", ")}
       where id = $1 and owner = $2 and (outcome is null or (outcome = $3 and finished_at = $5))
       returning id
     ), told as (${noticeOf("closed", "$5")})
     select id from closed`,
    [runId, owner, outcome, message, instant(now), ...TOTALS.map((name) => totals[name])],
  );
  return rows.length === 1;
}

const SELECT_RUN = `select id, trigger, tick_id as "tickId", outcome, message, owner, lease_until as "leaseUntil",
  started_at as "startedAt", finished_at as "finishedAt", planned,
  json_build_object(${TOTALS.map((name) => `'${name}', ${name}`).join(", ")}) as totals from run`;

/** The newest runs first, a running one included. */
export function lastRuns(db: Database, limit: number): Promise<RunRecord[]> {
  return query<RunRecord>(db, `${SELECT_RUN} order by id desc limit $1`, [limit]);
}

export async function runById(db: Database, runId: number): Promise<RunRecord | null> {
  const [run] = await query<RunRecord>(db, `${SELECT_RUN} where id = $1`, [runId]);
  return run ?? null;
}
