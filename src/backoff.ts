/** How long to wait before attempt n: exponential, full jitter, capped. The random number is an argument. */

export interface BackoffPolicy {
  /** Upper bound of the wait before the second attempt, in milliseconds. */
  readonly baseMs: number;
  /** No wait is longer, in milliseconds. */
  readonly capMs: number;
  /** Attempts in all, the first included. */
  readonly attempts: number;
}

/** Suits a vendor that throttles per second and fails for a minute or two. Waits half a minute at the most in all, floors aside. */
export const VENDOR_BACKOFF: BackoffPolicy = { baseMs: 2_000, capMs: 30_000, attempts: 5 };

/**
 * Milliseconds to wait before attempt `attempt` (2 is the first retry), or `null` when there is none left.
 *
 * Full jitter: uniform between 0 and `min(cap, base · 2^(attempt − 2))`, so that many clients do not return together.
 * `floorMs` is the least wait the failure itself asks for (a burst refusal wants more than a reset does); it comes on
 * top, beyond the cap if it must.
 *
 * @param random in [0, 1)
 */
export function delayBefore(
  attempt: number,
  policy: BackoffPolicy,
  { random, floorMs = 0 }: { random: number; floorMs?: number },
): number | null {
  if (attempt > policy.attempts) return null;
  if (attempt < 2) return 0;
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(attempt - 2, 52));
  return Math.round(floorMs + random * ceiling);
}
