/**
 * When is a schedule due, which ticks lie between two instants, and what becomes of ticks nobody was there for?
 *
 * croner evaluates the expression; this file holds the rules we promise around it. Instants are epoch ms in UTC.
 */
import { Cron } from "croner";
import type { Trigger } from "./run.ts";

/** A cron expression that {@link parseSchedule} accepted, and the IANA zone whose clock it is read on. */
export interface Schedule {
  readonly cron: string;
  readonly timezone: string;
}

/** What to do with ticks that fell due while nobody was there: run the newest, run every one, or run none of them. */
export type MissedTicks = "latest" | "all" | "skip";

/** What becomes of each due tick. */
export interface TickDecision {
  readonly run: { readonly dueAt: number; readonly trigger: Extract<Trigger, "schedule" | "catch-up"> }[];
  readonly skip: { readonly dueAt: number; readonly reason: string }[];
}

const FIELDS = [
  { name: "minute", allowed: "0-59" },
  { name: "hour", allowed: "0-23" },
  { name: "day of month", allowed: "1-31" },
  { name: "month", allowed: "1-12 or JAN-DEC" },
  { name: "weekday", allowed: "0-7 (0 and 7 are Sunday) or SUN-SAT" },
] as const;
const NICKNAMES = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
/** Any fixed instant will do to ask whether an expression ever fires: no field names a year. */
const SOME_DAY = Date.UTC(2026, 0, 1);
/** Ticks before the ones asked for are counted up to here, so that a year of missed minutes costs milliseconds. */
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
  if (!isZone(timezone)) throw fail("the zone is not a known IANA time zone such as America/New_York or UTC");
  const schedule = { cron: text.startsWith("@") ? text.toLowerCase() : text, timezone };
  if (text.startsWith("@")) {
    if (!NICKNAMES.includes(schedule.cron)) throw fail(`known nicknames are ${NICKNAMES.join(", ")}`);
    return schedule;
  }
  const fields = text === "" ? [] : text.split(" ");
  if (fields.length !== 5) throw fail(wrongCount(fields.length));
  for (const [index, field] of fields.entries()) {
    if (isField(field, index)) continue;
    const { name, allowed } = FIELDS[index]!;
    throw fail(`${name} "${field}" is not ${allowed}, a list (a,b), a rising range (a-b) or a step (*/n, a-b/n)`);
  }
  if (evaluatorOf(schedule).nextRun(new Date(SOME_DAY)) === null) {
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

/** A field is tried alone, so that the message can name it: croner counts days and months from 0 in its own. */
function isField(field: string, index: number): boolean {
  const alone = FIELDS.map((_, other) => other === index ? field : "*").join(" ");
  try {
    evaluatorOf({ cron: alone, timezone: "UTC" });
    return true;
  } catch {
    return false;
  }
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
function evaluatorOf({ cron, timezone }: Schedule): Cron {
  return new Cron(cron, { timezone, mode: "5-part", fixedTimeRule: "no-wildcard" });
}

/** The first tick strictly after an instant. */
export function nextTick(schedule: Schedule, after: number): number {
  const next = evaluatorOf(schedule).nextRun(new Date(after));
  if (next === null) throw new Error(`Cannot find a tick of "${schedule.cron}" after ${iso(after)}: it never fires`);
  return next.getTime();
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
  const evaluator = evaluatorOf(schedule);
  const ticks: number[] = [];
  let dropped = 0;
  // Backwards, so that the newest cost the same after a minute and after a year.
  let before = upTo + 1;
  while (dropped < MOST_DROPPED) {
    const [previous] = evaluator.previousRuns(1, new Date(before));
    if (previous === undefined || previous.getTime() <= after) break;
    before = previous.getTime();
    if (ticks.length < limit) ticks.push(before);
    else dropped += 1;
  }
  return { ticks: ticks.reverse(), dropped };
}

/**
 * Which due ticks become runs. A tick noticed more than `graceMs` after it was due runs as `catch-up`.
 *
 * - `latest`: only the newest runs. A run asks for everything that is missing, so one makes up for many
 * - `all`: every one runs
 * - `skip`: those in time run, late ones do not
 *
 * @param due oldest first
 */
export function decideTicks(
  due: readonly number[],
  { now, policy, graceMs }: { now: number; policy: MissedTicks; graceMs: number },
): TickDecision {
  const decision: TickDecision = { run: [], skip: [] };
  const newest = due.at(-1);
  for (const dueAt of due) {
    const late = now - dueAt > graceMs;
    if (policy === "latest" && dueAt !== newest) {
      decision.skip.push({ dueAt, reason: `superseded by the tick of ${iso(newest!)}` });
    } else if (policy === "skip" && late) {
      decision.skip.push({ dueAt, reason: "missed: the program was not running" });
    } else {
      decision.run.push({ dueAt, trigger: late ? "catch-up" : "schedule" });
    }
  }
  return decision;
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
