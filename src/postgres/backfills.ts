/** Which backfills are there, how far is each, which is next to be worked on, and how does one end? */
import type pg from "pg";
import type { BackfillOrder, BackfillRecord, BackfillState, SeriesProgress } from "../backfill.ts";
import { recordChange } from "./audit.ts";
import type { Database } from "./connect.ts";
import { query, transaction } from "./transaction.ts";
import { instant, instantOrNull } from "./values.ts";

/** So many are named in a list. */
const NAMED = 5;
/** More than an operator can have meant. */
export const MOST_RUNNING = 100;
/** Slices that died one after the other without keeping anything: what killed them kills the next as well. */
const MOST_DEAD = 5;

const BACKFILL = `select b.id, b.from_date as "from", b.to_date as "to", b.note, b.asked_by as "askedBy",
    b.asked_at as "askedAt", b.state, b.reason, b.rest_until as "restUntil", b.troubles, b.finished_at as "finishedAt",
    s.series, s.open, s.wished, s.held, s.none, s.refused, s.failed, s.requests, s.names,
    (select json_build_object('id', r.id, 'outcome', r.outcome) from run r where r.backfill_id = b.id
     order by r.id desc limit 1) as "lastRun"
  from backfill b cross join lateral (
    select count(*) as series, count(*) filter (where state = 'open') as open, sum(wished)::bigint as wished,
      sum(held)::bigint as held, sum(none)::bigint as none, sum(refused)::bigint as refused,
      sum(failed)::bigint as failed, sum(requests)::bigint as requests,
      json_agg(json_build_object('symbol', symbol, 'interval', "interval") order by place)
        filter (where place < ${NAMED}) as names
    from backfill_series where backfill_id = b.id) as s`;

/** Keeps a backfill with what is known of each series. @returns its id; `null`: too many are running already */
export function addBackfill(
  db: Database,
  { from, to, note, askedBy, progress, now }:
    & Omit<BackfillOrder, "series">
    & { progress: readonly SeriesProgress[]; now: number },
): Promise<number | null> {
  return transaction(db, async (client, attempt) => {
    await client.query("select pg_advisory_xact_lock(hashtextextended('backfill', 0))");
    const values = [from, to, note, askedBy, instant(now)];
    if (attempt > 1) {
      // The commit of an earlier attempt may have arrived although its answer did not.
      const { rows: [before] } = await client.query<{ id: number }>(
        `select id from backfill where from_date = $1 and to_date = $2 and note is not distinct from $3
           and asked_by = $4 and asked_at = $5 order by id desc limit 1`,
        values,
      );
      if (before !== undefined) return before.id;
    }
    const { rows: [{ running }] } = await client.query(
      "select count(*) as running from backfill where state in ('running', 'paused')",
    );
    if (running >= MOST_RUNNING) return null;
    const { rows: [added] } = await client.query<{ id: number }>(
      "insert into backfill (from_date, to_date, note, asked_by, asked_at) values ($1, $2, $3, $4, $5) returning id",
      values,
    );
    await writeProgress(client, { backfillId: added!.id, progress });
    return added!.id;
  });
}

/** Writes how series of a backfill stand; those it does not know yet get a place after the others. */
async function writeProgress(
  client: Pick<pg.PoolClient, "query">,
  { backfillId, progress }: { backfillId: number; progress: readonly SeriesProgress[] },
): Promise<void> {
  const rows = progress.map(({ series, waitUntil, ...rest }, place) => ({
    ...series,
    ...rest,
    place,
    wait_until: instantOrNull(waitUntil),
  }));
  await client.query(
    `insert into backfill_series as old (backfill_id, symbol, "interval", place, state, reason, wait_until, wished, held,
       none, refused, failed, requests)
     select $1, symbol, "interval", place, state, reason, wait_until, wished, held, none, refused, failed, requests
     from json_to_recordset($2::json) as given (symbol text, "interval" text, place integer, state text, reason text,
       wait_until timestamptz, wished integer, held integer, none integer, refused integer, failed integer,
       requests integer)
     on conflict (backfill_id, symbol, "interval") do update set
       state = excluded.state, reason = excluded.reason, wait_until = excluded.wait_until, wished = excluded.wished,
       held = excluded.held, none = excluded.none, refused = excluded.refused, failed = excluded.failed,
       requests = excluded.requests`,
    [backfillId, JSON.stringify(rows)],
  );
}

