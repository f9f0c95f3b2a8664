/**
 * How are the bars of one answer written: which rows change, which are left alone, what is kept of what they said?
 *
 * One transaction holds the fence, the archived answer, the bars, their revisions, the quarantine and the series result.
 * Only the holder of the one running run gets past the fence, so no second writer exists and plain inserts and updates
 * are enough.
 */
import type pg from "pg";
import type { Bar, Interval, Reject, Series } from "../bar.ts";
import { NO_ROWS, type RowCounts, type SeriesResult } from "../run.ts";
import { type Answer, archiveAnswer } from "./answers.ts";
import type { Database } from "./connect.ts";
import { quarantineRows } from "./quarantine.ts";
import { committedBefore, writeResult } from "./results.ts";
import { fence, type Holder } from "./runs.ts";
import { transaction } from "./transaction.ts";
import { instant, plainArray } from "./values.ts";

export interface StoreOptions extends Holder {
  readonly series: Series;
  /** What the rows were read from. Revisions and quarantine are dated by when it was received. */
  readonly answer: Answer;
  /** At most one per time, week or month. Any order. */
  readonly bars: readonly Bar[];
  readonly rejects: readonly Reject[];
  readonly result: Pick<SeriesResult, "status" | "kind" | "message" | "requests" | "startedAt" | "finishedAt">;
}

/**
 * Stores one answer and what the run says of the series, all or nothing.
 *
 * - a bar whose values are there already is not written (1.10 equals 1.1000)
 * - a provisional bar never replaces a settled one; the row counts as unchanged
 * - a settled bar that comes back different leaves its old values in `revision`
 * - weekly and monthly bars are matched by ISO week and calendar month: another date in the same period replaces the row
 * - adjusted columns follow the newest adjusted answer. They change at every dividend (facts §6.3), so such a change is
 *   written, but is no revision, counts as unchanged and leaves the bar with the answer that gave its prices. A plain
 *   answer keeps them while the close they belong to stands
 *
 * @returns the series result as it now stands in the run, with exact counts and the watermark read back
 * @throws LeaseLost when the run is no longer the holder's
 */
export async function storeSeries(
  db: Database,
  { runId, owner, leaseMs, series, answer, bars, rejects, result }: StoreOptions,
): Promise<SeriesResult> {
  const batchRows = db.capabilities.batchRows;
  return await transaction(db, async (client, attempt) => {
    if (attempt > 1) {
      const stored = await committedBefore(client, { runId, result: { series, finishedAt: result.finishedAt } });
      if (stored !== null) return stored;
    }
    await fence(client, { runId, owner, leaseMs });
    const answerId = await archiveAnswer(client, { runId, series, answer });
    const now = answer.receivedAt;
    const counts = await writeRows(client, { runId, series, answerId, bars, rejects, now, batchRows });
    return await writeResult(client, { runId, result: { ...result, series, counts } });
  });
}

/** The rows of one answer. `runId`: the run that asked for it, `null` when it is known no more. */
export interface Rows extends Pick<StoreOptions, "series" | "bars" | "rejects"> {
  readonly runId: number | null;
  readonly answerId: number;
  readonly now: number;
  readonly batchRows: number;
  /** Bad rows first seen before this instant (epoch ms) are known and counted already. */
  readonly countSince?: number;
}

/** Writes them by the rules of {@link storeSeries}, inside the caller's transaction. */
export async function writeRows(client: pg.PoolClient, { bars, rejects, ...rows }: Rows): Promise<RowCounts> {
  const sorted = inKeyOrder(rows.series, bars);
  let counts = NO_ROWS;
  for (let start = 0; start < sorted.length; start += rows.batchRows) {
    const batch = sorted.slice(start, start + rows.batchRows);
    counts = add(counts, await upsert(client, { ...rows, batch }));
  }
  await quarantineRows(client, { ...rows, rejects });
  return { ...counts, quarantined: rejects.length };
}

/** Answers come newest first; in key order the index grows at its end. */
function inKeyOrder({ symbol, interval }: Series, bars: readonly Bar[]): Bar[] {
  const sorted = bars.toSorted((a, b) => a.ts - b.ts);
  const double = sorted.find((bar, index) => bar.ts === sorted[index + 1]?.ts);
  if (double === undefined) return sorted;
  throw new RangeError(`Cannot store bars for "${symbol}" ${interval}: two are stamped "${instant(double.ts)}"`);
}

async function upsert(
  client: pg.PoolClient,
  { runId, series, answerId, batch, now }: Omit<Rows, "bars" | "rejects"> & { batch: readonly Bar[] },
): Promise<RowCounts> {
  const column = (value: (bar: Bar) => string | boolean | null) => plainArray(batch.map(value));
  const { rows: [counts] } = await client.query<RowCounts>(UPSERT[series.interval], [
    series.symbol,
    series.interval,
    runId,
    instant(now),
    column((bar) => instant(bar.ts)),
    column((bar) => bar.open),
    column((bar) => bar.high),
    column((bar) => bar.low),
    column((bar) => bar.close),
    column((bar) => bar.volume),
    column((bar) => bar.adjustedClose),
    column((bar) => bar.dividendAmount),
    column((bar) => bar.splitCoefficient),
    column((bar) => bar.settled),
    answerId,
  ]);
  return counts!;
}

function add(a: RowCounts, b: RowCounts): RowCounts {
  return {
    inserted: a.inserted + b.inserted,
    revised: a.revised + b.revised,
    unchanged: a.unchanged + b.unchanged,
    provisional: a.provisional + b.provisional,
    quarantined: a.quarantined + b.quarantined,
  };
}

/** What must be equal for a given bar and a stored one to be the same bar. */
function samePeriod(interval: Interval): string {
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
function upsertStatement(interval: Interval): string {
  return `
with given as (
  select * from unnest(
    $5::text::timestamptz[], $6::text::numeric[], $7::text::numeric[], $8::text::numeric[], $9::text::numeric[],
    $10::text::bigint[], $11::text::numeric[], $12::text::numeric[], $13::text::numeric[], $14::text::boolean[]
  ) as given (ts, open, high, low, close, volume, adjusted_close, dividend_amount, split_coefficient, settled)
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
    old_split_coefficient, $4, $3, old_answer_id, $15::bigint
  from judged where became = 'revised'
), updated as (
  update stock_data as stored set ts = judged.ts, open = judged.open, high = judged.high, low = judged.low,
    close = judged.close, volume = judged.volume, adjusted_close = judged.adjusted_close,
    dividend_amount = judged.dividend_amount, split_coefficient = judged.split_coefficient,
    settled = judged.settled,
    answer_id = case when judged.became = 'unchanged' then stored.answer_id else $15::bigint end
  from judged
  where judged.old_ts is not null and judged.changes
    and stored.symbol = $1 and stored."interval" = $2 and stored.ts = judged.old_ts
), added as (
  insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, adjusted_close, dividend_amount,
    split_coefficient, settled, answer_id)
  select $1, $2, ts, open, high, low, close, volume, adjusted_close, dividend_amount, split_coefficient, settled, $15::bigint
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

const PLAIN = upsertStatement("daily");
const UPSERT: Record<Interval, string> = {
  "1min": PLAIN,
  "5min": PLAIN,
  "15min": PLAIN,
  "30min": PLAIN,
  "60min": PLAIN,
  daily: PLAIN,
  weekly: upsertStatement("weekly"),
  monthly: upsertStatement("monthly"),
};
