/**
 * What is worth telling, and has it been decided who is told? A decision, the incidents it changed and the messages it
 * led to commit together: once, whichever process decides, wherever it dies.
 */
import type pg from "pg";
import type { Channel, Outgoing } from "../delivery.ts";
import type { Incident } from "../incident.ts";
import type { Database } from "./connect.ts";
import { knownIncidents, lockIncidents, writeIncidents } from "./incidents.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

export interface Notice {
  readonly id: number;
  readonly kind: "run" | "alarm" | "summary" | "test" | "backfill";
  /** `null`: it is of no run, or of one that is no longer kept. */
  readonly runId: number | null;
  /** `null`: it is of no backfill. */
  readonly backfillId: number | null;
  /** The process whose run it is; `null` as above. */
  readonly owner: string | null;
  /** Epoch ms. */
  readonly at: number;
}

export interface Decision {
  /** Those to be written. */
  readonly incidents: readonly Incident[];
  readonly messages: readonly Outgoing[];
}

type Decide = (known: readonly Incident[]) => Decision;

/** Those that wait for a decision, oldest first: a problem is opened before it ends. */
export function undecidedNotices(db: Database, limit: number): Promise<Notice[]> {
  return query<Notice>(
    db,
    `select n.id, kind, run_id as "runId", n.backfill_id as "backfillId", r.owner, at from notice n left join run r on r.id = run_id
     where decided_at is null order by n.id limit $1`,
    [limit],
  );
}

/** Decides a notice that is there. False: somebody else has. */
export function decideNotice(
  db: Database,
  { noticeId, now, decide }: { noticeId: number; now: number; decide: Decide },
): Promise<boolean> {
  return transaction(db, async (client) => {
    await lockIncidents(client);
    const { rowCount } = await client.query(
      "update notice set decided_at = $2 where id = $1 and decided_at is null",
      [noticeId, instant(now)],
    );
    if (rowCount === 0) return false;
    await carryOut(client, { noticeId, now, decision: decide(await knownIncidents(client, now)) });
    return true;
  });
}

/**
 * Decides what no run has caused. A notice is made only when somebody is told.
 *
 * @param options.begins asked under the lock; false ends it, so that of several processes one goes on
 * @returns the notice's id; `null`: there was nothing to tell
 */
export function decideByClock(
  db: Database,
  { kind, now, decide, begins = () => Promise.resolve(true) }: {
    kind: Exclude<Notice["kind"], "run" | "backfill">;
    now: number;
    decide: Decide;
    begins?: (client: pg.PoolClient) => Promise<boolean>;
  },
): Promise<number | null> {
  return transaction(db, async (client) => {
    await lockIncidents(client);
    if (!await begins(client)) return null;
    const decision = decide(await knownIncidents(client, now));
    if (decision.messages.length === 0) {
      await writeIncidents(client, decision.incidents);
      return null;
    }
    const { rows: [notice] } = await client.query<{ id: number }>(
      "insert into notice (kind, at, decided_at) values ($1, $2, $2) returning id",
      [kind, instant(now)],
    );
    await carryOut(client, { noticeId: notice!.id, now, decision });
    return notice!.id;
  });
}

/** Takes the daily turn of the summary. The first time it is only set. */
export function takesTurn(
  { name, now, next }: { name: string; now: number; next: number },
): (client: pg.PoolClient) => Promise<boolean> {
  return async (client) => {
    const { rows: [stored] } = await client.query<{ due: number }>(
      "select due_at as due from housekeeping where name = $1 for update",
      [name],
    );
    // Another time of day is set, or the clock was far ahead: then it begins anew.
    if (stored !== undefined && stored.due > now && stored.due <= next) return false;
    const begins = stored !== undefined && stored.due <= now;
    await client.query(
      `insert into housekeeping (name, due_at, done_at) values ($1, $2, $3)
       on conflict (name) do update
         set due_at = excluded.due_at, done_at = coalesce(excluded.done_at, housekeeping.done_at)`,
      [name, instant(next), begins ? instant(now) : null],
    );
    return begins;
  };
}

async function carryOut(
  client: pg.PoolClient,
  { noticeId, now, decision }: { noticeId: number; now: number; decision: Decision },
): Promise<void> {
  await writeIncidents(client, decision.incidents);
  for (const { subject, content, recipients, most } of decision.messages) {
    const channel: Channel = content.channel;
    await client.query(
      `insert into outbox (notice_id, channel, subject, content, recipients, most, due_at, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $7)`,
      [noticeId, channel, subject, JSON.stringify(content), JSON.stringify(recipients), most, instant(now)],
    );
  }
}
