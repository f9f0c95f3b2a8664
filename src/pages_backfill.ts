/** What do the pages about backfills read, and what do their forms and the API do? */
import type { App } from "./app.ts";
import { dateOf } from "./calendar.ts";
import { listRuns } from "./postgres/run_list.ts";
import type { BackfillReads } from "./web/backfill.tsx";
import type { BackfillSteps } from "./web/backfill_actions.ts";
import type { BackfillsReads } from "./web/backfills.tsx";
import type { BackfillWish } from "./web/launch_form.ts";

export function backfillReads(opened: Promise<App>): BackfillReads & BackfillsReads {
  return {
    backfills: async (options) => await (await opened).steer.backfills(options),
    backfill: async (id) => await (await opened).steer.backfill(id),
    series: async (id, options) => await (await opened).steer.backfillSeries(id, options),
    runs: async (backfillId, { limit }) => await listRuns((await opened).database, { backfillId, limit }),
  };
}

export function backfillSteps(opened: Promise<App>, now: () => number): BackfillSteps {
  return {
    start: async (by, wish) => await (await opened).steer.startBackfill(by, withEnd(wish, now())),
    pause: async (by, id) => await (await opened).steer.pauseBackfill(by, id),
    resume: async (by, id) => await (await opened).steer.resumeBackfill(by, id),
    cancel: async (by, id) => await (await opened).steer.cancelBackfill(by, id),
  };
}

/** To the day it is asked for, if it does not say. */
export function withEnd<Wish extends Pick<BackfillWish, "to">>(wish: Wish, now: number): Wish & { to: string } {
  return { ...wish, to: wish.to ?? dateOf(now) };
}
