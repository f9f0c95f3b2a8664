/**
 * On which weekdays did or will the New York Stock Exchange stay closed, or close early?
 *
 * Rules, not a table, so that the years ahead need no release; the days no rule foretells are listed. Exact from
 * 1999-11-01, where the vendor's daily history begins (facts §6.3). A closure decreed tomorrow (mourning, a hurricane)
 * is not known until it is listed here: until then that day counts as a session whose bar is late.
 */

/** What the exchange does on a day: trades in full, closes early, or not at all. */
export type TradingDay = "full" | "half" | "closed";

const DAY = 86_400_000;
const [SUNDAY, MONDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY] = [0, 1, 3, 4, 5, 6];

const ATTACKS = "the attacks on New York and Washington";
const SANDY = "hurricane Sandy";

/** Closures that follow no rule, each with its cause. */
const DECREED_CLOSURES: Readonly<Record<string, string>> = {
  "2001-09-11": ATTACKS,
  "2001-09-12": ATTACKS,
  "2001-09-13": ATTACKS,
  "2001-09-14": ATTACKS,
  "2004-06-11": "mourning for Ronald Reagan",
  "2007-01-02": "mourning for Gerald Ford",
  "2012-10-29": SANDY,
  "2012-10-30": SANDY,
  "2018-12-05": "mourning for George H. W. Bush",
  "2025-01-09": "mourning for Jimmy Carter",
};

/** Early closes that follow no rule. */
const DECREED_HALF_DAYS = new Set(["1999-12-31", "2003-12-26"]);

/**
 * What the exchange does on a day of its calendar.
 *
 * @param ts the date at 00:00 UTC, epoch ms
 */
export function tradingDay(ts: number): TradingDay {
  const at = new Date(ts);
  if (isWeekend(at) || decreed(at) !== null || holidayOn(at) !== null) return "closed";
  return DECREED_HALF_DAYS.has(at.toISOString().slice(0, 10)) || isHalfDay(at) ? "half" : "full";
}

/**
 * Why the exchange stays closed on a day: `Thanksgiving Day`, `mourning for Gerald Ford`; `null`: it does not, or it is a
 * weekend.
 *
 * @param ts the date at 00:00 UTC, epoch ms
 */
export function closedFor(ts: number): string | null {
  const at = new Date(ts);
  return isWeekend(at) ? null : decreed(at) ?? holidayOn(at);
}

function isWeekend(at: Date): boolean {
  return at.getUTCDay() === SUNDAY || at.getUTCDay() === SATURDAY;
}

function decreed(at: Date): string | null {
  return DECREED_CLOSURES[at.toISOString().slice(0, 10)] ?? null;
}

/** The holiday kept on a weekday. */
function holidayOn(at: Date): string | null {
  const [year, month, day, weekday] = [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCDay()];
  switch (month) {
    case 1: // New Year's Day on a Saturday is not observed on the Friday: that would fall into the old business year
      if (day === 1 || (day === 2 && weekday === MONDAY)) return "New Year's Day";
      return weekday === MONDAY && isNth(3, day) ? "Martin Luther King Jr. Day" : null;
    case 2:
      return weekday === MONDAY && isNth(3, day) ? "Washington's Birthday" : null;
    case 3:
    case 4:
      return weekday === FRIDAY && at.getTime() === easterSunday(year) - 2 * DAY ? "Good Friday" : null;
    case 5:
      return weekday === MONDAY && day > 31 - 7 ? "Memorial Day" : null;
    case 6:
      return year >= 2022 && isObserved(19, day, weekday) ? "Juneteenth" : null;
    case 7:
      return isObserved(4, day, weekday) ? "Independence Day" : null;
    case 9:
      return weekday === MONDAY && isNth(1, day) ? "Labor Day" : null;
    case 11:
      return weekday === THURSDAY && isNth(4, day) ? "Thanksgiving Day" : null;
    case 12:
      return isObserved(25, day, weekday) ? "Christmas Day" : null;
    default:
      return null;
  }
}

/** 13:00: the day after Thanksgiving, Christmas Eve, and the eve of Independence Day. Asked of open days only. */
function isHalfDay(at: Date): boolean {
  const [year, month, day, weekday] = [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCDay()];
  switch (month) {
    case 7: // Before 2013 a Thursday's Independence Day had its half day on the Friday after, not on the Wednesday before
      if (weekday === FRIDAY) return day === 5 && year < 2013;
      return day === 3 && (weekday !== WEDNESDAY || year >= 2013);
    case 11:
      return weekday === FRIDAY && isNth(4, day - 1);
    case 12:
      return day === 24;
    default:
      return false;
  }
}

/** Whether a day of the month is the n-th of its weekday. */
function isNth(n: number, day: number): boolean {
  return Math.ceil(day / 7) === n;
}

/** Whether a fixed holiday is kept on this day: on Friday when it falls on Saturday, on Monday when on Sunday. */
function isObserved(holiday: number, day: number, weekday: number): boolean {
  if (day === holiday) return true;
  return (day === holiday - 1 && weekday === FRIDAY) || (day === holiday + 1 && weekday === MONDAY);
}

/** Easter Sunday of a Gregorian year at 00:00 UTC (Meeus, Jones and Butcher). */
function easterSunday(year: number): number {
  const a = year % 19;
  const [b, c] = [Math.floor(year / 100), year % 100];
  const [d, e] = [Math.floor(b / 4), b % 4];
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const [i, k] = [Math.floor(c / 4), c % 4];
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  return Date.UTC(year, month - 1, (h + l - 7 * m + 33 * month + 19) % 32);
}
