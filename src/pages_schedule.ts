/** What does the page of the schedule read, and what do its buttons call? */
import type { App } from "./app.ts";
import { timelineFacts } from "./pages_overview.ts";
import type { ScheduleReads } from "./web/schedule.tsx";
import type { ScheduleActions } from "./web/schedule_actions.ts";

/** So many ticks to come, and changes. */
const NEXT = 10;
const CHANGES = 20;

export function scheduleReads(opened: Promise<App>): ScheduleReads {
  return {
    schedule: async () => await (await opened).steer.schedule({ ticks: NEXT, history: CHANGES }),
    ticks: async ({ state, before, limit }) => {
      const { steer } = await opened;
      return await steer.ticks({ limit, ...(state === null ? {} : { state }), ...(before === null ? {} : { before }) });
    },
    timeline: async (range) => await timelineFacts(await opened, range),
    preview: async ({ cron, timezone }) => {
      const { steer } = await opened;
      return await steer.preview(changeOf({ cron, timezone }));
    },
    testTick: async (at) => await (await opened).steer.testTick(at),
    lastBeat: async () => {
      const beats = await (await opened).steer.heartbeats();
      // A long run holds the look at the clock: its worker shows itself meanwhile.
      const serving = beats.filter(({ name }) => name === "scheduler" || name === "worker");
      return serving.length === 0 ? null : Math.max(...serving.map(({ beatAt }) => beatAt));
    },
  };
}

export function scheduleSteps(opened: Promise<App>): ScheduleActions {
  return {
    pause: async (by) => await (await opened).steer.pause(by),
    resume: async (by, options) => await (await opened).steer.resume(by, options),
    setSchedule: async (by, change) => await (await opened).steer.setSchedule(by, changeOf(change)),
    resetSchedule: async (by) => await (await opened).steer.resetSchedule(by),
    launchAll: async (by) => {
      const { steer, config } = await opened;
      return await steer.launch(by, { series: config.series });
    },
  };
}

/** What is empty was not given: a form sends every field. */
function changeOf({ cron, timezone }: { cron?: string | undefined; timezone?: string | undefined }) {
  return {
    ...(cron === undefined || cron === "" ? {} : { cron }),
    ...(timezone === undefined || timezone === "" ? {} : { timezone }),
  };
}
