/** How long is a series left alone that keeps failing, so that it does not eat the requests of those that do not? */
import type { FailureKind } from "./run.ts";

/** What asking for a series once came to, as a finished run kept it. */
export interface Attempt {
  /** `null`: all was well. */
  readonly kind: FailureKind | null;
  /** When it was finished, epoch ms. */
  readonly at: number;
  /** It brought new settled bars, whatever else it was. */
  readonly brought: boolean;
}

/** A series that rests. */
export interface Trouble {
  readonly kind: FailureKind;
  /** How often in a row. */
  readonly times: number;
  /** Not asked before, epoch ms. */
  readonly until: number;
}

const HOUR = 3_600_000;
const LONGEST_MS = 7 * 24 * HOUR;

/**
 * The first rest, and after how many failures in a row it is taken. What is not listed is not the series' own fault, or
 * has a memory of its own (`premium`, `daily-limit`). One outage is the line's; when the vendor is down a run stops
 * asking, so a series with several in a row mostly met them alone.
 */
const RESTS: Partial<Record<FailureKind, { readonly firstMs: number; readonly after: number }>> = {
  stale: { firstMs: HOUR, after: 1 },
  malformed: { firstMs: HOUR, after: 1 },
  outage: { firstMs: HOUR, after: 2 },
  empty: { firstMs: 6 * HOUR, after: 1 },
  "unknown-notice": { firstMs: 6 * HOUR, after: 1 },
  "bad-symbol": { firstMs: 24 * HOUR, after: 1 },
};

/** Attempts worth remembering: by then every rest has grown to its longest. */
export const ATTEMPTS_KEPT = 10;

/**
 * The trouble a series is in, over or not; `null` when its newest attempt was well or failed in a way that calls for no
 * rest. Each further failure of the same kind doubles the rest, up to a week; anything else starts anew, and so does an
 * answer that was late but brought bars.
 *
 * @param recent newest first
 */
export function troubleOf(recent: readonly Attempt[]): Trouble | null {
  const [last] = recent;
  if (last === undefined || last.kind === null) return null;
  const rest = RESTS[last.kind];
  const times = streakOf(recent, last.kind);
  if (rest === undefined || times < rest.after) return null;
  const restMs = Math.min(rest.firstMs * 2 ** (times - rest.after), LONGEST_MS);
  return { kind: last.kind, times, until: last.at + restMs };
}

function streakOf(recent: readonly Attempt[], kind: FailureKind): number {
  let times = 0;
  for (const attempt of recent) {
    if (attempt.kind !== kind) break;
    times += 1;
    if (attempt.brought) break;
  }
  return times;
}
