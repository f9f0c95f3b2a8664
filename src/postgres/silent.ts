/**
 * How is a transaction ended whose process has fallen silent in the middle: stopped, or cut off without a word?
 *
 * The server ends one that waits between two statements by itself. One that waits for the rest of a COPY it never ends:
 * no limit of a statement is looked at there, and the connection of a process that is merely stopped stays alive. It
 * would keep its run from being found dead for as long as the process sleeps.
 */
import type pg from "pg";
import type { Database } from "./connect.ts";
import { errorCode, query } from "./transaction.ts";

/** The first half of the advisory locks by which the transactions of a run are found; the other half is the run. */
const RUN_LOCK = 0x73746f63;
/** What a client that is alive never takes to send the next bytes of what it has begun. */
const SILENT_MS = 2_000;
/** How long the server may take to end one. */
const END_MS = 2_000;
const NOT_ALLOWED = "42501";

/** Marks the caller's transaction as one that holds the run open, until it ends. */
export async function markTransaction(client: pg.PoolClient, runId: number): Promise<void> {
  await client.query("select pg_advisory_xact_lock_shared($1, ($2::bigint % 2147483647)::int)", [RUN_LOCK, runId]);
}

/**
 * Ends the transactions of a run that is open and out of lease, of which the server has been waiting for the client
 * for two seconds. Transactions of other roles, which this one may not end, stay.
 *
 * @returns whether there was one that has gone
 */
export async function endSilent(db: Database, runId: number): Promise<boolean> {
  try {
    const rows = await query<{ ended: boolean }>(
      db,
      `select pg_terminate_backend(held.pid, $3) as ended
       from run
       join pg_locks held on held.locktype = 'advisory' and held.classid = $1 and held.objsubid = 2
         and held.objid = (run.id % 2147483647)::oid
         and held.database = (select oid from pg_database where datname = current_database())
       join pg_stat_activity doing on doing.pid = held.pid
       where run.id = $2 and run.outcome is null and run.lease_until < clock_timestamp()
         and doing.wait_event = 'ClientRead'
         and doing.query_start < clock_timestamp() - $4::int * interval '1 millisecond'`,
      [RUN_LOCK, runId, END_MS, SILENT_MS],
    );
    return rows.some(({ ended }) => ended);
  } catch (error) {
    if (errorCode(error) === NOT_ALLOWED) return false;
    throw error;
  }
}
