/** When may the next request be sent? Evenly spaced, never in bursts: the vendor refuses bursts even within its quota. */

export interface Pace {
  /** Requests the key may send per second and per minute; `null`: no such limit. */
  readonly perSecond: number | null;
  readonly perMinute: number | null;
  /** The operator's own least distance between two requests, in milliseconds. */
  readonly politeDelayMs: number;
}

/** Requests sent exactly at the limit reach the vendor a little closer together at times, by the network's jitter. */
const MARGIN_MS = 100;

/** Least distance in milliseconds between the beginnings of two requests. */
export function gapOf({ perSecond, perMinute, politeDelayMs }: Pace): number {
  const second = perSecond === null ? 0 : 1_000 / perSecond + MARGIN_MS;
  const minute = perMinute === null ? 0 : 60_000 / perMinute + MARGIN_MS;
  return Math.ceil(Math.max(second, minute, politeDelayMs));
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
