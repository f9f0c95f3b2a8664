/** Whose turn is it to do a chore that one process does for all, and what did it come to? */
import type { Database } from "./connect.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

/**
 * Asks whether a chore begins now. Of several processes that ask at once, one is told to begin; if it dies over the
 * chore, the next due time comes all the same.
 *
 * @param options.decide whether to begin and when it is due next, given when it was due (epoch ms, `null`: never done)
 */
export function claimChore(
  db: Database,
  { name, now, decide }: {
    name: string;
    now: number;
    decide: (dueAt: number | null) => { begin: boolean; dueAt: number };
  },
): Promise<boolean> {
  return transaction(db, async (client) => {
    // The lock of a row that may not be there yet.
    await client.query("select pg_advisory_xact_lock(hashtextextended('chore ' || $1, 0))", [name]);
    const { rows: [stored] } = await client.query(
      `select due_at as "dueAt" from housekeeping where name = $1`,
      [name],
    );
    const { begin, dueAt } = decide(stored?.dueAt ?? null);
    if (!begin && dueAt === stored?.dueAt) return false;
    await client.query(
      `insert into housekeeping (name, due_at, done_at) values ($1, $2, $3)
       on conflict (name) do update
         set due_at = excluded.due_at, done_at = coalesce(excluded.done_at, housekeeping.done_at)`,
      [name, instant(dueAt), begin ? instant(now) : null],
    );
    return begin;
  });
}

/** Keeps what the chore came to, in words. */
export async function noteChore(db: Database, { name, note }: { name: string; note: string }): Promise<void> {
  await query(db, "update housekeeping set note = $2 where name = $1", [name, note]);
}
