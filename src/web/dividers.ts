/** Where do the hours and days of a zone begin on a time axis? By the zone's clocks: a day of 23 or 25 hours included. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One line of the axis. */
export interface Divider {
  /** Epoch ms. */
  readonly at: number;
  /** `14:30`, or `Sun 22` where a day begins. */
  readonly label: string;
  readonly day: boolean;
}

/** Steps people read easily, in minutes of the clock. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440];
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** The dividers in [`from`, `to`], at most about `most`; instants are epoch ms. */
export function dividersOf({ from, to, zone, most }: {
  from: number;
  to: number;
  zone: string;
  most: number;
}): Divider[] {
  const wanted = (to - from) / MINUTE / most;
  const step = STEPS.find((step) => step >= wanted) ?? Math.ceil(wanted / 1440) * 1440;
  const dividers: Divider[] = [];
  // Looked at in steps no clock change can jump over, and kept where the clock shows a multiple of the step.
  const look = Math.min(step, 15) * MINUTE;
  for (let at = Math.ceil(from / look) * look; at <= to; at += look) {
    const clock = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
    const minute = clock.hour * 60 + clock.minute;
    if (minute % Math.min(step, 1440) !== 0) continue;
    const day = minute === 0;
    if (step > 1440 && Math.floor((at + HOUR * 12) / (24 * HOUR)) % (step / 1440) !== 0) continue;
    const label = day
      ? `${WEEKDAYS[clock.dayOfWeek - 1]} ${clock.day}`
      : `${String(clock.hour).padStart(2, "0")}:${String(clock.minute).padStart(2, "0")}`;
    dividers.push({ at, label, day });
  }
  return dividers;
}
