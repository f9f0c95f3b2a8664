/**
 * Is the program alive, so that a restart would not help it? A database that is out of reach is no reason: each restart
 * would find the same, and runs that wait for it would be lost. Pure.
 */

/** What whoever watches the program is told. */
export interface Health {
  readonly healthy: boolean;
  readonly message: string;
  /** When the scheduler last looked at the clock, ISO 8601; `null`: not yet. */
  readonly lastBeat: string | null;
  readonly version: string;
}

/** What is known of the scheduler, epoch ms. */
export interface Vitals {
  readonly lastBeat: number | null;
  /** When the first of the beats failed, by other than the database's absence, that have failed so without another since. */
  readonly failingSince: number | null;
  /** Why the last of them failed, by whatever; `null`: it did not. */
  readonly error: string | null;
  /** What may be said of the database that is waited for; `null`: it is there. */
  readonly away: string | null;
}

export const NO_BEAT: Vitals = { lastBeat: null, failingSince: null, error: null, away: null };

/** A scheduler that has not looked at the clock for this long is stuck. */
export const STUCK_MS = 180_000;

/** After a beat that ended in `error` at `now`, epoch ms. @param away see {@link Vitals} */
export function afterFailure(vitals: Vitals, failed: { error: string; away: string | null; now: number }): Vitals {
  const { error, away, now } = failed;
  const failingSince = away !== null ? null : vitals.failingSince ?? now;
  return { ...vitals, error, away, failingSince };
}

/** @param options.beating a beat is under way: a long run holds it, and every step of it has a limit of its own */
export function healthOf(
  { lastBeat, failingSince, away }: Vitals,
  { beating, now, version }: { beating: boolean; now: number; version: string },
): Health {
  const seconds = (since: number) => Math.round((now - since) / 1000);
  const trouble = failingSince !== null && now - failingSince > STUCK_MS
    ? `the scheduler has failed for ${seconds(failingSince)} s: see the log`
    : !beating && lastBeat !== null && now - lastBeat > STUCK_MS
    ? `the scheduler has not looked at the clock for ${seconds(lastBeat)} s`
    : null;
  const message = trouble ??
    (away !== null ? `waiting: ${away}` : lastBeat === null && !beating ? "starting" : "ok");
  const beat = lastBeat === null ? null : new Date(lastBeat).toISOString();
  return { healthy: trouble === null, message, lastBeat: beat, version };
}
