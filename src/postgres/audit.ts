/** Who changed what about the program, when, from what to what? */
import type pg from "pg";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

export interface Change {
  readonly by: string;
  /** A verb in the past: `paused`, `set`, `forgotten`. */
  readonly action: string;
  /** What it was done to: `schedule ingest`, `run 7`. */
  readonly subject: string;
  /** `null`: there was nothing before. */
  readonly was: string | null;
  /** `null`: there is nothing now. */
  readonly became: string | null;
}

export interface ChangeRecord extends Change {
  readonly id: number;
  /** Epoch ms. */
  readonly at: number;
}

/** Keeps a change, in the transaction that makes it. */
export async function recordChange(
  client: pg.PoolClient,
  { by, action, subject, was, became, now }: Change & { now: number },
): Promise<void> {
  await client.query("insert into audit (at, by, action, subject, was, became) values ($1, $2, $3, $4, $5, $6)", [
    instant(now),
    by,
    action,
    subject,
    was,
    became,
  ]);
}

/** The newest changes first, of one subject or of all. */
export function changes(
  db: Database,
  { subject = null, limit }: { subject?: string | null; limit: number },
): Promise<ChangeRecord[]> {
  return query<ChangeRecord>(
    db,
    `select id, at, by, action, subject, was, became from audit
     where $1::text is null or subject = $1 order by id desc limit $2`,
    [subject, limit],
  );
}
