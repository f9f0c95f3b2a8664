/** What does the overview read: how the series stand, what is late, the runs and ticks around now? */
import type { App } from "./app.ts";
import { intradayLength, type Series, seriesName } from "./bar.ts";
import type { Plan, PlanEntry, SeriesState } from "./plan.ts";
import { listRuns, runsBetween } from "./postgres/run_list.ts";
import { ticksBetween } from "./postgres/tick_list.ts";
import { dueTicks, nextTick } from "./schedule.ts";
import { standingOf } from "./standing.ts";
import type { LateSeries, OverviewFacts, OverviewReads } from "./web/overview.tsx";

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
      const [schedule, plan, states, runs, ticks, incidents] = await Promise.all([
        app.steer.scheduleInForce(),
        app.plan(series),
        app.states(series),
        runsBetween(database, { from, to, limit: MOST_RUNS }),
        ticksBetween(database, { from, to, limit: MOST_TICKS }),
        listRuns(database, {
          outcomes: ["failed", "abandoned", "cancelled", "partial", "deferred"],
          since: now - WEEK,
          limit: INCIDENTS,
        }),
      ]);
      const noticed = new Set(ticks.map(({ dueAt }) => dueAt));
      const coming = dueTicks(schedule, { after: Math.max(now, from), upTo: to, limit: MOST_TICKS }).ticks;
      return {
        standing: standingOf(plan),
        late: lateSeries(plan, states),
        quota: plan.quota,
        nextTick: nextTick(schedule, now),
        timeline: { from, to, runs, ticks, next: coming.filter((due) => !noticed.has(due)) },
        incidents,
      };
    },
  };
}

/** Every series that is not complete, in the order of the plan: those to be asked first. */
export function lateSeries({ entries }: Pick<Plan, "entries">, states: readonly SeriesState[]): LateSeries[] {
  const known = new Map(states.map((state) => [seriesName(state.series), state]));
  return entries
    .filter((entry) => entry.action !== "skip" || entry.why !== "complete")
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
