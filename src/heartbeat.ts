/** What happens at one look at the clock? Due ticks are noticed, those that are owed are served, then the house is kept. */
import { keepHouse } from "./housekeeping.ts";
import { decideTicks } from "./missed.ts";
import { seriesName } from "./bar.ts";
import type { Config } from "./config.ts";
import { holdSchedule, type Rival } from "./postgres/holder.ts";
import { noticeTicks, owedTick, type Tick } from "./postgres/ticks.ts";
import { dueTicks } from "./schedule.ts";
import type { Rooms } from "./wiring.ts";

/** The schedule's name in the database. */
export const SCHEDULE = "ingest";
/** A tick served within this time of its due time is on time; later, it is caught up. */
const GRACE_MS = 90_000;
/** More missed ticks than this get no row each. One more is fetched: its row tells of those before it. */
const MISSED_LIMIT = 100;
/** Three looks at the clock: a program that has not looked for so long, and has no run at work, is gone. */
const HOLD_MS = 180_000;
/** A configuration may name 500 series; a warning need not. */
const WORDS_LIMIT = 200;

/**
 * Notices the ticks that have come due and serves those that are owed a run, until none is, or another run is at work.
 * What comes due meanwhile is not kept waiting for the next look. When nothing is owed, the house is kept.
 *
 * A program of another configuration that serves the schedule keeps it: then nothing is noticed or served here.
 *
 * @param serve makes a run for the tick
 * @param onRival told, in a warning for the operator, that another configuration is served
 * @returns what the last run came to; `null`: none was owed
 */
export async function lookAtClock<Served extends object>(
  rooms: Rooms,
  { stop, serve, onRival }: {
    stop: AbortSignal;
    serve: (tick: Tick) => Promise<Served>;
    onRival: (warning: string) => void;
  },
): Promise<Served | null> {
  let last: Served | null = null;
  while (!stop.aborted) {
    const rival = await rivalOf(rooms);
    if (rival !== null) {
      onRival(describeRival(rival, rooms.config));
      break;
    }
    const owed = await nextOwed(rooms);
    if (owed === null) {
      await keepHouse(rooms, { stop });
      break;
    }
    last = await serve(owed);
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

async function nextOwed({ config: { schedule, ticks }, database, world }: Rooms): Promise<Tick | null> {
  const { cron, timezone } = schedule;
  const now = world.now();
  const queue = ticks.missed === "all" ? MISSED_LIMIT : 1;
  await noticeTicks(database, {
    schedule: { name: SCHEDULE, cron, timezone },
    now,
    queue,
    due: (after) => dueTicks(schedule, { after, upTo: now, limit: MISSED_LIMIT + 1 }),
    decide: (due) => decideTicks(due, { ...ticks, now, graceMs: GRACE_MS }),
  });
  return await owedTick(database, { schedule: SCHEDULE, now, queue });
}
