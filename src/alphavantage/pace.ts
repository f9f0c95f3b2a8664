/**
 * When may the next request be sent? Evenly spaced, never in bursts: the vendor refuses bursts even within its quota.
 *
 * A program is always a moment late: a timer rings late, a charge takes long. Were the next request spaced from the late
 * one, a fast key would lose a tenth of what it may send, so small delays are made up; what a minute holds is counted.
 */

export interface Pace {
  /** Requests the key may send per minute; `null`: no such limit. */
  readonly perMinute: number | null;
  /** The operator's own least distance between two requests, in milliseconds: with 1,000 / n, never more than n a second. */
  readonly politeDelayMs: number;
}

/** What has been sent, as far as the next request depends on it; instants are epoch ms. */
export interface Sent {
  /** Of the last minute, oldest first. */
  readonly times: readonly number[];
  /** When the next would be sent, were none of them late. */
  readonly due: number;
}

/** A minute as requests arrive: some are longer on their way than others, and the vendor counts arrivals. */
const MINUTE_MS = 60_200;
/** What is made up for at most: after a pause there is nothing to catch up with. */
const CATCH_UP_MS = 1_000;
/** Of the even distance, while catching up. */
const LEAST_SHARE = 0.8;

/** After the requests that earlier processes sent at `times`, oldest first. What they were late by is not made up for. */
export function sentEarlier(times: readonly number[], pace: Pace): Sent | null {
  const last = times.at(-1);
  return last === undefined ? null : { times: times.slice(-(pace.perMinute ?? 1)), due: last + evenDistance(pace) };
}

/** With one more request, sent at `at`. `null`: it is the first. */
export function withSent(sent: Sent | null, { at, pace }: { at: number; pace: Pace }): Sent {
  const distance = evenDistance(pace);
  if (sent === null) return { times: [at], due: at + distance };
  const { times, due } = setBack(sent, at);
  const kept = times.slice(-Math.max(1, pace.perMinute ?? 1));
  return { times: [...kept, at], due: Math.max(due + distance, at + distance - CATCH_UP_MS) };
}

/** The first instant (epoch ms) at which a request may be sent: `now`, or later. */
export function nextSend(sent: Sent | null, { now, pace }: { now: number; pace: Pace }): number {
  if (sent === null) return now;
  const { times, due } = setBack(sent, now);
  const last = times.at(-1)!;
  const distance = evenDistance(pace);
  const polite = last + pace.politeDelayMs;
  if (distance === 0) return Math.ceil(Math.max(now, polite));
  // So many places before the next one, that it would be one too many in a minute.
  const first = times.at(-pace.perMinute!);
  const counted = first === undefined || times.length < pace.perMinute! ? -Infinity : first + MINUTE_MS;
  return Math.ceil(Math.max(now, polite, due, last + distance * LEAST_SHARE, counted));
}

/** Milliseconds between two requests sent evenly; 0 when the polite delay alone is as slow. */
function evenDistance({ perMinute, politeDelayMs }: Pace): number {
  const distance = perMinute === null ? 0 : 60_000 / perMinute;
  return politeDelayMs >= distance ? 0 : distance;
}

/** A clock set back takes what was sent with it: the next request must not wait until the clock has caught up. */
function setBack({ times, due }: Sent, now: number): Sent {
  const by = times.at(-1)! - now;
  return by <= 0 ? { times, due } : { times: times.map((at) => at - by), due: due - by };
}
