/** How is the history of one run removed, and what must stay of it? */
import { recordChange } from "./audit.ts";
import type { Database } from "./connect.ts";
import { transaction } from "./transaction.ts";

/** `running`: it has not ended, nothing was removed. `unknown`: there is no such run. */
export type Forgotten = "forgotten" | "running" | "unknown";

/**
 * Removes a closed run with its results and its events. Bars, revisions, answers and the ledger of requests stay and
 * forget which run they were of; what it was for (tick or launch) stays as well, and is owed no other run.
 */
export function forgetRun(
  db: Database,
  { runId, by, now }: { runId: number; by: string; now: number },
): Promise<Forgotten> {
  return transaction(db, async (client, attempt) => {
    const { rows: [run] } = await client.query(
      `select outcome, tick_id as "tickId", launch_id as "launchId" from run where id = $1 for update`,
      [runId],
    );
    if (run === undefined) return attempt > 1 ? "forgotten" : "unknown";
    if (run.outcome === null) return "running";
    const reason = `run ${runId} of it was forgotten by ${by}`;
    // Without its run it would be owed one again.
    await client.query("update tick set state = 'skipped', reason = $2 where id = $1 and state = 'requested'", [
      run.tickId,
      reason,
    ]);
    await client.query("update launch set state = 'withdrawn', reason = $2 where id = $1 and state = 'requested'", [
      run.launchId,
      reason,
    ]);
    await client.query("delete from run where id = $1", [runId]);
    await recordChange(client, {
      by,
      action: "forgotten",
      subject: `run ${runId}`,
      was: run.outcome,
      became: null,
      now,
    });
    return "forgotten";
  });
}
