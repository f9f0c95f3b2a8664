/**
 * When is a schedule due, and which ticks lie between two instants?
 *
 * croner reads the expression; this file holds the rules we promise around it: what is accepted, and what happens when
 * clocks change. Instants are epoch ms in UTC.
 */
import { Cron } from "croner";
import { offsetSpans } from "./zone.ts";

/** A cron expression that {@link parseSchedule} accepted, and the IANA zone whose clock it is read on. */
export interface Schedule {
  readonly cron: string;
  readonly timezone: string;
}

const FIELDS = [
  { name: "minute", allowed: "0-59" },
  { name: "hour", allowed: "0-23" },
  { name: "day of month", allowed: "1-31" },
  { name: "month", allowed: "1-12 or JAN-DEC" },
  { name: "weekday", allowed: "0-7 (0 and 7 are Sunday) or SUN-SAT" },
] as const;
const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Leap days that are Mondays are 28 years apart, 40 around a century without a leap day. */
const LONGEST_WAIT = 50 * 366 * DAY;
/** Ticks before the ones asked for are counted up to here, so that a year of missed minutes costs no more than a day. */
const MOST_DROPPED = 1_000;

/**
 * Reads a standard cron expression: five fields (minute, hour, day of month, month, weekday) of numbers, names, lists,
 * ranges and steps, or a nickname such as `@daily`. A day of month and a weekday both given mean either, as in any cron.
 *
 * When clocks change, as in Vixie cron: a time named without `*` or step runs exactly once a day, at the end of the gap
 * if the clocks skipped it and at the first of two occurrences if they showed it twice. Anything with `*` or a step in
 * its minute or hour goes by what the clocks show: every 30 minutes stays every 30 minutes through the repeated hour.
 *
 * @throws Error naming the part that is wrong: field count, field, zone, or an expression that never fires
 */
export function parseSchedule(cron: string, timezone: string): Schedule {
  const text = cron.trim().replace(/\s+/g, " ");
  const fail = (found: string) => new Error(`Cannot read schedule "${cron}" in zone "${timezone}": ${found}`);
  if (!isZone(timezone)) throw fail(`the zone ${NO_ZONE}`);
  const schedule = { cron: text.startsWith("@") ? text.toLowerCase() : text, timezone };
  if (text.startsWith("@")) {
    if (Object.hasOwn(NICKNAMES, schedule.cron)) return schedule;
    throw fail(`known nicknames are ${Object.keys(NICKNAMES).join(", ")}`);
  }
  const fields = text === "" ? [] : text.split(" ");
  if (fields.length !== 5) throw fail(wrongCount(fields.length));
  for (const [index, field] of fields.entries()) {
    if (isField(field, index)) continue;
    const { name, allowed } = FIELDS[index]!;
    throw fail(`${name} "${field}" is not ${allowed}, a list (a,b), a rising range (a-b) or a step (*/n, a-b/n)`);
  }
  // From whatever day: no field names a year.
  if (evaluatorOf(text).nextRun(new Date(0)) === null) {
    throw fail("no such date exists, it would never fire");
  }
  return schedule;
}

function wrongCount(count: number): string {
  const found = `it has ${count} field${
    count === 1 ? "" : "s"
  }, expected are 5: minute, hour, day of month, month, weekday`;
  return count === 6 ? `${found}; seconds are not supported, ticks are looked for once a minute` : found;
}

/** The expression with a nickname spelled out. */
export function fiveFields({ cron }: Schedule): string {
  return NICKNAMES[cron] ?? cron;
}

/** A field is tried alone, so that the message can name it: croner counts days and months from 0 in its own. */
function isField(field: string, index: number): boolean {
  const alone = FIELDS.map((_, other) => other === index ? field : "*").join(" ");
  try {
    evaluatorOf(alone);
    return true;
  } catch {
    return false;
  }
}

const NO_ZONE = "is not a known IANA time zone such as America/New_York or UTC";

/** What is wrong with a zone by itself, in words that follow its name; `null`: nothing. */
export function wrongZone(timezone: string): string | null {
  return isZone(timezone) ? null : `"${timezone}" ${NO_ZONE}`;
}

function isZone(timezone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
}

/** No function is given, so croner starts no timer. */
function evaluatorOf(cron: string): Cron {
  return new Cron(cron, { utcOffset: 0, mode: "5-part" });
}

/**
 * An expression taken apart: which days, and which times of a day. No field joins the two, and neither knows of zones, so
 * croner is asked about each once, in UTC, and the rest is arithmetic: 100 times faster than asking it for every tick.
 */
