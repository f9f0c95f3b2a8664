/**
 * When would somebody ring a bell who looks at a wall clock every minute and knows nothing but a cron line? The oracle of
 * the proof of schedules: own reading of the fields, offsets by looking at the clock once an hour. Slow and simple.
 */

/** A stretch during which the clock was not touched. Minutes since 1970-01-01 UTC, `to` not included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Minutes east of UTC. */
  readonly offset: number;
}

const MINUTE = 60_000;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * 60;

/** Looks at the clock of a zone once an hour, and every minute of an hour in which it was changed. */
export function watchClock(zone: string, { from, to }: { from: number; to: number }): Stretch[] {
  const clock = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId;
  const offsetAt = (minute: number) =>
    Temporal.Instant.fromEpochMilliseconds(minute * MINUTE).toZonedDateTimeISO(clock).offsetNanoseconds / 6e10;
  const stretches: Stretch[] = [];
  let [start, offset] = [from, offsetAt(from)];
  for (let hour = from; hour < to; hour += HOUR_MINUTES) {
    if (offsetAt(Math.min(hour + HOUR_MINUTES, to)) === offset) continue;
    let change = hour + 1;
    while (offsetAt(change) === offset) change += 1;
    stretches.push({ from: start, to: change, offset });
    [start, offset] = [change, offsetAt(change)];
  }
  return [...stretches, { from: start, to, offset }];
}

interface Fields {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Both kinds of day are given: one of them is enough. */
  readonly either: boolean;
  /** Minute and hour are named, without `*` or step: once a day, whatever the clock does. */
  readonly fixed: boolean;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

function readCron(cron: string): Fields {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = cron.split(" ");
  return {
    minutes: readField(minute, { low: 0, high: 59, names: [] }),
    hours: readField(hour, { low: 0, high: 23, names: [] }),
    days: readField(day, { low: 1, high: 31, names: [] }),
    months: readField(month, { low: 1, high: 12, names: MONTHS }),
    weekdays: new Set([...readField(weekday, { low: 0, high: 7, names: WEEKDAYS })].map((number) => number % 7)),
    either: day !== "*" && weekday !== "*",
    fixed: !/[*/]/.test(minute + hour),
  };
}

function readField(
  field: string,
  { low, high, names }: { low: number; high: number; names: readonly string[] },
): Set<number> {
  const numberOf = (word: string) => names.includes(word) ? names.indexOf(word) + low : Number(word);
  const numbers = new Set<number>();
  for (const part of field.split(",")) {
    const [range = "", step] = part.split("/");
    const [first = "", last] = range.split("-");
    const from = range === "*" ? low : numberOf(first);
    const to = range === "*" ? high : last === undefined ? from : numberOf(last);
    for (let number = from; number <= to; number += Number(step ?? 1)) numbers.add(number);
  }
  return numbers;
}

/** Does the line name this day, given in days since 1970-01-01? */
function namesDay({ days, months, weekdays, either }: Fields, day: number): boolean {
  const date = new Date(day * DAY_MINUTES * MINUTE);
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const [byDay, byWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
  return either ? byDay || byWeekday : byDay && byWeekday;
}

/**
 * Every instant (epoch ms, ascending) at which the bell rings while the clock is watched.
 *
 * A line without `*` or step in minute and hour means once a day: what the clock shows a second time is passed over, and
 * what it leaves out rings, once, as soon as it is seen to have been left out. Any other line means what the clock shows.
 */
export function ringTimes(cron: string, stretches: readonly Stretch[]): number[] {
  const fields = readCron(cron);
  const { hours, minutes, fixed } = fields;
  const times = Array.from({ length: DAY_MINUTES }, (_, time) => time)
    .filter((time) => hours.has(Math.floor(time / 60)) && minutes.has(time % 60));
  const rings: number[] = [];
  let seen = -Infinity;
  for (const { from, to, offset } of stretches) {
    let [shown, last] = [from + offset, to + offset - 1];
    if (fixed && seen !== -Infinity) {
      let leftOut = false;
      for (let time = seen + 1; time < shown; time++) {
        leftOut ||= times.includes(mod(time, DAY_MINUTES)) && namesDay(fields, Math.floor(time / DAY_MINUTES));
      }
      if (leftOut) rings.push(from * MINUTE);
      shown = leftOut ? shown + 1 : Math.max(shown, seen + 1);
    }
    for (let day = Math.floor(shown / DAY_MINUTES); day * DAY_MINUTES <= last; day++) {
      if (!namesDay(fields, day)) continue;
      for (const time of times) {
        const at = day * DAY_MINUTES + time;
        if (at >= shown && at <= last) rings.push((at - offset) * MINUTE);
      }
    }
    seen = Math.max(seen, last);
  }
  return rings;
}

function mod(a: number, b: number): number {
  return ((a % b) + b) % b;
}
