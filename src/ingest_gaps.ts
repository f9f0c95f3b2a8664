/**
 * The gaps of one series in a run, when all that is due has been served: ask, read, store, answer by answer. What befalls
 * them never harms what is due: it is kept with the gaps, and the result of a series that was due stays.
 */
import { type Series, seriesName } from "./bar.ts";
import type { Market } from "./due.ts";
import type { Effects, GapNews, Reading, Source } from "./effects.ts";
import type { Entitlement } from "./entitlement.ts";
import { datesOf, type Heal, nameGaps, newsOfGaps, type OpenGap } from "./healing.ts";
import { type Errand, requestsFor } from "./holes.ts";
import { withoutRows } from "./ingest_series.ts";
import type { SeriesState } from "./plan.ts";
import { formOf } from "./request.ts";
import { type FailureKind, LeaseLost, type SeriesResult } from "./run.ts";

/** What a run shares with this part of it. */
export interface HealingWork {
  readonly runId: number;
  readonly options: { readonly market: Market; readonly adjusted: boolean; readonly stop: AbortSignal };
  readonly abort: AbortSignal;
  readonly results: SeriesResult[];
  readonly states: ReadonlyMap<string, SeriesState>;
  readonly entitlements: Entitlement[];
  readonly refused: Set<string>;
  readonly due: number;
  halted: { readonly kind: FailureKind; readonly message: string } | null;
  dry: { readonly kind: FailureKind; readonly message: string } | null;
}

/** How the gaps of one series have fared in this run. */
interface Course<Document> {
  readonly series: Series;
  readonly gaps: readonly OpenGap[];
  readonly work: HealingWork;
  readonly effects: Effects<Document>;
  /** Nothing was due of the series: its result is of its gaps alone. */
  readonly alone: boolean;
  /** What the result says: of a series that was due, what became of that. */
  told: Told;
  watermark: number | null;
  /** Requests sent and not yet kept in a result. */
  spent: number;
  /** A result of it has been kept. */
  kept: boolean;
}

type Told = Pick<SeriesResult, "status" | "kind" | "message">;

const STORED: Told = { status: "stored", kind: null, message: null };

/**
 * Asks for the gaps planned for a series, by the fewest requests this key may send, until one fails.
 *
 * @param options.over decides from what a request came to whether the vendor is asked anything more in this run
 * @throws LeaseLost when the run is not ours any more; whatever the database threw when it cannot even keep the failure
 */
export async function healGaps<Document>(
  { series, requests }: Heal,
  { work, effects, over }: {
    work: HealingWork;
    effects: Effects<Document>;
    over: (told: Told) => HealingWork["halted"];
  },
): Promise<void> {
  const prior = work.results.find((result) => seriesName(result.series) === seriesName(series));
  const state = work.states.get(seriesName(series));
  const course: Course<Document> = {
    series,
    gaps: state?.gaps ?? [],
    work,
    effects,
    alone: prior === undefined,
    told: prior ?? STORED,
    watermark: (prior ?? state)?.watermark ?? null,
    spent: 0,
    kept: prior !== undefined,
  };
  for (let left = datesOf(requests); left.length > 0;) {
    const options = { ...work.options, now: effects.now(), entitlements: work.entitlements };
    const [errand] = requestsFor(series, left, options).requests;
    const stopped = whyNot(work, errand);
    if (stopped !== null) return await leave(course, stopped);
    const became = await askFor(errand!, course);
    if (became === "refused") continue;
    if (became === "done") left = left.filter((date) => !errand!.dates.includes(date));
    else {
      work.halted ??= over(became);
      return;
    }
  }
}

/** Why this errand is not begun; `null`: it is. */
function whyNot({ halted, dry, options, refused }: HealingWork, errand: Errand | undefined): Told | null {
  if (halted !== null) return { status: "failed", ...halted };
  if (dry !== null) return { status: "deferred", ...dry };
  if (options.stop.aborted) {
    return { status: "cancelled", kind: "cancelled", message: "the run was stopped before its gaps were asked for" };
  }
  const known = errand === undefined || refused.has(keyOf(errand));
  return known ? { status: "deferred", kind: "premium", message: "what its gaps need was refused as premium" } : null;
}

function keyOf({ request }: Errand): string {
  return `${seriesName(request.series)} ${formOf(request)}`;
}

/** What was sent is counted, and a series of which nothing is kept says why. */
async function leave<Document>(course: Course<Document>, stopped: Told): Promise<void> {
  if (course.kept && course.spent === 0) return;
  if (!course.kept) course.told = stopped;
  const now = course.effects.now();
  await record(course, { startedAt: now, gaps: null });
}