/** What was found of series of a backfill. Of one that has ended meanwhile it is out of date. */
export async function recordProgress(
  db: Database,
  { backfillId, progress }: { backfillId: number; progress: readonly SeriesProgress[] },
): Promise<void> {
  if (progress.length === 0) return;
  await transaction(db, async (client) => {
    if (await lockBackfill(client, backfillId)) await writeProgress(client, { backfillId, progress });
  });
}

export async function backfillById(db: Database, id: number): Promise<BackfillRecord | null> {
  const [found] = await query<BackfillRecord>(db, `${BACKFILL} where b.id = $1`, [id]);
  return found ?? null;
}

/** The newest first: those with an id below `before`, or all. */
export function backfills(
  db: Database,
  { limit, before = null }: { limit: number; before?: number | null },
): Promise<BackfillRecord[]> {
  return query<BackfillRecord>(
    db,
    `${BACKFILL} where $2::bigint is null or b.id < $2 order by b.id desc limit $1`,
    [limit, before],
  );
}

/**
 * How its series stand, in the order given.
 *
 * @param options.open only those of which something is left
 * @param options.now only those, too, that do not wait for a later instant (epoch ms)
 */
export function seriesOfBackfill(
  db: Database,
  { backfillId, open = false, now = null, limit }: {
    backfillId: number;
    open?: boolean;
    now?: number | null;
    limit: number;
  },
): Promise<SeriesProgress[]> {
  return query<SeriesProgress>(
    db,
    `select json_build_object('symbol', symbol, 'interval', "interval") as series, state, reason,
       wait_until as "waitUntil", wished, held, none, refused, failed, requests
     from backfill_series where backfill_id = $1 and (state = 'open' or not $2)
       and ($4::timestamptz is null or wait_until is null or wait_until <= $4) order by place limit $3`,
    [backfillId, open, limit, instantOrNull(now)],
  );
}

/** Worked on least lately, so that each has its turn; of those that were not yet, the oldest. */
const NEXT = `select b.id from backfill b where b.state = 'running' and (b.rest_until is null or b.rest_until <= $1)
  order by (select max(r.id) from run r where r.backfill_id = b.id) nulls first, b.id limit 1`;

/** The backfill that is to be worked on next; `null`: none is, now. */
export async function nextBackfill(db: Database, now: number): Promise<number | null> {
  const [next] = await query<{ id: number }>(db, NEXT, [instant(now)]);
  return next?.id ?? null;
}

/** Whether one could be worked on now: it is due, and no run is at work, in this process or another. */
export async function isBackfillDue({ pool }: Pick<Database, "pool">, now: number): Promise<boolean> {
  const { rows } = await pool.query(
    `select from (${NEXT}) as next
     where not exists (select from run where outcome is null and lease_until > clock_timestamp())`,
    [instant(now)],
  );
  return rows.length > 0;
}

/** Whether so many of its newest slices died that no other is begun by itself. Those that kept an answer do not count. */
export async function diesAgain(db: Database, backfillId: number): Promise<boolean> {
  const [found] = await query<{ dead: number }>(
    db,
    `select count(*) filter (where outcome = 'abandoned' and not exists (
         select from backfill_answer a where a.run_id = newest.id)) as dead
     from (select r.id, r.outcome from run r join backfill b on b.id = r.backfill_id
           where r.backfill_id = $1 and (b.resumed_at is null or r.started_at >= b.resumed_at)
           order by r.id desc limit ${MOST_DEAD}) as newest`,
    [backfillId],
  );
  return found!.dead >= MOST_DEAD;
}

