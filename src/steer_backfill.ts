/** What may an operator do about history: ask what it costs, begin, pause, resume, cancel, look? Commands and pages alike. */
import {
  addUp,
  type BackfillCost,
  type BackfillOrder,
  type BackfillRecord,
  type BackfillState,
  type BackfillView,
  checkRange,
  type DateRange,
  type SeriesProgress,
} from "./backfill.ts";
import { lookAt } from "./backfill_look.ts";
import { reservedBetween, spareNow } from "./backfill_work.ts";
import type { Series } from "./bar.ts";
import { dayStart } from "./calendar.ts";
import { checkNote, checkSeries } from "./launch.ts";
import {
  addBackfill,
  backfillById,
  backfills,
  MOST_RUNNING,
  seriesOfBackfill,
  steerBackfill,
} from "./postgres/backfills.ts";
import { requestCancel } from "./postgres/runs.ts";
import { Refused } from "./refused.ts";
import { type Allowance, endOfDay, timeFor } from "./reserve.ts";
import type { Rooms } from "./wiring.ts";
import type { Worker } from "./worker.ts";

export interface BackfillAsked extends DateRange {
  readonly series: readonly { readonly symbol: string; readonly interval: string }[];
  readonly note?: string | null;
}

export interface BackfillSteering {
  /** Looks at the bars and asks nobody. @throws Refused */
  costOfBackfill(asked: BackfillAsked): Promise<BackfillCost>;
  /** Keeps the wish; whoever serves works on it from now on. @throws Refused */
  startBackfill(by: string, asked: BackfillAsked): Promise<BackfillView>;
  /** The newest first, those with an id below `before`. */
  backfills(options: { limit: number; before?: number }): Promise<BackfillView[]>;
  /** `null`: there is none of that number. */
  backfill(id: number): Promise<BackfillView | null>;
  /** How its series stand, in the order given. */
  backfillSeries(id: number, options: { limit: number }): Promise<SeriesProgress[]>;
  /** The run of a slice that is under way is asked to end. @throws Refused */
  pauseBackfill(by: string, id: number): Promise<BackfillView>;
  resumeBackfill(by: string, id: number): Promise<BackfillView>;
  cancelBackfill(by: string, id: number): Promise<BackfillView>;
}

/** Twenty years of 600 series: to find what is there of more takes longer than anybody waits. */
const MOST_DAYS = 600 * 20 * 366;

export function createBackfillSteering(
  rooms: Rooms,
  { worker, onBackfill }: { worker: Pick<Worker, "cancel">; onBackfill: () => void },
): BackfillSteering {
  const { database, world } = rooms;
  const step = async (by: string, id: number, to: "paused" | "running" | "cancelled") => {
    const was = await steerBackfill(database, { id, to, by, now: world.now() });
    if (was === null) throw unknown(VERBS[to], id);
    if (!STEPS[to].includes(was)) {
      throw new Refused("conflict", `Cannot ${VERBS[to]} backfill ${id}: it is ${was}`);
    }
    const found = await viewOf(rooms, (await backfillById(database, id))!);
    if (to === "running") onBackfill();
    else if (found.lastRun?.outcome === null) await endRun(rooms, { runId: found.lastRun.id, by, worker });
    return found;
  };
  return {
    costOfBackfill: (asked) => costOf(rooms, { ...asked, ...checked(rooms, asked) }),
    startBackfill: async (by, asked) => {
      const order = { ...checked(rooms, asked), note: noteOf(asked), askedBy: by };
      const id = await start(rooms, order);
      onBackfill();
      return await viewOf(rooms, (await backfillById(database, id))!);
    },
    backfills: async (options) => {
      const found = await backfills(database, options);
      const allowance = found.some(({ state }) => state === "running") ? await allowanceOf(rooms) : null;
      return found.map((one) => view(one, allowance));
    },
    backfill: async (id) => {
      const found = await backfillById(database, id);
      return found === null ? null : await viewOf(rooms, found);
    },
    backfillSeries: (backfillId, { limit }) => seriesOfBackfill(database, { backfillId, limit }),
    pauseBackfill: (by, id) => step(by, id, "paused"),
    resumeBackfill: (by, id) => step(by, id, "running"),
    cancelBackfill: (by, id) => step(by, id, "cancelled"),
  };
}

