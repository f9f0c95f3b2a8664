/** What does a schedule say in words, and when are its next ticks? For people; what runs goes by schedule.ts alone. */
import { toString as inWords } from "cronstrue";
import { fiveFields, nextTick, type Schedule } from "./schedule.ts";

/** `At 06:00, Monday through Friday, America/New_York time`. The schedule must be one that `parseSchedule` accepted. */
export function describeSchedule(schedule: Schedule): string {
  const words = inWords(fiveFields(schedule), { use24HourTimeFormat: true })
    // A day of month and a weekday mean either.
    .replace("of the month, and on", "of the month or on");
  return `${words}, ${schedule.timezone} time`;
}

/** The first `count` ticks strictly after an instant, ascending. Epoch ms. */
export function nextTicks(schedule: Schedule, { after, count }: { after: number; count: number }): number[] {
  const ticks: number[] = [];
  for (let last = after; ticks.length < count;) ticks.push(last = nextTick(schedule, last));
  return ticks;
}

/** Whether the schedule has a tick at this very instant. */
export function isTick(schedule: Schedule, at: number): boolean {
  return nextTick(schedule, at - 1) === at;
}
