/** Which slots of a series hold no bar, by the index alone, and how do the rows of `gap` follow what is found? */
import type pg from "pg";
import { intradayLength, type Rule, type Series } from "../bar.ts";
import { barDate, gapsAmong, rulesIn, type Slot, slotsBetween } from "../gaps.ts";
import type { Patience } from "../healing.ts";
import type { Database } from "./connect.ts";
import { rowsHeld } from "./quarantine.ts";
import { lockSeries } from "./results.ts";
import { query, transaction } from "./transaction.ts";
import { instant, instantOrNull, plainArray } from "./values.ts";

/** What a scan changed. */
export interface ScanFindings {
  readonly found: number;
  readonly healed: number;
  readonly reopened: number;
}

export const NOTHING_FOUND: ScanFindings = { found: 0, healed: 0, reopened: 0 };

/** Those of the series that no scan has looked at for a day, the longest waiting first, at most `limit`. */
export async function unscanned(
  db: Database,
  series: readonly Series[],
  { now, everyMs, limit }: { now: number; everyMs: number; limit: number },
): Promise<Series[]> {
  // One that was scanned in the future was scanned under a wrong clock.
  return await query<pg.QueryResultRow & Series>(
    db,
    `select a.symbol, a."interval" from unnest($1::text[], $2::text[]) with ordinality as a (symbol, "interval", place)
     left join gap_scan s on s.symbol = a.symbol and s."interval" = a."interval"
     where s.scanned_at is null or s.scanned_at <= $3 or s.scanned_at > $4
     order by s.scanned_at nulls first, a.place limit $5`,
    [...namesOf(series), instant(now - everyMs), instant(now), limit],
  );
}

/** Remembers that the series were held against the calendar. */
export async function markScanned(db: Database, series: readonly Series[], now: number): Promise<void> {
  await query(
    db,
    `insert into gap_scan (symbol, "interval", scanned_at)
     select distinct symbol, "interval", $3::timestamptz from unnest($1::text[], $2::text[]) as a (symbol, "interval")
     order by symbol, "interval"
     on conflict (symbol, "interval") do update set scanned_at = excluded.scanned_at`,
    [...namesOf(series), instant(now)],
  );
}

function namesOf(series: readonly Series[]): [string[], string[]] {
  return [series.map(({ symbol }) => symbol), series.map(({ interval }) => interval)];
}

/**
 * Holds the bars of one series against the calendar, from its first bar to its watermark, and brings `gap` up to date: a
 * slot without a bar is an open gap; an open gap with a bar is healed.
 *
 * Whoever stores bars of the series waits for a scan that changes something, and it for him.
 *
 * @param options.reopen what the vendor was found not to have is open again
 */
export async function scanSeries(
  db: Database,
  series: Series,
  options: { now: number; patience: Patience; reopen: boolean },
): Promise<ScanFindings> {
  const { first, watermark } = await endsOf(db.pool, series);
  if (first === null || watermark === null) return NOTHING_FOUND;
  const slots = slotsBetween(series, barDate(series, first), barDate(series, watermark));
  const looked = await differences(db.pool, series, { slots, ...options });
  if (looked === null) return NOTHING_FOUND;
  return await transaction(db, async (client) => {
    await lockSeries(client, series);
    // Somebody may have stored bars since.
    const found = await differences(client, series, { slots, ...options });
    return found === null ? NOTHING_FOUND : await apply(client, series, { ...found, ...options });
  });
}

type Asking = Pick<pg.Pool | pg.PoolClient, "query">;

interface Differences {
  readonly open: readonly (Slot & { readonly rule: Rule | null })[];
  readonly reopened: readonly Slot[];
  /** Dates of gaps that have a bar. */
  readonly healed: readonly string[];
  /** Dates of open gaps that are no sessions after all. */
  readonly unexpected: readonly string[];
  /** Open gaps whose rows are in quarantine, or are so no more. */
  readonly held: readonly { readonly date: string; readonly rule: Rule | null }[];
}

