/** What do the pages read? Their questions, answered by the database and the running program. A page with much to ask has a file of its own. */
import type { App } from "./app.ts";
import { backfillReads, backfillSteps } from "./pages_backfill.ts";
import { launchReads, runSteps } from "./pages_launch.ts";
import { instanceReads, type InstanceSource } from "./pages_instance.ts";
import { metricsReads } from "./pages_metrics.ts";
import { overviewReads } from "./pages_overview.ts";
import { runReads, runsReads } from "./pages_runs.ts";
import { scheduleReads, scheduleSteps } from "./pages_schedule.ts";
import { searchReads } from "./pages_search.ts";
import { seriesReads, symbolsReads } from "./pages_series.ts";
import type { Health } from "./health.ts";
import { beginSession, endSession, findSession } from "./postgres/sessions.ts";
import { tellReleased } from "./release.ts";
import { backfillEndpoints } from "./web/api_backfill.ts";
import { launchEndpoints } from "./web/api_launch.ts";
import { scheduleActEndpoints } from "./web/api_schedule.ts";
import { backfillActions } from "./web/backfill_actions.ts";
import { launchActions } from "./web/launch_actions.ts";
import type { Sessions } from "./web/log_ins.ts";
import { releaseAction, type ReleaseActions, releaseEndpoint } from "./web/release.ts";
import type { Reads, RoutesOptions } from "./web/routes.tsx";
import { scheduleActions } from "./web/schedule_actions.ts";
import { Refusal } from "./web/visit.ts";

/**
 * `opened` is awaited by each question: a page asked for while the database comes up waits for it.
 *
 * @param source.waitsFor what may be said of a database that could not be opened yet
 */
export function readsOf(
  opened: Promise<App>,
  { health, waitsFor = () => null, ...source }: InstanceSource & {
    health: () => Health;
    waitsFor?: () => string | null;
  },
): Reads {
  return {
    overview: overviewReads(opened),
    runs: runsReads(opened),
    run: runReads(opened),
    launch: launchReads(opened, source.machine.now),
    backfill: backfillReads(opened),
    schedule: scheduleReads(opened),
    instance: instanceReads(opened, source),
    symbols: symbolsReads(opened),
    series: seriesReads(opened),
    metrics: metricsReads(opened, source),
    search: searchReads(opened),
    api: {
      states: async () => {
        const app = await opened;
        return await app.states(app.config.series);
      },
      plan: async () => {
        const app = await opened;
        return await app.plan(app.config.series);
      },
      gaps: async (options) => {
        const app = await opened;
        return await app.inquiry.gaps(app.config.series, options);
      },
    },
    health,
    ready: async () => {
      // Whoever probes does not wait as long as this may last.
      const reason = waitsFor();
      if (reason !== null) throw new Refusal(503, reason);
      await (await opened).database.pool.query("select 1");
    },
  };
}

/** What forms and programs may ask for beside reading: what the commands do. @param now epoch ms */
export function actsOf(
  opened: Promise<App>,
  now: () => number,
): Required<Pick<RoutesOptions, "actions" | "endpoints">> {
  const [runs, launch, schedule] = [runSteps(opened), launchReads(opened, now), scheduleSteps(opened)];
  const backfills = backfillSteps(opened, now);
  const release: ReleaseActions["release"] = async (by, asked) =>
    tellReleased(await (await opened).steer.release(by, asked));
  return {
    actions: [
      ...launchActions(runs, launch),
      ...backfillActions(backfills, launch),
      ...scheduleActions(schedule),
      releaseAction({ release }),
    ],
    endpoints: [
      ...launchEndpoints(runs, launch),
      ...backfillEndpoints(backfills, { backfill: backfillReads(opened), launch }),
      ...scheduleActEndpoints(schedule, scheduleReads(opened)),
      releaseEndpoint({ release }),
    ],
  };
}

/** Where log-ins are kept. */
export function sessionsOf(opened: Promise<App>): Sessions {
  return {
    begin: async (session) => await beginSession((await opened).database, session),
    find: async (options) => await findSession((await opened).database, options),
    end: async (hash) => await endSession((await opened).database, hash),
  };
}
