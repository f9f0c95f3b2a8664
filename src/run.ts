/** What is a run, what did it do for each series, and which outcome do these results add up to? */
import type { Series } from "./bar.ts";

export type Trigger = "schedule" | "manual" | "backfill" | "catch-up";

export type Outcome = "complete" | "partial" | "deferred" | "nothing-due" | "failed" | "cancelled" | "abandoned";

/** How an HTTP body was understood (classified in `alphavantage/answer.ts`). `reference`: good, and no bars. */
export type AnswerKind =
  | "bars"
  | "reference"
  | "empty"
  | "stale"
  | "burst"
  | "daily-limit"
  | "premium"
  | "bad-symbol"
  | "bad-key"
  | "outage"
  | "malformed"
  | "unknown-notice";

/** Why a series was not stored: a vendor's answer, our own database, our own budget, or the operator. */
export type FailureKind = Exclude<AnswerKind, "bars" | "reference"> | "database" | "quota" | "cancelled";

/** `stored`: all it needed. `late`: stored, but the vendor's newest bar is older than the session that has closed. */
export type SeriesStatus = "stored" | "late" | "failed" | "deferred" | "cancelled";

/** Rows of one answer by what became of them. The five add up to the rows of the answer. */
export interface RowCounts {
  /** Settled bars that were not there as settled before. */
  readonly inserted: number;
  /** Settled bars that came back different; the old values are kept. */
  readonly revised: number;
  /** Already there, exactly so. */
  readonly unchanged: number;
  /** Written as provisional, new or replaced. */
  readonly provisional: number;
  readonly quarantined: number;
}

export interface SeriesResult {
  readonly series: Series;
  readonly status: SeriesStatus;
  /** `null` when `status` is `stored`. */
  readonly kind: FailureKind | null;
  /** One sentence for the operator; `null` when there is nothing to say. */
  readonly message: string | null;
  /** HTTP requests sent for this series, retries included. */
  readonly requests: number;
  readonly counts: RowCounts;
  /** Newest settled bar after the run, epoch ms; `null` when there is none. */
  readonly watermark: number | null;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** What a run adds up to. */
export interface Totals extends RowCounts {
  readonly series: number;
  readonly stored: number;
  readonly late: number;
  readonly failed: number;
  readonly deferred: number;
  readonly cancelled: number;
  readonly requests: number;
}

export const NO_ROWS: RowCounts = { inserted: 0, revised: 0, unchanged: 0, provisional: 0, quarantined: 0 };

export function totalsOf(results: readonly SeriesResult[]): Totals {
  const count = (status: SeriesStatus) => results.filter((result) => result.status === status).length;
  const sum = (rows: keyof RowCounts) => results.reduce((total, result) => total + result.counts[rows], 0);
  return {
    series: results.length,
    stored: count("stored"),
    late: count("late"),
    failed: count("failed"),
    deferred: count("deferred"),
    cancelled: count("cancelled"),
    requests: results.reduce((total, result) => total + result.requests, 0),
    inserted: sum("inserted"),
    revised: sum("revised"),
    unchanged: sum("unchanged"),
    provisional: sum("provisional"),
    quarantined: sum("quarantined"),
  };
}

/**
 * The one outcome of a run that reached its end. Nothing is green unless every due series was stored.
 *
 * - `failed`: something went wrong and nothing was stored
 * - `partial`: something went wrong or is late, beside something stored; or all that went wrong is that this key may not
 *   have it, beside series that are complete
 * - `deferred`: nothing went wrong, but due series wait (for quota)
 * - `abandoned` is never decided here: only a later process can find a run dead
 *
 * @param standing series that were not due: those that are `complete`, and those whose symbol has `ended`
 */
export function outcomeOf(
  results: readonly SeriesResult[],
  { complete = 0, ended = 0 }: { complete?: number; ended?: number } = {},
): Exclude<Outcome, "abandoned"> {
  const totals = totalsOf(results);
  if (totals.series === 0) return "nothing-due";
  if (totals.cancelled > 0) return "cancelled";
  if (totals.failed > 0) {
    // A standing fact that was told before. Once stored, the series beside it would make every later run of the day fail.
    const refused = results.every(({ status, kind }) => status !== "failed" || kind === "premium");
    return totals.stored + totals.late + (refused ? complete + ended : 0) > 0 ? "partial" : "failed";
  }
  if (totals.late > 0) return "partial";
  return totals.deferred > 0 ? "deferred" : "complete";
}

/** Process exit code of a finished run: 0 green, 1 failed, 3 work is left. (2 is usage or configuration.) */
export function exitCodeOf(outcome: Outcome): 0 | 1 | 3 {
  switch (outcome) {
    case "complete":
    case "nothing-due":
      return 0;
    case "partial":
    case "deferred":
      return 3;
    case "failed":
    case "cancelled":
    case "abandoned":
      return 1;
  }
}

/** Another process has declared this run dead: nothing of it may be written any more. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
  constructor(runId: number) {
    super(`Cannot go on with run ${runId}: its lease ran out and the run was marked abandoned`);
  }
}