/** `null`: there are none. */
async function differences(
  asking: Asking,
  series: Series,
  { slots, reopen }: { slots: readonly Slot[]; reopen: boolean },
): Promise<Differences | null> {
  const missing = await emptySlots(asking, series, slots);
  const empty = new Map(missing.map((slot) => [slot.date, slot]));
  const known = new Map((await knownGaps(asking, series)).map((gap) => [gap.date, gap]));
  if (empty.size === 0 && known.size === 0) return null;
  const rules = await rulesOf(asking, series, [...empty.values()]);
  const expected = new Set(slots.map(({ date }) => date));
  const fresh = gapsAmong(slots, missing).filter(({ date }) => !known.has(date));
  const again = [...empty.values()].filter(({ date }) => {
    const as = known.get(date)?.closedAs;
    return as === "healed" || (reopen && as === "vendor-has-none");
  });
  const within = (date: string) => slots.length > 0 && date >= slots[0]!.date && date <= slots.at(-1)!.date;
  const gone = [...known.values()].filter(({ date }) => !empty.has(date) && within(date));
  const found: Differences = {
    open: fresh.map((slot) => ({ ...slot, rule: rules.get(slot.date) ?? null })),
    reopened: again,
    healed: gone.filter(({ date, closedAs }) => expected.has(date) && closedAs !== "healed").map(({ date }) => date),
    unexpected: gone.filter(({ date, closedAs }) => !expected.has(date) && closedAs === null).map(({ date }) => date),
    held: [...known.values()].flatMap(({ date, closedAs, rule }) => {
      const now = rules.get(date) ?? null;
      return closedAs === null && empty.has(date) && now !== rule ? { date, rule: now } : [];
    }),
  };
  return Object.values(found).every((list) => list.length === 0) ? null : found;
}

async function endsOf(
  asking: Asking,
  { symbol, interval }: Series,
): Promise<{ first: number | null; watermark: number | null }> {
  const { rows: [row] } = await asking.query(
    `select (select ts from stock_data where symbol = $1 and "interval" = $2 order by ts limit 1) as first,
       (select ts from stock_data where symbol = $1 and "interval" = $2 and settled order by ts desc limit 1) as watermark`,
    [symbol, interval],
  );
  return row;
}

/**
 * The slots without a bar; ascending and without overlap, as given.
 *
 * Daily and longer: one walk of the index, as a slot has one bar. Intraday: from slot to slot, as a session may have a
 * thousand bars and the first of them tells enough.
 */
export async function emptySlots(asking: Asking, series: Series, slots: readonly Slot[]): Promise<Slot[]> {
  if (slots.length === 0) return [];
  const starts = plainArray(slots.map(({ from }) => instant(from)));
  const ends = plainArray(slots.map(({ to }) => instant(to)));
  const statement = intradayLength(series.interval) === null ? EMPTY_BY_WALK : EMPTY_BY_LEAPS;
  const { rows } = await asking.query<{ place: number }>(statement, [series.symbol, series.interval, starts, ends]);
  return rows.map(({ place }) => slots[place - 1]!);
}

const GIVEN = `slots as materialized (
  select $3::text::timestamptz[] as starts, $4::text::timestamptz[] as ends, cardinality($3::text::timestamptz[]) as last
)`;
const EMPTY = `select place::integer from generate_series(1, (select last from slots)) as place
  except select place from held order by place`;

const EMPTY_BY_WALK = `with ${GIVEN}, held as (
  select width_bucket(b.ts, starts) as place from slots, stock_data b
  where b.symbol = $1 and b."interval" = $2 and b.ts >= starts[1] and b.ts < ends[last]
    and b.ts < ends[width_bucket(b.ts, starts)]
)
${EMPTY}`;

