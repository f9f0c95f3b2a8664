/**
 * When is it time to remove what is too old, and how is it done beside the work? In small batches, once a day, by one
 * process, never while a run is at work. Which sweeps there are stands in housekeeping.ts.
 */

/** One kind of thing that does not stay for ever. */
export interface Sweep {
  /** What is removed, in the plural: `log files`. */
  readonly name: string;
  /** Removes one bounded batch of what is too old at `now` (epoch ms). @returns how many; 0: nothing is left to remove */
  run(now: number): Promise<number>;
}

export interface SweepEffects {
  /** Epoch ms. */
  readonly now: number;
  /** No run is at work, in this process or another. */
  quiet(): Promise<boolean>;
  readonly stop: AbortSignal;
  readonly onError: (message: string) => void;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/**
 * How far a due time may lie behind or ahead before the clock is doubted. A program that serves looks every minute; one that
 * is run by hand, or by the system's cron once a month, never sees a clock hold for an hour.
 */
export const DOUBTED_MS = { served: 2 * DAY, byHand: 35 * DAY } as const;
/** What is left then goes tomorrow. */
const MOST_BATCHES = 1_000;

/**
 * Whether a sweep begins, and when the next one is due; `dueAt`: as stored, epoch ms, `null` the first time.
 *
 * A sweep believes the clock, and what it removes is gone. A due time further from now than `doubtedMs`, behind or ahead,
 * is the sign of a clock that jumped (or of a program that was off): then the clock must hold for an hour first.
 */
export function nextSweep(
  dueAt: number | null,
  now: number,
  { doubtedMs }: { doubtedMs: number } = { doubtedMs: DOUBTED_MS.served },
): { begin: boolean; dueAt: number } {
  if (dueAt === null || Math.abs(now - dueAt) > doubtedMs) return { begin: false, dueAt: now + HOUR };
  return now < dueAt ? { begin: false, dueAt } : { begin: true, dueAt: now + DAY };
}

/** Carries out the sweeps, one after the other. One that fails is reported and the others go on. @returns in words */
export async function sweepAll(
  sweeps: readonly Sweep[],
  { now, quiet, stop, onError }: SweepEffects,
): Promise<string> {
  const done: string[] = [];
  for (const sweep of sweeps) {
    const { name } = sweep;
    let removed = 0;
    try {
      for (let batch = 0; batch < MOST_BATCHES; batch++) {
        if (stop.aborted || !await quiet()) return [...done, `${removed} ${name}`, "then made way"].join(", ");
        const gone = await sweep.run(now);
        if (gone === 0) break;
        removed += gone;
      }
    } catch (error) {
      onError(`Cannot remove old ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    done.push(`${removed} ${name}`);
  }
  return done.join(", ");
}
