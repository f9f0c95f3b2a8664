/** What does the overview read: how the series stand, what is late, the runs and ticks around now? */
import type { App } from "./app.ts";
import { intradayLength, type Series, seriesName } from "./bar.ts";
import type { Plan, PlanEntry, SeriesState } from "./plan.ts";
import { listRuns, runsBetween } from "./postgres/run_list.ts";
import { ticksBetween } from "./postgres/tick_list.ts";
import { dueTicks } from "./schedule.ts";
import { standingOf } from "./standing.ts";
import type { LateSeries, OverviewFacts, OverviewReads } from "./web/overview.tsx";
import type { TimelineFacts } from "./web/timeline.tsx";

const WEEK = 7 * 86_400_000;
const MOST_LATE = 50;
const MOST_RUNS = 1_000;
const MOST_TICKS = 300;
const INCIDENTS = 8;

export function overviewReads(opened: Promise<App>): OverviewReads {
  return {
    overview: async ({ now, from, to }): Promise<OverviewFacts> => {
      const app = await opened;
      const { config: { series }, database } = app;
      const states = await app.states(series);
      const [plan, nextTick, timeline, incidents] = await Promise.all([
        app.plan(series, { states }),
        app.steer.nextTick(),
        timelineFacts(app, { now, from, to }),
        listRuns(database, {
          outcomes: ["failed", "abandoned", "cancelled", "partial", "deferred"],
          since: now - WEEK,
          limit: INCIDENTS,
        }),
      ]);
      return {
        standing: standingOf(plan),
        late: lateSeries(plan, states),
        quota: plan.quota,
        nextTick,
        timeline,
        incidents,
      };
    },
  };
}

/** Runs, ticks and, beyond now, the ticks to come of the schedule in force: none while it is paused. */
export async function timelineFacts(
  { steer, database }: Pick<App, "steer" | "database">,
  { now, from, to }: { now: number; from: number; to: number },
): Promise<TimelineFacts> {
  const [schedule, nextTick, runs, ticks] = await Promise.all([
    steer.scheduleInForce(),
    steer.nextTick(),
    runsBetween(database, { from, to, limit: MOST_RUNS }),
    ticksBetween(database, { from, to, limit: MOST_TICKS }),
  ]);
  const noticed = new Set(ticks.map(({ dueAt }) => dueAt));
  const after = Math.max(now, from);
  const coming = nextTick === null ? [] : dueTicks(schedule, { after, upTo: to, limit: MOST_TICKS }).ticks;
  return { from, to, runs, ticks, next: coming.filter((due) => !noticed.has(due)) };
}

/** Every series that is neither complete nor delisted, in the order of the plan: those to be asked first. */
export function lateSeries({ entries }: Pick<Plan, "entries">, states: readonly SeriesState[]): LateSeries[] {
  const known = new Map(states.map((state) => [seriesName(state.series), state]));
  return entries
    .filter((entry) => entry.action !== "skip" || entry.why === "not-entitled")
    .slice(0, MOST_LATE)
    .map((entry) => lateOf(entry, known.get(seriesName(entry.series))));
}

function lateOf(entry: PlanEntry, state: SeriesState | undefined): LateSeries {
  return {
    name: seriesName(entry.series),
    holdsTo: state === undefined || state.watermark === null ? null : stampOf(entry.series, state.watermark),
    why: entry.reason,
    waits: entry.action === "defer" ? entry.until : entry.action === "skip" ? "never" : null,
    last: state?.last ?? null,
  };
}

/** A date for daily and longer, which have no zone; else the minute the bar starts. */
function stampOf({ interval }: Series, ts: number): string {
  const iso = new Date(ts).toISOString();
  return intradayLength(interval) === null ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)}Z`;
}
