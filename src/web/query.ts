/** Which filters may stand in an address, of a page and of the API alike? */
import { z } from "zod";
import { parseInstant, parseLimit } from "../extract.ts";
import { EVENT_TYPES } from "../event.ts";
import { Refusal } from "./visit.ts";

export const OUTCOMES = ["complete", "partial", "deferred", "nothing-due", "failed", "cancelled", "abandoned"] as const;
export const TRIGGERS = ["schedule", "manual", "backfill", "catch-up"] as const;
export const LEVELS = ["debug", "info", "warning", "error"] as const;
export const INTERVALS = ["1min", "5min", "15min", "30min", "60min", "daily", "weekly", "monthly"] as const;

const instant = (what: string) =>
  z.string().refine(
    (text) => !Number.isNaN(Date.parse(text)),
    `is not an instant such as 2026-01-02 or 2026-01-02T14:30Z`,
  )
    .describe(`${what}; ISO 8601, UTC when it names no zone`);
const limit = (most: number, usual: number) =>
  z.coerce.number().int().min(1).max(most).default(usual).describe("How many at most");

export const RUNS_QUERY = z.object({
  outcome: z.enum(["running", ...OUTCOMES]).optional().describe("running: not closed yet"),
  trigger: z.enum(TRIGGERS).optional(),
  symbol: z.string().max(40).optional().describe("Runs that did something for this symbol"),
  since: instant("Started at or after").optional(),
  until: instant("Started before").optional(),
  before: z.coerce.number().int().positive().optional().describe(
    "Older than the run of this id: the last one of the page before",
  ),
  limit: limit(200, 50),
});
export type RunsQuery = z.output<typeof RUNS_QUERY>;

export const EVENTS_QUERY = z.object({
  level: z.enum(LEVELS).optional().describe("This severe or more"),
  type: z.enum(EVENT_TYPES).optional().describe("Of this kind"),
  text: z.string().max(200).optional().describe("Found anywhere in the message"),
  symbol: z.string().max(40).optional(),
  interval: z.enum(INTERVALS).optional(),
  after: z.coerce.number().int().nonnegative().optional().describe("Events after the one of this number"),
  before: z.coerce.number().int().positive().optional().describe("The last events before the one of this number"),
  limit: limit(1_000, 200),
});
export type EventsQuery = z.output<typeof EVENTS_QUERY>;

export const RUN_QUERY = EVENTS_QUERY.extend({
  from: instant("Drawn from").optional(),
  to: instant("Drawn to").optional(),
  only: z.enum(["yes"]).optional().describe("Only the series that are filtered for are drawn"),
});
export type RunQuery = z.output<typeof RUN_QUERY>;

export const TICK_STATES = ["requested", "skipped", "failed"] as const;

export const TICKS_QUERY = z.object({
  state: z.enum(TICK_STATES).optional(),
  before: instant("Due before: of the last one of the page before").optional(),
  limit: limit(200, 25),
});

export const BACKFILLS_QUERY = z.object({
  before: z.coerce.number().int().positive().optional().describe("Older than the backfill of this id"),
  limit: limit(200, 50),
});

const PREVIEW = {
  cron: z.string().max(200).optional().describe("Five fields or a nickname; in force if not given"),
  timezone: z.string().max(100).optional().describe("IANA name; in force if not given"),
};
export const PREVIEW_QUERY = z.object(PREVIEW);

const test = instant("A tick at that instant");
export const TEST_QUERY = z.object({ at: test });

export const SCHEDULE_QUERY = TICKS_QUERY.extend({ ...PREVIEW, test: test.optional() });

export const LEDGER_QUERY = z.object({
  before: z.coerce.number().int().positive().optional().describe("Older than the request of this id"),
  limit: limit(200, 25),
});

export const SYMBOLS_QUERY = z.object({
  symbol: z.string().max(40).optional().describe("A part of the symbol"),
  interval: z.enum(INTERVALS).optional(),
  freshness: z.enum(["complete", "late", "empty"]).optional().describe("Of the bars, against what has closed"),
  page: z.coerce.number().int().min(1).max(100_000).default(1).describe("A hundred series each"),
});
export type SymbolsQuery = z.output<typeof SYMBOLS_QUERY>;

