/** How do instants, durations and counts read on a page? Instants are epoch ms. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(ms: number, zone: string): Record<string, string> {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
      weekday: "short",
      timeZoneName: "short",
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
}

export type Precision = "date" | "minute" | "second" | "ms" | "clock" | "clock-ms";

/** `2026-11-22 13:30` in the zone, without its name. */
export function timeIn(zone: string, ms: number, precision: Precision = "minute"): string {
  const part = partsOf(ms, zone);
  const date = `${part["year"]}-${part["month"]}-${part["day"]}`;
  const minute = `${part["hour"]}:${part["minute"]}`;
  const second = `${minute}:${part["second"]}`;
  switch (precision) {
    case "date":
      return date;
    case "minute":
      return `${date} ${minute}`;
    case "second":
      return `${date} ${second}`;
    case "ms":
      return `${date} ${second}.${part["fractionalSecond"]}`;
    case "clock":
      return second;
    case "clock-ms":
      return `${second}.${part["fractionalSecond"]}`;
  }
}

/** `UTC`, `EST`, `GMT+1`: as the clocks there call it at that instant. */
export function zoneName(zone: string, ms: number): string {
  return partsOf(ms, zone)["timeZoneName"] ?? zone;
}

/** `Sun 22`. */
export function dayIn(zone: string, ms: number): string {
  const part = partsOf(ms, zone);
  return `${part["weekday"]} ${Number(part["day"])}`;
}

/** `3 min ago`, `in 2 h 5 min`, `now`. */
export function relative(ms: number, now: number): string {
  const distance = Math.abs(now - ms);
  if (distance < 2 * SECOND) return "now";
  const length = distance < MINUTE ? `${Math.round(distance / SECOND)} s` : coarse(distance);
  return ms > now ? `in ${length}` : `${length} ago`;
}

function coarse(ms: number): string {
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) {
    // Beyond a few hours nobody counts the minutes.
    const minutes = ms < 6 * HOUR ? Math.floor((ms % HOUR) / MINUTE) : 0;
    return `${Math.floor(ms / HOUR)} h${minutes === 0 ? "" : ` ${minutes} min`}`;
  }
  const days = Math.floor(ms / DAY);
  return `${days} day${days === 1 ? "" : "s"}`;
}

/** `340 ms`, `3.2 s`, `2 min 5 s`, `1 h 3 min`. */
export function duration(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < MINUTE) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${Math.floor((ms % MINUTE) / SECOND)} s`;
  return coarse(ms);
}

/** `1,234`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 request`, `1,234 requests`, `2 series`. */
export function counted(count: number, noun: string, several = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : several}`;
}

/** `812 B`, `12.3 kB`, `1.2 GB`: in thousands. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [size, unit] = [count, 0];
  while (size >= 999.5 && unit < units.length - 1) [size, unit] = [size / 1_000, unit + 1];
  return `${unit === 0 || size >= 99.5 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}
