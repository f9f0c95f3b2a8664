/**
 * Story 1: one run, top to bottom. Claim, plan, then ask, read and store series by series (a few at once for a key that
 * may), then what is missing in between and what is known beside bars, close. Every effect is an argument, so all of it
 * can be played with object literals.
 */
import { wordsOf } from "./causes.ts";
import { type Series, seriesName } from "./bar.ts";
import { endOfMonth } from "./coverage.ts";
import type { Market } from "./due.ts";
import type { Entitlement } from "./entitlement.ts";
import type { Claim, Effects } from "./effects.ts";
import type { Heal } from "./healing.ts";
import { healGaps } from "./ingest_gaps.ts";
import { gatherReference } from "./ingest_reference.ts";
import { ingestSeries, withoutRows } from "./ingest_series.ts";
import { type Ask, type Plan, plan, type PlanEntry, type Quota, type SeriesState } from "./plan.ts";
import { type Lags, publicationLags } from "./publication.ts";
import { formOf } from "./request.ts";
import {
  type FailureKind,
  LeaseLost,
  type Outcome,
  outcomeOf,
  type SeriesResult,
  type Totals,
  totalsOf,
  type Trigger,
} from "./run.ts";
import { standingOf } from "./standing.ts";
import { together } from "./together.ts";

export interface IngestOptions {
  readonly series: readonly Series[];
  readonly trigger: Trigger;
  readonly market: Market;
  readonly adjusted: boolean;
  /** Ask every series, whatever is known of it; see {@link plan}. */
  readonly force: boolean;
  /** Series under way at once, at most. */
  readonly concurrency: number;
  /** Aborted: no further series is begun. */
  readonly stop: AbortSignal;
  /** Aborted: what is under way is given up as well. */
  readonly abort: AbortSignal;
}

export interface RunReport {
  readonly runId: number;
  readonly outcome: Outcome;
  readonly message: string | null;
  readonly plan: Plan | null;
  readonly results: readonly SeriesResult[];
  readonly totals: Totals;
  readonly durationMs: number;
}

/** Series in a row that may meet an outage before the vendor counts as down and the rest is left for the next run. */
const OUTAGES_IN_A_ROW = 3;

/** What the series of one run share. */
interface Work {
  readonly runId: number;
  readonly options: IngestOptions;
  /** Aborted: what is under way is given up. */
  readonly abort: AbortSignal;
  /** When the run began to ask whatever was known before; `null`: it asks what is worth asking. */
  readonly forcedAt: number | null;
  /** Aborted, with what went wrong: the run is over, and nothing more is begun. */
  readonly over: AbortController;
  readonly results: SeriesResult[];
  readonly states: Map<string, SeriesState>;
  readonly plan: Plan;
  readonly due: number;
  readonly lags: Lags;
  /** What is still to be begun, in order; what answers teach changes it. A series under way is not in it. */
  queue: PlanEntry[];
  /** What is asked for gaps, in order, when nothing of the queue is left. */
  readonly heals: Heal[];
  readonly entitlements: Entitlement[];
  quota: Quota;
  /** Series being asked for, each with a request that `quota` does not count yet. */
  asking: number;
  /** Requests sent and not yet kept in a result, by series. */
  readonly spent: Map<string, number>;
  outagesInARow: number;
  /** Why nothing more is asked of the vendor in this run. */
  halted: { readonly kind: FailureKind; readonly message: string } | null;
  /** Who said that no more requests may be sent, and in which words. Whatever a plan believes: this run sends none. */
  dry: { readonly kind: FailureKind; readonly message: string } | null;
  /** `SYMBOL interval form` of what was refused as premium: none is asked for twice. */
  readonly refused: Set<string>;
}

/**
 * One run. Returns the claim instead of a report when the run was not ours to make.
 *
 * @throws whatever the database threw, when the run could not even be closed: the next start finds it dead and says so
 */
