/** How many requests has a key sent, may it send another, and until when has the vendor refused it? The durable ledger. */
import type { Quota } from "../plan.ts";
import { formOf, subjectOf, type VendorRequest } from "../request.ts";
import type { AnswerKind } from "../run.ts";
import type { Database } from "./connect.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LONGEST_REST_H = 6;

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
 * The row is stamped with the ledger's time, see {@link ledgerTime}, never before the row of an earlier charge.
 *
 * @param options.runId `null` for a request outside a run (a check of the key)
 * @param options.now when the request will be sent, by our clock
 */
export function chargeRequest(
  db: Database,
  { keyHash, runId, request, attempt, now, perDay }: {
    keyHash: string;
    runId: number | null;
    request: VendorRequest;
    attempt: number;
    now: number;
    perDay: number | null;
  },
): Promise<{ id: number } | { refused: string; until: number }> {
  return transaction(db, async (client) => {
    // A statement of its own: the count must see what the last holder of the lock has committed.
    await client.query("select pg_advisory_xact_lock(hashtextextended('request ' || $1, 0))", [keyHash]);
    const newest = "select max(sent_at) as newest from request where key_hash = $1 and sent_at < $2";
    const { rows: [ledger] } = await client.query(newest, [keyHash, believedBefore(now)]);
    const time = ledgerTime(now, ledger.newest);
    if (perDay !== null) {
      const { rows: [{ used }] } = await client.query(
        "select count(*) as used from request where key_hash = $1 and sent_at >= $2 and sent_at < $3",
        [keyHash, instant(dayOf(time)), believedBefore(now)],
      );
      if (used >= perDay) return { refused: `${used} of ${perDay} requests used today`, until: dayOf(time) + DAY };
    }
    const { symbol, interval } = subjectOf(request);
    const { rows: [{ id }] } = await client.query(
      `insert into request (run_id, key_hash, symbol, "interval", form, attempt, sent_at)
       values ($1, $2, $3, $4, $5, $6, $7) returning id`,
      [runId, keyHash, symbol, interval, formOf(request), attempt, instant(time)],
    );
    return { id };
  });
}

/**
 * The time by which requests are counted: our clock, or the newest row's when that is later. A clock set back in the
 * middle of a day must not open the day before once more.
 *
 * Rows a day and more ahead of our clock are not believed: they are of a clock that was wrong and has been set right, and
 * must not lock the key up until it is that late. What no ledger can see is a clock that runs ahead, or that was behind
 * when the day began: then one day of the vendor's is two or three of ours (docs/reliability.md says how much that is),
 * until the vendor itself says that the day's limit is reached. A window of 24 hours instead of a day would never be too
 * much, but a daily run would find the requests of yesterday's still in it, and ask every other day.
 */
function ledgerTime(now: number, newest: number | null): number {
  return Math.max(now, newest ?? now);
}

function believedBefore(now: number): string {
  return instant(now + DAY);
}

/** The vendor's day is taken to begin at 00:00 UTC: when it really does is not documented (facts §2.3). */
function dayOf(time: number): number {
  return Math.floor(time / DAY) * DAY;
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
 * What is left for a key, and until when it rests after the vendor's daily-limit answer: unless a good answer came since,
 * an hour after the first run that was refused, then two, four, at most six, because a probe costs a request too and the
 * hour at which the vendor's day begins is not documented (facts §2.3).
 */
export async function quotaState(
  db: Database,
  { keyHash, now, perDay }: { keyHash: string; now: number; perDay: number | null },
): Promise<Quota> {
  // Several requests of one run may be under way when the limit is reached: together they are one refusal.
  const [row] = await query<{ usedToday: number; refusedAt: number | null; refusals: number }>(
    db,
    `select
       (select count(*) from request where key_hash = $1 and sent_at < $2 and sent_at >= date_trunc('day', greatest($3,
         (select max(sent_at) from request where key_hash = $1 and sent_at < $2)), 'UTC')) as "usedToday",
       max(finished_at) as "refusedAt", count(distinct coalesce(run_id, -id)) as refusals
     from request
     where key_hash = $1 and kind = 'daily-limit' and finished_at < $2 and finished_at >= coalesce(
       (select max(finished_at) from request
        where key_hash = $1 and kind in ('bars', 'reference') and finished_at < $2), '-infinity')`,
    [keyHash, believedBefore(now), instant(now)],
  );
  const { usedToday, refusedAt, refusals } = row!;
  const until = refusedAt === null ? 0 : refusedAt + Math.min(2 ** (refusals - 1), LONGEST_REST_H) * HOUR;
  return { perDay, usedToday, blockedUntil: until > now ? until : null };
}

/** When the key sent the requests of its newest minute, epoch ms, ascending: what the pace of a new process starts from. */
export async function sentLately(db: Database, keyHash: string): Promise<number[]> {
  const rows = await query<{ at: number }>(
    db,
    `select sent_at as at from request
     where key_hash = $1 and sent_at > (select max(sent_at) from request where key_hash = $1) - interval '61 seconds'
     order by sent_at`,
    [keyHash],
  );
  return rows.map(({ at }) => at);
}