/** From the first bar after a slot to the slot that is in: what lies between two slots is in neither. */
const EMPTY_BY_LEAPS = `with recursive ${GIVEN}, leap as (
  select null::integer as place, starts[1] as next from slots
  union all
  select case when b.ts < ends[b.place] then b.place end,
    case when b.ts < ends[b.place] then ends[b.place] else starts[b.place + 1] end
  from leap, slots, lateral (
    select ts, width_bucket(ts, starts) as place from stock_data
    where symbol = $1 and "interval" = $2 and ts >= leap.next and ts < ends[last]
    order by ts limit 1
  ) as b
), held as (select place from leap where place is not null)
${EMPTY}`;

interface KnownGap {
  readonly date: string;
  readonly closedAs: "healed" | "vendor-has-none" | null;
  readonly rule: Rule | null;
}

async function knownGaps(asking: Asking, { symbol, interval }: Series): Promise<KnownGap[]> {
  const { rows } = await asking.query<KnownGap>(
    `select date, closed_as as "closedAs", rule from gap where symbol = $1 and "interval" = $2`,
    [symbol, interval],
  );
  return rows;
}

/** By which rule the rows of a slot are in quarantine, by the slot's date. */
async function rulesOf(asking: Asking, series: Series, slots: readonly Slot[]): Promise<Map<string, Rule>> {
  if (slots.length === 0) return new Map();
  const rows = await rowsHeld(asking, series, { date: slots[0]!.date, to: slots.at(-1)!.to });
  return new Map(slots.flatMap((slot) => {
    const [rule] = rulesIn(slot, rows);
    return rule === undefined ? [] : [[slot.date, rule]];
  }));
}

async function apply(
  client: pg.PoolClient,
  { symbol, interval }: Series,
  { open, reopened, healed, unexpected, held, now, patience }: Differences & { now: number; patience: Patience },
): Promise<ScanFindings> {
  const own = [symbol, interval];
  const firstTry = instant(now + patience.firstMs);
  await client.query(
    `insert into gap (symbol, "interval", date, starts_at, ends_at, found_at, next_try_at, rule)
     select $1, $2, g.date, g.starts_at, g.ends_at, $3, case when g.rule is null then $4::timestamptz end, g.rule
     from unnest($5::date[], $6::timestamptz[], $7::timestamptz[], $8::text[]) as g (date, starts_at, ends_at, rule)`,
    [...own, instant(now), firstTry, ...columnsOf(open), open.map(({ rule }) => rule)],
  );
  const again = reopened.map(({ date }) => date);
  await client.query(
    `update gap set found_at = $3, next_try_at = $4, tries = 0, closed_at = null, closed_as = null
     where symbol = $1 and "interval" = $2 and date = any($5::date[])`,
    [...own, instant(now), firstTry, again],
  );
  await client.query(
    `update gap set closed_at = $3, closed_as = 'healed', next_try_at = null, rule = null
     where symbol = $1 and "interval" = $2 and date = any($4::date[])`,
    [...own, instant(now), healed],
  );
  await client.query(
    `delete from gap where symbol = $1 and "interval" = $2 and closed_at is null and date = any($3::date[])`,
    [...own, unexpected],
  );
  await client.query(
    `update gap g set rule = h.rule, next_try_at = case when h.rule is null then $3::timestamptz end
     from unnest($4::date[], $5::text[]) as h (date, rule)
     where g.symbol = $1 and g."interval" = $2 and g.closed_at is null and g.date = h.date`,
    [...own, instant(now), held.map(({ date }) => date), held.map(({ rule }) => rule)],
  );
  return { found: open.length, healed: healed.length, reopened: reopened.length };
}

function columnsOf(slots: readonly Slot[]): [string[], (string | null)[], (string | null)[]] {
  return [
    slots.map(({ date }) => date),
    slots.map(({ from }) => instantOrNull(from)),
    slots.map(({ to }) => instantOrNull(to)),
  ];
}
