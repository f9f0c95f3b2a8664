/**
 * How are the bars of one answer written: which rows change, which are left alone, what is kept of what they said?
 *
 * One transaction holds the fence, the archived answer, the bars, their revisions, the quarantine, what the answer says of
 * gaps and the series result.
 * Only the holder of the one running run gets past the fence, and of its transactions one at a time past the lock of the
 * series, so no second writer exists and plain inserts and updates are enough.
 */
import type pg from "pg";
import type { PartAnswer } from "../backfill_left.ts";
import type { Bar, Reject, Series } from "../bar.ts";
import type { GapKeeping } from "../effects.ts";
import { NO_ROWS, type RowCounts, type SeriesResult } from "../run.ts";
import { type Answer, archiveAnswer } from "./answers.ts";
import { writePart } from "./backfill_answers.ts";
import { compareBars } from "./compare.ts";
import type { Capabilities, Database } from "./connect.ts";
import { addBars } from "./copy.ts";
import { settleGaps } from "./gaps.ts";
import { quarantineRows } from "./quarantine.ts";
import { committedBefore, lockSeries, writeResult } from "./results.ts";
import { extendLease, fence, type Holder } from "./runs.ts";
import { splitAtStored, withoutStored } from "./stored.ts";
import { errorCode, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

export interface StoreOptions extends Holder, Partial<GapKeeping> {
  readonly series: Series;
  /** What the rows were read from. Revisions and quarantine are dated by when it was received. */
  readonly answer: Answer;
  /** At most one per time, week or month. Any order. */
  readonly bars: readonly Bar[];
  readonly rejects: readonly Reject[];
  readonly result: Pick<SeriesResult, "status" | "kind" | "message" | "requests" | "startedAt" | "finishedAt">;
  /** The part of a backfill that it answers. */
  readonly part?: PartAnswer | undefined;
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
export async function storeSeries(db: Database, options: StoreOptions): Promise<SeriesResult> {
  try {
    return await storeOnce(db, options);
  } catch (error) {
    // A hand other than ours stored one of these bars meanwhile. Nothing of ours stands, and the second look sees it.
    if (errorCode(error) !== UNIQUE_VIOLATION) throw error;
    return await storeOnce(db, options);
  }
}

const UNIQUE_VIOLATION = "23505";

async function storeOnce(
  db: Database,
  { runId, owner, leaseMs, series, answer, bars, rejects, result, part, gaps = null, healing = false }: StoreOptions,
): Promise<SeriesResult> {
  const { capabilities } = db;
  return await transaction(db, async (client, attempt) => {
    await lockSeries(client, series);
    if (attempt > 1) {
      const stored = await committedBefore(client, { runId, result: { series, finishedAt: result.finishedAt } });
      if (stored !== null) return stored;
    }
    await fence(client, { runId, owner, leaseMs });
    const answerId = await archiveAnswer(client, { runId, series, answer });
    const now = answer.receivedAt;
    const counts = await writeRows(client, { runId, series, answerId, bars, rejects, now, capabilities });
    if (gaps !== null) await settleGaps(client, { runId, series, news: gaps, now });
    const stored = await writeResult(client, { runId, result: { ...result, series, counts }, healing });
    if (part !== undefined) await writePart(client, { runId, series, part });
    await extendLease(client, { runId, owner, leaseMs });
    return stored;
  });
}

/** The rows of one answer. `runId`: the run that asked for it, `null` when it is known no more. */
export interface Rows extends Pick<StoreOptions, "series" | "bars" | "rejects"> {
  readonly runId: number | null;
  readonly answerId: number;
  readonly now: number;
  readonly capabilities: Capabilities;
  /** Bad rows first seen before this instant (epoch ms) are known and counted already. */
  readonly countSince?: number;
}

/** Writes them by the rules of {@link storeSeries}, inside the caller's transaction. */
export async function writeRows(client: pg.PoolClient, { bars, rejects, ...rows }: Rows): Promise<RowCounts> {
  const { series, capabilities: { batchRows } } = rows;
  const { fresh, met } = await splitAtStored(client, { series, bars: inKeyOrder(series, bars) });
  const others = await withoutStored(client, { series, bars: met });
  let counts = { ...NO_ROWS, unchanged: met.length - others.length };
  for (let start = 0; start < others.length; start += batchRows) {
    const batch = others.slice(start, start + batchRows);
    counts = add(counts, await compareBars(client, { ...rows, bars: batch }));
  }
  await addBars(client, { ...rows, bars: fresh });
  await quarantineRows(client, { ...rows, batchRows, rejects });
  const settled = fresh.filter((bar) => bar.settled).length;
  const added = { ...NO_ROWS, inserted: settled, provisional: fresh.length - settled };
  return { ...add(counts, added), quarantined: rejects.length };
}

/** Answers come newest first; in key order the index grows at its end. */
function inKeyOrder({ symbol, interval }: Series, bars: readonly Bar[]): Bar[] {
  const sorted = bars.toSorted((a, b) => a.ts - b.ts);
  const double = sorted.find((bar, index) => bar.ts === sorted[index + 1]?.ts);
  if (double === undefined) return sorted;
  throw new RangeError(`Cannot store bars for "${symbol}" ${interval}: two are stamped "${instant(double.ts)}"`);
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
