/** What can a program ask and do about the schedule? The same as its page. */
import { z } from "zod";
import { count, HEALED, planAnswer, PLANNED, QUOTA, read } from "./api.ts";
import { type Endpoint, endpoint, instant } from "./endpoint.ts";
import { instantOf, NO_QUERY, OUTCOMES, PREVIEW_QUERY, TEST_QUERY, TICK_STATES, TICKS_QUERY } from "./query.ts";
import type { ScheduleReads } from "./schedule.tsx";
import type { ScheduleActions } from "./schedule_actions.ts";

const SCHEDULE = z.object({ cron: z.string(), timezone: z.string() });
const DEED = z.object({ by: z.string().describe("Empty: it was not kept who"), at: instant });
const PREVIEW = z.object({
  schedule: SCHEDULE,
  words: z.string(),
  next: z.array(instant).describe("When it is due next, whether or not it is paused"),
});
const VIEW = PREVIEW.extend({
  configured: SCHEDULE.describe("As the environment has it"),
  overridden: DEED.nullable().describe("Who has set it over the configured one"),
  paused: DEED.nullable(),
  changes: z.array(
    DEED.extend({ id: z.int(), action: z.string(), was: z.string().nullable(), became: z.string().nullable() }),
  ).describe("Newest first"),
});
const TICK = z.object({
  id: z.int(),
  dueAt: instant,
  noticedAt: instant,
  state: z.enum(TICK_STATES),
  trigger: z.enum(["schedule", "catch-up"]),
  reason: z.string().nullable().describe("null: it was requested"),
  runs: z.array(z.object({
    id: z.int(),
    outcome: z.enum(OUTCOMES).nullable().describe("null: it is running"),
    startedAt: instant,
    finishedAt: instant.nullable(),
  })),
});

export function scheduleReadEndpoints(reads: ScheduleReads): readonly Endpoint[] {
  return [
    endpoint({
      ...read,
      path: "/schedule",
      summary: "The schedule: in words, whose it is, whether it is paused, its next ticks, its changes",
      query: NO_QUERY,
      response: VIEW,
      handle: () => reads.schedule(),
    }),
    endpoint({
      ...read,
      path: "/schedule/ticks",
      summary: "Ticks that have come due, newest first, by the page",
      query: TICKS_QUERY,
      response: z.object({
        ticks: z.array(TICK),
        older: instant.nullable().describe("Give it as `before` for the next page"),
      }),
      handle: async ({ query: { state, before, limit } }) => {
        const filter = { state: state ?? null, before: instantOf(before), limit: limit + 1 };
        const found = await reads.ticks(filter);
        const ticks = found.slice(0, limit);
        return { ticks, older: found.length > limit ? ticks.at(-1)!.dueAt : null };
      },
    }),
    endpoint({
      ...read,
      path: "/schedule/preview",
      summary: "What another expression or zone would come to; saves nothing",
      query: PREVIEW_QUERY,
      response: PREVIEW,
      handle: ({ query }) => reads.preview(query),
    }),
    endpoint({
      ...read,
      path: "/schedule/test",
      summary: "What a tick at an instant would do, with what is stored now; asks nobody",
      query: TEST_QUERY,
      response: z.object({
        at: instant,
        isTick: z.boolean().describe("The schedule in force has a tick then"),
        skipped: z.string().nullable().describe("Why it would get no run"),
        requests: count,
        entries: z.array(PLANNED),
        heals: z.array(HEALED),
        quota: QUOTA,
      }),
      handle: async ({ query: { at } }) => {
        const { plan, ...test } = await reads.testTick(instantOf(at)!);
        const { entries, heals, quota } = planAnswer(plan);
        const due = entries.reduce((sum, entry) => sum + (entry.action === "ask" ? entry.requests : 0), 0);
        const requests = due + heals.reduce((sum, heal) => sum + heal.requests.length, 0);
        return { ...test, requests, entries, heals, quota };
      },
    }),
  ];
}

/** Who asks through here, for the record. */
const BY = "API";
const act = { method: "POST", role: "operate", query: NO_QUERY } as const;

export function scheduleActEndpoints(
  steer: ScheduleActions,
  reads: Pick<ScheduleReads, "schedule">,
): readonly Endpoint[] {
  const seen = async (done: Promise<unknown>) => {
    await done;
    return await reads.schedule();
  };
  return [
    endpoint({
      ...act,
      path: "/schedule",
      summary: "Sets expression or zone over the configured ones, for every program on this database",
      body: z.object({ cron: z.string().max(200).optional(), timezone: z.string().max(100).optional() }),
      response: VIEW,
      handle: ({ body }) => seen(steer.setSchedule(BY, body)),
    }),
    endpoint({
      ...act,
      path: "/schedule/reset",
      summary: "Back to the configured schedule",
      body: null,
      response: VIEW,
      handle: () => seen(steer.resetSchedule(BY)),
    }),
    endpoint({
      ...act,
      path: "/schedule/pause",
      summary: "Ticks that come due are recorded as skipped from now on",
      body: null,
      response: VIEW,
      handle: () => seen(steer.pause(BY)),
    }),
    endpoint({
      ...act,
      path: "/schedule/resume",
      summary: "Ticks are served again from now on",
      body: z.object({
        catchUp: z.boolean().default(false).describe("The newest tick that had no run because of the pause gets one"),
      }),
      response: VIEW,
      handle: ({ body }) => seen(steer.resume(BY, body)),
    }),
  ];
}
