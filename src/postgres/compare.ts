/**
 * What becomes of a bar that may be stored already? It is inserted, revised, left alone; and what it replaces is kept.
 * One statement compares and writes.
 */
import type pg from "pg";
import type { Bar, Interval, Series } from "../bar.ts";
import type { RowCounts } from "../run.ts";
import { columnsOf, givenFrom } from "./given.ts";
import { instant } from "./values.ts";

export interface Compared {
  readonly runId: number | null;
  readonly series: Series;
  readonly answerId: number;
  readonly bars: readonly Bar[];
  readonly now: number;
}

/** Compares the bars with the stored ones and writes what differs, inside the caller's transaction. */
export async function compareBars(
  client: pg.PoolClient,
  { runId, series, answerId, bars, now }: Compared,
): Promise<RowCounts> {
  const { rows: [counts] } = await client.query<RowCounts>(COMPARE[series.interval], [
    series.symbol,
    series.interval,
    runId,
    instant(now),
    answerId,
    ...columnsOf(bars),
  ]);
  return counts!;
}

/** What must be equal for a given bar and a stored one to be the same bar. */
export function samePeriod(interval: Interval): string {
  const within = (unit: string) =>
    `date_trunc('${unit}', stored.ts at time zone 'UTC') = date_trunc('${unit}', given.ts at time zone 'UTC')`;
  switch (interval) {
    case "weekly":
      return within("week");
    case "monthly":
      return within("month");
    default:
      return "stored.ts = given.ts";
  }
}

/** All parts of the statement see the table as it was before it, so the judgement and the old values are of one moment. */
function compareStatement(interval: Interval): string {
  return `
with given as (
  select * from ${givenFrom(6)}
), compared as (
  select given.ts, given.open, given.high, given.low, given.close, given.volume, given.settled,
    case when stored.ts = given.ts and stored.close = given.close
      then coalesce(given.adjusted_close, stored.adjusted_close) else given.adjusted_close end as adjusted_close,
    case when stored.ts = given.ts
      then coalesce(given.dividend_amount, stored.dividend_amount) else given.dividend_amount end as dividend_amount,
    case when stored.ts = given.ts
      then coalesce(given.split_coefficient, stored.split_coefficient) else given.split_coefficient
    end as split_coefficient,
    stored.ts as old_ts, stored.open as old_open, stored.high as old_high, stored.low as old_low,
    stored.close as old_close, stored.volume as old_volume, stored.settled as old_settled,
    stored.adjusted_close as old_adjusted_close, stored.dividend_amount as old_dividend_amount,
    stored.split_coefficient as old_split_coefficient, stored.answer_id as old_answer_id,
    (stored.ts, stored.open, stored.high, stored.low, stored.close, stored.volume)
      is distinct from (given.ts, given.open, given.high, given.low, given.close, given.volume) as differs
  from given left join stock_data as stored
    on stored.symbol = $1 and stored."interval" = $2 and ${samePeriod(interval)}
), judged as (
  select *,
    case
      when old_settled and not settled then 'unchanged'
      when old_ts is null or old_settled <> settled then case when settled then 'inserted' else 'provisional' end
      when differs then case when settled then 'revised' else 'provisional' end
      else 'unchanged'
    end as became,
    not (old_settled and not settled) and (
      differs or old_settled <> settled
      or (adjusted_close, dividend_amount, split_coefficient)
        is distinct from (old_adjusted_close, old_dividend_amount, old_split_coefficient)
    ) as changes
  from compared
), kept as (
  insert into revision (symbol, "interval", ts, open, high, low, close, volume, adjusted_close, dividend_amount,
    split_coefficient, seen_at, run_id, answer_id, changed_by)
  select $1, $2, old_ts, old_open, old_high, old_low, old_close, old_volume, old_adjusted_close, old_dividend_amount,
    old_split_coefficient, $4, $3, old_answer_id, $5::bigint
  from judged where became = 'revised'
), updated as (
  update stock_data as stored set ts = judged.ts, open = judged.open, high = judged.high, low = judged.low,
    close = judged.close, volume = judged.volume, adjusted_close = judged.adjusted_close,
    dividend_amount = judged.dividend_amount, split_coefficient = judged.split_coefficient,
    settled = judged.settled,
    answer_id = case when judged.became = 'unchanged' then stored.answer_id else $5::bigint end
  from judged
  where judged.old_ts is not null and judged.changes
    and stored.symbol = $1 and stored."interval" = $2 and stored.ts = judged.old_ts
), added as (
  insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, adjusted_close, dividend_amount,
    split_coefficient, settled, answer_id)
  select $1, $2, ts, open, high, low, close, volume, adjusted_close, dividend_amount, split_coefficient, settled, $5::bigint
  from judged where old_ts is null order by ts
)
select
  count(*) filter (where became = 'inserted')::int as inserted,
  count(*) filter (where became = 'revised')::int as revised,
  count(*) filter (where became = 'unchanged')::int as unchanged,
  count(*) filter (where became = 'provisional')::int as provisional,
  0 as quarantined
from judged`;
}

const PLAIN = compareStatement("daily");
const COMPARE: Record<Interval, string> = {
  "1min": PLAIN,
  "5min": PLAIN,
  "15min": PLAIN,
  "30min": PLAIN,
  "60min": PLAIN,
  daily: PLAIN,
  weekly: compareStatement("weekly"),
  monthly: compareStatement("monthly"),
};
