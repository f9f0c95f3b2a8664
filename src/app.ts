/** Opens the rooms and hands their functions to the stories, pages and commands. */
import { createBackfiller, type SliceOptions, type Worked } from "./backfill_work.ts";
import { type Series } from "./bar.ts";
import type { Config } from "./config.ts";
import { lookAtClock } from "./heartbeat.ts";
import { searchGaps } from "./gap_search.ts";
import { keepHouse } from "./housekeeping.ts";
import type { RunReport } from "./ingest.ts";
import { createInquiry, type Inquiry } from "./inquire.ts";
import type { KeptSetting } from "./kept_settings.ts";
import { createNotifier, type Notifier } from "./notifier.ts";
import { type Plan, plan, type SeriesState } from "./plan.ts";
import { type Database, openDatabase } from "./postgres/connect.ts";
import { entitlements } from "./postgres/entitlements.ts";
import { brokenConnection } from "./postgres/explain.ts";
import { releaseSchedule } from "./postgres/holder.ts";
import { migrate } from "./postgres/migrate.ts";
import { quotaState } from "./postgres/quota.ts";
import { pastAnswers, seriesStates } from "./postgres/states.ts";
import { publicationLags } from "./publication.ts";
import type { Match, ReferenceState } from "./reference.ts";
import { referenceKept, referencePlan, searchSymbols } from "./reference_work.ts";
import { createRedactor } from "./redact.ts";
import { DOUBTED_MS } from "./retention.ts";
import { replay, type ReplayOptions, type ReplayReport } from "./replay.ts";
import { createPulse, type Pulse } from "./pulse.ts";
import { createSteering, type Steering } from "./steer.ts";
import { openTelemetry } from "./telemetry.ts";
import { marketOf, type Rooms, type World } from "./wiring.ts";
import { createWorker, type NotOurs, type RunOptions } from "./worker.ts";

export type { NotOurs, RunOptions } from "./worker.ts";

export interface PlanAsked {
  /** Ask each of them, whatever is known of it. */
  readonly force?: boolean;
  /** As of this instant, epoch ms, with what is stored today. Default: now. */
  readonly at?: number;
  /** Of these series, by whoever has just asked for them: reading them is most of what a plan costs. */
  readonly states?: readonly SeriesState[];
}

/** The operator is told again that another program serves the schedule. */
const REMIND_MS = 3_600_000;
/** Who runs it by hand waits for it; what is left goes the next day. */
const TIDY_MS = 30_000;

export interface App {
  readonly config: Config;
  readonly database: Database;
  /** In force as the program read them, secrets masked; `null`: nobody has said. */
  readonly settings: readonly KeptSetting[] | null;
  /** Names of the migrations that opening applied. */
  readonly migrated: readonly string[];
  /** What an operator may do beside running: launch, cancel, pause, set, release, forget; and what there is to see. */
  readonly steer: Steering;
  /**
   * One run now.
   *
   * @throws Error when no key is configured, or the database went away before the run could be closed
   */
  run(options: RunOptions): Promise<RunReport | NotOurs>;
  /** What the next run would ask, or one that is forced. Asks nobody. */
  plan(series: readonly Series[], options?: PlanAsked): Promise<Plan>;
  states(series: readonly Series[]): Promise<SeriesState[]>;
  /** What is kept of these series' symbols beside bars: when each thing was asked for, and what came of it. */
  reference(series: readonly Series[]): Promise<ReferenceState[]>;
  /** The symbols a text may mean, by one request. @throws Error that says why there is no answer */
  searchSymbols(keywords: string, options: { signal: AbortSignal }): Promise<readonly Match[]>;
  /**
   * Notices the ticks that have come due and serves those that are owed, and the launches that wait; else a slice of a
   * backfill.
   *
   * @returns the last run; `null`: none was owed
   */
  beat(options: Pick<RunOptions, "stop" | "abort" | "emit">): Promise<RunReport | NotOurs | null>;
  /** Works on one backfill: a slice of it, if there is something to ask for now. @throws as {@link run} */
  backfill(id: number, options: SliceOptions): Promise<Worked>;
  /** After a run by hand: removes what is too old and searches for gaps, within half a minute, if due. Never throws. */
  tidy(options: Pick<RunOptions, "stop">): Promise<void>;
  /** Why a bar is missing, which gaps there are. */
  readonly inquiry: Inquiry;
  /** Who is told of what, and whether it arrived. */
  readonly notifier: Notifier;
  /** Which parts of this program live. */
  readonly pulse: Pick<Pulse, "beat">;
  /** The tables anew from the archive. Asks nobody, needs no key. */
  replay(options: ReplayOptions): Promise<ReplayReport | NotOurs>;
  close(): Promise<void>;
}

