/**
 * Which backfill is worked on next, how much of it at once, and what becomes of it after that? Slices are short and make
 * way: for a launch, for a tick that comes due, for what the schedule will need of the day's requests.
 */
import { type BackfillRecord, endOf } from "./backfill.ts";
import { type Look, lookAt } from "./backfill_look.ts";
import type { PartErrand, SliceReport } from "./backfill_slice.ts";
import { type Series, seriesName } from "./bar.ts";
import { SCHEDULE } from "./heartbeat.ts";
import {
  backfillById,
  diesAgain,
  nextBackfill,
  recordProgress,
  restBackfill,
  seriesOfBackfill,
  steerBackfill,
  stopBackfill,
} from "./postgres/backfills.ts";
import { entitlements } from "./postgres/entitlements.ts";
import { isLaunchQueued } from "./postgres/launches.ts";
import { quotaState } from "./postgres/quota.ts";
import { scheduleState } from "./postgres/schedules.ts";
import { seriesStates } from "./postgres/states.ts";
import { endOfDay, reserveOf, spareOf } from "./reserve.ts";
import { dueTicks, nextTick } from "./schedule.ts";
import { scheduleInForce } from "./steer_schedule.ts";
import { marketOf, type Rooms, type RunWiring } from "./wiring.ts";
import type { NotOurs, SliceWiring, Worker } from "./worker.ts";

const MINUTE = 60_000;
/** A slice is short enough for the scheduler's heartbeat, and long enough that its run is worth a row. */
const MOST_ERRANDS = 25;
const MOST_MS = MINUTE;
/** Series looked at for the errands of one slice. */
const MOST_LOOKED = 50;
/** A day has no more minutes. */
const MOST_TICKS = 1_441;
/** After the vendor was down, and twice as long each time that it still is. */
const FIRST_REST_MS = MINUTE;
const LONGEST_REST_MS = 60 * MINUTE;

export type SliceOptions = Pick<RunWiring, "emit" | "abort" | "patient"> & {
  /** Aborted: no further request is begun. */
  readonly stop: AbortSignal;
};

/** `slice`: a run of it was made. `rests`: there is nothing to be asked for now, `backfill` says why. */
export type Worked =
  | { readonly slice: SliceReport; readonly backfill: BackfillRecord }
  | { readonly rests: true; readonly backfill: BackfillRecord }
  | NotOurs;

export interface Backfiller {
  /** The one to be worked on next; `null`: none is, now. */
  next(): Promise<number | null>;
  /**
   * Works on a running backfill: one slice, if there is something to ask for now. Ends it when nothing is left.
   *
   * @param options.guarded give up one whose slices die one after the other
   * @throws Error when no key is configured; whatever the database threw
   */
  work(backfillId: number, options: SliceOptions & { readonly guarded: boolean }): Promise<Worked>;
}

export function createBackfiller(rooms: Rooms, { worker }: { worker: Pick<Worker, "slice"> }): Backfiller {
  const { database, world } = rooms;
  const current = async (id: number) => (await backfillById(database, id))!;
  return {
    next: () => nextBackfill(database, world.now()),
    work: async (backfillId, { guarded, ...options }) => {
      const pause = (reason: string) =>
        stopBackfill(database, { id: backfillId, state: "paused", reason, now: world.now() });
      if (guarded && await diesAgain(database, backfillId)) {
        await pause("its last runs died one after the other, without an answer kept; see their logs, then resume it");
        return { rests: true, backfill: await current(backfillId) };
      }
      if ((await gather(rooms, backfillId)).length === 0) {
        await endOrRest(rooms, backfillId);
        return { rests: true, backfill: await current(backfillId) };
      }
      const [dueAt, until] = [await nextDue(rooms), world.now() + MOST_MS];
      const sliced = await worker.slice({
        ...options,
        ...CAUSE,
        backfillId,
        errands: () => gather(rooms, backfillId),
        mayGoOn: async () => world.now() < Math.min(dueAt, until) && !await isLaunchQueued(database),
      }).catch(async (error: unknown) => {
        // Tried again at once, it would fail at once.
        await rest(rooms, backfillId, error instanceof Error ? error.message : String(error)).catch(() => {});
        throw error;
      });
      if (!("slice" in sliced)) return sliced;
      await settle(rooms, backfillId, sliced);
      return { slice: sliced.slice, backfill: await current(backfillId) };
    },
  };
}

const CAUSE = { trigger: "backfill", tickId: null } as const satisfies Partial<SliceWiring>;

/** When the schedule is due next, epoch ms; `Infinity`: it is paused. */
async function nextDue(rooms: Rooms): Promise<number> {
  const state = await scheduleState(rooms.database, SCHEDULE);
  return state?.paused ? Infinity : nextTick(await scheduleInForce(rooms), rooms.world.now());
}

