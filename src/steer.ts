/** What may an operator do to the running program, and what is there to see of it? A button does what a command does. */
import { type Series } from "./bar.ts";
import { type Again, checkNote, checkSeries, type LaunchOrder, seriesAgain } from "./launch.ts";
import { type ChangeRecord, changes } from "./postgres/audit.ts";
import { isBackfillDue } from "./postgres/backfills.ts";
import { forgetRun } from "./postgres/forget.ts";
import { type Heartbeat, heartbeats, type LastAnswer, lastAnswer } from "./postgres/heartbeats.ts";
import {
  isLaunchWaiting,
  launchById,
  launches,
  type LaunchRecord,
  queueLaunch,
  withdrawLaunch,
} from "./postgres/launches.ts";
import { type QuarantinedRow, quarantinedRows } from "./postgres/releases.ts";
import { resultsOf } from "./postgres/results.ts";
import { requestCancel, runById, type RunRecord } from "./postgres/runs.ts";
import { Refused } from "./refused.ts";
import { release, type ReleaseAsked, type Released } from "./release.ts";
import { type BackfillSteering, createBackfillSteering } from "./steer_backfill.ts";
import { createScheduleSteering, type ScheduleSteering } from "./steer_schedule.ts";
import type { Plan } from "./plan.ts";
import type { Rooms } from "./wiring.ts";
import type { Worker } from "./worker.ts";

/** A launch as asked for: series, or an earlier run whose series are meant, or both (a choice of them). */
export interface LaunchAsked {
  readonly series?: readonly { readonly symbol: string; readonly interval: string }[];
  readonly of?: { readonly runId: number; readonly again: Again } | undefined;
  readonly force?: boolean;
  readonly note?: string | null;
}

/** How a connection did last. Instants are epoch ms. */
export interface Connections {
  /** `null`: the vendor was never asked. */
  readonly vendor: LastAnswer | null;
  /** Which database, and how long it took to answer just now. */
  readonly database: { readonly describe: string; readonly at: number; readonly durationMs: number };
}

export interface Steering extends ScheduleSteering, BackfillSteering {
  /** Queues a run, to be made as soon as none is at work by a program that serves. @throws Refused */
  launch(by: string, asked: LaunchAsked): Promise<LaunchRecord>;
  /** Takes a launch back that has no run yet. @throws Refused */
  withdraw(by: string, launchId: number): Promise<LaunchRecord>;
  /** The newest first, those with an id below `before`. */
  launches(options: { limit: number; before?: number }): Promise<LaunchRecord[]>;
  /** Whether a launch waits, or a backfill, that could have its run now. */
  isWorkWaiting(): Promise<boolean>;
  /** The series of an earlier run. @throws Refused */
  seriesAgain(runId: number, again: Again): Promise<Series[]>;
  /**
   * Asks a run to end: no further series is begun, with `force` the request under way is given up too. Its process obeys
   * at once if it is this one, else when it next renews its lease.
   *
   * @throws Refused when there is no such run, or it has ended
   */
  cancel(by: string, runId: number, options?: { force?: boolean }): Promise<RunRecord>;
  /** Removes a run's history; bars and the ledger stay. @throws Refused */
  forget(by: string, runId: number): Promise<void>;
  /** Stores a quarantined row that the operator judges right. @throws Refused */
  release(by: string, asked: ReleaseAsked): Promise<Released>;
  quarantine(options: { series?: Series; limit: number; before?: number }): Promise<QuarantinedRow[]>;
  heartbeats(): Promise<Heartbeat[]>;
  connections(): Promise<Connections>;
  changes(options: { limit: number }): Promise<ChangeRecord[]>;
}

interface Parts {
  readonly worker: Pick<Worker, "cancel">;
  readonly onLaunch: () => void;
  readonly plan: (series: readonly Series[], options: { at: number }) => Promise<Plan>;
}

