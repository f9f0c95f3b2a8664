/**
 * At which instant does a bar begin whose stamp an older program wrote? Such stamps are often a wall clock that was stored
 * as if it were UTC. Nothing is guessed: a time that a clock skipped or showed twice has no instant.
 */
import { type Interval, intradayLength } from "./bar.ts";
import { dayStart, ianaZone, isDate, wallClockToUtc } from "./calendar.ts";

export interface StampMeaning {
  /** `utc`: the stored instants are right. `new-york`: what the stored stamps show is New York's wall clock. */
  readonly stamps: "utc" | "new-york";
  /** IANA zone of the database sessions that wrote them: in it a stored instant shows what was written. */
  readonly sessionZone: string;
}

const HOUR = 3_600_000;
const HALF_HOUR = 1_800_000;
const FORM =
  /^(\d{4}-\d{2}-\d{2})(?:[ T]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.0+)?)?\s*(Z|[+-]\d{2}(?::?[0-5]\d)?)?)?$/;

/** A stamp as it is stored: what it shows in the zone of its sessions, and its instant where it has a zone of its own. */
export interface StoredStamp {
  /** `YYYY-MM-DD HH:MM:SS` */
  readonly wall: string;
  /** Epoch ms; `null`: it has no zone. */
  readonly instant: number | null;
}

/** Reads `2025-11-06`, `2025-11-06 19:30:00` and `2025-11-06T19:30:00.000+00:00`. `null`: it is none of these. */
export function storedStamp(text: string, { sessionZone }: Pick<StampMeaning, "sessionZone">): StoredStamp | null {
  const [, date, hour = "00", minute = "00", second = "00", zone] = FORM.exec(text.trim()) ?? [];
  if (date === undefined || !isDate(date)) return null;
  const wall = `${date} ${hour}:${minute}:${second}`;
  if (zone === undefined) return { wall, instant: null };
  if (zone === "Z" && sessionZone === "UTC") {
    return { wall, instant: dayStart(date) + timeOf({ hour, minute, second }) };
  }
  const offset = zone === "Z" ? 0 : Number(`${zone[0]}1`) *
    (Number(zone.slice(1, 3)) * HOUR + Number(zone.slice(3).replace(":", "") || "0") * 60_000);
  const instant = dayStart(date) + timeOf({ hour, minute, second }) - offset;
  return { wall: wallIn(sessionZone, instant), instant };
}

function timeOf({ hour, minute, second }: { hour: string; minute: string; second: string }): number {
  return Number(hour) * HOUR + Number(minute) * 60_000 + Number(second) * 1_000;
}

function wallIn(zone: string, instant: number): string {
  if (zone === "UTC") return new Date(instant).toISOString().slice(0, 19).replace("T", " ");
  const shown = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDateTime();
  return shown.toString({ smallestUnit: "second" }).replace("T", " ");
}

/** Whether the zone database has the zone. */
export function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * The stamp of the bar, epoch ms: the start of an intraday bar, a date at 00:00 UTC for longer ones, whose stored stamps
 * show 00:00. `null`: no bar begins then.
 */
export function barStamp(stamp: StoredStamp, interval: Interval, meaning: StampMeaning): number | null {
  const { wall, instant } = stamp;
  const length = intradayLength(interval);
  if (length === null) return wall.endsWith(" 00:00:00") ? dayStart(wall.slice(0, 10)) : null;
  const ts = meaning.stamps === "utc" && instant !== null ? instant : onlyInstant(zoneOf(meaning), wall);
  // Hourly bars begin at the half hour too: the session does.
  return ts === null || ts % Math.min(length, HALF_HOUR) !== 0 ? null : ts;
}

function zoneOf({ stamps, sessionZone }: StampMeaning): string {
  return stamps === "utc" ? sessionZone : ianaZone("US/Eastern");
}

/** `null` also for a time shown twice in autumn: which of the two is meant cannot be known, and no exchange is open then. */
function onlyInstant(zone: string, wall: string): number | null {
  const first = wallClockToUtc(zone, wall);
  // A quarter of a million rows have a few hundred dates, and of those a handful on which a clock was touched.
  if (first === null || zone === "UTC" || !isLong(zone, wall.slice(0, 10))) return first;
  const second = Temporal.PlainDateTime.from(wall).toZonedDateTime(zone, { disambiguation: "later" });
  return second.epochMilliseconds === first ? first : null;
}

/** Whether the date may have had more than its 24 hours there. */
function isLong(zone: string, date: string): boolean {
  const [from, to] = [wallClockToUtc(zone, `${date} 00:00:00`), wallClockToUtc(zone, `${date} 23:59:59`)];
  return from === null || to === null || to - from > 24 * HOUR;
}
