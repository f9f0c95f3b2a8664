/** How long after a session has closed does the vendor have it? Learnt from what earlier answers had and lacked. */
import { type Interval, type Series, seriesName } from "./bar.ts";
import { type Market, targetOf } from "./due.ts";

/** One answer with bars, of an earlier run. */
export interface PastAnswer {
  readonly series: Series;
  /** Epoch ms. */
  readonly askedAt: number;
  /** Its newest bar was older than the session that had closed. */
  readonly late: boolean;
}

/** Milliseconds by interval; not listed: no delay is known. */
export type Lags = Readonly<Partial<Record<Interval, number>>>;

/** Fewer sessions than this prove nothing. */
const LEAST_SESSIONS = 5;
/** Beyond it the schedule is better looked at than waited for. */
const LONGEST_LAG_MS = 12 * 3_600_000;

/**
 * How long to wait after a close before asking, by interval: as long as four of five sessions took to come.
 *
 * A session that was there when first asked for took no time, whenever that was; one that was late took until the answer
 * that had it; one that never came (a delisted symbol, a schedule that never asks twice) says nothing. So the wait is
 * learnt only where asking early has cost requests, and is forgotten when waiting has made nearly every answer punctual:
 * late answers stay below about one in five.
 */
export function publicationLags(history: readonly PastAnswer[], market: Market): Lags {
  const sessions = Map.groupBy(history.toSorted((a, b) => a.askedAt - b.askedAt), ({ series, askedAt }) => {
    return `${seriesName(series)} ${targetOf(series, askedAt, market).ts}`;
  });
  const took = new Map<Interval, number[]>();
  for (const answers of sessions.values()) {
    const had = answers.find(({ late }) => !late);
    if (had === undefined) continue;
    const { series, askedAt } = had;
    const ms = had === answers[0] ? 0 : askedAt - targetOf(series, askedAt, market).availableAt;
    took.set(series.interval, [...took.get(series.interval) ?? [], ms]);
  }
  const lags: Partial<Record<Interval, number>> = {};
  for (const [interval, times] of took) {
    if (times.length < LEAST_SESSIONS) continue;
    const lag = times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.8) - 1]!;
    if (lag > 0) lags[interval] = Math.min(lag, LONGEST_LAG_MS);
  }
  return lags;
}
