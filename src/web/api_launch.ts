/** What can a program ask us to do with runs: launch, withdraw, cancel, forget; and what would a launch cost? */
import { z } from "zod";
import { BESIDE, HEALED, planAnswer, PLANNED, QUOTA, SERIES } from "./api.ts";
import { type Endpoint, endpoint, instant } from "./endpoint.ts";
import { type LaunchReads, seriesOf } from "./launch.tsx";
import type { RunSteps } from "./launch_actions.ts";
import { judgeLaunch, type LaunchForm, type LaunchWish } from "./launch_form.ts";
import { INTERVALS, NO_QUERY, OUTCOMES } from "./query.ts";
import { idOf, Refusal } from "./visit.ts";

const LAUNCH = z.object({
  id: z.int(),
  series: z.array(SERIES),
  force: z.boolean(),
  ofRun: z.int().nullable().describe("The run whose series are run again"),
  note: z.string().nullable(),
  askedBy: z.string(),
  askedAt: instant,
  state: z.enum(["queued", "running", "served", "withdrawn", "failed"]),
  reason: z.string().nullable().describe("Why it waits, was withdrawn or has failed"),
  runs: z.array(z.object({ id: z.int(), outcome: z.enum(OUTCOMES).nullable() })).describe("Oldest first"),
});

/** Without symbols, intervals and an earlier run: the configured series. */
const WISH = z.strictObject({
  symbols: z.array(z.string()).optional(),
  intervals: z.array(z.enum(INTERVALS)).optional(),
  of: z.int().positive().optional().describe("The run whose series are meant"),
  again: z.enum(["all", "failed"]).optional().describe("Which of them; default all"),
  series: z.array(SERIES).optional().describe("A choice of them"),
  force: z.boolean().optional().describe("Ask every series, also one that is complete; the quota is kept"),
  note: z.string().optional(),
});

const LAUNCHES_QUERY = z.object({
  before: z.coerce.number().int().positive().optional().describe("Older than the launch of this id"),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe("How many at most"),
});

const PREVIEW_QUERY = z.object({
  symbols: z.string().max(20_000).optional().describe("IBM,MSFT"),
  intervals: z.string().max(200).optional().describe("30min,daily"),
  of: z.coerce.number().int().positive().optional().describe("The run whose series are meant"),
  again: z.enum(["all", "failed"]).optional().describe("Which of them; default all"),
  force: z.literal("yes").optional().describe("Ask every series, also one that is complete; the quota is kept"),
});

const BY = "a program (API)";
const change = { method: "POST", role: "operate", query: NO_QUERY } as const;
const read = { method: "GET", role: "view", body: null } as const;

export function launchEndpoints(steps: RunSteps, reads: LaunchReads): readonly Endpoint[] {
  return [...changes(steps, reads), ...lookups(reads)];
}

function changes(steps: RunSteps, reads: LaunchReads): readonly Endpoint[] {
  return [
    endpoint({
      ...change,
      path: "/runs",
      summary: "Launch a run: queued, and begun as soon as no other is at work",
      body: WISH,
      response: LAUNCH,
      handle: async ({ body }) => await steps.launch(BY, await wishOf(reads, body)),
    }),
    endpoint({
      ...change,
      path: "/runs/:id/cancel",
      summary: "Ask a run to end: no further series is begun",
      body: z.strictObject({ force: z.boolean().default(false).describe("Give up the request under way as well") }),
      response: z.object({ asked: z.literal(true) }),
      handle: async ({ params, body }) => {
        await steps.cancel(BY, idOf(params["id"], "run"), body);
        return { asked: true };
      },
    }),
    endpoint({
      method: "DELETE",
      role: "operate",
      query: NO_QUERY,
      body: null,
      path: "/runs/:id",
      summary: "Forget a run: its results and events; bars and the ledger of requests stay",
      response: z.object({ forgotten: z.literal(true) }),
      handle: async ({ params }) => {
        await steps.forget(BY, idOf(params["id"], "run"));
        return { forgotten: true };
      },
    }),
    endpoint({
      ...change,
      path: "/launches/:id/withdraw",
      summary: "Take a launch back that has no run yet",
      body: null,
      response: LAUNCH,
      handle: async ({ params }) => await steps.withdraw(BY, idOf(params["id"], "launch")),
    }),
  ];
}

function lookups(reads: LaunchReads): readonly Endpoint[] {
  return [
    endpoint({
      ...read,
      path: "/launches",
      summary: "Launches, newest first, each with its runs or why it waits",
      query: LAUNCHES_QUERY,
      response: z.object({ launches: z.array(LAUNCH) }),
      handle: async ({ query: { limit, before } }) => ({
        launches: await reads.launches({ limit, ...(before === undefined ? {} : { before }) }),
      }),
    }),
    endpoint({
      ...read,
      path: "/launches/:id",
      summary: "One launch",
      query: NO_QUERY,
      response: LAUNCH,
      handle: async ({ params }) => {
        const launch = await reads.launch(idOf(params["id"], "launch"));
        if (launch === null) throw new Refusal(404, `Cannot find launch ${params["id"]}: there is none of that number`);
        return launch;
      },
    }),
    endpoint({
      ...read,
      path: "/preview",
      summary: "What a launch would ask, why, and at what cost; asks nobody",
      query: PREVIEW_QUERY,
      response: z.object({
        now: instant,
        entries: z.array(PLANNED),
        heals: z.array(HEALED),
        reference: BESIDE,
        quota: QUOTA,
      }),
      handle: async ({ query: { symbols = "", intervals = "", of, again = "all", force } }) => {
        const wish = await judged(reads, {
          symbols,
          intervals: intervals.split(",").filter((one) => one !== ""),
          force: force !== undefined,
          note: "",
          from: "",
          to: "",
          of: of === undefined ? "" : String(of),
          again,
          series: [],
        });
        return planAnswer(await reads.plan(await seriesOf(reads, wish), wish));
      },
    }),
  ];
}

/** Judged as the form of the page. @throws Refusal with all that is wrong */
function wishOf(reads: LaunchReads, body: z.output<typeof WISH>): Promise<LaunchWish> {
  return judged(reads, {
    symbols: body.symbols?.join(",") ?? "",
    intervals: body.intervals ?? [],
    force: body.force ?? false,
    note: body.note ?? "",
    from: "",
    to: "",
    of: body.of === undefined ? "" : String(body.of),
    again: body.series === undefined ? body.again ?? "all" : "chosen",
    series: body.series?.map(({ symbol, interval }) => `${symbol} ${interval}`) ?? [],
  });
}

async function judged(reads: LaunchReads, form: LaunchForm): Promise<LaunchWish> {
  const { problems, wish } = judgeLaunch(form, (await reads.configured()).series);
  if (wish !== null) return wish;
  throw new Refusal(422, `Cannot launch a run: ${Object.values(problems).join("; ")}`);
}
