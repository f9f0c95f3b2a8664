/** How many bars lie in each of many stretches of time? One walk of the index for all of them, for maps of what is there. */
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
