/**
 * What is wrong although no run says so: a due tick that got no run, bars that are late for their session? Looked at
 * from inside, by the clock; that the whole program is dead only a dead-man's switch outside can tell.
 */
import { intradayLength, type Series, seriesName } from "./bar.ts";
import { dateOf, dayStart, exchangeDate, exchangeOf, sessionsBetween } from "./calendar.ts";
import { isComplete, type Market, targetOf } from "./due.ts";
import type { Problem } from "./incident.ts";
import type { SeriesState } from "./plan.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A tick waits this long for its run before it counts as one that did not fire. Runs take minutes. */
export const TICK_GRACE_MS = 15 * MINUTE;
/** The vendor has a session by then (the longest delay that is learnt from it), and a run an hour to store it. */
const VENDOR_GRACE_MS = 12 * HOUR;
const RUN_GRACE_MS = HOUR;

const TICK = "tick";
const BARS = "bars";

/** Whether the clock, not a run, sees the problem. */
export function seenByClock(key: string): boolean {
  return key === TICK || key === BARS;
}

/** The schedule as it stands. Instants are epoch ms. */
export interface ScheduleState {
  readonly paused: boolean;
  /** Due times up to this one have been decided. */
  readonly evaluatedTo: number;
  /** The oldest tick that waits for a run; `null`: none does. */
  readonly waitingSince: number | null;
  /** The newest tick has been given up; why. */
  readonly givenUp: string | null;
  /** A run is at work: what is due waits for its end. */
  readonly atWork: boolean;
}

/**
 * A due tick that did not fire; `null` for `state`: the schedule has never been looked at.
 *
 * @param options.dueAfter the first due time after an instant
 */
export function tickProblem(
  state: ScheduleState | null,
  { now, dueAfter }: { now: number; dueAfter: (after: number) => number },
): Problem | null {
  if (state === null || state.paused) return null;
  const { evaluatedTo, waitingSince, givenUp, atWork } = state;
  const problem = (detail: string) => ({ key: TICK, title: "the schedule does not fire", detail, series: [] });
  if (givenUp !== null) return problem(`the newest tick was given up: ${givenUp}`);
  if (atWork) return null;
  if (waitingSince !== null && now - waitingSince > TICK_GRACE_MS) {
    return problem(`the tick of ${minute(waitingSince)} has had no run`);
  }
  const missed = dueAfter(evaluatedTo);
  if (now - missed <= TICK_GRACE_MS) return null;
  return problem(
    `the tick of ${minute(missed)} was not noticed; the schedule was last looked at ${minute(evaluatedTo)}`,
  );
}

/**
 * Bars that are late for their session, whatever the runs say: missing although a tick has had its turn since the vendor
 * must have had them. Series whose trouble is known already are left out.
 *
 * @param options.lastDue the newest due time up to an instant; `null`: there was none
 */
export function lateBars(
  states: readonly SeriesState[],
  { now, market, known, lastDue }: {
    now: number;
    market: Market;
    known: ReadonlySet<string>;
    lastDue: (upTo: number) => number | null;
  },
): Problem | null {
  const tick = lastDue(now - RUN_GRACE_MS);
  if (tick === null) return null;
  const late = states.filter((state) => {
    // Never asked: it was configured a moment ago, or the tick's own alarm says why.
    if (state.last === null || known.has(seriesName(state.series))) return false;
    return !isComplete(state, targetOf(state.series, tick - VENDOR_GRACE_MS, market));
  });
  if (late.length === 0) return null;
  const { series } = late[0]!;
  const detail = `${seriesName(series)} lacks ${targetOf(series, tick - VENDOR_GRACE_MS, market).name}`;
  const names = late.map((state) => seriesName(state.series)).sort();
  return { key: BARS, title: "bars are late for their session", detail, series: names };
}

/** Sessions between a series' newest settled bar and what it should hold by now; `null`: it holds no bar at all. */
export function gapOf(series: Series, watermark: number | null, { now, market }: { now: number; market: Market }) {
  if (watermark === null) return null;
  const exchange = exchangeOf(series.symbol);
  const reached = intradayLength(series.interval) === null ? dateOf(watermark) : exchangeDate(exchange, watermark);
  const { date } = targetOf(series, now, market);
  return date <= reached ? 0 : sessionsBetween(exchange, dateOf(dayStart(reached) + 24 * HOUR), date).length;
}

function minute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")}Z`;
}
