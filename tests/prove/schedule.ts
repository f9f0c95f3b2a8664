/**
 * Schedules over decades: a program whose clock jumps, that sleeps for months and dies in the middle of a look, finds
 * every due time once, in every zone, as somebody does who never takes his eyes off the clock.
 */
import assert from "node:assert/strict";
import { dueTicks, nextTick, parseSchedule, type Schedule } from "../../src/schedule.ts";
import { seededRandom } from "../support/random.ts";
import { ringTimes, type Stretch, watchClock } from "./clock_walk.ts";
import type { Proof } from "./main.ts";

/** Gaps of an hour, half an hour and a day; at two, at midnight, four a year, negative in winter; none; odd offsets. */
const ZONES = [
  "America/New_York",
  "Australia/Lord_Howe",
  "Africa/Casablanca",
  "America/Santiago",
  "UTC",
  "Europe/London",
  "Europe/Dublin",
  "Pacific/Chatham",
  "America/St_Johns",
  "Africa/Cairo",
  "Pacific/Apia",
  "Asia/Kolkata",
];

/** What people write, many about the hours at which clocks change. The first ten are those of the short form. */
const LINES = [
  ["0 6 * * *", "30 2 * * *", "*/15 * * * *", "0,30 0-3 * * *", "15 1 1,15 * 0", "0 0 * * *", "*/30 1-2 * * *"],
  ["30 21 * * 1-5", "0 0 29 2 *", "59 1 * * *", "0 * * * *", "5 4 * * SUN", "45 16 * * MON-FRI", "0 12 13 * 5"],
  ["*/5 9-15 * * 1-5", "0 22 * * 1-5", "30 1 * * *", "30 2 * 3,11 *", "0 2 * * 7", "0 3 * * 0", "0 0 1 * *"],
  ["0 1-3 * * *", "*/7 * * * 6", "10-50/10 0 * * *", "0 */6 * * *", "15 2,14 * * *", "0 0 31 * *", "0 5 15 6 *"],
  ["1,2,3 2 * * *", "30 0 * 1-6 *", "0 9-17/2 * * 1,3,5", "0 0 1 1 *", "0 0 * * 1", "20 3 5-25/5 * *"],
  ["0 0 1 JAN,JUL *", "* 9 * * 1-5", "*/20 22-23 * * *", "15 0 * APR-OCT *", "0 23 * * 2-4", "45 23 30 * *"],
].flat();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2000, 0, 1);

export const PROOF: Proof = {
  name: "schedule",
  unit: "years",
  short: 2,
  long: 30,
  prove: (years) => {
    const { random, seed } = seededRandom();
    const [zones, lines] = years < 10 ? [ZONES.slice(0, 4), LINES.slice(0, 10)] : [ZONES, LINES];
    const end = Date.UTC(2000 + years, 0, 1);
    let [ticks, looks] = [0, 0];
    for (const zone of zones) {
      // Watched from earlier on, so that the first look finds a clock that is known.
      const stretches = watchClock(zone, { from: (START - 2 * DAY) / MINUTE, to: (end + DAY) / MINUTE });
      for (const cron of lines) {
        const expected = ringTimes(cron, stretches).filter((tick) => tick > START && tick <= end);
        try {
          looks += live(parseSchedule(cron, zone), { expected, end, random, changes: changesOf(stretches) });
        } catch (cause) {
          throw new Error(`TEST_SEED=${seed}: "${cron}" in ${zone}`, { cause });
        }
        ticks += expected.length;
      }
    }
    if (years >= 30) assert.ok(ticks >= 10_000_000, `only ${ticks} ticks`);
    return Promise.resolve({
      years,
      zones: zones.length,
      lines: lines.length,
      ticks,
      looks,
      missed: 0,
      doubled: 0,
      seed,
    });
  },
};

function changesOf(stretches: readonly Stretch[]): number[] {
  return stretches.slice(1).map(({ from }) => from * MINUTE);
}

interface Life {
  readonly expected: readonly number[];
  readonly end: number;
  readonly random: () => number;
  /** Instants at which the clocks of the zone were changed. */
  readonly changes: readonly number[];
}

/**
 * One schedule from {@link START} to `end`, looked at now and then. What is durable is `decided`, the instant up to which
 * ticks are rows, as the program has it; a tick that has a row gets no second one.
 *
 * @returns how often it was looked at
 */
function live(schedule: Schedule, { expected, end, random, changes }: Life): number {
  let [decided, recorded, looks] = [START, 0, 0];
  while (decided < end) {
    const now = Math.min(end, nextLook(decided, { random, changes }));
    const chance = random();
    if (chance < 0.1) {
      // Dies between the look and the commit: the next process looks from the same place.
      dueTicks(schedule, { after: decided, upTo: now - Math.floor((now - decided) * random()), limit: 1_000 });
    } else if (chance < 0.15) {
      const { ticks } = dueTicks(schedule, {
        after: decided,
        upTo: decided - Math.floor(random() * DAY),
        limit: 1_000,
      });
      assert.deepEqual(ticks, [], "a clock put back found ticks");
    } else if (chance < 0.2) {
      // Put back so far that it starts again: what it finds a second time is what it found the first time.
      decided = Math.max(START, decided - Math.floor(random() * 3 * DAY));
    }
    const { ticks, dropped } = dueTicks(schedule, { after: decided, upTo: now, limit: 1e9 });
    assert.equal(dropped, 0);
    let at = firstAfter(expected, decided);
    for (const tick of ticks) if (tick !== expected[at++]) complain({ found: tick, expected: expected[at - 1] });
    if (expected[at] !== undefined && expected[at]! <= now) complain({ found: undefined, expected: expected[at] });
    if (chance < 0.3 && at < expected.length) {
      const next = nextTick(schedule, now);
      if (next !== expected[at]) complain({ found: next, expected: expected[at] });
    }
    recorded = Math.max(recorded, at);
    decided = now;
    looks += 1;
  }
  assert.equal(recorded, expected.length);
  return looks;
}

/**
 * Minutes later where the clocks change, else anything up to a season. Half of all looks fall on a full minute, where
 * ticks are, or just before one: both ends of what is asked for must be exact.
 */
function nextLook(last: number, { random, changes }: Pick<Life, "random" | "changes">): number {
  const change = changes[firstAfter(changes, last - 3 * HOUR)] ?? Infinity;
  const season = last + MINUTE + random() ** 6 * 120 * DAY;
  let next = change - last <= 3 * HOUR ? last + random() * 20 * MINUTE : season;
  if (last < change && next > change && random() < 0.8) next = Math.max(last, change - random() * 3 * HOUR);
  const minute = Math.ceil((next + 2) / MINUTE) * MINUTE;
  const exact = random();
  return exact < 0.3 ? minute : exact < 0.5 ? minute - 1 : Math.floor(next) + 1;
}

/** Index of the first that is later, by halving; the length when none is. */
function firstAfter(sorted: readonly number[], instant: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! > instant) high = middle;
    else low = middle + 1;
  }
  return low;
}

function complain({ found, expected }: { found: number | undefined; expected: number | undefined }): never {
  const say = (tick: number | undefined) => tick === undefined ? "none" : new Date(tick).toISOString();
  throw new assert.AssertionError({ message: `found ${say(found)}, due was ${say(expected)}` });
}
