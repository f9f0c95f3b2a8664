/**
 * The last part of a run: what is known of its symbols beside their bars, from what the bars have left of the quota. What
 * fails here waits for its clock and changes nothing about how the run ended: that is said of bars.
 */
import type { Series } from "./bar.ts";
import type { Effects, ReferenceEffects } from "./effects.ts";
import type { ReferencePlanEntry } from "./reference.ts";
import { type FailureKind, LeaseLost } from "./run.ts";

export interface GatherOptions {
  readonly runId: number;
  readonly series: readonly Series[];
  /** Aborted: nothing further is begun. */
  readonly stop: AbortSignal;
  /** Aborted: what is under way is given up. */
  readonly abort: AbortSignal;
  /** Aborted, with what went wrong: the run is over. */
  readonly over: AbortController;
}

/** After these no request of this run can be answered. */
const FINAL: readonly FailureKind[] = ["daily-limit", "quota", "bad-key", "cancelled"];
/** These are not the symbol's own fault: nothing is kept of them, and the next run asks again. */
const NOT_KEPT: readonly FailureKind[] = ["daily-limit", "quota", "bad-key", "cancelled", "burst"];
const OUTAGES_IN_A_ROW = 3;

/**
 * Asks for what is due beside bars, one after the other.
 *
 * @returns the requests sent
 * @throws LeaseLost when the run is not ours any more; whatever the database threw when it cannot even keep a failure
 */
export async function gatherReference<Document>(options: GatherOptions, effects: Effects<Document>): Promise<number> {
  const { beside } = effects;
  if (beside === undefined || options.stop.aborted || options.abort.aborted) return 0;
  let [sent, outages] = [0, 0];
  const refused = new Set<string>();
  for (const entry of await beside.plan(options.series)) {
    if (options.stop.aborted || options.abort.aborted || outages === OUTAGES_IN_A_ROW) break;
    if (entry.action !== "ask" || refused.has(entry.request.form)) continue;
    const { requests, kind } = await gatherOne(entry, { ...options, effects, beside });
    options.over.signal.throwIfAborted();
    sent += requests;
    outages = kind === "outage" ? outages + 1 : 0;
    if (kind === "premium") refused.add(entry.request.form);
    if (kind !== null && FINAL.includes(kind)) break;
  }
  return sent;
}

/** `kind`: `null` when it was stored. */
async function gatherOne<Document>(
  { request }: ReferencePlanEntry,
  { runId, abort, effects, beside }: GatherOptions & {
    effects: Effects<Document>;
    beside: ReferenceEffects<unknown>;
  },
): Promise<{ requests: number; kind: FailureKind | null }> {
  const asked = await beside.ask(request, { runId, signal: abort });
  const { requests } = asked;
  const tell = (kind: FailureKind | null, message: string) => {
    effects.emit({ type: "reference-finished", runId, ...request, requests, kind, message });
    return { requests, kind };
  };
  const fail = async (kind: FailureKind, message: string) => {
    if (!NOT_KEPT.includes(kind)) await beside.fail({ kind, message }, { runId, request });
    return tell(kind, message);
  };
  if (asked.kind === "premium") {
    await effects.learn({ form: request.form, allowed: false, learntAt: effects.now() }, asked.message);
  }
  if (asked.kind !== "reference") return await fail(asked.kind, asked.message);
  try {
    const stored = await beside.store(asked.document, { runId, request });
    return "became" in stored ? tell(null, stored.became) : await fail("malformed", stored.implausible);
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    // A database that is gone refuses this as well, and ends the run.
    return await fail("database", `cannot store it: ${error instanceof Error ? error.message : String(error)}`);
  }
}