export const MATRIX_QUERY = z.object({
  view: z.literal("coverage").optional(),
  interval: z.enum(INTERVALS).optional().describe("Default: daily, else the first one that is configured"),
  symbol: z.string().max(40).optional().describe("A part of the symbol"),
  before: z.iso.date().refine((date) => date >= "1800-01-01", "is older than any bar").optional().describe(
    "Sessions before this date; default: the newest",
  ),
  page: z.coerce.number().int().min(1).max(100_000).default(1).describe("Fifty series each"),
});
export type MatrixQuery = z.output<typeof MATRIX_QUERY>;

export const RANGES = ["1d", "5d", "1m", "3m", "6m", "1y", "5y", "all"] as const;
export const RECORDS = ["results", "revisions", "quarantine", "answers", "requests"] as const;
const year = z.coerce.number().int().min(1900).max(2200).optional().describe("Default: the newest with a bar");

export const SERIES_QUERY = z.object({
  range: z.enum(RANGES).optional(),
  year,
  show: z.enum(RECORDS).default("results"),
  before: z.coerce.number().int().positive().optional(),
  why: z.union([z.iso.date(), z.literal("")]).optional(),
});
export type SeriesQuery = z.output<typeof SERIES_QUERY>;

export const BARS_QUERY = z.object({
  from: instant("Bars stamped at or after; default: all").optional(),
  to: instant("Bars stamped before; default: all").optional(),
  points: z.coerce.number().int().min(2).max(5_000).default(2_000).describe(
    "At most so many; more bars than that are joined into candles of one width",
  ),
});

export const WHY_QUERY = z.object({
  date: z.iso.date().describe("Of the session, or any day of the week or month"),
});

export const GAPS_QUERY = z.object({
  state: z.enum(["open", "closed", "all"]).default("open"),
  limit: limit(10_000, 100),
});

const limitOf = (what: string) =>
  z.string().refine((text) => parseLimit(text) !== null, "is not a day, 2026-01-02, nor an instant with its zone")
    .describe(`${what}; a day of the exchange, whole, or an instant with its zone, as 2026-01-02T14:30Z`);

export const EXPORT_QUERY = z.object({
  from: limitOf("From there; default: the oldest").optional(),
  to: limitOf("Up to there; default: the newest").optional(),
  asOf: z.string().refine((text) => parseInstant(text) !== null, "is not an instant with its zone, 2026-01-02T14:30Z")
    .optional().describe("As they were stored at that instant"),
  settledOnly: z.stringbool().default(false).describe("Without bars that can still grow"),
});

export const YEAR_QUERY = z.object({ year });

export const RECORDS_QUERY = z.object({
  before: z.coerce.number().int().positive().optional().describe("The `older` of the page before"),
  limit: limit(500, 50),
});

export const SEARCH_QUERY = z.object({
  q: z.string().max(200).optional().describe("A symbol, the number of a run, or words of a message"),
});

export const NO_QUERY = z.object({});

/** Epoch ms; a text without a zone is UTC. The schema has seen to it that it is an instant. */
export function instantOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const zoned = /T/.test(text) && !/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? `${text}Z` : text;
  const at = Date.parse(zoned);
  return Number.isNaN(at) ? null : at;
}

/** Levels this severe or more. */
export function levelsFrom(level: typeof LEVELS[number] | undefined): (typeof LEVELS[number])[] | null {
  return level === undefined ? null : LEVELS.slice(LEVELS.indexOf(level));
}

/** The filters of an address; an empty one is the same as none, as a form sends it. @throws Refusal naming what is wrong */
export function readQuery<Schema extends z.ZodType>(schema: Schema, query: URLSearchParams): z.output<Schema> {
  const given = Object.fromEntries(
    [...query].filter(([, value]) => value.trim() !== "").map(([k, v]) => [k, v.trim()]),
  );
  // The database takes a NUL for an error of ours.
  const unreadable = Object.entries(given).find(([, value]) => value.includes("\0"));
  if (unreadable !== undefined) throw new Refusal(400, `Cannot read ${unreadable[0]}: it holds a NUL character`);
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0]!;
  const name = String(path[0] ?? "query");
  throw new Refusal(400, `Cannot read ${name} "${given[name] ?? ""}": ${message}`);
}
