/** When may the next request be sent? Evenly spaced, never in bursts: the vendor refuses bursts even within its quota. */

export interface Pace {
  /** Requests the key may send per minute; `null`: no such limit. */
  readonly perMinute: number | null;
  /** The operator's own least distance between two requests, in milliseconds: with 1,000 / n, never more than n a second. */
  readonly politeDelayMs: number;
}

/**
 * Least distance in milliseconds between the beginnings of two requests.
 *
 * Exactly a minute divided by the requests it may hold (rounded up to what a clock can show), and no margin: requests
 * that far apart are never more than allowed in any minute, wherever it begins, so a plan's whole rate can be used.
 */
export function gapOf({ perMinute, politeDelayMs }: Pace): number {
  return Math.ceil(Math.max(perMinute === null ? 0 : 60_000 / perMinute, politeDelayMs));
}

/**
 * The first instant (epoch ms) at which a request may be sent: `now`, or later.
 *
 * @param lastSentAt when the last one was sent, by this process or the one before it; `null`: none was
 */
export function nextSend(lastSentAt: number | null, { now, pace }: { now: number; pace: Pace }): number {
  if (lastSentAt === null) return now;
  // A clock set back must not make the next request wait until it has caught up.
  return Math.max(now, Math.min(lastSentAt, now) + gapOf(pace));
}
