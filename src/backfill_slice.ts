/**
 * Story 3: one slice of a backfill, which is one run. Claim, find what is to be asked for next, then ask, read and store
 * request by request, close. Every effect is an argument. What an answer leaves to be done is found by the next slice.
 */
import type { PartAnswer } from "./backfill_left.ts";
import { type Series, seriesName } from "./bar.ts";
import { type Asked, type Claim, type Effects, NO_GAPS, type Reading } from "./effects.ts";
import type { Slot } from "./gaps.ts";
import { withoutRows } from "./ingest_series.ts";
import { type BarRequest, formOf } from "./request.ts";
import { type FailureKind, LeaseLost, type Outcome, outcomeOf, type SeriesResult, totalsOf } from "./run.ts";

/** A request of a backfill. */
export interface PartErrand {
  readonly series: Series;
  readonly request: BarRequest;
  /** What it is called among the answers of the backfill. */
  readonly part: string;
  /** The wished sessions it is for; none for one that only finds the newest bars. */
  readonly slots: readonly Slot[];
  /** The dates its answer speaks of. */
  readonly from: string;
  readonly to: string;
}

export interface SliceOptions {
  readonly backfillId: number;
  /** What this slice may send, in order. Asked once the run is ours. */
  readonly errands: () => Promise<readonly PartErrand[]>;
  /** Asked before each request: false ends the slice, because something else is due. */
  readonly mayGoOn: () => Promise<boolean>;
  /** Aborted: no further request is begun. */
  readonly stop: AbortSignal;
  /** Aborted: what is under way is given up as well. */
  readonly abort: AbortSignal;
}

/** Why a slice ended before its last errand. Instants are epoch ms. */
export type Halt =
  | { readonly why: "stopped" }
  /** Neither the vendor nor our ledger allows more requests before `until`. */
  | { readonly why: "quota"; readonly until: number; readonly message: string }
  /** Asking for something else will not help now: the key is refused, or the vendor does not answer. */
  | { readonly why: "vendor"; readonly kind: FailureKind; readonly message: string };

export interface SliceReport {
  readonly runId: number;
  readonly outcome: Outcome;
  readonly message: string | null;
  /** HTTP requests sent. */
  readonly requests: number;
  /** `null`: it came to the end of its errands, or broke. */
  readonly halt: Halt | null;
  /** What is not the vendor's fault kept it from its end: the database, or an error of ours. */
  readonly broken: boolean;
}

interface Work<Document> {
  readonly runId: number;
  readonly options: SliceOptions;
  readonly effects: Effects<Document>;
  readonly abort: AbortSignal;
  readonly over: AbortSignal;
  /** As the run has them, by series. */
  readonly results: Map<string, SeriesResult>;
  /** `SYMBOL interval form` of what was refused as premium. */
  readonly refused: Set<string>;
}

/**
 * One slice. Returns the claim instead of a report when the run was not ours to make.
 *
 * @throws whatever the database threw, when the run could not even be closed: the next start finds it dead and says so
 */
