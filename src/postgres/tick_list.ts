/** Which due times have there been, and what became of each? */
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/** Instants are epoch ms. */
export interface TickRecord {
  readonly id: number;
  readonly dueAt: number;
  readonly noticedAt: number;
  readonly state: "requested" | "skipped" | "failed";
  readonly trigger: "schedule" | "catch-up";
  /** Why it was skipped or failed; `null` when requested. */
  readonly reason: string | null;
}

const SELECT_TICK = `select id, due_at as "dueAt", noticed_at as "noticedAt", state, trigger, reason from tick`;

/** Ticks due in the range, oldest first; of more than `limit`, the newest. */
export async function ticksBetween(
  db: Database,
  { from, to, limit }: { from: number; to: number; limit: number },
): Promise<TickRecord[]> {
  const rows = await query<TickRecord & Record<string, unknown>>(
    db,
    `${SELECT_TICK} where due_at >= $1 and due_at < $2 order by due_at desc limit $3`,
    [instant(from), instant(to), limit],
  );
  return rows.reverse();
}

export async function tickById(db: Database, id: number): Promise<TickRecord | null> {
  const [tick] = await query<TickRecord & Record<string, unknown>>(db, `${SELECT_TICK} where id = $1`, [id]);
  return tick ?? null;
}
