/** What happens at one look at the clock? Due ticks are noticed, those that are owed are served, then the house is kept. */
import { keepHouse } from "./housekeeping.ts";
import { decideTicks } from "./missed.ts";
import { noticeTicks, owedTick, type Tick } from "./postgres/ticks.ts";
import { dueTicks } from "./schedule.ts";
import type { Rooms } from "./wiring.ts";

const SCHEDULE = "ingest";
/** A tick served within this time of its due time is on time; later, it is caught up. */
const GRACE_MS = 90_000;
/** More missed ticks than this get no row each. One more is fetched: its row tells of those before it. */
const MISSED_LIMIT = 100;

/**
 * Notices the ticks that have come due and serves those that are owed a run, until none is, or another run is at work.
 * What comes due meanwhile is not kept waiting for the next look. When nothing is owed, the house is kept.
 *
 * @param serve makes a run for the tick
 * @returns what the last run came to; `null`: none was owed
 */
export async function lookAtClock<Served extends object>(
  rooms: Rooms,
  { stop, serve }: { stop: AbortSignal; serve: (tick: Tick) => Promise<Served> },
): Promise<Served | null> {
  let last: Served | null = null;
  while (!stop.aborted) {
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
