/**
 * When is an exchange open, which session closed last, which sessions are expected, and what is a wall clock in UTC?
 *
 * Instants are epoch ms in UTC. Dates are `YYYY-MM-DD` of the exchange's own day. Nothing here reads a clock.
 */
import { closedFor, tradingDay } from "./holidays.ts";

/** `us`: the New York calendar with its hours. `weekdays`: any other market, of which only Monday to Friday is known. */
export type Exchange = "us" | "weekdays";

/** One trading day of an exchange. Instants are epoch ms; a bar of the session is stamped from `open` until before `close`. */
export interface Session {
  readonly date: string;
  readonly open: number;
  readonly close: number;
  /** Trading before `open` and after `close` included (04:00–20:00 New York). */
  readonly extendedOpen: number;
  readonly extendedClose: number;
  /** The exchange closes early. */
  readonly half: boolean;
}

const DAY = 86_400_000;
const HOUR = 3_600_000;
const NEW_YORK = "America/New_York";
/** Enough for every day of the vendor's history; a flood of absurd stamps must not grow the caches without end. */
const CACHE_LIMIT = 20_000;

/** The calendar of a symbol: a `.` begins the suffix of a market outside the US (`TSCO.LON`, facts §6.4). */
export function exchangeOf(symbol: string): Exchange {
  return symbol.includes(".") ? "weekdays" : "us";
}

/**
 * The session of a date, or `null` when the exchange is closed that day.
 *
 * `weekdays` knows no hours: its session lasts from 00:00 UTC of the date to 00:00 UTC of the next, by when every listed
 * foreign market has closed. Its holidays are not known either: such a day is a session that never gets a bar.
 *
 * @throws RangeError when `date` is no calendar date
 */
export function sessionOn(exchange: Exchange, date: string): Session | null {
  return sessionAt(exchange, dayStart(date));
}

/**
 * Why an exchange has no session on a date: `Saturday`, `Thanksgiving Day`; `null`: it has one.
 *
 * @throws RangeError when `date` is no calendar date
 */
export function closureOn(exchange: Exchange, date: string): string | null {
  const day = dayStart(date);
  if (isWeekend(day)) return weekdayOf(day) === 0 ? "Sunday" : "Saturday";
  return exchange === "us" ? closedFor(day) : null;
}

const usSessions = new Map<number, Session | null>();

function sessionAt(exchange: Exchange, day: number): Session | null {
  if (exchange === "weekdays") return isWeekend(day) ? null : wholeDay(day);
  return remembered(usSessions, day, () => usSession(day));
}

function wholeDay(day: number): Session {
  const end = day + DAY;
  return { date: dateOf(day), open: day, close: end, extendedOpen: day, extendedClose: end, half: false };
}

function usSession(day: number): Session | null {
  const trading = tradingDay(day);
  if (trading === "closed") return null;
  const half = trading === "half";
  const date = dateOf(day);
  // New York changes its clock on Sundays, never during a session: one offset serves the whole day.
  const midnight = wallClockToUtc(NEW_YORK, `${date} 00:00:00`)!;
  return {
    date,
    open: midnight + 9.5 * HOUR,
    close: midnight + (half ? 13 : 16) * HOUR,
    extendedOpen: midnight + 4 * HOUR,
    extendedClose: midnight + (half ? 17 : 20) * HOUR,
    half,
  };
}

/** The newest session that has closed at `now`: its `close`, or its `extendedClose` when `extended`, is not after it. */
export function lastClosed(exchange: Exchange, now: number, { extended }: { extended: boolean }): Session {
  for (let day = dayStart(exchangeDate(exchange, now));; day -= DAY) {
    const session = sessionAt(exchange, day);
    if (session !== null && closeOf(session, extended) <= now) return session;
  }
}

/** The next instant strictly after `now` at which a session closes. */
export function nextClose(exchange: Exchange, now: number, { extended }: { extended: boolean }): number {
  for (let day = dayStart(exchangeDate(exchange, now));; day += DAY) {
    const session = sessionAt(exchange, day);
    if (session !== null && closeOf(session, extended) > now) return closeOf(session, extended);
  }
}

/** Whether a session is running at `now`. At its opening instant it is, at its closing instant no more. */
export function isOpen(exchange: Exchange, now: number, { extended }: { extended: boolean }): boolean {
  const session = sessionAt(exchange, dayStart(exchangeDate(exchange, now)));
  if (session === null) return false;
  return (extended ? session.extendedOpen : session.open) <= now && now < closeOf(session, extended);
}

function closeOf(session: Session, extended: boolean): number {
  return extended ? session.extendedClose : session.close;
}

/**
 * Every session from one date to another, both included, oldest first; none when `to` is before `from`.
 *
 * @throws RangeError when one is no calendar date
 */
export function sessionsBetween(exchange: Exchange, from: string, to: string): Session[] {
  const sessions: Session[] = [];
  const last = dayStart(to);
  for (let day = dayStart(from); day <= last; day += DAY) {
    const session = sessionAt(exchange, day);
    if (session !== null) sessions.push(session);
  }
  return sessions;
}

/**
 * The last session of the ISO week or calendar month a date is in: the date under which the vendor files the finished
 * period (facts §6.3). `null` when the exchange is closed for the whole of it.
 *
 * @throws RangeError when `date` is no calendar date
 */
export function lastSessionOfPeriod(
  exchange: Exchange,
  date: string,
  interval: "weekly" | "monthly",
): Session | null {
  const first = dayStart(periodOf(date, interval));
  for (let day = periodEnd(first, interval) - DAY; day >= first; day -= DAY) {
    const session = sessionAt(exchange, day);
    if (session !== null) return session;
  }
  return null;
}

