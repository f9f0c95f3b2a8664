/**
 * What happens at one look at the clock? Due ticks are noticed, the launches and ticks that are owed are served, then the
 * house is kept and a slice of a backfill is done.
 */
import { searchGaps } from "./gap_search.ts";
import { keepHouse } from "./housekeeping.ts";
import { decideTicks } from "./missed.ts";
import { seriesName } from "./bar.ts";
import type { Config } from "./config.ts";
import { holdSchedule, type Rival, scheduleHold } from "./postgres/holder.ts";
import { type Launch, owedLaunch } from "./postgres/launches.ts";
import { type NoticeOptions, noticeTicks, owedTick, type Tick } from "./postgres/ticks.ts";
import { dueTicks } from "./schedule.ts";
import type { Rooms } from "./wiring.ts";

/** The name of the one schedule. */
export const SCHEDULE = "ingest";
/** A tick served within this time of its due time is on time; later, it is caught up. */
const GRACE_MS = 90_000;
/** More missed ticks than this get no row each. One more is fetched: its row tells of those before it. */
const MISSED_LIMIT = 100;
/** Three looks at the clock: a program that has not looked for so long, and has no run at work, is gone. */
const HOLD_MS = 180_000;
/** Series held against the calendar at one look: a second or two, and a launch may be waiting. */
const SEARCHED_AT_ONCE = 50;
/** A configuration may name 500 series; a warning need not. */
const WORDS_LIMIT = 200;

/**
 * Notices the ticks that have come due and serves those that are owed a run, until none is, or another run is at work.
 * What comes due meanwhile is not kept waiting for the next look. When nothing is owed, the house is kept, gaps are searched
 * for, and then history has its turn: one slice, so that the next look is near.
 *
 * An operator waits for a launch: it goes before a tick. A program of another configuration that serves the schedule keeps
 * it: then no tick is noticed or served here, launches are.
 *
 * @param serve makes a run for the tick
 * @param launch makes the run that was asked for
 * @param backfill works on a backfill, if one is to be worked on
 * @param onRival told, in a warning for the operator, that another configuration is served
 * @returns what the last run came to; `null`: none was owed
 */
export async function lookAtClock<Served extends object>(
  rooms: Rooms,
  { stop, serve, launch, backfill, onRival }: {
    stop: AbortSignal;
    serve: (tick: Tick) => Promise<Served>;
    launch: (launch: Launch) => Promise<Served>;
    backfill: () => Promise<unknown>;
    onRival: (warning: string) => void;
  },
): Promise<Served | null> {
  let last: Served | null = null;
  while (!stop.aborted) {
    const rival = await rivalOf(rooms);
    if (rival !== null) onRival(describeRival(rival, rooms.config));
    const tick = rival === null ? await nextOwed(rooms) : null;
    const asked = await owedLaunch(rooms.database);
    if (asked !== null) last = await launch(asked);
    else if (tick !== null) last = await serve(tick);
    else if (rival !== null) break;
    else {
      await keepHouse(rooms, { stop });
      await searchGaps(rooms, { stop, most: SEARCHED_AT_ONCE });
      if (!stop.aborted) await backfill();
      break;
    }
    if ("busy" in last) break;
  }
  return last;
}

function rivalOf({ config, database, world }: Rooms): Promise<Rival | null> {
  return holdSchedule(database, {
    schedule: { name: SCHEDULE, ...config.schedule },
    owner: world.owner,
    holds: holdsOf(config),
    holdMs: HOLD_MS,
    now: world.now(),
    exclusive: database.engine === "embedded",
  });
}

/** Whose schedule it is: one of our configuration, of another that is alive, or nobody's, as when the last program was stopped. */
export type Served = "ours" | "theirs" | "nobody";

/** Who serves the schedule, or did when it was killed. Looks, and takes nothing. */
export async function servedBy({ config, database, world }: Omit<Rooms, "keyHash">): Promise<Served> {
  const hold = await scheduleHold(database, SCHEDULE);
  if (hold === null) return "nobody";
  if (hold.owner === world.owner || hold.holds === holdsOf(config)) return "ours";
  return hold.alive && database.engine !== "embedded" ? "theirs" : "nobody";
}

/** Expression, zone and series: a tick of one configuration is not what another program means by it. */
function holdsOf({ schedule: { cron, timezone }, series }: Config): string {
  return `"${cron}" in ${timezone} for ${series.length} series: ${series.map(seriesName).sort().join(", ")}`;
}

function describeRival({ owner, holds, until }: Rival, config: Config): string {
  const [ours, theirs] = [holdsOf(config), holds].map((words) =>
    words.length <= WORDS_LIMIT ? words : `${words.slice(0, WORDS_LIMIT)}…`
  );
  return `Cannot serve ${ours}: ${owner} serves ${theirs} on the same database; give both the same SCHEDULE_CRON, ` +
    "SCHEDULE_TIMEZONE, STOCK_SYMBOLS and STOCK_INTERVALS, or each a database of its own; if the other one is gone, " +
    `this one takes over after ${new Date(until).toISOString().slice(0, 16)}Z`;
}

async function nextOwed(rooms: Rooms): Promise<Tick | null> {
  const notice = noticeOf(rooms);
  await noticeTicks(rooms.database, notice);
  const { now, queue } = notice;
  return await owedTick(rooms.database, { schedule: SCHEDULE, now, queue });
}

/** How ticks that have come due are decided now. */
export function noticeOf({ config: { schedule, ticks }, world }: Pick<Rooms, "config" | "world">): NoticeOptions {
  const now = world.now();
  return {
    schedule: { name: SCHEDULE, ...schedule },
    now,
    queue: ticks.missed === "all" ? MISSED_LIMIT : 1,
    due: (after, inForce) => dueTicks(inForce, { after, upTo: now, limit: MISSED_LIMIT + 1 }),
    decide: (due) => decideTicks(due, { ...ticks, now, graceMs: GRACE_MS }),
  };
}
