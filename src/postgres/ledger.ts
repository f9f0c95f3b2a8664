/** What has a key been used for: how many requests in each hour, and the last ones with what came of them? */
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/** Requests sent within an hour. */
export interface LedgerHour {
  /** When the hour begins, epoch ms. */
  readonly from: number;
  readonly sent: number;
  /** Of these, answered with bars. */
  readonly withBars: number;
}

/** One row of the ledger. Instants are epoch ms. */
export interface LedgerRow {
  readonly id: number;
  /** `null`: outside a run, or the run was forgotten. */
  readonly runId: number | null;
  /** `null`: of the whole market. */
  readonly symbol: string | null;
  /** `null`: it asked for no bars. */
  readonly interval: string | null;
  readonly form: string;
  readonly attempt: number;
  readonly sentAt: number;
  /** `null`: never answered; it counts all the same. */
  readonly kind: string | null;
  readonly httpStatus: number | null;
  readonly bytes: number | null;
  readonly durationMs: number | null;
  readonly message: string | null;
}

/** The hours in [`from`, `to`) in which the key sent something, in order. */
export function ledgerHours(
  db: Database,
  { keyHash, from, to }: { keyHash: string; from: number; to: number },
): Promise<LedgerHour[]> {
  return query<LedgerHour>(
    db,
    `select date_trunc('hour', sent_at at time zone 'UTC') at time zone 'UTC' as "from", count(*) as sent,
       count(*) filter (where kind = 'bars') as "withBars"
     from request where key_hash = $1 and sent_at >= $2 and sent_at < $3 group by 1 order by 1`,
    [keyHash, instant(from), instant(to)],
  );
}

/** The last requests of any key, newest first: those with an id below `before`. */
export function lastRequests(
  db: Database,
  { limit, before = null }: { limit: number; before?: number | null },
): Promise<LedgerRow[]> {
  return query<LedgerRow>(
    db,
    `select id, run_id as "runId", symbol, "interval", form, attempt, sent_at as "sentAt", kind, http_status as "httpStatus",
       bytes, duration_ms as "durationMs", message
     from request where $1::bigint is null or id < $1 order by id desc limit $2`,
    [before, limit],
  );
}
