/** How do the schedule, the launches, the quarantine and the settings look in a terminal? */
import { seriesName } from "../bar.ts";
import type { Series } from "../bar.ts";
import type { EffectiveSetting } from "../effective.ts";
import type { Outcome } from "../run.ts";
import type { Schedule } from "../schedule.ts";
import { layOut, oneLine, styleOf } from "./columns.ts";
import { instant, type Look } from "./tables.ts";

interface Deed {
  readonly by: string;
  readonly at: number;
}

/** What is shown of a schedule. Instants are epoch ms. */
export interface ScheduleShown {
  readonly schedule: Schedule;
  readonly words: string;
  readonly next: readonly number[];
  readonly configured: Schedule;
  readonly overridden: Deed | null;
  readonly paused: Deed | null;
  readonly ticks: readonly {
    readonly dueAt: number;
    readonly state: string;
    readonly reason: string | null;
    readonly runs: readonly { readonly id: number; readonly outcome: Outcome | null }[];
  }[];
}

/** The schedule in words, whose it is, and its ticks to come in three zones. */
export function renderPreview(
  { schedule: { cron, timezone }, words, next }: Pick<ScheduleShown, "schedule" | "words" | "next">,
  { width = 100, exchangeZone }: Look & { exchangeZone: string },
): string[] {
  const zones = [...new Set(["UTC", exchangeZone, timezone])];
  const rows = next.map((tick) => zones.map((zone) => inZone(tick, zone)));
  return [`${words} (${cron})`, "", ...layOut(zones.map((heading) => ({ heading })), rows, { width }), ""];
}

export function renderSchedule(shown: ScheduleShown, look: Look & { exchangeZone: string }): string {
  const { configured, overridden, paused, ticks } = shown;
  const style = styleOf(look.colour);
  const { width = 100 } = look;
  const state = paused === null ? [] : [style.warn(`Paused${whom(paused)}: no tick is served; resume: "resume"`)];
  const set = overridden === null
    ? []
    : [`Set${whom(overridden)}; configured is ${configured.cron} ${configured.timezone}: "schedule reset"`];
  const rows = ticks.map(({ dueAt, state, reason, runs }) => [
    instant(dueAt),
    state,
    reason ?? (runs.map(({ id, outcome }) => `run ${id} ${outcome ?? "at work"}`).join(", ") || "waits for its run"),
  ]);
  const columns = [{ heading: "tick" }, { heading: "state" }, {
    heading: "what became of it",
    flexible: true,
  }] as const;
  const paint = (cell: string, { row, column }: { row: number; column: number }) =>
    column === 1 && ticks[row]!.state !== "requested" ? style.warn(cell) : cell;
  const history = rows.length === 0
    ? ["No tick has come due yet", ""]
    : [...layOut(columns, rows, { width, paint }), ""];
  return [...state, ...set, ...renderPreview(shown, look), ...history].join("\n");
}

function whom({ by, at }: Deed): string {
  return `${by === "" ? "" : ` by ${oneLine(by)}`} at ${instant(at)}`;
}

/** `Mon 2026-11-23 06:00`, by the clocks of a zone. */
function inZone(at: number, timeZone: string): string {
  const time = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  const weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][time.dayOfWeek - 1]!;
  return `${weekday} ${time.toPlainDate()} ${time.toPlainTime().toString({ smallestUnit: "minute" })}`;
}

/** The launches in the order given. */
export function renderLaunches(
  launches: readonly {
    readonly id: number;
    readonly series: readonly Series[];
    readonly state: string;
    readonly reason: string | null;
    readonly askedBy: string;
    readonly askedAt: number;
    readonly runs: readonly { readonly id: number; readonly outcome: Outcome | null }[];
  }[],
  { width = 100 }: Look,
): string {
  if (launches.length === 0) return 'Nothing was launched yet: "launch" queues a run\n';
  const rows = launches.map(({ id, series, state, reason, askedBy, askedAt, runs }) => [
    String(id),
    state,
    instant(askedAt),
    askedBy,
    String(series.length),
    reason ?? runs.map(({ id, outcome }) => `run ${id} ${outcome ?? "at work"}`).join(", "),
  ]);
  const columns = [
    { heading: "launch", align: "right" },
    { heading: "state" },
    { heading: "asked" },
    { heading: "by" },
    { heading: "series", align: "right" },
    { heading: "why", flexible: true },
  ] as const;
  return [...layOut(columns, rows, { width }), ""].join("\n");
}

/** Quarantined rows in the order given. */
export function renderQuarantine(
  rows: readonly {
    readonly id: number;
    readonly series: Series;
    readonly stamp: string;
    readonly rule: string;
    readonly raw: string;
    readonly released: Deed | null;
  }[],
  { width = 100 }: Look,
): string {
  if (rows.length === 0) return "Nothing is in quarantine\n";
  const cells = rows.map(({ id, series, stamp, rule, raw, released }) => [
    String(id),
    seriesName(series),
    stamp,
    rule,
    released === null ? "held" : `released${whom(released)}`,
    raw,
  ]);
  const columns = [
    { heading: "row", align: "right" },
    { heading: "series" },
    { heading: "stamp" },
    { heading: "rule" },
    { heading: "state" },
    { heading: "as the vendor gave it", flexible: true },
  ] as const;
  return [...layOut(columns, cells, { width }), ""].join("\n");
}

/** Every setting with its value and where that comes from. */
export function renderSettings(settings: readonly EffectiveSetting[], { colour, width = 100 }: Look): string {
  const style = styleOf(colour);
  const rows = settings.map(({ name, value, origin, givenAs }) => [
    name,
    givenAs === null ? origin : `${origin} (${givenAs})`,
    value ?? "-",
  ]);
  const columns = [{ heading: "setting" }, { heading: "from" }, { heading: "value", flexible: true }] as const;
  const paint = (cell: string, { row }: { row: number }) =>
    settings[row]!.origin === "default" ? style.dim(cell) : cell;
  return [...layOut(columns, rows, { width, paint }), ""].join("\n");
}
