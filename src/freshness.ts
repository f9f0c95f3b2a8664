/** How do the bars of a series stand against the sessions of their market that have closed? Of bars, not of runs. Pure. */
import { intradayLength, type Series } from "./bar.ts";
import { dateOf, dayStart, exchangeDate, exchangeOf, periodOf, sessionsBetween } from "./calendar.ts";
import { endedOn, type Ending, isComplete, type Market, targetOf } from "./due.ts";
import type { SeriesState } from "./plan.ts";

/** `complete`: holds all that has closed. `late`: lacks some of it. `empty`: holds nothing. */
export type FreshnessState = "complete" | "late" | "empty";

export interface Freshness {
  readonly state: FreshnessState;
  /** What it should hold by now: `the session of 2026-11-20`. */
  readonly target: string;
  /** Closed sessions (or weeks, or months) it lacks, the newest back to its watermark; `null`: it has no settled bar. */
  readonly behind: number | null;
}

const DAY = 86_400_000;

/** @param options.now epoch ms */
export function freshnessOf(
  state: Ending & Pick<SeriesState, "watermark">,
  { now, market }: { now: number; market: Market },
): Freshness {
  const { series, watermark, newest } = state;
  const ended = endedOn(state);
  if (ended !== null) return { state: "complete", target: `its delisting on ${ended}`, behind: 0 };
  const target = targetOf(series, now, market);
  const complete = isComplete(state, target);
  if (complete) return { state: "complete", target: target.name, behind: 0 };
  if (watermark === null) return { state: newest === null ? "empty" : "late", target: target.name, behind: null };
  return { state: "late", target: target.name, behind: behindOf(series, watermark, target.date) };
}

/** The word for what the bars of a series belong to. */
export function unitOf({ interval }: Pick<Series, "interval">): "session" | "week" | "month" {
  return interval === "weekly" ? "week" : interval === "monthly" ? "month" : "session";
}

function behindOf(series: Series, watermark: number, target: string): number {
  const exchange = exchangeOf(series.symbol);
  const { interval } = series;
  const date = intradayLength(interval) === null ? dateOf(watermark) : exchangeDate(exchange, watermark);
  const after = sessionsBetween(exchange, dateOf(dayStart(date) + DAY), target).map((session) => session.date);
  if (interval !== "weekly" && interval !== "monthly") {
    // A session it has only the beginning of is lacking too.
    return after.length === 0 ? 1 : after.length;
  }
  const periods = new Set(after.map((one) => periodOf(one, interval)));
  periods.delete(periodOf(date, interval));
  return periods.size;
}
