/** What does the log of a run look like as a text that is attached to its mail? */

/** An event of a run as it was kept. */
export interface LoggedEvent {
  /** Epoch ms. */
  readonly at: number;
  readonly level: string;
  readonly message: string;
}

/** One line per event: `2026-01-02 06:00:05.123Z info     IBM daily: 5 new, …`. */
export function runLog(events: readonly LoggedEvent[]): string {
  return events.map(({ at, level, message }) =>
    `${new Date(at).toISOString().replace("T", " ")} ${level.padEnd(8)} ${message}\n`
  ).join("");
}
