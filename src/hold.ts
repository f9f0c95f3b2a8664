/**
 * How does what is no run keep everybody else from writing meanwhile? It holds the place of the one run, with its lease, and
 * the row of that run says what it was and how it ended.
 */
import type { Claim } from "./effects.ts";
import { closeRun, type Holder } from "./postgres/runs.ts";
import { LeaseLost, type Outcome, type Totals, totalsOf } from "./run.ts";
import { claimPatiently, keepAlive, LEASE_MS, type Rooms } from "./wiring.ts";

export interface HoldOptions {
  /** Aborted: nothing further is begun. */
  readonly stop: AbortSignal;
  /** Aborted: what is under way is given up. */
  readonly abort: AbortSignal;
  /** What its row counts, also when it fails halfway. */
  readonly totals?: () => Totals;
}

/** What the work may go by: the signals are those of the options, of a cancellation, and of a lease that was lost. */
export interface Held {
  readonly holder: Holder;
  readonly stop: AbortSignal;
  readonly signal: AbortSignal;
}

export interface Ending {
  readonly outcome: Outcome;
  readonly message: string;
}

/**
 * Waits for a run that looks dead, gives way to one that is alive, and closes the row as the work ended.
 *
 * @returns what the work returned, or who holds the place
 * @throws what the work throws, its row closed as failed (given up: as cancelled); LeaseLost when it was not ours any more
 */
export async function holdingThePlace<Report extends Ending>(
  rooms: Pick<Rooms, "database" | "world" | "settings">,
  { stop, abort, totals = () => totalsOf([]) }: HoldOptions,
  work: (held: Held) => Promise<Report>,
): Promise<Report | Exclude<Claim, { runId: number }>> {
  const { database, world } = rooms;
  const { owner, leaseMs = LEASE_MS } = world;
  const claim = await claimPatiently(rooms, { trigger: "manual", tickId: null, emit: () => {}, abort, patient: true });
  if (!("runId" in claim)) return claim;
  const { runId } = claim;
  const [lost, cancelled, forced] = [new AbortController(), new AbortController(), new AbortController()];
  const release = keepAlive(rooms, runId, {
    lost: () => lost.abort(new LeaseLost(runId)),
    cancel: ({ force }) => {
      cancelled.abort();
      if (force) forced.abort();
    },
  });
  const close = ({ outcome, message }: Ending) =>
    closeRun(database, { runId, owner, outcome, message, totals: totals(), now: world.now() });
  try {
    const report = await work({
      holder: { runId, owner, leaseMs },
      stop: AbortSignal.any([stop, cancelled.signal]),
      signal: AbortSignal.any([abort, lost.signal, forced.signal]),
    });
    if (!await close(report)) throw new LeaseLost(runId);
    return report;
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    const outcome = abort.aborted || forced.signal.aborted ? "cancelled" : "failed";
    await close({ outcome, message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    release();
  }
}