export async function workSlice<Document>(
  options: SliceOptions,
  effects: Effects<Document>,
): Promise<SliceReport | Exclude<Claim, { runId: number }>> {
  const startedAt = effects.now();
  const claim = await effects.claim();
  if (!("runId" in claim)) return claim;
  const { runId } = claim;
  effects.emit({ type: "run-started", runId, trigger: "backfill", at: startedAt });
  const over = new AbortController();
  const release = effects.keepAlive(runId, () => over.abort(new LeaseLost(runId)));
  const results = new Map<string, SeriesResult>();
  let [halt, broken]: [Halt | null, boolean] = [null, false];
  let ending: { outcome: Outcome; message: string | null };
  try {
    const abort = AbortSignal.any([options.abort, over.signal]);
    halt = await carryOut({ runId, options, effects, abort, over: over.signal, results, refused: new Set() });
    over.signal.throwIfAborted();
    ending = { outcome: outcomeOf([...results.values()]), message: halt === null ? null : messageOf(halt) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    broken = true;
    ending = { outcome: error instanceof LeaseLost ? "abandoned" : "failed", message };
  } finally {
    release();
  }
  const totals = totalsOf([...results.values()]);
  if (ending.outcome !== "abandoned" && !await effects.close(runId, { ...ending, totals })) {
    ending = { outcome: "abandoned", message: new LeaseLost(runId).message };
  }
  if (ending.outcome === "abandoned") effects.emit({ type: "lease-lost", runId, message: ending.message! });
  effects.emit({ type: "run-finished", runId, ...ending, totals, durationMs: effects.now() - startedAt });
  return { runId, ...ending, requests: totals.requests, halt, broken };
}

function messageOf(halt: Halt): string {
  return halt.why === "stopped" ? "gave way before its last request; the next slice goes on" : halt.message;
}

async function carryOut<Document>(work: Work<Document>): Promise<Halt | null> {
  const { runId, options, effects, over, results } = work;
  const errands = await options.errands();
  const series = Map.groupBy(errands, ({ series }) => seriesName(series));
  effects.emit({ type: "run-planned", runId, ask: series.size, defer: 0, skip: 0, heal: 0 });
  await effects.planned(runId, series.size);
  let [last, done]: [Series | null, number] = [null, 0];
  const finish = ({ symbol, interval }: Series) => {
    const result = results.get(seriesName({ symbol, interval }));
    if (result !== undefined) {
      effects.emit({ type: "series-finished", runId, result, index: ++done, of: series.size });
    }
  };
  let halt: Halt | null = null;
  for (const errand of errands) {
    if (over.aborted) break;
    if (work.refused.has(refusedAs(errand))) continue;
    if (options.stop.aborted || !await options.mayGoOn()) {
      halt = { why: "stopped" };
      break;
    }
    if (last !== null && seriesName(last) !== seriesName(errand.series)) finish(last);
    last = errand.series;
    halt = await askFor(errand, work);
    if (halt !== null) break;
  }
  if (last !== null) finish(last);
  return halt;
}

function refusedAs({ series, request }: PartErrand): string {
  return `${seriesName(series)} ${formOf(request)}`;
}

/** One request: its bars and what it says to the backfill are stored together. @returns why no other may follow */
async function askFor<Document>(errand: PartErrand, work: Work<Document>): Promise<Halt | null> {
  const { runId, effects, abort } = work;
  const { series, request } = errand;
  const startedAt = effects.now();
  effects.emit({ type: "series-started", runId, series, reason: reasonOf(errand) });
  const asked = await effects.ask(request, { runId, signal: abort });
  const open = { series, requests: asked.requests, startedAt };
  if (asked.kind === "bars") {
    const reading = effects.read(asked.document, request);
    await keep(errand, { work, reading, open, document: asked.document });
    return null;
  }
  const { kind, message } = asked;
  if (kind === "premium") {
    work.refused.add(refusedAs(errand));
    await effects.learn({ form: formOf(request), allowed: false, learntAt: effects.now() }, message);
  }
  const nothing = kind === "empty" || kind === "bad-symbol";
  const status = nothing ? "stored" : WAITING.includes(kind) ? "deferred" : kind === "cancelled" ? kind : "failed";
  const result = withoutRows({
    ...open,
    status,
    kind: nothing ? null : kind,
    message: nothing ? `the vendor has no bars for ${errand.part}: ${message}` : message,
    finishedAt: effects.now(),
  }, null);
  const part = OTHERS_FAULT.includes(kind) ? undefined : partAnswer(errand, { work, kind, message, brought: 0 });
  remember(work, await effects.record(result, { runId, ...NO_GAPS, ...(part === undefined ? {} : { part }) }));
  return haltAfter(asked, effects.now());
}

const WAITING: readonly FailureKind[] = ["quota", "daily-limit"];
/** These say nothing of the part that was asked for. */
const OTHERS_FAULT: readonly FailureKind[] = [
  ...WAITING,
  "premium",
  "bad-key",
  "outage",
  "burst",
  "cancelled",
];
const HOUR = 3_600_000;

function haltAfter(asked: Exclude<Asked<unknown>, { kind: "bars" }>, now: number): Halt | null {
  const { kind, message, until } = asked;
  switch (kind) {
    case "quota":
    case "daily-limit":
      return { why: "quota", until: until ?? now + HOUR, message };
    case "bad-key":
    case "outage":
    case "burst":
      return { why: "vendor", kind, message };
    case "cancelled":
      return { why: "stopped" };
    default:
      return null;
  }
}

/** Rows, result and part go in together; a part that the database refuses does not end the run. */
async function keep<Document>(
  errand: PartErrand,
  { work, reading, open, document }: {
    work: Work<Document>;
    reading: Reading;
    open: Pick<SeriesResult, "series" | "requests" | "startedAt">;
    document: Document;
  },
): Promise<void> {
  const { runId, effects } = work;
  const { series, request } = errand;
  for (const [rule, rejects] of Map.groupBy(reading.rejects, (reject) => reject.rule)) {
    const first = rejects[0]!.stamp;
    effects.emit({ type: "rows-refused", runId, series, rule, count: rejects.length, first });
  }
  const finishedAt = effects.now();
  const judgement = reading.bars.length > 0
    ? { status: "stored", kind: null, message: null } as const
    : { status: "failed", kind: "malformed", message: `all ${reading.rejects.length} rows were refused` } as const;
  const brought = errand.slots.filter((slot) => holdsBar(reading, slot)).length;
  const part = partAnswer(errand, { work, kind: judgement.kind ?? "bars", message: judgement.message, brought });
  try {
    const result = { ...open, ...judgement, finishedAt };
    const stored = await effects.store(reading, { runId, result, from: { document, request }, part, ...NO_GAPS });
    effects.emit({ type: "rows-stored", runId, series, counts: stored.counts });
    remember(work, stored);
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    const words = error instanceof Error ? error.message : String(error);
    const message = `cannot store the bars of ${seriesName(series)}: ${words}`;
    const failure = withoutRows({ ...open, status: "failed", kind: "database", message, finishedAt }, null);
    // A database that is gone refuses this as well, and ends the run.
    const inVain = partAnswer(errand, { work, kind: "database", message, brought: 0 });
    remember(work, await effects.record(failure, { runId, part: inVain, ...NO_GAPS }));
  }
}

/** Bars ascend. */
function holdsBar({ bars }: Reading, { from, to }: Slot): boolean {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bars[middle]!.ts < from) low = middle + 1;
    else high = middle;
  }
  return low < bars.length && bars[low]!.ts < to;
}

function partAnswer<Document>(
  { part: name, from, to, slots }: PartErrand,
  { work: { options: { backfillId }, effects }, kind, message, brought }: {
    work: Work<Document>;
    kind: PartAnswer["kind"];
    message: string | null;
    brought: number;
  },
): PartAnswer {
  // A part without bars may be asked for again: what the vendor does not have is not known yet.
  const none = kind === "bars" ? slots.length - brought : 0;
  return { backfillId, name, from, to, kind, message, at: effects.now(), brought, none };
}

function remember<Document>({ results }: Work<Document>, result: SeriesResult): void {
  results.set(seriesName(result.series), result);
}

function reasonOf({ part, slots }: PartErrand): string {
  const sessions = slots.length === 1 ? "1 missing session" : `${slots.length} missing sessions`;
  return slots.length === 0
    ? "backfill: the newest bars first, so that older ones are not taken for them"
    : `backfill: ${part}, for ${sessions}`;
}
