/** Which sessions of a series have no bar, and what is kept of those: open gaps, how often they were tried, how they ended? */
import type pg from "pg";
import { type Interval, type Rule, type Series, seriesName } from "../bar.ts";
import type { GapNews } from "../effects.ts";
import { type OpenGap, POSTPONED_MS } from "../healing.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/** A gap, open or closed. Instants are epoch ms. */
export interface GapRecord extends OpenGap {
  readonly series: Series;
  readonly foundAt: number;
  readonly lastTriedAt: number | null;
  /** Its rows are in quarantine by this rule. */
  readonly rule: Rule | null;
  readonly closed: { readonly at: number; readonly as: "healed" | "vendor-has-none" } | null;
  /** The run that tried it last or healed it. */
  readonly runId: number | null;
}

const RECORD = `json_build_object('symbol', g.symbol, 'interval', g."interval") as series, date, tries,
  found_at as "foundAt", last_tried_at as "lastTriedAt", next_try_at as "nextTryAt", rule,
  case when closed_at is not null then json_build_object(
    'at', floor(extract(epoch from closed_at) * 1000), 'as', closed_as) end as closed, run_id as "runId"`;

/** The open gaps of these series by name, each oldest first. A series without one is not in it. */
export async function openGaps(db: Database, series: readonly Series[]): Promise<Map<string, OpenGap[]>> {
  const rows = await query<OpenGap & Series>(
    db,
    `select symbol, "interval", date, tries, next_try_at as "nextTryAt" from gap
     where closed_at is null and symbol = any($1) order by symbol, "interval", date`,
    [[...new Set(series.map(({ symbol }) => symbol))]],
  );
  const found = new Map<string, OpenGap[]>();
  for (const { symbol, interval, ...gap } of rows) {
    const name = seriesName({ symbol, interval: interval as Interval });
    const gaps = found.get(name);
    if (gaps === undefined) found.set(name, [gap]);
    else gaps.push(gap);
  }
  return found;
}

/** How many gaps of these series are in which state, and how many series have an open one. */
export async function gapCounts(db: Database, series: readonly Series[]): Promise<GapCounts> {
  const [row] = await query<GapCounts>(
    db,
    `select count(*) filter (where closed_at is null) as open,
       count(distinct (g.symbol, g."interval")) filter (where closed_at is null) as series,
       count(*) filter (where closed_as = 'healed') as healed,
       count(*) filter (where closed_as = 'vendor-has-none') as "vendorHasNone"
     from gap g join ${ASKED} on a.symbol = g.symbol and a."interval" = g."interval"`,
    namesOf(series),
  );
  return row!;
}

export interface GapCounts {
  readonly open: number;
  /** With open gaps. */
  readonly series: number;
  readonly healed: number;
  readonly vendorHasNone: number;
}

/** The gaps of these series: the open ones first, by series, the newest date first. */
export function gapRecords(
  db: Database,
  series: readonly Series[],
  { state, limit }: { state: "open" | "closed" | "all"; limit: number },
): Promise<GapRecord[]> {
  return query<GapRecord>(
    db,
    `select ${RECORD} from gap g join ${ASKED} on a.symbol = g.symbol and a."interval" = g."interval"
     where $3 = 'all' or (closed_at is null) = ($3 = 'open')
     order by closed_at is not null, g.symbol, g."interval", g.date desc limit $4`,
    [...namesOf(series), state, limit],
  );
}

/** Those of one series whose slots are named between two dates, both included. */
export function gapsBetween(
  db: Database,
  { symbol, interval }: Series,
  { from, to }: { from: string; to: string },
): Promise<GapRecord[]> {
  return query<GapRecord>(
    db,
    `select ${RECORD} from gap g where symbol = $1 and "interval" = $2 and date between $3 and $4 order by date`,
    [symbol, interval, from, to],
  );
}