interface Pattern {
  /** Whether a day counts, given as days since 1970-01-01. */
  readonly isDay: (day: number) => boolean;
  /** Times of day in ms, ascending. */
  readonly times: readonly number[];
  /** Names every minute and hour, without `*` or step: such a time is meant once a day, whatever the clocks do. */
  readonly fixed: boolean;
}

const patterns = new WeakMap<Schedule, Pattern>();

function patternOf(schedule: Schedule): Pattern {
  const known = patterns.get(schedule);
  if (known !== undefined) return known;
  const [minute = "", hour = "", ...date] = fiveFields(schedule).split(" ");
  const timeOfDay = evaluatorOf(`${minute} ${hour} * * *`);
  const minutes = Array.from({ length: 24 * 60 }, (_, minute) => minute * MINUTE);
  const pattern = {
    isDay: dayTest(date.join(" ")),
    times: minutes.filter((time) => timeOfDay.match(new Date(time))),
    fixed: !/[*?/]/.test(minute + hour),
  };
  patterns.set(schedule, pattern);
  return pattern;
}

/** @param date the fields day of month, month and weekday */
function dayTest(date: string): Pattern["isDay"] {
  const evaluator = evaluatorOf(`0 0 ${date}`);
  // There are fourteen calendars: leap or not, beginning on any weekday. No field tells two years of one kind apart.
  const calendars = new Map<string, boolean[]>();
  return (day) => {
    const year = new Date(day * DAY).getUTCFullYear();
    const first = Date.UTC(year, 0, 1) / DAY;
    const length = Date.UTC(year + 1, 0, 1) / DAY - first;
    const kind = `${length} from weekday ${new Date(first * DAY).getUTCDay()}`;
    const days = calendars.get(kind) ??
      Array.from({ length }, (_, index) => evaluator.match(new Date((first + index) * DAY)));
    calendars.set(kind, days);
    return days[day - first]!;
  };
}

/** The times in [`from`, `to`] that a clock would show and the pattern names, in ms as if the clock showed UTC. */
function shownTimes({ isDay, times }: Pattern, { from, to }: { from: number; to: number }): number[] {
  const found: number[] = [];
  for (let day = Math.floor(from / DAY); day * DAY <= to; day++) {
    if (!isDay(day)) continue;
    for (const time of times) {
      const shown = day * DAY + time;
      if (shown >= from && shown <= to) found.push(shown);
    }
  }
  return found;
}

/** Every tick with `after` < tick ≤ `upTo`, ascending. */
function ticksBetween(schedule: Schedule, { after, upTo }: { after: number; upTo: number }): number[] {
  const pattern = patternOf(schedule);
  const ticks: number[] = [];
  for (const { from, to, offset, before } of offsetSpans(schedule.timezone, { from: after, to: upTo })) {
    let first = Math.max(from, after + 1) + offset;
    const last = Math.min(to - 1, upTo) + offset;
    if (pattern.fixed && offset < before) {
      // Put back: what the clocks show again until here, they have shown before.
      first = Math.max(first, from + before);
    } else if (pattern.fixed && offset > before && from > after) {
      // Put forward: what they never showed is due at once, and once only with what is due then anyway.
      if (shownTimes(pattern, { from: from + before, to: from + offset }).length > 0) ticks.push(from);
      first += 1;
    }
    for (const shown of shownTimes(pattern, { from: first, to: last })) ticks.push(shown - offset);
  }
  return ticks;
}

/** The first tick strictly after an instant. */
export function nextTick(schedule: Schedule, after: number): number {
  for (let [from, span] = [after, HOUR]; from < after + LONGEST_WAIT; from += span, span *= 2) {
    const [next] = ticksBetween(schedule, { after: from, upTo: from + span });
    if (next !== undefined) return next;
  }
  throw new Error(`Cannot find a tick of "${schedule.cron}" after ${iso(after)}: it never fires`);
}

/**
 * The ticks with `after` < tick ≤ `upTo`, oldest first: of more than `limit`, the newest.
 *
 * `dropped` is how many older ones were left out, counted to 1,000: that number means as many or more.
 */
export function dueTicks(
  schedule: Schedule,
  { after, upTo, limit }: { after: number; upTo: number; limit: number },
): { ticks: number[]; dropped: number } {
  const newest: number[] = [];
  // Backwards in growing steps, so that the newest cost the same after a minute and after a year.
  for (let [end, span] = [upTo, HOUR]; end > after && newest.length < limit + MOST_DROPPED; end -= span, span *= 2) {
    const older = ticksBetween(schedule, { after: Math.max(after, end - span), upTo: end });
    for (const tick of older.reverse()) newest.push(tick);
  }
  return {
    ticks: newest.slice(0, limit).reverse(),
    dropped: Math.min(MOST_DROPPED, Math.max(0, newest.length - limit)),
  };
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
