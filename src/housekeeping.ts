/**
 * What does not stay for ever, and for how long does it? The list of sweeps, and the daily turn that carries them out and
 * makes what they left room for new rows.
 */
import type { Config } from "./config.ts";
import { sweepLogs } from "./log_sweep.ts";
import { retainAnswers } from "./postgres/answers.ts";
import { claimChore, noteChore } from "./postgres/chores.ts";
import type { Database } from "./postgres/connect.ts";
import { expireGaps } from "./postgres/gaps.ts";
import { reclaim } from "./postgres/reclaim.ts";
import {
  expireBackfills,
  expireEvents,
  expireIncidents,
  expireLaunches,
  expireNotices,
  expireRequests,
  expireRuns,
  expireTicks,
  isQuiet,
} from "./postgres/retention.ts";
import { expireSettings } from "./postgres/run_settings.ts";
import { DOUBTED_MS, nextSweep, type Sweep, sweepAll } from "./retention.ts";
import type { Rooms } from "./wiring.ts";

const DAY = 86_400_000;
/** However short runs are kept, what the quota is reckoned from stays. */
const LEAST_DAYS_OF_REQUESTS = 7;
const FILES = 1_000;
const BODIES = 200;
const CHORE = "retention";

/** The sweeps that the configuration asks for. */
export function sweepsOf({ retention, archiveDays, logDir }: Config, database: Database): Sweep[] {
  const sweep = (name: string, days: number | null, expire: (before: number) => Promise<number>): Sweep[] =>
    days === null ? [] : [{ name, run: (now) => expire(now - days * DAY) }];
  const { runs, events, logs } = retention;
  return [
    ...sweep("events", events, (before) => expireEvents(database, before)),
    ...sweep(
      "requests",
      runs === null ? null : Math.max(runs, LEAST_DAYS_OF_REQUESTS),
      (before) => expireRequests(database, before),
    ),
    ...sweep("runs", runs, (before) => expireRuns(database, before)),
    ...sweep("settings of runs", runs, (before) => expireSettings(database, before)),
    ...sweep("ticks", runs, (before) => expireTicks(database, before)),
    ...sweep("launches", runs, (before) => expireLaunches(database, before)),
    ...sweep("backfills", runs, (before) => expireBackfills(database, before)),
    ...sweep("notices", runs, (before) => expireNotices(database, before)),
    ...sweep("healed gaps", runs, (before) => expireGaps(database, before)),
    ...sweep("incidents", runs, (before) => expireIncidents(database, before)),
    ...sweep("answer bodies", archiveDays, (before) => retainAnswers(database, { before, limit: BODIES })),
    ...sweep("log files", logDir === null ? null : logs, (before) => sweepLogs(logDir!, { before, limit: FILES })),
  ];
}

/**
 * Removes what is too old, if it is this process's turn. Never throws: the schedule does not wait for tidiness.
 *
 * @param options.stop aborted: ends after the batch or the table under way
 * @param options.doubtedMs see {@link DOUBTED_MS}; default: of a program that serves
 */
export async function keepHouse(
  { config, database, world }: Rooms,
  { stop, doubtedMs = DOUBTED_MS.served }: { stop: AbortSignal; doubtedMs?: number },
): Promise<void> {
  const now = world.now();
  try {
    if (!await isQuiet(database)) return;
    if (!await claimChore(database, { name: CHORE, now, decide: (dueAt) => nextSweep(dueAt, now, { doubtedMs }) })) {
      return;
    }
    const quiet = () => isQuiet(database);
    const swept = await sweepAll(sweepsOf(config, database), { now, quiet, stop, onError: world.onError });
    // Not only when something was swept: runs change rows too, and the next day begins with no count of them.
    const reclaimed = await reclaim(database, null, { stop, quiet, onError: world.onError });
    const note = reclaimed.length === 0 ? swept : `${swept}, ${reclaimed.length} tables vacuumed`;
    await noteChore(database, { name: CHORE, note });
  } catch (error) {
    world.onError(`Cannot remove what is too old: ${error instanceof Error ? error.message : String(error)}`);
  }
}
