/** Who is logged in? One row per log-in, found by a hash: whoever reads the table cannot log in with what is in it. */
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

export interface SessionRow {
  /** SHA-256 in hex. */
  readonly hash: string;
  readonly role: "view" | "operate";
}

/** Keeps a log-in until `expiresAt`, and forgets those that have expired. Instants are epoch ms. */
export async function beginSession(
  db: Database,
  { hash, role, now, expiresAt }: SessionRow & { now: number; expiresAt: number },
): Promise<void> {
  await query(
    db,
    `with gone as (delete from session where expires_at <= $3)
     insert into session (token_hash, role, created_at, expires_at) values ($1, $2, $3, $4)
     on conflict (token_hash) do nothing`,
    [hash, role, instant(now), instant(expiresAt)],
  );
}

/** The log-in one of these hashes stands for; `null`: none, or it has expired. */
export async function findSession(
  db: Database,
  { hashes, now }: { hashes: readonly string[]; now: number },
): Promise<SessionRow | null> {
  const [row] = await query<SessionRow>(
    db,
    `select token_hash as hash, role from session where token_hash = any($1::text[]) and expires_at > $2`,
    [hashes, instant(now)],
  );
  return row ?? null;
}

export async function endSession(db: Database, hash: string): Promise<void> {
  await query(db, "delete from session where token_hash = $1", [hash]);
}
