/** Opens the rooms and hands their functions to the stories, pages and commands. */
import { type Series } from "./bar.ts";
import type { Config } from "./config.ts";
import type { Claim } from "./effects.ts";
import type { RunEvent } from "./event.ts";
import { lookAtClock } from "./heartbeat.ts";
import { keepHouse } from "./housekeeping.ts";
import { ingest, type RunReport } from "./ingest.ts";
import { createNotifier, type Notifier } from "./notifier.ts";
import { type Plan, plan, type SeriesState } from "./plan.ts";
import { type Database, openDatabase } from "./postgres/connect.ts";
import { entitlements } from "./postgres/entitlements.ts";
import { type EventLog, openEventLog } from "./postgres/events.ts";
import { brokenConnection } from "./postgres/explain.ts";
import { releaseSchedule } from "./postgres/holder.ts";
import { migrate } from "./postgres/migrate.ts";
import { quotaState } from "./postgres/quota.ts";
import { pastAnswers, seriesStates } from "./postgres/states.ts";
import { publicationLags } from "./publication.ts";
import { createRedactor } from "./redact.ts";
import { DOUBTED_MS } from "./retention.ts";
import { replay, type ReplayOptions, type ReplayReport } from "./replay.ts";
import { effectsOf, marketOf, type Rooms, type RunWiring, type World } from "./wiring.ts";

export interface RunOptions extends RunWiring {
  readonly series: readonly Series[];
  /** Ask each of them, whatever is known of it. Default: what is worth asking. */
  readonly force?: boolean;
  /** Aborted: no further series is begun. */
  readonly stop: AbortSignal;
}

/** The operator is told again that another program serves the schedule. */
const REMIND_MS = 3_600_000;
/** Who runs it by hand waits for it; what is left goes the next day. */
const TIDY_MS = 30_000;

/** The run was not ours to make: another is at work, or has served the tick. */
export type NotOurs = Exclude<Claim, { runId: number }>;

export interface App {
  readonly config: Config;
  readonly database: Database;
  /** Names of the migrations that opening applied. */
  readonly migrated: readonly string[];
  /**
   * One run now.
   *
   * @throws Error when no key is configured, or the database went away before the run could be closed
   */
  run(options: RunOptions): Promise<RunReport | NotOurs>;
  /** What the next run would ask, or one that is forced. Asks nobody. */
  plan(series: readonly Series[], options?: { force?: boolean }): Promise<Plan>;
  states(series: readonly Series[]): Promise<SeriesState[]>;
  /** Notices the ticks that have come due and serves those that are owed. @returns the last run; `null`: none was owed */
  beat(options: Pick<RunOptions, "stop" | "abort" | "emit">): Promise<RunReport | NotOurs | null>;
  /** After a run by hand: removes what is too old, within half a minute, if that is due. Never throws. */
  tidy(options: Pick<RunOptions, "stop">): Promise<void>;
  /** Who is told of what, and whether it arrived. */
  readonly notifier: Notifier;
  /** The tables anew from the archive. Asks nobody, needs no key. */
  replay(options: ReplayOptions): Promise<ReplayReport | NotOurs>;
  close(): Promise<void>;
}

/**
 * Opens the database, brings its schema up to date and makes everything that works on it.
 *
 * @throws Error that says what was found and what to do; it never holds a secret
 */
export async function openApp(config: Config, world: World): Promise<App> {
  const database = await openDatabase(config.database, { onError: (error) => world.onError(brokenConnection(error)) });
  try {
    const { applied } = await migrate(database);
    const keyHash = await hashOf(config.vendor.key ?? "");
    const rooms = { config, database, keyHash, world };
    const market = marketOf(config);
    const { adjusted } = config;
    const redact = createRedactor(config.secrets);
    const events = openEventLog(database, { now: world.now, redact, onError: world.onError });
    const notifier = createNotifier(rooms, { redact });
    const run = runnerOf(rooms, { events, notifier });
    let [hasBeaten, silentUntil] = [false, -Infinity];
    // A beat comes every minute.
    const onRival = (warning: string) => {
      if (world.now() < silentUntil) return;
      silentUntil = world.now() + REMIND_MS;
      world.onError(warning);
    };
    return {
      config,
      database,
      notifier,
      migrated: applied,
      run,
      plan: async (series, { force = false } = {}) => {
        const now = world.now();
        const states = await seriesStates(database, series);
        const quota = await quotaState(database, { keyHash, now, perDay: config.vendor.perDay });
        const lags = publicationLags(await pastAnswers(database), market);
        const known = await entitlements(database, keyHash);
        const forcedAt = force ? now : null;
        return plan(states, { now, market, adjusted, quota, entitlements: known, lags, forcedAt });
      },
      states: (series) => seriesStates(database, series),
      beat: ({ stop, ...options }) => {
        hasBeaten = true;
        return lookAtClock(rooms, {
          stop,
          onRival,
          serve: ({ id, trigger }) =>
            run({ ...options, stop, series: config.series, trigger, tickId: id, patient: false }),
        });
      },
      tidy: async ({ stop }) => {
        const limit = AbortSignal.any([stop, AbortSignal.timeout(TIDY_MS)]);
        await keepHouse(rooms, { stop: limit, doubtedMs: DOUBTED_MS.byHand });
      },
      close: async () => {
        await events.flush();
        // If this fails, a program of another configuration waits for some minutes.
        if (hasBeaten) await releaseSchedule(database, world.owner).catch(() => {});
        await database.close();
      },
      replay: (options) => replay(rooms, options),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Makes runs that are heard by whoever asked for them, by the event log and by the dead-man's switch. */
function runnerOf(rooms: Rooms, { events, notifier }: { events: EventLog; notifier: Notifier }): App["run"] {
  const { adjusted, vendor: { concurrency } } = rooms.config;
  const market = marketOf(rooms.config);
  return async (options) => {
    let told = Promise.resolve();
    const emit = (event: RunEvent) => {
      options.emit(event);
      events.emit(event);
      if (event.type === "run-started") told = notifier.started(event.runId);
    };
    try {
      const effects = await effectsOf(rooms, { ...options, emit });
      return await ingest({ force: false, ...options, market, adjusted, concurrency }, effects);
    } finally {
      await events.flush();
      // Before the ping of its end, or the switch would think that another has begun.
      await told;
    }
  };
}

/** What stands for a key in the ledger: enough to tell keys apart, nothing to get one back from. */
export async function hashOf(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`stocks-etl ${key}`));
  return new Uint8Array(digest).toHex().slice(0, 16);
}
