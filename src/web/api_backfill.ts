/** What can a program ask and do about backfills? The same as their pages. */
import { z } from "zod";
import { count, SERIES } from "./api.ts";
import { type BackfillReads, findBackfill, MOST_SERIES } from "./backfill.tsx";
import type { BackfillSteps } from "./backfill_actions.ts";
import type { BackfillsReads } from "./backfills.tsx";
import { type Endpoint, endpoint, instant } from "./endpoint.ts";
import type { LaunchReads } from "./launch.tsx";
import { type BackfillWish, judgeLaunch } from "./launch_form.ts";
import { BACKFILLS_QUERY, INTERVALS, NO_QUERY, OUTCOMES } from "./query.ts";
import { idOf, Refusal } from "./visit.ts";

const FIGURES = {
  wished: count.describe("Sessions, weeks or months of the range that have closed"),
  held: count.describe("Those with bars"),
  none: count.describe("Those the vendor was asked for and does not have"),
  refused: count.describe("Those this key may not ask for"),
  failed: count.describe("Those asked for in vain"),
  requests: count.describe("Still to be sent"),
};
const date = z.string().describe("YYYY-MM-DD");
const takesMs = z.number().nullable().describe("How long the rest takes; null: for ever, or it is not running");

const BACKFILL = z.object({
  id: z.int(),
  from: date,
  to: date,
  note: z.string().nullable(),
  askedBy: z.string(),
  askedAt: instant,
  state: z.enum(["running", "paused", "cancelled", "complete", "partial"]),
  reason: z.string().nullable().describe("Why it waits, is paused, was cancelled or could not do all"),
  restUntil: instant.nullable().describe("Not worked on before"),
  finishedAt: instant.nullable(),
  series: count.describe("How many"),
  open: count.describe("Of them those of which something is left"),
  lastRun: z.object({ id: z.int(), outcome: z.enum(OUTCOMES).nullable() }).nullable(),
  takesMs,
  ...FIGURES,
});

const PROGRESS = z.object({
  series: SERIES,
  state: z.enum(["open", "complete", "refused", "failed"]),
  reason: z.string().nullable(),
  waitUntil: instant.nullable().describe("What is left is not asked for again before"),
  ...FIGURES,
});

const COST = z.object({
  from: date,
  to: date,
  total: z.object(FIGURES),
  allowance: z.object({
    perDay: count.nullable().describe("Requests a day; null: no daily limit"),
    reserve: count.describe("Of them kept for the schedule on an ordinary day"),
    today: count.nullable().describe("May still be sent today; null: no daily limit"),
    paceMs: z.number(),
  }),
  takesMs,
  series: z.array(PROGRESS),
});

/** Without symbols and intervals: the configured series. */
const WISH = z.strictObject({
  symbols: z.array(z.string()).optional(),
  intervals: z.array(z.enum(INTERVALS)).optional(),
  from: date,
  to: date.optional().describe("Default: today"),
  note: z.string().optional(),
});

const COST_QUERY = z.object({
  symbols: z.string().max(20_000).optional().describe("IBM,MSFT"),
  intervals: z.string().max(200).optional().describe("30min,daily"),
  from: date,
  to: date.optional().describe("Default: today"),
});

const BY = "a program (API)";
const read = { method: "GET", role: "view", body: null } as const;

export function backfillEndpoints(
  steps: BackfillSteps,
  reads: { readonly backfill: BackfillReads & BackfillsReads; readonly launch: LaunchReads },
): readonly Endpoint[] {
  return [...lookups(reads), ...changes(steps, reads.launch)];
}

function lookups(
  { backfill, launch }: { readonly backfill: BackfillReads & BackfillsReads; readonly launch: LaunchReads },
): readonly Endpoint[] {
  return [
    endpoint({
      ...read,
      path: "/backfills",
      summary: "Backfills and how far each is, newest first",
      query: BACKFILLS_QUERY,
      response: z.object({ backfills: z.array(BACKFILL) }),
      handle: async ({ query: { before, limit } }) => ({
        backfills: await backfill.backfills({ limit, ...(before === undefined ? {} : { before }) }),
      }),
    }),
    endpoint({
      ...read,
      // Before the one of an id.
      path: "/backfills/preview",
      summary: "What a backfill would ask, and at what cost; asks nobody",
      query: COST_QUERY,
      response: COST,
      handle: async ({ query: { symbols = "", intervals = "", ...range } }) => {
        const list = (text: string) => text.split(",").filter((one) => one !== "");
        const cost = await launch.cost(
          await wishOf(launch, { symbols: list(symbols), intervals: list(intervals), ...range }),
        );
        const { today } = cost.allowance;
        return { ...cost, allowance: { ...cost.allowance, today: Number.isFinite(today) ? today : null } };
      },
    }),
    endpoint({
      ...read,
      path: "/backfills/:id",
      summary: `One backfill with its series, ${MOST_SERIES} at most`,
      query: NO_QUERY,
      response: z.object({ backfill: BACKFILL, series: z.array(PROGRESS) }),
      handle: async ({ params }) => {
        const found = await findBackfill(backfill, params["id"]);
        return { backfill: found, series: await backfill.series(found.id, { limit: MOST_SERIES }) };
      },
    }),
  ];
}

function changes(steps: BackfillSteps, reads: LaunchReads): readonly Endpoint[] {
  const change = { method: "POST", role: "operate", query: NO_QUERY, response: BACKFILL } as const;
  const one = (name: "pause" | "resume" | "cancel", summary: string) =>
    endpoint({
      ...change,
      path: `/backfills/:id/${name}`,
      summary,
      body: null,
      handle: async ({ params }) => await steps[name](BY, idOf(params["id"], "backfill")),
    });
  return [
    endpoint({
      ...change,
      path: "/backfills",
      summary: "Begin a backfill: the sessions of a range that are missing, in runs beside the schedule",
      body: WISH,
      handle: async ({ body }) => await steps.start(BY, await wishOf(reads, body)),
    }),
    one("pause", "Work on it no more until resumed"),
    one("resume", "Go on with it; what was given up is tried again"),
    one("cancel", "End it; what is stored stays"),
  ];
}

/** Judged as the form of the page. @throws Refusal with all that is wrong */
async function wishOf(
  reads: LaunchReads,
  { symbols = [], intervals = [], from, to = "", note = "" }: Omit<z.output<typeof WISH>, "intervals"> & {
    readonly intervals?: readonly string[] | undefined;
  },
): Promise<BackfillWish> {
  const form = { symbols: symbols.join(","), intervals, from, to, note, force: false, of: "", again: "", series: [] };
  const { problems, backfill } = judgeLaunch(form, (await reads.configured()).series);
  if (backfill !== null) return backfill;
  const found = Object.values(problems);
  throw new Refusal(422, `Cannot backfill: ${found.length === 0 ? "from is missing" : found.join("; ")}`);
}