/** What may be asked for now, as much as one slice sends. What was found of each series is kept. */
async function gather(rooms: Rooms, backfillId: number): Promise<PartErrand[]> {
  const { database, world } = rooms;
  const now = world.now();
  const spare = await spareNow(rooms);
  if (spare.requests === 0) {
    await restBackfill(database, { id: backfillId, ...spare, troubles: 0 });
    return [];
  }
  const most = Math.min(MOST_ERRANDS, spare.requests);
  const errands: PartErrand[] = [];
  const open = await seriesOfBackfill(database, { backfillId, open: true, limit: MOST_LOOKED, now });
  for (const { series } of open) {
    if (errands.length >= most) break;
    errands.push(...(await look(rooms, backfillId, [series])).flatMap((one) => one.errands));
  }
  return errands.slice(0, most);
}

async function look(rooms: Rooms, backfillId: number, series: readonly Series[]): Promise<Look[]> {
  const { database, world } = rooms;
  const { from, to } = (await backfillById(database, backfillId))!;
  const looks = await lookAt(rooms, series, { range: { from, to }, backfillId, now: world.now() });
  await recordProgress(database, { backfillId, progress: looks.map(({ progress }) => progress) });
  return looks;
}

/** Requests that a backfill may still send today, and when and why not if there are none. */
export async function spareNow(
  rooms: Rooms,
): Promise<{ readonly requests: number; readonly until: number; readonly reason: string }> {
  const { config, database, keyHash, world } = rooms;
  const now = world.now();
  const quota = await quotaState(database, { keyHash, now, perDay: config.vendor.perDay });
  const midnight = endOfDay(now);
  if (quota.blockedUntil !== null && quota.blockedUntil > now) {
    return { requests: 0, until: quota.blockedUntil, reason: "the vendor said the daily limit is reached" };
  }
  const reserve = quota.perDay === null ? 0 : await reservedBetween(rooms, { from: now, to: midnight });
  const requests = spareOf(quota, { reserve, now });
  const reason = reserve === 0
    ? `the ${quota.perDay} requests of today are spent`
    : `what is left of the ${quota.perDay} requests of today is kept for the schedule`;
  return { requests, until: midnight, reason };
}

/** Requests that the schedule will need between two instants, epoch ms. */
export async function reservedBetween(rooms: Rooms, { from, to }: { from: number; to: number }): Promise<number> {
  const { config, database, keyHash } = rooms;
  const state = await scheduleState(database, SCHEDULE);
  if (state?.paused) return 0;
  // The last instant belongs to the next day.
  const { ticks } = dueTicks(await scheduleInForce(rooms), { after: from, upTo: to - 1, limit: MOST_TICKS });
  return reserveOf(await seriesStates(database, config.series), {
    ticks,
    market: marketOf(config),
    adjusted: config.adjusted,
    entitlements: await entitlements(database, keyHash),
  });
}

/** What a slice has come to: what it asked for is looked at again, and the backfill goes on, rests, stops or has ended. */
async function settle(
  rooms: Rooms,
  id: number,
  { slice, cancelled }: Exclude<Awaited<ReturnType<Worker["slice"]>>, NotOurs>,
): Promise<void> {
  const { database, world } = rooms;
  const now = world.now();
  const { halt, broken, message } = slice;
  if (cancelled !== null) {
    await steerBackfill(database, { id, to: "paused", by: cancelled.by, now });
    return;
  }
  if (halt?.why === "vendor" && halt.kind === "bad-key") {
    await stopBackfill(database, { id, state: "paused", reason: halt.message, now });
    return;
  }
  if (halt?.why === "vendor" || broken) {
    await rest(rooms, id, message ?? "its last run failed");
    return;
  }
  if (halt?.why === "quota") {
    await restBackfill(database, { id, until: halt.until, reason: halt.message, troubles: 0 });
    return;
  }
  await restBackfill(database, { id, until: null, reason: null, troubles: 0 });
  await endOrRest(rooms, id);
}

/** Leaves it alone for a while, longer each time. */
async function rest({ database, world }: Rooms, id: number, reason: string): Promise<void> {
  const { troubles } = (await backfillById(database, id))!;
  const restMs = Math.min(FIRST_REST_MS * 2 ** troubles, LONGEST_REST_MS);
  await restBackfill(database, { id, until: world.now() + restMs, reason, troubles: troubles + 1 });
}

/** Ends a backfill of which nothing is left, and lets one rest of which all that is left waits. */
async function endOrRest(rooms: Rooms, id: number): Promise<void> {
  const { database, world } = rooms;
  const now = world.now();
  const touched = await seriesOfBackfill(database, { backfillId: id, open: true, limit: MOST_LOOKED, now });
  await look(rooms, id, touched.filter(({ requests }) => requests === 0).map(({ series }) => series));
  const { open, restUntil } = (await backfillById(database, id))!;
  if (open > 0) {
    if (restUntil !== null && restUntil > now) return;
    const waiting = await seriesOfBackfill(database, { backfillId: id, open: true, limit: open });
    const due = waiting.filter(({ waitUntil }) => waitUntil === null || waitUntil <= now);
    if (due.length > 0) return;
    const until = Math.min(...waiting.map(({ waitUntil }) => waitUntil!));
    const reason = `${seriesName(waiting[0]!.series)}: what is left was asked for without use`;
    await restBackfill(database, { id, until, reason, troubles: 0 });
    return;
  }
  const end = endOf(await seriesOfBackfill(database, { backfillId: id, limit: 100_000 }));
  if (end !== null) await stopBackfill(database, { id, ...end, now });
}
