/** One series of a run: ask, read, store. What an answer means for the other series is told, not done, here. */
import { type Series, seriesName } from "./bar.ts";
import { isLate, type Market, targetOf } from "./due.ts";
import type { Entitlement } from "./entitlement.ts";
import type { Effects, OpenResult, Reading, Source } from "./effects.ts";
import type { Ask } from "./plan.ts";
import { formOf } from "./request.ts";
import { LeaseLost, NO_ROWS, type SeriesResult } from "./run.ts";

/** What one request for a series led to. */
export type Step =
  & { readonly requests: number }
  & (
    | { readonly type: "finished"; readonly result: SeriesResult }
    /** A part is done and more follow. `kept`: it has been stored, its requests with it. */
    | { readonly type: "part"; readonly kept: boolean }
    /** This form is premium: another may not be. */
    | { readonly type: "refused"; readonly entitlement: Entitlement }
    /** The vendor allows no more requests before `until` (epoch ms). */
    | { readonly type: "blocked"; readonly until: number; readonly message: string }
    /** Our own ledger allows no more today. */
    | { readonly type: "spent"; readonly message: string }
  );

export interface SeriesOptions {
  readonly runId: number;
  readonly abort: AbortSignal;
  readonly market: Market;
  /** Newest settled bar before the run, epoch ms. */
  readonly watermark: number | null;
  /** Requests this run has sent for the series and not yet kept in a result. */
  readonly spent: number;
  /** Nothing more of the series follows: what it lacks after this, the vendor does not have. */
  readonly final: boolean;
}

type Judgement = Pick<SeriesResult, "status" | "kind" | "message">;

const HOUR = 3_600_000;

/**
 * Sends the first request planned for a series and stores what comes.
 *
 * @throws LeaseLost when the run is not ours any more; whatever the database threw when it cannot even keep the failure
 */
export async function ingestSeries<Document>(
  entry: Ask,
  { effects, ...options }: SeriesOptions & { effects: Effects<Document> },
): Promise<Step> {
  const { series, request } = entry;
  const { runId } = options;
  const startedAt = effects.now();
  effects.emit({ type: "series-started", runId, series, reason: entry.reason });
  const asked = await effects.ask(request, { runId, signal: options.abort });
  const { requests } = asked;
  if (asked.kind === "premium") {
    const entitlement = { form: formOf(request), allowed: false, learntAt: effects.now() };
    await effects.learn(entitlement, asked.message);
    return { type: "refused", requests, entitlement };
  }
  if (asked.kind === "daily-limit") {
    return { type: "blocked", requests, until: asked.until ?? effects.now() + HOUR, message: asked.message };
  }
  if (asked.kind === "quota") return { type: "spent", requests, message: asked.message };
  const open = { series, requests: options.spent + requests, startedAt };
  if (asked.kind === "bars") {
    const reading = effects.read(asked.document, request);
    const from = { document: asked.document, request };
    const result = await store(reading, { effects, options, open, from });
    if (result.status === "stored" && !options.final) return { type: "part", requests, kept: true };
    return { type: "finished", requests, result };
  }
  // A month without bars is an answer too (facts §10 does not know which it gets): the months after it are asked.
  const nothing = asked.kind === "empty" || asked.kind === "bad-symbol";
  if (nothing && !options.final) return { type: "part", requests, kept: false };
  const status = asked.kind === "cancelled" ? "cancelled" : "failed";
  const judgement = { status, kind: asked.kind, message: asked.message } as const;
  const result = withoutRows({ ...open, ...judgement, finishedAt: effects.now() }, options.watermark);
  return { type: "finished", requests, result: await effects.record(result, { runId }) };
}

/** Rows and result go in together; a series that the database refuses does not end the run. */
async function store<Document>(
  reading: Reading,
  { effects, options, open, from }: {
    effects: Effects<Document>;
    options: SeriesOptions;
    from: Source<Document>;
    open: Pick<OpenResult, "series" | "requests" | "startedAt">;
  },
): Promise<SeriesResult> {
  const { runId, market, watermark, final } = options;
  const { series } = open;
  for (const [rule, rejects] of Map.groupBy(reading.rejects, (reject) => reject.rule)) {
    const first = rejects[0]!.stamp;
    effects.emit({ type: "rows-refused", runId, series, rule, count: rejects.length, first });
  }
  const now = effects.now();
  const result = { ...open, ...judge(series, reading, { now, market, final }), finishedAt: now };
  try {
    const stored = await effects.store(reading, { runId, result, from });
    effects.emit({ type: "rows-stored", runId, series, counts: stored.counts });
    return stored;
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    const words = error instanceof Error ? error.message : String(error);
    const message = `cannot store the bars of ${seriesName(series)}: ${words}`;
    const failure = withoutRows({ ...open, status: "failed", kind: "database", message, finishedAt: now }, watermark);
    // A database that is gone refuses this as well, and ends the run.
    return await effects.record(failure, { runId });
  }
}

/** Was this answer all that could be expected? */
function judge(
  series: Series,
  { bars, rejects, newest }: Reading,
  { now, market, final }: { now: number; market: Market; final: boolean },
): Judgement {
  if (bars.length === 0) {
    const rule = rejects[0]?.rule;
    return { status: "failed", kind: "malformed", message: `all ${rejects.length} rows were refused, first: ${rule}` };
  }
  const target = targetOf(series, now, market);
  if (!final || !isLate(series, newest, target)) return { status: "stored", kind: null, message: null };
  const has = new Date(newest!).toISOString().slice(0, 16);
  return { status: "late", kind: "stale", message: `the vendor's newest bar is ${has}Z, not yet ${target.name}` };
}

/** The result of a series that got no rows: what it held, it holds. */
export function withoutRows(result: OpenResult, watermark: number | null): SeriesResult {
  return { ...result, counts: NO_ROWS, watermark };
}