export async function ingest<Document>(
  options: IngestOptions,
  effects: Effects<Document>,
): Promise<RunReport | Exclude<Claim, { runId: number }>> {
  const startedAt = effects.now();
  const claim = await effects.claim();
  if (!("runId" in claim)) return claim;
  const { runId } = claim;
  effects.emit({ type: "run-started", runId, trigger: options.trigger, at: startedAt });
  const over = new AbortController();
  const release = effects.keepAlive(runId, () => over.abort(new LeaseLost(runId)));
  const results: SeriesResult[] = [];
  let planned: Plan | null = null;
  let beside = 0;
  let ending: { outcome: Outcome; message: string | null };
  try {
    const abort = AbortSignal.any([options.abort, over.signal]);
    const forcedAt = options.force ? startedAt : null;
    const work = await begin({ runId, options, abort, forcedAt, over, results }, effects);
    planned = work.plan;
    await workThrough(work, effects);
    over.signal.throwIfAborted();
    if (work.halted === null && work.dry === null) {
      beside = await gatherReference({ runId, series: options.series, stop: options.stop, abort, over }, effects);
    }
    ending = { outcome: outcomeOf(results, standingOf(planned)), message: work.halted?.message ?? null };
  } catch (error) {
    ending = { outcome: error instanceof LeaseLost ? "abandoned" : "failed", message: wordsOf(error) };
  } finally {
    release();
  }
  const sums = totalsOf(results);
  const totals = { ...sums, requests: sums.requests + beside };
  if (ending.outcome !== "abandoned" && !await effects.close(runId, { ...ending, totals })) {
    ending = { outcome: "abandoned", message: new LeaseLost(runId).message };
  }
  if (ending.outcome === "abandoned") effects.emit({ type: "lease-lost", runId, message: ending.message! });
  const summary = { runId, ...ending, totals, durationMs: effects.now() - startedAt };
  effects.emit({ type: "run-finished", ...summary });
  return { ...summary, plan: planned, results };
}

/** Step 2: what is worth asking, from what the database knows. */
async function begin<Document>(
  base: Pick<Work, "runId" | "options" | "abort" | "forcedAt" | "over" | "results">,
  effects: Effects<Document>,
): Promise<Work> {
  const { options: { series, market, adjusted }, runId, forcedAt } = base;
  const states = await effects.states(series);
  const entitlements = await effects.entitlements();
  const lags = publicationLags(await effects.history(), market);
  const quota = await effects.quota();
  const first = plan(states, { now: effects.now(), market, adjusted, quota, entitlements, lags, forcedAt });
  const count = (action: PlanEntry["action"]) => first.entries.filter((entry) => entry.action === action).length;
  const queue = first.entries.filter((entry) => entry.action !== "skip" || entry.why === "not-entitled");
  const heals = first.heals.filter(({ requests }) => requests.length > 0);
  const due = new Set([...queue, ...heals].map((one) => seriesName(one.series))).size;
  const planned = { ask: count("ask"), defer: count("defer"), skip: count("skip"), heal: heals.length };
  effects.emit({ type: "run-planned", runId, ...planned });
  await effects.planned(runId, due);
  return {
    ...base,
    states: new Map(states.map((state) => [seriesName(state.series), state])),
    plan: first,
    due,
    lags,
    queue,
    heals,
    entitlements,
    quota,
    asking: 0,
    spent: new Map(),
    outagesInARow: 0,
    halted: null,
    dry: null,
    refused: new Set(),
  };
}

/** Steps 3 to 5: what is due, and when all of that is done with, what is missing in between. */
async function workThrough<Document>(work: Work, effects: Effects<Document>): Promise<void> {
  const { over, options: { concurrency } } = work;
  const toEnd = <Item>(queue: () => Item[], begin: (item: Item) => Promise<void>) =>
    together({ over, concurrency }, () => queue().length === 0 ? null : begin(queue().shift()!));
  await toEnd(() => work.queue, (entry) => advance(work, entry, effects));
  await toEnd(() => work.heals, (heal) => healGaps(heal, { work, effects, over: (told) => haltAfter(work, told) }));
}

/** One step of one series, and its result if that was the last. */
async function advance<Document>(work: Work, entry: PlanEntry, effects: Effects<Document>): Promise<void> {
  const { runId } = work;
  const result = entry.action === "ask" && mayAsk(work, entry)
    ? await take(work, entry, effects)
    : await leave(work, entry, effects);
  if (result === null) return;
  work.results.push(result);
  effects.emit({ type: "series-finished", runId, result, index: work.results.length, of: work.due });
}

/**
 * A new plan after each refusal ends when the plan believes it. That it does is the planner's business; that a run ends
 * is ours, also under a clock that leaps past every rest.
 */
function mayAsk({ halted, dry, refused, options }: Work, { series, request }: Ask): boolean {
  if (halted !== null || dry !== null || options.stop.aborted) return false;
  return !refused.has(`${seriesName(series)} ${formOf(request)}`);
}

