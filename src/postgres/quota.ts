/** How many requests has a key sent, may it send another, and until when has the vendor refused it? The durable ledger. */
import type { Quota } from "../plan.ts";
import { type BarRequest, formOf } from "../request.ts";
import type { AnswerKind } from "../run.ts";
import type { Database } from "./connect.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What became of a charged request. `kind`: as classified; a request that failed on the way is an `outage`. */
export interface LedgerAnswer {
  readonly now: number;
  readonly kind: AnswerKind | "cancelled";
  readonly httpStatus: number | null;
  readonly bytes: number;
  readonly durationMs: number;
  /** The vendor's words, key removed. */
  readonly message: string | null;
}

/**
 * Writes a request into the ledger before it is sent, unless the day's requests are used up. Parallel charges of one
 * key wait for each other, so the count never passes `perDay`. A charge whose request is never sent still counts.
 * `until`: when a refused key may send again, epoch ms.
 *
 * @param options.runId `null` for a request outside a run (a check of the key)
 * @param options.dayStart since when requests count, epoch ms
 */
export function chargeRequest(
  db: Database,
  { keyHash, runId, request, attempt, now, perDay, dayStart }: {
    keyHash: string;
    runId: number | null;
    request: BarRequest;
    attempt: number;
    now: number;
    perDay: number | null;
    dayStart: number;
  },
): Promise<{ id: number } | { refused: string; until: number }> {
  return transaction(db, async (client) => {
    // A statement of its own: the count must see what the last holder of the lock has committed.
    await client.query("select pg_advisory_xact_lock(hashtextextended('request ' || $1, 0))", [keyHash]);
    if (perDay !== null) {
      const { rows: [{ used }] } = await client.query(
        "select count(*) as used from request where key_hash = $1 and sent_at >= $2",
        [keyHash, instant(dayStart)],
      );
      if (used >= perDay) return { refused: `${used} of ${perDay} requests used today`, until: dayStart + DAY };
    }
    const { series: { symbol, interval } } = request;
    const { rows: [{ id }] } = await client.query(
      `insert into request (run_id, key_hash, symbol, "interval", form, attempt, sent_at)
       values ($1, $2, $3, $4, $5, $6, $7) returning id`,
      [runId, keyHash, symbol, interval, formOf(request), attempt, instant(now)],
    );
    return { id };
  });
}

/** Completes the ledger row of a request that has been answered or has failed. */
export async function recordAnswer(
  db: Database,
  id: number,
  { now, kind, httpStatus, bytes, durationMs, message }: LedgerAnswer,
): Promise<void> {
  await query(
    db,
    `update request set finished_at = $2, kind = $3, http_status = $4, bytes = $5, duration_ms = $6, message = $7
     where id = $1`,
    [id, instant(now), kind, httpStatus, Math.round(bytes), Math.round(durationMs), message],
  );
}

/**
 * What is left for a key. The vendor's day is taken to begin at 00:00 UTC. After its daily-limit answer the key rests
 * for an hour, unless a later request brought bars.
 */
export async function quotaState(
  db: Database,
  { keyHash, now, perDay }: { keyHash: string; now: number; perDay: number | null },
): Promise<Quota> {
  const [row] = await query<{ usedToday: number; limited: number | null; served: number | null }>(
    db,
    `select
       (select count(*) from request where key_hash = $1 and sent_at >= $2) as "usedToday",
       (select max(finished_at) from request where key_hash = $1 and kind = 'daily-limit') as limited,
       (select max(finished_at) from request where key_hash = $1 and kind = 'bars') as served`,
    [keyHash, instant(Math.floor(now / DAY) * DAY)],
  );
  const { usedToday, limited, served } = row!;
  const blocked = limited !== null && (served === null || served <= limited) && limited + HOUR > now;
  return { perDay, usedToday, blockedUntil: blocked ? limited + HOUR : null };
}

/** When the key last sent a request, epoch ms: what the pace of a new process starts from. */
export async function lastSentAt(db: Database, keyHash: string): Promise<number | null> {
  const [row] = await query<{ at: number | null }>(
    db,
    "select max(sent_at) as at from request where key_hash = $1",
    [keyHash],
  );
  return row!.at;
}