export function createSteering(rooms: Rooms, { worker, onLaunch, plan }: Parts): Steering {
  const { database, world } = rooms;
  return {
    ...createScheduleSteering(rooms, { plan }),
    ...createBackfillSteering(rooms, { worker, onBackfill: onLaunch }),
    launch: async (by, asked) => {
      const order = await orderOf(rooms, { by, asked });
      const { id } = await queueLaunch(database, { ...order, now: world.now() });
      onLaunch();
      return (await launchById(database, id))!;
    },
    withdraw: (by, launchId) => withdraw(rooms, { by, launchId }),
    launches: (options) => launches(database, options),
    isWorkWaiting: async () => await isLaunchWaiting(database) || await isBackfillDue(database, world.now()),
    seriesAgain: (runId, again) => seriesOfRun(rooms, { runId, again }),
    cancel: async (by, runId, { force = false } = {}) => {
      const run = await requestCancel(database, { runId, by, force, now: world.now() });
      if (run === null) throw unknownRun("cancel", runId);
      if (run.outcome !== null) {
        const ended = `it ended ${run.outcome} at ${iso(run.finishedAt!)}`;
        throw new Refused("conflict", `Cannot cancel run ${runId}: ${ended}`);
      }
      worker.cancel(runId, { by, force });
      return run;
    },
    forget: async (by, runId) => {
      const became = await forgetRun(database, { runId, by, now: world.now() });
      if (became === "unknown") throw unknownRun("forget", runId);
      if (became === "running") {
        throw new Refused("conflict", `Cannot forget run ${runId}: it is at work; cancel it first`);
      }
    },
    release: (by, asked) => release(rooms, { by, ...asked }),
    quarantine: (options) => quarantinedRows(database, options),
    heartbeats: () => heartbeats(database),
    connections: async () => {
      const began = performance.now();
      const vendor = await lastAnswer(database);
      const durationMs = Math.round(performance.now() - began);
      return { vendor, database: { describe: database.describe, at: world.now(), durationMs } };
    },
    changes: (options) => changes(database, options),
  };
}

async function orderOf(
  rooms: Rooms,
  { by, asked: { series, of, force = false, note = null } }: { by: string; asked: LaunchAsked },
): Promise<LaunchOrder> {
  const ofRun = of?.runId ?? null;
  // Of an earlier run a choice may be meant; then it need only be there.
  if (of !== undefined && series !== undefined && await runById(rooms.database, of.runId) === null) {
    throw unknownRun("launch", of.runId);
  }
  const chosen = series ?? (of === undefined ? [] : await seriesOfRun(rooms, of));
  return { series: checkSeries(chosen), force, ofRun, note: checkNote(note), askedBy: by };
}

async function seriesOfRun(
  { config, database }: Rooms,
  { runId, again }: { runId: number; again: Again },
): Promise<Series[]> {
  const run = await runById(database, runId);
  if (run === null) throw unknownRun("launch", runId);
  if (run.outcome === null) {
    throw new Refused("conflict", `Cannot run the series of run ${runId} again: it is at work`);
  }
  const launch = run.launchId === null ? null : await launchById(database, run.launchId);
  // A replay or a release is complete without a plan.
  const planned = run.outcome === "complete" ? run.planned ?? 0 : run.planned;
  const past = { runId, results: await resultsOf(database, runId), planned };
  return seriesAgain({ ...past, launched: launch?.series ?? null }, { again, configured: config.series });
}

async function withdraw(
  { database }: Rooms,
  { by, launchId }: { by: string; launchId: number },
): Promise<LaunchRecord> {
  const launch = await withdrawLaunch(database, { launchId, by });
  if (launch === null) throw new Refused("unknown", `Cannot withdraw launch ${launchId}: there is none of that number`);
  if (launch.state === "withdrawn") return launch;
  const last = launch.runs.at(-1)?.id;
  const found = launch.state === "running"
    ? `run ${last} of it is at work; cancel that`
    : launch.state === "served"
    ? `run ${last} has served it`
    : launch.reason;
  throw new Refused("conflict", `Cannot withdraw launch ${launchId}: ${found}`);
}

function unknownRun(verb: string, runId: number): Refused {
  return new Refused("unknown", `Cannot ${verb} run ${runId}: there is none of that number`);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