const VERBS = { paused: "pause", running: "resume", cancelled: "cancel" } as const;
/** From which states; said again it changes nothing and is no mistake. */
const STEPS: Readonly<Record<keyof typeof VERBS, readonly BackfillState[]>> = {
  paused: ["running", "paused"],
  running: ["paused", "partial", "cancelled", "running"],
  cancelled: ["running", "paused", "cancelled"],
};

function unknown(verb: string, id: number): Refused {
  return new Refused("unknown", `Cannot ${verb} backfill ${id}: there is none of that number`);
}

function checked({ world }: Rooms, { series, ...range }: BackfillAsked): DateRange & { series: Series[] } {
  const { from, to } = checkRange(range, world.now());
  const chosen = inOwnWords(() => checkSeries(series));
  const days = chosen.length * ((dayStart(to) - dayStart(from)) / 86_400_000 + 1);
  if (days > MOST_DAYS) {
    const found = `${chosen.length} series over these dates are too many sessions for one`;
    throw new Refused("invalid", `Cannot backfill: ${found}; make several, of fewer series or a shorter range`);
  }
  return { from, to, series: chosen };
}

function noteOf({ note = null }: BackfillAsked): string | null {
  return inOwnWords(() => checkNote(note));
}

/** The rules are those of a launch; what is refused is not one. */
function inOwnWords<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Refused(error.reason, error.message.replace(/^Cannot launch a run:/, "Cannot backfill:"));
  }
}

async function costOf(rooms: Rooms, { from, to, series }: DateRange & { series: Series[] }): Promise<BackfillCost> {
  const looks = await lookAt(rooms, series, { range: { from, to }, backfillId: null, now: rooms.world.now() });
  const progress = looks.map((one) => one.progress);
  const total = addUp(progress);
  const allowance = await allowanceOf(rooms);
  return { from, to, series: progress, total, allowance, takesMs: timeFor(total.requests, allowance) };
}

async function start(rooms: Rooms, { series, ...order }: BackfillOrder): Promise<number> {
  const { from, to } = order;
  const looks = await lookAt(rooms, series, { range: { from, to }, backfillId: null, now: rooms.world.now() });
  const progress = looks.map((one) => one.progress);
  const id = await addBackfill(rooms.database, { ...order, progress, now: rooms.world.now() });
  if (id !== null) return id;
  throw new Refused("conflict", `Cannot backfill: ${MOST_RUNNING} are running or paused already; cancel some`);
}

/** What backfills may spend, today and on an ordinary day. */
async function allowanceOf(rooms: Rooms): Promise<Allowance> {
  const { config: { vendor: { perDay, perMinute, politeDelayMs } }, world } = rooms;
  const tomorrow = endOfDay(world.now());
  return {
    perDay,
    reserve: perDay === null ? 0 : await reservedBetween(rooms, { from: tomorrow - 1, to: endOfDay(tomorrow) }),
    today: (await spareNow(rooms)).requests,
    paceMs: Math.max(60_000 / perMinute, politeDelayMs),
  };
}

async function viewOf(rooms: Rooms, record: BackfillRecord): Promise<BackfillView> {
  return view(record, record.state === "running" ? await allowanceOf(rooms) : null);
}

function view(record: BackfillRecord, allowance: Allowance | null): BackfillView {
  const takesMs = allowance === null || record.state !== "running" ? null : timeFor(record.requests, allowance);
  return { ...record, takesMs };
}

async function endRun(
  { database, world }: Rooms,
  { runId, by, worker }: { runId: number; by: string; worker: Pick<Worker, "cancel"> },
): Promise<void> {
  await requestCancel(database, { runId, by, force: false, now: world.now() });
  worker.cancel(runId, { by, force: false });
}