/** Asks for the series. `null`: it is back in the queue, with its next request or with a new plan. */
async function take<Document>(work: Work, entry: Ask, effects: Effects<Document>): Promise<SeriesResult | null> {
  const { runId, abort, options: { market }, spent } = work;
  const name = seriesName(entry.series);
  const before = spent.get(name) ?? 0;
  const { watermark = null, gaps = [] } = work.states.get(name) ?? {};
  const next = following(entry);
  work.asking += 1;
  const options = { effects, runId, abort, market, watermark, gaps, spent: before, final: next === null };
  const step = await ingestSeries(entry, options).finally(() => work.asking -= 1);
  spent.set(name, before + step.requests);
  work.quota = { ...work.quota, usedToday: work.quota.usedToday + step.requests };
  switch (step.type) {
    case "finished":
      work.halted ??= haltAfter(work, step.result);
      return step.result;
    case "part":
      if (step.kept) spent.set(name, 0);
      advanceWatermark(work, entry);
      work.queue.unshift(next!);
      return null;
    case "refused":
      // Before what is remembered of the form: a refusal a week old would have it asked again, and again.
      work.entitlements.unshift(step.entitlement);
      work.refused.add(`${name} ${step.entitlement.form}`);
      break;
    case "blocked":
      // The ledger knows how often in a row it has been so, and how long to wait for it.
      work.quota = { ...work.quota, blockedUntil: (await effects.quota()).blockedUntil ?? step.until };
      work.dry ??= { kind: "daily-limit", message: step.message };
      break;
    case "spent": {
      // Another process spent what the plan counted on.
      const perDay = work.quota.perDay ?? 0;
      work.quota = { ...work.quota, perDay, usedToday: perDay };
      work.dry ??= { kind: "quota", message: step.message };
    }
  }
  replan(work, entry, effects.now());
  return null;
}

/** What is planned for the series after its first request. */
function following({ request: _sent, then: [request, ...then], ...entry }: Ask): PlanEntry | null {
  return request === undefined ? entry.later : { ...entry, request, then };
}

/** What a part covered is not asked for again in this run, even if it held no bars. Only months are parts. */
function advanceWatermark({ states }: Work, { series, request }: Ask): void {
  const name = seriesName(series);
  states.set(name, { ...states.get(name)!, watermark: endOfMonth(request.month!) });
}

/** Keeps why a series was not asked. */
async function leave<Document>(work: Work, entry: PlanEntry, effects: Effects<Document>): Promise<SeriesResult> {
  const name = seriesName(entry.series);
  const now = effects.now();
  const times = { requests: work.spent.get(name) ?? 0, startedAt: now, finishedAt: now };
  const reason = reasonNotAsked(work, entry);
  const result = withoutRows({ series: entry.series, ...reason, ...times }, work.states.get(name)?.watermark ?? null);
  return await effects.record(result, { runId: work.runId, gaps: null, healing: false });
}

function reasonNotAsked(work: Work, entry: PlanEntry): Pick<SeriesResult, "status" | "kind" | "message"> {
  if (entry.action === "defer") {
    const message = `${entry.reason}; waits until ${new Date(entry.until).toISOString().slice(0, 16)}Z`;
    return { status: "deferred", kind: entry.kind, message };
  }
  // Not asked, and not green either: it is configured, and it will never be stored like this.
  if (entry.action === "skip") return { status: "failed", kind: "premium", message: entry.reason };
  if (work.halted !== null) return { status: "failed", ...work.halted };
  if (work.dry !== null) return { status: "deferred", ...work.dry };
  if (!work.options.stop.aborted) {
    const message = `${formOf(entry.request)} was refused as premium in this run`;
    return { status: "failed", kind: "premium", message };
  }
  return { status: "cancelled", kind: "cancelled", message: "the run was stopped before this series" };
}

/** A refused key or a vendor that is down will not get better by asking for the next symbol. */
function haltAfter(work: Work, { kind, message }: Pick<SeriesResult, "kind" | "message">): Work["halted"] {
  if (kind === "bad-key") return { kind, message: message ?? "the vendor refused the key" };
  work.outagesInARow = kind === "outage" ? work.outagesInARow + 1 : 0;
  if (work.outagesInARow < OUTAGES_IN_A_ROW) return null;
  return { kind: "outage", message: `the vendor failed ${OUTAGES_IN_A_ROW} series in a row, last: ${message}` };
}

/** Plans anew, with what was learnt, everything that has not been begun. */
function replan(work: Work, entry: PlanEntry, now: number): void {
  const { options: { market, adjusted }, entitlements, lags, forcedAt } = work;
  const quota = { ...work.quota, usedToday: work.quota.usedToday + work.asking };
  const states = [entry, ...work.queue].map(({ series }) => work.states.get(seriesName(series))!);
  work.queue = [...plan(states, { now, market, adjusted, quota, entitlements, lags, forcedAt }).entries];
}
