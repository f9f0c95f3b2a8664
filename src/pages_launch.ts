/** What do the pages about launches read, and what do their forms and the API do? */
import type { App } from "./app.ts";
import { dayStart } from "./calendar.ts";
import { requireKey } from "./config.ts";
import { withEnd } from "./pages_backfill.ts";
import { launchById, waitingLaunches } from "./postgres/launches.ts";
import { Refused } from "./refused.ts";
import type { BackfillWish } from "./web/launch_form.ts";
import type { LaunchReads } from "./web/launch.tsx";
import type { RunSteps } from "./web/launch_actions.ts";
import type { LaunchRow } from "./web/queue.tsx";

/** A launch that need not wait has its run within this: whoever asked is then led to it. */
const BEGINS_MS = 1_500;
const LOOK_MS = 50;
/** Fifty series over twenty years. */
const MOST_COUNTED_MS = 50 * 20 * 366 * 86_400_000;

export function launchReads(opened: Promise<App>, now: () => number): LaunchReads {
  return {
    configured: async () => {
      const { config } = await opened;
      const key = requireKey(config);
      return { series: config.series, problem: "problem" in key ? key.problem.message : null };
    },
    plan: async (series, options) => await (await opened).plan(series, options),
    seriesAgain: async (runId, again) => await (await opened).steer.seriesAgain(runId, again),
    cost: async (given) => {
      const wish = withEnd(given, now());
      refuseLong(wish);
      return await (await opened).steer.costOfBackfill(wish);
    },
    launch: async (id) => await launchById((await opened).database, id),
    launches: async (options) => await (await opened).steer.launches(options),
    waiting: async () => await waitingLaunches((await opened).database),
  };
}

/** A page counts while somebody types. @throws Refused for more than it can in a moment */
function refuseLong({ series, from, to }: BackfillWish & { to: string }): void {
  if (series.length * (dayStart(to) - dayStart(from)) <= MOST_COUNTED_MS) return;
  const found = `${series.length} series over these dates are too many sessions to count for a page`;
  throw new Refused("invalid", `Cannot tell the cost: ${found}; the command backfill begins it, with its cost first`);
}

export function runSteps(opened: Promise<App>): RunSteps {
  return {
    launch: async (by, { series, of, force, note }) => {
      const app = await opened;
      const asked = { ...(series === null ? {} : { series }), ...(of === null ? {} : { of }), force, note };
      return await begun(app, await app.steer.launch(by, asked));
    },
    withdraw: async (by, launchId) => await (await opened).steer.withdraw(by, launchId),
    cancel: async (by, runId, options) => void await (await opened).steer.cancel(by, runId, options),
    forget: async (by, runId) => await (await opened).steer.forget(by, runId),
  };
}

/** The launch as it is once its run has begun, or when it is known to wait. */
async function begun({ database }: App, launch: LaunchRow): Promise<LaunchRow> {
  const until = performance.now() + BEGINS_MS;
  let latest = launch;
  while (latest.state === "queued" && !/^waits/.test(latest.reason ?? "") && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    latest = await launchById(database, launch.id) ?? latest;
  }
  return latest;
}
