/** Which quarantined rows has an operator judged right, and what was stored of them? */
import type pg from "pg";
import type { Bar, Rule, Series } from "../bar.ts";
import type { RowCounts } from "../run.ts";
import { TOLD_AFTER } from "./answers.ts";
import { writeRows } from "./bars.ts";
import type { Database } from "./connect.ts";
import { lockSeries } from "./results.ts";
import { extendLease, fence, type Holder } from "./runs.ts";
import { query, transaction } from "./transaction.ts";
import { instant, instantOrNull } from "./values.ts";

/** A row in quarantine. Instants are epoch ms. */
export interface QuarantinedRow {
  readonly id: number;
  readonly series: Series;
  readonly stamp: string;
  readonly rule: Rule;
  /** The vendor's row as JSON; for a stamp sent twice, all its rows. */
  readonly raw: string;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly times: number;
  /** The run that saw it last; `null`: it is known no more. */
  readonly runId: number | null;
  /** `null`: it is still held. */
  readonly released: { readonly by: string; readonly at: number } | null;
}

/** The answer that brought a row last: what reading it anew needs. */
export interface Origin {
  readonly answerId: number;
  readonly form: string;
  readonly zone: string;
}

/** The same row of the vendor, whatever its id: a replay makes the quarantine anew. */
const SAME = `r.symbol = q.symbol and r."interval" = q."interval" and r.rule = q.rule
  and md5(r.stamp || ' ' || r.raw) = md5(q.stamp || ' ' || q.raw)`;
const SELECT_ROW =
  `select q.id, json_build_object('symbol', q.symbol, 'interval', q."interval") as series, q.stamp, q.rule,
  q.raw, q.first_seen_at as "firstSeenAt", q.last_seen_at as "lastSeenAt", q.times, q.run_id as "runId",
  (select json_build_object('by', r.released_by, 'at', floor(extract(epoch from r.released_at) * 1000))
   from release r where ${SAME}) as released
  from quarantine q`;

export async function quarantinedRow(db: Database, id: number): Promise<QuarantinedRow | null> {
  const [row] = await query<QuarantinedRow>(db, `${SELECT_ROW} where q.id = $1`, [id]);
  return row ?? null;
}

/** The newest first: those with an id below `before`, of one series, or all. */
export function quarantinedRows(
  db: Database,
  { series = null, limit, before = null }: { series?: Series | null; limit: number; before?: number | null },
): Promise<QuarantinedRow[]> {
  return query<QuarantinedRow>(
    db,
    `${SELECT_ROW} where ($1::text is null or (q.symbol = $1 and q."interval" = $2)) and ($3::bigint is null or q.id < $3)
     order by q.id desc limit $4`,
    [series?.symbol ?? null, series?.interval ?? null, before, limit],
  );
}

/** What is held back of many symbols of one interval, stamped on `from` (a date) or later; at most `limit`. */
export function heldStamps(
  db: Database,
  { symbols, interval, from, limit }: {
    symbols: readonly string[];
    interval: string;
    from: string;
    limit: number;
  },
): Promise<{ symbol: string; stamp: string; rule: Rule }[]> {
  return query<{ symbol: string; stamp: string; rule: Rule }>(
    db,
    `select q.symbol, q.stamp, q.rule from quarantine q
     where q.symbol = any($1::text[]) and q."interval" = $2 and q.stamp >= $3
       and not exists (select from release r where ${SAME})
     order by q.stamp desc limit $4`,
    [symbols, interval, from, limit],
  );
}

/** The newest answer that brought the row; `null`: it is not in the archive. */
export async function originOf(
  db: Database,
  { series: { symbol, interval }, lastSeenAt }: Pick<QuarantinedRow, "series" | "lastSeenAt">,
): Promise<Origin | null> {
  const [origin] = await query<Origin>(
    db,
    `select id as "answerId", form, zone from answer
     where symbol = $1 and "interval" = $2 and received_at = $3 order by id desc limit 1`,
    [symbol, interval, instant(lastSeenAt)],
  );
  return origin ?? null;
}

/**
 * Stores the bar of a quarantined row under the run that holds the place of the one writer, and keeps who released it.
 *
 * @returns what became of the bar, as rows of an answer are counted; `null`: the row was released before
 * @throws LeaseLost
 */
export function releaseRow(
  db: Database,
  { row, origin: { answerId }, bar, holder, by, now }: {
    row: QuarantinedRow;
    origin: Origin;
    bar: Bar;
    holder: Holder;
    by: string;
    now: number;
  },
): Promise<RowCounts | null> {
  const { series, stamp, rule, raw } = row;
  return transaction(db, async (client) => {
    await lockSeries(client, series);
    await fence(client, holder);
    const { runId } = holder;
    const { rowCount } = await client.query(
      `insert into release (symbol, "interval", stamp, rule, raw, bar, answer_id, run_id, released_by, released_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
      [
        series.symbol,
        series.interval,
        stamp,
        rule,
        raw,
        JSON.stringify(bar),
        answerId,
        runId,
        by,
        instant(now),
      ],
    );
    if (rowCount === 0) return null;
    const { capabilities } = db;
    const counts = await writeRows(client, { runId, series, answerId, bars: [bar], rejects: [], now, capabilities });
    await extendLease(client, holder);
    return counts;
  });
}

export interface Release {
  readonly bar: Bar;
  readonly answerId: number;
  readonly runId: number | null;
  readonly releasedAt: number;
}

/**
 * What a replay of the answers after the place `cut` must store again, oldest first: the releases of rows that they brought,
 * and those made since the first of them was told (`since`, epoch ms; `null`: there is none), whatever answer they were of.
 */
export async function releasesOf(
  client: pg.PoolClient,
  { series: { symbol, interval }, cut, since }: { series: Series; cut: string; since: number | null },
): Promise<Release[]> {
  const { rows } = await client.query<Release>(
    `select bar, answer_id as "answerId", run_id as "runId", released_at as "releasedAt" from release
     where symbol = $1 and "interval" = $2 and (answer_id in (${TOLD_AFTER}) or released_at >= $4)
     order by released_at, id`,
    [symbol, interval, cut, instantOrNull(since)],
  );
  return rows;
}