/** `done` with its dates, `refused` as premium, or what went wrong. */
async function askFor<Document>(errand: Errand, course: Course<Document>): Promise<"done" | "refused" | Told> {
  const { series, gaps, work, effects } = course;
  const { request, dates } = errand;
  const startedAt = effects.now();
  effects.emit({ type: "series-started", runId: work.runId, series, reason: `brings ${nameGaps(dates)}` });
  const asked = await effects.ask(request, { runId: work.runId, signal: work.abort });
  course.spent += asked.requests;
  if (asked.kind === "premium") {
    const entitlement = { form: formOf(request), allowed: false, learntAt: effects.now() };
    await effects.learn(entitlement, asked.message);
    work.entitlements.unshift(entitlement);
    work.refused.add(keyOf(errand));
    return "refused";
  }
  if (asked.kind === "daily-limit" || asked.kind === "quota") {
    work.dry ??= { kind: asked.kind, message: asked.message };
    // Said by the one that now leaves.
    return "refused";
  }
  if (asked.kind === "bars") {
    const from = { document: asked.document, request };
    return await store(effects.read(asked.document, request), { errand, course, from, startedAt });
  }
  // A month without bars is an answer: the vendor has none of it.
  const answered = asked.kind === "empty" || asked.kind === "bad-symbol";
  const news = newsOfGaps(errand, { gaps, reading: null, answered });
  if (answered && request.month !== null) {
    await record(course, { startedAt, gaps: news });
    return "done";
  }
  const status = asked.kind === "cancelled" ? "cancelled" : "failed";
  return await fail(course, { status, kind: asked.kind, message: asked.message }, { startedAt, gaps: news });
}

/** Rows, what they say of the gaps, and the result go in together. */
async function store<Document>(
  reading: Reading,
  { errand, course, from, startedAt }: {
    errand: Errand;
    course: Course<Document>;
    from: Source<Document>;
    startedAt: number;
  },
): Promise<"done" | Told> {
  const { series, gaps, work: { runId }, effects, told, spent: requests, alone: healing } = course;
  for (const [rule, rejects] of Map.groupBy(reading.rejects, (reject) => reject.rule)) {
    effects.emit({ type: "rows-refused", runId, series, rule, count: rejects.length, first: rejects[0]!.stamp });
  }
  const { status, kind, message } = told;
  const result = { series, status, kind, message, requests, startedAt, finishedAt: effects.now() };
  const news = newsOfGaps(errand, { gaps, reading, answered: reading.bars.length > 0 });
  try {
    const stored = await effects.store(reading, { runId, result, from, gaps: news, healing });
    effects.emit({ type: "rows-stored", runId, series, counts: stored.counts });
    keep(course, stored);
    return "done";
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    const words = error instanceof Error ? error.message : String(error);
    const said = `cannot store the bars of ${seriesName(series)}: ${words}`;
    return await fail(course, { status: "failed", kind: "database", message: said }, { startedAt, gaps: null });
  }
}

/** A series that was due stays what it was, with what befell its gaps in words. */
async function fail<Document>(
  course: Course<Document>,
  fault: Told,
  kept: { startedAt: number; gaps: GapNews | null },
): Promise<Told> {
  const { told: { message, ...told }, alone } = course;
  const words = `its gaps: ${fault.message}`;
  course.told = alone ? fault : { ...told, message: message === null ? words : `${message}; ${words}` };
  await record(course, kept);
  return fault;
}

/** Keeps a result that brought no rows. */
async function record<Document>(
  course: Course<Document>,
  { startedAt, gaps }: { startedAt: number; gaps: GapNews | null },
): Promise<void> {
  const { series, told: { status, kind, message }, spent: requests, watermark, alone, work: { runId }, effects } =
    course;
  const open = { series, status, kind, message, requests, startedAt, finishedAt: effects.now() };
  keep(course, await effects.record(withoutRows(open, watermark), { runId, gaps, healing: alone }));
}

/** One result per series: the database has added up its parts. */
function keep<Document>(course: Course<Document>, result: SeriesResult): void {
  const { work: { runId, results, due }, effects } = course;
  const place = results.findIndex(({ series }) => seriesName(series) === seriesName(result.series));
  if (place === -1) results.push(result);
  else results[place] = result;
  course.spent = 0;
  course.kept = true;
  course.watermark = result.watermark;
  effects.emit({ type: "series-finished", runId, result, index: results.length, of: due });
}
