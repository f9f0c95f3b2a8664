/** What does the start page say, in a sentence and a row per series? */
import type { App } from "./app.ts";
import { seriesName } from "./bar.ts";
import type { Plan, PlanEntry } from "./plan.ts";
import { nextTick } from "./schedule.ts";
import { barTime, instant } from "./terminal/tables.ts";
import type { HomeView } from "./web/home.tsx";

export async function homeView(app: App, { now, version }: { now(): number; version: string }): Promise<HomeView> {
  const { series } = app.config;
  const schedule = await app.steer.scheduleInForce();
  const [states, found] = [await app.states(series), await app.plan(series)];
  const entries = new Map(found.entries.map((entry) => [seriesName(entry.series), entry]));
  return {
    summary: summaryOf(found),
    rows: states.map(({ series, first, watermark, last }) => ({
      series: seriesName(series),
      holds: watermark === null ? "nothing yet" : `${barTime(series, first)} to ${barTime(series, watermark)}`,
      last: last === null
        ? "never asked"
        : `${last.status}${last.kind === null ? "" : `: ${last.kind}`}, ${instant(last.at)}`,
      next: nextOf(entries.get(seriesName(series))),
    })),
    nextTick: `next tick ${instant(nextTick(schedule, now()))}`,
    asOf: instant(found.now),
    version,
  };
}

/** `3 of 4 series are complete; 1 is asked at the next tick`. */
export function summaryOf({ entries }: Plan): string {
  const complete = entries.filter((entry) => entry.action === "skip" && entry.why === "complete").length;
  const refused = entries.filter((entry) => entry.action === "skip" && entry.why === "not-entitled").length;
  const asks = entries.filter((entry) => entry.action === "ask").length;
  const waiting = entries.filter((entry) => entry.action === "defer").length;
  const rest = [
    ...(asks > 0 ? [`${asks} to be asked at the next tick`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(refused > 0 ? [`${refused} not in this key's plan`] : []),
  ];
  return `${complete} of ${entries.length} series are complete${rest.length > 0 ? `; ${rest.join(", ")}` : ""}.`;
}

function nextOf(entry: PlanEntry | undefined): string {
  if (entry === undefined) return "–";
  if (entry.action === "defer") return `waits until ${instant(entry.until)}: ${entry.reason}`;
  return entry.action === "ask" ? `asked: ${entry.reason}` : entry.reason;
}
