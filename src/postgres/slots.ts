/** How many bars lie in each of many stretches of time? One walk of the index per stretch, for a map of what is there. */
import type { Series } from "../bar.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/** Bars stamped from `from` until before `to` (epoch ms), for each slot in the order given. */
export async function barsIn(
  db: Database,
  { symbol, interval }: Series,
  slots: readonly { readonly from: number; readonly to: number }[],
): Promise<number[]> {
  const rows = await query<{ bars: number }>(
    db,
    `select held.bars from unnest($3::timestamptz[], $4::timestamptz[]) with ordinality as slot (begins, ends, place)
     cross join lateral (
       select count(*) as bars from stock_data
       where symbol = $1 and "interval" = $2 and ts >= slot.begins and ts < slot.ends
     ) as held
     order by slot.place`,
    [symbol, interval, slots.map(({ from }) => instant(from)), slots.map(({ to }) => instant(to))],
  );
  return rows.map(({ bars }) => bars);
}
