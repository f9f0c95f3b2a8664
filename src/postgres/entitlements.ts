/** What has this key been allowed and refused so far? The newest answer about a form is the one that counts. */
import type { Entitlement } from "../entitlement.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/** Everything learnt of a key, by form. */
export function entitlements(db: Database, keyHash: string): Promise<Entitlement[]> {
  return query<Entitlement>(
    db,
    `select form, allowed, learnt_at as "learntAt" from entitlement where key_hash = $1 order by form`,
    [keyHash],
  );
}

/** Remembers what an answer taught. One that is older than what is known changes nothing. */
export async function rememberEntitlement(
  db: Database,
  { keyHash, form, allowed, learntAt, message }: Entitlement & { keyHash: string; message: string | null },
): Promise<void> {
  await query(
    db,
    `insert into entitlement as old (key_hash, form, allowed, learnt_at, message) values ($1, $2, $3, $4, $5)
     on conflict (key_hash, form) do update set
       allowed = excluded.allowed, learnt_at = excluded.learnt_at, message = excluded.message
     where excluded.learnt_at >= old.learnt_at`,
    [keyHash, form, allowed, instant(learntAt), message],
  );
}
