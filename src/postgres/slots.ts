/** How many bars lie in each of many stretches of time, or: is there any? For maps of what is there, and for what is not. */
import type { Series } from "../bar.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/** Bars stamped from `from` until before `to` (epoch ms), for each slot. Slots ascend and do not overlap. */
export async function barsIn(
  db: Database,
  { symbol, interval }: Series,
  slots: readonly { readonly from: number; readonly to: number }[],
): Promise<number[]> {
  if (slots.length === 0) return [];
  const begins = slots.map(({ from }) => instant(from));
  const ends = slots.map(({ to }) => instant(to));
  // Not one probe for each slot: a thousand of them take a second on the embedded engine.
  const rows = await query<{ place: number; bars: number }>(
    db,
    `select place, count(*) as bars from (
       select ts, width_bucket(ts, $3::timestamptz[]) as place from stock_data
       where symbol = $1 and "interval" = $2 and ts >= $5 and ts < $6
     ) as placed
     where ts < ($4::timestamptz[])[place] group by place`,
    [symbol, interval, begins, ends, begins[0], ends.at(-1)],
  );
  const held = new Map(rows.map(({ place, bars }) => [place, bars]));
  return slots.map((_, index) => held.get(index + 1) ?? 0);
}

/** A statement with more probes keeps the embedded engine, which does one thing at a time, from everything else. */
const PROBES_AT_ONCE = 1_000;

/**
 * Whether there is any bar in each of the slots: one probe of an index for each, however many bars lie in them. Twenty years
 * of one-minute bars are 5,000 probes and not two million rows.
 */
export async function slotsHeld(
  db: Database,
  { symbol, interval }: Series,
  slots: readonly { readonly from: number; readonly to: number }[],
): Promise<boolean[]> {
  const held: boolean[] = [];
  for (let start = 0; start < slots.length; start += PROBES_AT_ONCE) {
    const batch = slots.slice(start, start + PROBES_AT_ONCE);
    // With its limit it stays a probe: as `exists` it may become a join with every bar of the series.
    const rows = await query<{ place: number }>(
      db,
      `select place from unnest($3::timestamptz[], $4::timestamptz[]) with ordinality as slot (begins, ends, place)
       cross join lateral (
         select ts from stock_data b where b.symbol = $1 and b."interval" = $2 and b.ts >= begins and b.ts < ends
         order by b.ts limit 1
       ) as oldest`,
      [symbol, interval, batch.map(({ from }) => instant(from)), batch.map(({ to }) => instant(to))],
    );
    const places = new Set(rows.map(({ place }) => place));
    held.push(...batch.map((_, index) => places.has(index + 1)));
  }
  return held;
}

/** The same for many symbols of one interval, in one walk: bars in each slot, by symbol; none for a symbol without a bar. */
export async function barsOfMany(
  db: Database,
  { symbols, interval }: { symbols: readonly string[]; interval: string },
  slots: readonly { readonly from: number; readonly to: number }[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>();
  if (slots.length === 0 || symbols.length === 0) return found;
  const begins = slots.map(({ from }) => instant(from));
  const ends = slots.map(({ to }) => instant(to));
  const rows = await query<{ symbol: string; place: number; bars: number }>(
    db,
    `select symbol, place, count(*) as bars from (
       select symbol, ts, width_bucket(ts, $3::timestamptz[]) as place from stock_data
       where symbol = any($1::text[]) and "interval" = $2 and ts >= $5 and ts < $6
     ) as placed
     where ts < ($4::timestamptz[])[place] group by symbol, place`,
    [symbols, interval, begins, ends, begins[0], ends.at(-1)],
  );
  for (const { symbol, place, bars } of rows) {
    const counts = found.get(symbol) ?? slots.map(() => 0);
    counts[place - 1] = bars;
    found.set(symbol, counts);
  }
  return found;
}
