/** What can a program ask of us? The table of endpoints: what is checked, what is answered, who may. */
import { z } from "zod";
import type { Plan, SeriesState } from "../plan.ts";
import { type Endpoint, endpoint, instant } from "./endpoint.ts";
import { EVENTS_QUERY, NO_QUERY, OUTCOMES, RUNS_QUERY, TRIGGERS } from "./query.ts";
import { costOf } from "./plan_preview.tsx";
import { eventFilterOf, findRun, type RunReads } from "./run.tsx";
import { filterOf, type RunsReads } from "./runs.tsx";
import { endpointsOfOneSeries } from "./api_series.ts";
import type { SeriesReads } from "./series.tsx";
import type { SymbolsReads } from "./symbols.tsx";

export interface ApiReads {
  /** Every configured series: what it holds, how it was last asked for. */
  states(): Promise<readonly SeriesState[]>;
  /** What the next run would ask. Asks nobody. */
  plan(): Promise<Plan>;
}

export const count = z.int().nonnegative();

export const SERIES = z.object({ symbol: z.string(), interval: z.string() });
const COUNTS = { inserted: count, revised: count, unchanged: count, provisional: count, quarantined: count };

export const RUN = z.object({
  id: z.int(),
  trigger: z.enum(TRIGGERS),
  tickId: z.int().nullable(),
  outcome: z.enum(OUTCOMES).nullable().describe("null: it is running"),
  message: z.string().nullable(),
  startedAt: instant,
  finishedAt: instant.nullable(),
  planned: count.nullable().describe("Series found due; null before there is a plan"),
  totals: z.object({
    series: count,
    stored: count,
    late: count,
    failed: count,
    deferred: count,
    cancelled: count,
    requests: count,
    ...COUNTS,
  }).describe("All zero until it closes"),
});

const RESULT = z.object({
  series: SERIES,
  status: z.enum(["stored", "late", "failed", "deferred", "cancelled"]),
  kind: z.string().nullable(),
  message: z.string().nullable(),
  requests: count,
  counts: z.object(COUNTS),
  watermark: instant.nullable(),
  startedAt: instant,
  finishedAt: instant,
});

const SETTING = z.object({ name: z.string(), value: z.string().nullable(), origin: z.string() });

const EVENT = z.object({
  seq: z.int(),
  at: instant,
  type: z.string(),
  level: z.string(),
  symbol: z.string().nullable(),
  interval: z.string().nullable(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()),
});

export const QUOTA = z.object({
  perDay: count.nullable().describe("null: no daily limit"),
  usedToday: count.describe("Sent since 00:00 UTC"),
  blockedUntil: instant.nullable().describe("After the vendor's daily-limit answer: not before"),
});

const STATE = z.object({
  series: SERIES,
  first: instant.nullable().describe("Oldest bar"),
  watermark: instant.nullable().describe("Newest settled bar"),
  newest: instant.nullable().describe("Newest bar of any kind"),
  last: z.object({ status: z.string(), kind: z.string().nullable(), at: instant }).nullable(),
});

export const PLANNED = z.discriminatedUnion("action", [
  z.object({ action: z.literal("ask"), series: SERIES, reason: z.string(), requests: count }),
  z.object({ action: z.literal("defer"), series: SERIES, reason: z.string(), kind: z.string(), until: instant }),
  z.object({ action: z.literal("skip"), series: SERIES, reason: z.string(), why: z.string() }),
]);

/** What is asked for after the bars. */
export const BESIDE = z.array(z.object({
  action: z.enum(["ask", "defer"]),
  request: z.object({ form: z.string(), symbol: z.string().nullable().describe("null: of the whole market") }),
  reason: z.string(),
  until: instant.nullable().describe("Not before"),
})).optional().describe("Splits, dividends and the list of symbols, each one request");

/** The endpoints. A new one is a row here: the OpenAPI document, the checks and the lock follow from it. */
export function endpointsOf(
  reads: { runs: RunsReads; run: RunReads; api: ApiReads; symbols: SymbolsReads; series: SeriesReads },
): readonly Endpoint[] {
  return [...endpointsOfRuns(reads), ...endpointsOfSeries(reads), ...endpointsOfOneSeries(reads)];
}

export const read = { method: "GET", role: "view", body: null } as const;

function endpointsOfRuns({ runs, run }: { runs: RunsReads; run: RunReads }): readonly Endpoint[] {
  return [
    endpoint({
      ...read,
      path: "/runs",
      summary: "Runs, newest first, filtered and by the page",
      query: RUNS_QUERY,
      response: z.object({
        runs: z.array(RUN),
        older: z.int().nullable().describe("Give it as `before` for the next page"),
      }),
      handle: async ({ query }) => {
        const found = await runs.runs({ ...filterOf(query), limit: query.limit + 1 });
        const page = found.slice(0, query.limit);
        return { runs: page, older: found.length > page.length ? page.at(-1)!.id : null };
      },
    }),
    endpoint({
      ...read,
      path: "/runs/:id",
      summary: "One run with what it did for each series",
      query: NO_QUERY,
      response: RUN.extend({ results: z.array(RESULT) }),
      handle: async ({ params }) => {
        const found = await findRun(run, params["id"]);
        return { ...found, results: await run.results(found.id) };
      },
    }),
    endpoint({
      ...read,
      path: "/runs/:id/settings",
      summary: "The settings a run was made with, secrets masked, beside those of the program that answers",
      query: NO_QUERY,
      response: z.object({
        settings: z.array(z.object({
          name: z.string(),
          then: SETTING.nullable().describe("null: there was no such setting then"),
          now: SETTING.nullable().describe("null: there is no such setting any more"),
          differs: z.boolean(),
        })).nullable().describe("null: none were kept with this run"),
      }),
      handle: async ({ params }) => {
        const { id } = await findRun(run, params["id"]);
        return { settings: await run.settings(id) };
      },
    }),
    endpoint({
      ...read,
      path: "/runs/:id/events",
      summary: "The event log of a run, in order; the last events unless `after` is given",
      query: EVENTS_QUERY,
      response: z.object({ events: z.array(EVENT) }),
      handle: async ({ params, query }) => {
        const { id } = await findRun(run, params["id"]);
        return { events: await run.events(eventFilterOf(id, query)) };
      },
    }),
  ];
}

function endpointsOfSeries({ api }: { api: ApiReads }): readonly Endpoint[] {
  return [
    endpoint({
      ...read,
      path: "/status",
      summary: "Every configured series: what it holds and how it was last asked for",
      query: NO_QUERY,
      response: z.object({ series: z.array(STATE) }),
      handle: async () => ({ series: await api.states() }),
    }),
    endpoint({
      ...read,
      path: "/plan",
      summary: "What the next run would ask, why, and at what cost; asks nobody",
      query: NO_QUERY,
      response: z.object({ now: instant, entries: z.array(PLANNED), reference: BESIDE, quota: QUOTA }),
      handle: async () => planAnswer(await api.plan()),
    }),
    endpoint({
      ...read,
      path: "/quota",
      summary: "What is left of today's requests",
      query: NO_QUERY,
      response: QUOTA,
      handle: async () => (await api.plan()).quota,
    }),
  ];
}

/** A plan with the requests that each entry costs, if nothing has to be sent again. */
export function planAnswer(plan: Plan) {
  const entries = plan.entries.map((entry) => entry.action === "ask" ? { ...entry, requests: costOf(entry) } : entry);
  return { ...plan, entries };
}
