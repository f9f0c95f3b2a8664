/** What may an operator do to the schedule, and what is there to see of it? Commands and pages call the same functions. */
import { type Series } from "./bar.ts";
import { noticeOf, SCHEDULE } from "./heartbeat.ts";
import type { Plan } from "./plan.ts";
import { type ChangeRecord, changes } from "./postgres/audit.ts";
import {
  type Deed,
  pauseSchedule,
  resetSchedule,
  resumeSchedule,
  type ScheduleState,
  scheduleState,
  setSchedule,
  type TickRecord,
  ticksOf,
} from "./postgres/schedules.ts";
import { Refused } from "./refused.ts";
import { nextTick, parseSchedule, type Schedule } from "./schedule.ts";
import { describeSchedule, isTick, nextTicks } from "./schedule_words.ts";
import type { Rooms } from "./wiring.ts";

/** A schedule and what it comes to. Instants are epoch ms. */
export interface Preview {
  readonly schedule: Schedule;
  /** `At 06:00, UTC time`. */
  readonly words: string;
  /** When it is due next, whether or not it is paused. */
  readonly next: readonly number[];
}

export interface ScheduleView extends Preview {
  /** As the environment has it; in force unless `overridden`. */
  readonly configured: Schedule;
  readonly overridden: Deed | null;
  readonly paused: Deed | null;
  /** The newest first. */
  readonly ticks: readonly TickRecord[];
  /** The newest first. */
  readonly changes: readonly ChangeRecord[];
}

/** What a tick at an instant would come to, with what is stored today. */
export interface TickTest {
  readonly at: number;
  /** The schedule in force has a tick then. */
  readonly isTick: boolean;
  /** Why a tick then would get no run; `null`: it would. */
  readonly skipped: string | null;
  readonly plan: Plan;
}

export interface ScheduleSteering {
  /** `ticks` and `history`: how many of each; 10 and 20 by default. */
  schedule(options?: { ticks?: number; history?: number }): Promise<ScheduleView>;
  /** The schedule that programs obey: the operator's, or the configured one. */
  scheduleInForce(): Promise<Schedule>;
  /** Epoch ms; `null`: the schedule is paused. */
  nextTick(): Promise<number | null>;
  ticks(options: { limit: number; before?: number; state?: TickRecord["state"] }): Promise<TickRecord[]>;
  pause(by: string): Promise<ScheduleView>;
  /** `catchUp`: the newest tick that had no run because of the pause gets one. */
  resume(by: string, options?: { catchUp?: boolean }): Promise<ScheduleView>;
  /** What is not given stays as it is. @throws Refused */
  preview(change: Partial<Schedule>): Promise<Preview>;
  /** Wins over the configuration, in every program on this database, within a minute. @throws Refused */
  setSchedule(by: string, change: Partial<Schedule>): Promise<ScheduleView>;
  resetSchedule(by: string): Promise<ScheduleView>;
  /** What a tick at that instant would do. Asks nobody, does nothing. @throws Refused for an instant in the past */
  testTick(at: number): Promise<TickTest>;
}

/** More rows are another page. */
const NEXT = 10;
const HISTORY = 20;
const MINUTE = 60_000;

export function createScheduleSteering(
  rooms: Rooms,
  { plan }: { plan: (series: readonly Series[], options: { at: number }) => Promise<Plan> },
): ScheduleSteering {
  const { config, database } = rooms;
  const view = () => viewOf(rooms, {});
  return {
    schedule: (options = {}) => viewOf(rooms, options),
    scheduleInForce: () => scheduleInForce(rooms),
    nextTick: () => nextTickInForce(rooms, rooms.world.now()),
    ticks: (options) => ticksOf(database, { schedule: SCHEDULE, ...options }),
    pause: async (by) => {
      await pauseSchedule(database, { notice: noticeOf(rooms), by });
      return await view();
    },
    resume: async (by, { catchUp = false } = {}) => {
      await resumeSchedule(database, { notice: noticeOf(rooms), by, catchUp });
      return await view();
    },
    preview: async (change) => previewOf(rooms, { schedule: await changed(rooms, change), count: NEXT }),
    setSchedule: async (by, change) => {
      await setSchedule(database, { notice: noticeOf(rooms), by, to: await changed(rooms, change) });
      return await view();
    },
    resetSchedule: async (by) => {
      await resetSchedule(database, { notice: noticeOf(rooms), by });
      return await view();
    },
    testTick: async (at) => ({ ...await judgeTick(rooms, at), plan: await plan(config.series, { at }) }),
  };
}

/** The operator's schedule, or the configured one. */
export async function scheduleInForce({ config, database }: Pick<Rooms, "config" | "database">): Promise<Schedule> {
  return inForce(config, await scheduleState(database, SCHEDULE));
}

/** The next due time after an instant, epoch ms; `null`: the schedule is paused. */
export async function nextTickInForce(
  { config, database }: Pick<Rooms, "config" | "database">,
  after: number,
): Promise<number | null> {
  const state = await scheduleState(database, SCHEDULE);
  return (state?.paused ?? null) === null ? nextTick(inForce(config, state), after) : null;
}

function inForce(config: Rooms["config"], state: ScheduleState | null): Schedule {
  // One that is stored and not an operator's may be the configured one of yesterday.
  if (state === null || state.overridden === null) return config.schedule;
  return { cron: state.cron, timezone: state.timezone };
}

function previewOf({ world }: Rooms, { schedule, count }: { schedule: Schedule; count: number }): Preview {
  return { schedule, words: describeSchedule(schedule), next: nextTicks(schedule, { after: world.now(), count }) };
}

async function viewOf(
  rooms: Rooms,
  { ticks = NEXT, history = HISTORY }: { ticks?: number; history?: number },
): Promise<ScheduleView> {
  const { config, database } = rooms;
  const state = await scheduleState(database, SCHEDULE);
  return {
    ...previewOf(rooms, { schedule: inForce(config, state), count: ticks }),
    configured: config.schedule,
    overridden: state?.overridden ?? null,
    paused: state?.paused ?? null,
    ticks: await ticksOf(database, { schedule: SCHEDULE, limit: history }),
    changes: await changes(database, { subject: `schedule ${SCHEDULE}`, limit: history }),
  };
}

/** The schedule with a change, checked as the configuration is. */
async function changed(rooms: Rooms, { cron, timezone }: Partial<Schedule>): Promise<Schedule> {
  const now = await scheduleInForce(rooms);
  if (cron === undefined && timezone === undefined) {
    throw new Refused("invalid", "Cannot set the schedule: neither an expression nor a zone was given");
  }
  try {
    return parseSchedule(cron ?? now.cron, timezone ?? now.timezone);
  } catch (error) {
    throw new Refused("invalid", error instanceof Error ? error.message : String(error));
  }
}

async function judgeTick(rooms: Rooms, at: number): Promise<Omit<TickTest, "plan">> {
  const { config, database, world } = rooms;
  if (at < world.now() - MINUTE) {
    const found = "that is over, and what was stored then is not known";
    throw new Refused("invalid", `Cannot test a tick at "${new Date(at).toISOString()}": ${found}`);
  }
  const state = await scheduleState(database, SCHEDULE);
  const paused = state?.paused ?? null;
  return {
    at,
    isTick: isTick(inForce(config, state), at),
    skipped: paused === null ? null : `the schedule is paused by ${paused.by}`,
  };
}