/** Those of several series, by series and by date. */
export async function gapsOfMany(
  db: Database,
  series: readonly Series[],
  { from, to }: { from: string; to: string },
): Promise<Map<string, Map<string, GapRecord>>> {
  const rows = await query<GapRecord>(
    db,
    `select ${RECORD} from gap g join ${ASKED} on a.symbol = g.symbol and a."interval" = g."interval"
     where g.date between $3 and $4`,
    [...namesOf(series), from, to],
  );
  const bySeries = Map.groupBy(rows, (gap) => seriesName(gap.series));
  return new Map([...bySeries].map(([name, gaps]) => [name, new Map(gaps.map((gap) => [gap.date, gap]))]));
}

const ASKED = `unnest($1::text[], $2::text[]) as a (symbol, "interval")`;

function namesOf(series: readonly Series[]): [string[], Interval[]] {
  return [series.map(({ symbol }) => symbol), series.map(({ interval }) => interval)];
}

/**
 * Keeps what an answer, or a request that failed, says of open gaps. Part of the store's transaction, after its bars.
 *
 * A gap that has a bar now is healed, whichever request brought it. One that the answer covers and that has none has been
 * tried, if its time had come; tried as often as is worth it, it is closed: the vendor has none.
 *
 * @param options.restsMs between the tries; one try more than there are rests is made
 */
export async function settleGaps(
  client: pg.PoolClient,
  { runId, series: { symbol, interval }, news: { dates, answered, refused, restsMs }, now }: {
    runId: number;
    series: Series;
    news: GapNews;
    now: number;
  },
): Promise<void> {
  const open = `g.symbol = $1 and g."interval" = $2 and g.closed_at is null`;
  const own = [symbol, interval, runId, instant(now)];
  await client.query(
    `update gap g set closed_at = $4, closed_as = 'healed', next_try_at = null, rule = null, run_id = $3
     where ${open} and exists (${BAR_IN_SLOT})`,
    own,
  );
  if (refused.length > 0) {
    await client.query(
      `update gap g set rule = r.rule, next_try_at = null, last_tried_at = $4, run_id = $3
       from unnest($5::date[], $6::text[]) as r (date, rule) where ${open} and g.date = r.date`,
      [...own, refused.map(({ date }) => date), refused.map(({ rule }) => rule)],
    );
  }
  const due = `${open} and g.rule is null and g.date = any($5::date[]) and (g.tries = 0 or g.next_try_at <= $4)`;
  if (!answered) {
    await client.query(
      `update gap g set last_tried_at = $4, next_try_at = $6, run_id = $3 where ${due}`,
      [...own, dates, instant(now + POSTPONED_MS)],
    );
    return;
  }
  // The rest after this try; beyond the last there is none, and the gap is closed.
  await client.query(
    `update gap g set tries = g.tries + 1, last_tried_at = $4, run_id = $3, next_try_at = rest.until,
       closed_at = case when rest.until is null then $4::timestamptz end,
       closed_as = case when rest.until is null then 'vendor-has-none' end
     from gap same, lateral (
       select $4::timestamptz + ($6::float8[])[same.tries + 1] * interval '1 millisecond' as until
     ) as rest
     where ${due} and same.symbol = g.symbol and same."interval" = g."interval" and same.date = g.date`,
    [...own, dates, [...restsMs]],
  );
}

const BAR_IN_SLOT = `select from stock_data b
  where b.symbol = g.symbol and b."interval" = g."interval" and b.ts >= g.starts_at and b.ts < g.ends_at`;

/** Removes gaps that were healed before `before` (epoch ms). What the vendor does not have stays known. @returns how many */
export async function expireGaps(db: Database, before: number): Promise<number> {
  const rows = await query(
    db,
    `delete from gap where (symbol, "interval", date) in (
       select symbol, "interval", date from gap where closed_at < $1 and closed_as = 'healed'
       order by closed_at limit $2
     ) returning 1`,
    [instant(before), EXPIRED_AT_ONCE],
  );
  return rows.length;
}

const EXPIRED_AT_ONCE = 5_000;
