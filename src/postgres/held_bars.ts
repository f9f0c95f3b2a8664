/** Which bars does a stretch of time hold, and which answer gave the newest of them? */
import type { Series } from "../bar.ts";
import type { HeldBars } from "../why.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/** Bars stamped from `from` until before `to` (epoch ms). */
export async function heldBars(
  db: Database,
  { symbol, interval }: Series,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<HeldBars> {
  const [row] = await query<HeldBars & Record<string, unknown>>(
    db,
    `select held.bars, held.provisional, case when a.id is not null then json_build_object('id', a.id, 'runId', a.run_id,
       'receivedAt', floor(extract(epoch from a.received_at) * 1000)) end as answer
     from (
       select count(*) as bars, count(*) filter (where not settled) as provisional, array_agg(distinct answer_id) as given_by
       from stock_data where symbol = $1 and "interval" = $2 and ts >= $3 and ts < $4
     ) as held left join lateral (
       select * from answer where id = any(held.given_by) order by received_at desc, id desc limit 1
     ) as a on true`,
    [symbol, interval, instant(from), instant(to)],
  );
  return row!;
}
