/** Runs for whatever lists or draws them: a history, each an hour after the other; and when one is at work. */
import type { Database } from "../../src/postgres/connect.ts";

export const BEGAN = Date.parse("2026-03-02T00:00:00Z");
export const HOUR = 3_600_000;

/** Inserts runs that take ten minutes; `null` is running. @returns their ids */
export async function history(db: Database, outcomes: readonly (string | null)[]): Promise<number[]> {
  const ids: number[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const started = BEGAN + index * HOUR;
    const { rows: [{ id }] } = await db.pool.query(
      `insert into run (trigger, owner, lease_until, started_at, finished_at, outcome)
       values ('manual', 'test', now() + interval '1 hour', $1, $2, $3) returning id`,
      [new Date(started).toISOString(), outcome === null ? null : new Date(started + HOUR / 6).toISOString(), outcome],
    );
    ids.push(id);
  }
  return ids;
}

/** Resolves when a run is at work. */
export async function runAtWork({ pool }: Pick<Database, "pool">): Promise<void> {
  while ((await pool.query("select from run where outcome is null")).rowCount !== 1);
}