/**
 * The date that names the period a date is in: the Monday of its ISO week, or the first of its month.
 *
 * @throws RangeError when `date` is no calendar date
 */
export function periodOf(date: string, interval: "weekly" | "monthly"): string {
  const day = dayStart(date);
  return interval === "weekly" ? dateOf(day - ((weekdayOf(day) + 6) % 7) * DAY) : `${date.slice(0, 8)}01`;
}

function periodEnd(first: number, interval: "weekly" | "monthly"): number {
  if (interval === "weekly") return first + 7 * DAY;
  const at = new Date(first);
  return at.setUTCMonth(at.getUTCMonth() + 1);
}

/** Sunday 0 to Saturday 6. */
function weekdayOf(day: number): number {
  return new Date(day).getUTCDay();
}

function isWeekend(day: number): boolean {
  return weekdayOf(day) % 6 === 0;
}

/** Whether a text is a calendar date, `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  // The engine reads 30 February as 1 March, so the date has to survive the way back.
  const ts = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ts) && dateOf(ts) === text;
}

/**
 * 00:00 UTC of a date, epoch ms: the stamp of a daily, weekly or monthly bar.
 *
 * @throws RangeError when `date` is no calendar date
 */
export function dayStart(date: string): number {
  return remembered(starts, date, () => {
    if (!isDate(date)) throw new RangeError(`Cannot read date "${date}": not a calendar date of the form YYYY-MM-DD`);
    return Date.parse(`${date}T00:00:00Z`);
  });
}

/** The UTC date of an instant. */
export function dateOf(ts: number): string {
  const day = Math.floor(ts / DAY);
  return remembered(dates, day, () => new Date(day * DAY).toISOString().slice(0, 10));
}

/** A plan for thousands of series asks for the same few dates again and again; writing one out takes half a microsecond. */
const dates = new Map<number, string>();
const starts = new Map<string, number>();

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, find: () => Value): Value {
  let value = known.get(key);
  if (value === undefined) {
    value = find();
    if (known.size >= CACHE_LIMIT) known.clear();
    known.set(key, value);
  }
  return value;
}

/** The exchange's own date at an instant: New York's for `us`, UTC's for `weekdays`. */
export function exchangeDate(exchange: Exchange, now: number): string {
  if (exchange === "weekdays") return dateOf(now);
  // New York has always been four to five hours behind UTC: only around its midnight is a time zone database needed.
  const date = dateOf(now - 5 * HOUR);
  if (date === dateOf(now - 4 * HOUR)) return date;
  return Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(NEW_YORK).toPlainDate().toString();
}

const STAMP = /^\d{4}-\d{2}-\d{2} (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;

/** The vendor's word for a zone as every zone database has it. */
export function ianaZone(zone: string): string {
  return zone === "US/Eastern" ? NEW_YORK : zone;
}

/**
 * The instant at which clocks in a zone showed `YYYY-MM-DD HH:MM:SS`, epoch ms.
 *
 * `null` for a stamp of another form, for a date or time that does not exist, and for one the clocks skipped in spring.
 * Of a time they showed twice in autumn, the first. `US/Eastern` is the vendor's word (facts §4) for an IANA zone that
 * small zone databases lack by that name.
 *
 * @throws RangeError when the zone is not known
 */
export function wallClockToUtc(zone: string, stamp: string): number | null {
  const iana = ianaZone(zone);
  const days = daysOf(iana);
  if (!STAMP.test(stamp)) return null;
  const date = stamp.slice(0, 10);
  const start = remembered(days, date, () => startOf(iana, date));
  if (start === "no-date") return null;
  return start === "changes" ? onDayOfChange(iana, stamp) : start + timeOfDay(stamp);
}

/** The time in a stamp that {@link STAMP} has found good, ms. */
function timeOfDay(stamp: string): number {
  const two = (at: number) => stamp.charCodeAt(at) * 10 + stamp.charCodeAt(at + 1) - 48 * 11;
  return two(11) * HOUR + two(14) * 60_000 + two(17) * 1_000;
}

/** What a zone's clocks do on a date: the instant of its midnight when they are not touched, or more than arithmetic can tell. */
type DayStart = number | "changes" | "no-date";

/** Per zone, per date. A full intraday answer has 20,000 stamps on 22 dates; asking Temporal for each is five times slower. */
const daysOfZones = new Map<string, Map<string, DayStart>>();

function daysOf(zone: string): Map<string, DayStart> {
  const known = daysOfZones.get(zone);
  if (known !== undefined) return known;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
  } catch {
    throw new RangeError(`Cannot convert wall clock of zone "${zone}": not a known IANA time zone`);
  }
  const days = new Map<string, DayStart>();
  daysOfZones.set(zone, days);
  return days;
}

function startOf(zone: string, date: string): DayStart {
  if (!isDate(date)) return "no-date";
  const start = Temporal.PlainDate.from(date).toZonedDateTime(zone);
  // A zone that crossed the date line skipped a whole day: asked for its start, Temporal answers with the next day's.
  const ordinary = start.hoursInDay === 24 && start.toPlainDate().toString() === date;
  return ordinary ? start.epochMilliseconds : "changes";
}

function onDayOfChange(zone: string, stamp: string): number | null {
  const wanted = Temporal.PlainDateTime.from(stamp);
  const found = wanted.toZonedDateTime(zone, { disambiguation: "earlier" });
  return found.toPlainDateTime().equals(wanted) ? found.epochMilliseconds : null;
}