/** Locks the backfill until the end of the transaction. @returns whether a slice of it may begin */
export async function lockBackfill(client: pg.PoolClient, backfillId: number): Promise<boolean> {
  const { rows: [found] } = await client.query("select state from backfill where id = $1 for update", [backfillId]);
  return found?.state === "running";
}

/** Keeps what a backfill waits for. One that is no longer running is left alone. `until` `null`: for nothing. */
export async function restBackfill(
  db: Database,
  { id, until, reason, troubles }: { id: number; until: number | null; reason: string | null; troubles: number },
): Promise<void> {
  await query(
    db,
    `update backfill set rest_until = $2, reason = case when $2::timestamptz is null then null else $3 end, troubles = $4
     where id = $1 and state = 'running'`,
    [id, instantOrNull(until), reason, troubles],
  );
}

/** Ends a running backfill, or pauses it by itself, and leaves the notice of it. False: it was not running any more. */
export function stopBackfill(
  db: Database,
  { id, state, reason, now }: {
    id: number;
    state: "complete" | "partial" | "paused";
    reason: string | null;
    now: number;
  },
): Promise<boolean> {
  return transaction(db, async (client) => {
    const { rowCount } = await client.query(
      `update backfill set state = $2, reason = $3, rest_until = null, troubles = 0,
         finished_at = case when $2 = 'paused' then null else $4::timestamptz end
       where id = $1 and state = 'running'`,
      [id, state, reason, instant(now)],
    );
    if (rowCount === 0) return false;
    await client.query("insert into notice (kind, backfill_id, at) values ('backfill', $1, $2)", [id, instant(now)]);
    return true;
  });
}

/** What an operator may make of a backfill, and from which states. */
const STEPS = {
  paused: { from: ["running"], action: "paused" },
  // One that rests is woken: whoever says so may know that the vendor is back.
  running: { from: ["paused", "partial", "cancelled", "running"], action: "resumed" },
  cancelled: { from: ["running", "paused"], action: "cancelled" },
} as const satisfies Partial<Record<BackfillState, { from: readonly BackfillState[]; action: string }>>;

/**
 * Pauses, resumes or cancels a backfill, and keeps who did. Resumed, what was given up is open again: its tries count from
 * the start.
 *
 * @returns what it was before; `null`: there is none. What was in no such state is left as it is
 */
export function steerBackfill(
  db: Database,
  { id, to, by, now }: { id: number; to: keyof typeof STEPS; by: string; now: number },
): Promise<BackfillState | null> {
  const { from, action } = STEPS[to];
  return transaction(db, async (client) => {
    const { rows: [found] } = await client.query("select state from backfill where id = $1 for update", [id]);
    if (found === undefined) return null;
    if (!(from as readonly string[]).includes(found.state)) return found.state;
    await client.query(
      `update backfill set state = $2, reason = $3, rest_until = null, troubles = 0,
         finished_at = case when $2 = 'cancelled' then $4::timestamptz end where id = $1`,
      [id, to, to === "running" ? null : `${action} by ${by}`, instant(now)],
    );
    if (to === "running") await reopen(client, { id, now });
    await recordChange(client, { by, action, subject: `backfill ${id}`, was: found.state, became: to, now });
    return found.state;
  });
}

async function reopen(client: pg.PoolClient, { id, now }: { id: number; now: number }): Promise<void> {
  await client.query("update backfill set resumed_at = $2 where id = $1", [id, instant(now)]);
  await client.query(
    `delete from backfill_answer a using backfill_series s
     where s.backfill_id = $1 and s.state = 'failed' and a.backfill_id = s.backfill_id and a.symbol = s.symbol
       and a."interval" = s."interval" and a.kind <> 'bars'`,
    [id],
  );
  await client.query(
    `update backfill_series set state = 'open', reason = null, wait_until = null
     where backfill_id = $1 and state in ('refused', 'failed')`,
    [id],
  );
}