/**
 * Opens the database, brings its schema up to date and makes everything that works on it.
 *
 * @param options.onLaunch told when this process has queued a launch
 * @param options.settings in force, secrets masked: kept with each run
 * @throws Error that says what was found and what to do; it never holds a secret
 */
export async function openApp(
  config: Config,
  world: World,
  { onLaunch = () => {}, settings = null }: { onLaunch?: () => void; settings?: readonly KeptSetting[] | null } = {},
): Promise<App> {
  const redact = createRedactor(config.secrets);
  const telemetry = await openTelemetry({ redact });
  const database = await openDatabase(config.database, {
    onError: (error) => world.onError(brokenConnection(error)),
    trace: telemetry?.trace,
  });
  try {
    const { applied } = await migrate(database);
    const keyHash = await hashOf(config.vendor.key ?? "");
    const rooms = { config, database, keyHash, world, telemetry, settings };
    const notifier = createNotifier(rooms, { redact });
    const pulse = createPulse(rooms);
    const worker = createWorker(rooms, { notifier, pulse, redact });
    const backfiller = createBackfiller(rooms, { worker });
    const planned = (series: readonly Series[], options: PlanAsked = {}) => planFor(rooms, series, options);
    const onRival = remindingOf(world);
    let hasBeaten = false;
    return {
      config,
      database,
      settings,
      notifier,
      pulse,
      migrated: applied,
      steer: createSteering(rooms, { worker, onLaunch, plan: planned }),
      inquiry: createInquiry(rooms, { plan: planned }),
      run: worker.run,
      plan: planned,
      states: (series) => seriesStates(database, series),
      reference: (series) => referenceKept(rooms, series),
      searchSymbols: (keywords, options) => searchSymbols(rooms, keywords, options),
      beat: ({ stop, ...options }) => {
        hasBeaten = true;
        const common = { ...options, stop, patient: false };
        return lookAtClock(rooms, {
          stop,
          onRival,
          serve: ({ id, trigger }) => worker.run({ ...common, series: config.series, trigger, tickId: id }),
          launch: ({ id, series, force, ofRun }) =>
            worker.run({ ...common, series, force, ofRun, trigger: "manual", tickId: null, launchId: id }),
          backfill: async () => {
            const id = await backfiller.next();
            if (id !== null) await backfiller.work(id, { ...common, guarded: true });
          },
        });
      },
      backfill: (id, options) => backfiller.work(id, { ...options, guarded: false }),
      tidy: async ({ stop }) => {
        const limit = AbortSignal.any([stop, AbortSignal.timeout(TIDY_MS)]);
        await keepHouse(rooms, { stop: limit, doubtedMs: DOUBTED_MS.byHand });
        await searchGaps(rooms, { stop: limit, most: Infinity });
      },
      close: async () => {
        await worker.close();
        await pulse.end();
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

/** Warns now and then: a beat comes every minute. */
function remindingOf({ now, onError }: Pick<World, "now" | "onError">): (warning: string) => void {
  let silentUntil = -Infinity;
  return (warning) => {
    if (now() < silentUntil) return;
    silentUntil = now() + REMIND_MS;
    onError(warning);
  };
}

async function planFor(
  rooms: Rooms,
  series: readonly Series[],
  { force = false, at: now = rooms.world.now(), ...asked }: PlanAsked,
): Promise<Plan> {
  const { config, database, keyHash } = rooms;
  const market = marketOf(config);
  const states = asked.states ?? await seriesStates(database, series);
  const quota = await quotaState(database, { keyHash, now, perDay: config.vendor.perDay });
  const lags = publicationLags(await pastAnswers(database), market);
  const known = await entitlements(database, keyHash);
  const forcedAt = force ? now : null;
  const found = plan(states, { now, market, adjusted: config.adjusted, quota, entitlements: known, lags, forcedAt });
  return { ...found, reference: await referencePlan(rooms, { series, plan: found, entitlements: known }) };
}

/** What stands for a key in the ledger: enough to tell keys apart, nothing to get one back from. */
export async function hashOf(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`stocks-etl ${key}`));
  return new Uint8Array(digest).toHex().slice(0, 16);
}
