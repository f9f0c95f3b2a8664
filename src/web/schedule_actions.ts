/** What do the buttons of the schedule's page do? What the commands `pause`, `resume`, `schedule set` and `launch` do. */
import type { Preview, ScheduleChange } from "./schedule.tsx";
import type { Action, Visit } from "./visit.ts";

/** Each is by whom it names, and rejects with Refused when it cannot be done. */
export interface ScheduleActions {
  pause(by: string): Promise<unknown>;
  /** `catchUp`: the newest tick that had no run because of the pause gets one. */
  resume(by: string, options: { catchUp: boolean }): Promise<unknown>;
  setSchedule(by: string, change: ScheduleChange): Promise<Preview>;
  resetSchedule(by: string): Promise<Preview>;
  /** Queues a run of all configured series. */
  launchAll(by: string): Promise<{ readonly id: number; readonly reason: string | null }>;
}

/** Who an operator of the page is, for the record. */
export function pageUser({ by }: Pick<Visit, "by">): string {
  return `page (${by})`;
}

export function scheduleActions(steer: ScheduleActions): readonly Action[] {
  const to = "/schedule";
  const inForce = ({ words, schedule }: Preview) => `In force: ${words} (${schedule.cron})`;
  return [
    {
      path: "/schedule",
      act: async (visit, form) => {
        const change = { cron: textOf(form, "cron"), timezone: textOf(form, "timezone") };
        return { to, said: inForce(await steer.setSchedule(pageUser(visit), change)) };
      },
    },
    {
      path: "/schedule/reset",
      act: async (visit) => ({ to, said: inForce(await steer.resetSchedule(pageUser(visit))) }),
    },
    {
      path: "/schedule/pause",
      act: async (visit) => {
        await steer.pause(pageUser(visit));
        return { to, said: "The schedule is paused: ticks that come due are recorded as skipped" };
      },
    },
    {
      path: "/schedule/resume",
      act: async (visit, form) => {
        const catchUp = form.get("catch-up") === "yes";
        await steer.resume(pageUser(visit), { catchUp });
        return { to, said: `The schedule is on again${catchUp ? ", the newest tick it missed gets its run" : ""}` };
      },
    },
    {
      path: "/schedule/launch",
      act: async (visit) => {
        const { id, reason } = await steer.launchAll(pageUser(visit));
        return { to: "/runs", said: `Launch ${id} is queued${reason === null ? "" : `: it ${reason}`}` };
      },
    },
  ];
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}
