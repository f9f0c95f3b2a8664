/** How do the cost of a backfill, the list of them and how far one is look in a terminal? */
import { type BackfillCost, type BackfillView, type Figures, type SeriesProgress, shareDone } from "../backfill.ts";
import { intradayLength, seriesName } from "../bar.ts";
import { type Allowance, timeInWords } from "../reserve.ts";
import { layOut, oneLine, type Style, styleOf } from "./columns.ts";
import type { Look } from "./tables.ts";

/** What it would ask, series by series, then the whole: requests, days, what cannot be had. */
export function renderCost({ from, to, series, total, allowance, takesMs }: BackfillCost, look: Look): string {
  const found = [
    `Backfill of ${counted(series.length, "series", "series")} from ${from} to ${to}`,
    ...seriesTable(series, look),
    "",
    costSentence({ total, allowance, takesMs }),
  ];
  return `${found.join("\n")}\n`;
}

/** `252 requests for 5,264 of 5,285 sessions; 21 are there; about 12 days at 25 requests a day, 3 kept for the schedule`. */
export function costSentence(
  { total, allowance, takesMs }: Pick<BackfillCost, "total" | "allowance" | "takesMs">,
): string {
  const { wished, held, refused, requests } = total;
  const there = `${grouped(held)} of ${counted(wished, "session")} are there`;
  const not = refused === 0 ? "" : `; ${grouped(refused)} this key may not ask for`;
  if (requests === 0) return `No request: ${there}${not}`;
  return `${counted(requests, "request")}: ${there}${not}; ${timeInWords(takesMs)} ${allowanceInWords(allowance)}`;
}

function allowanceInWords({ perDay, reserve, paceMs }: Allowance): string {
  if (perDay === null) return `at ${Math.round(60_000 / paceMs)} requests a minute`;
  const kept = reserve === 0 ? "" : `, ${reserve} of them kept for the schedule`;
  return `at ${counted(perDay, "request")} a day${kept}`;
}

/** The backfills, newest first. */
export function renderBackfills(backfills: readonly BackfillView[], { colour, width = 100 }: Look): string {
  if (backfills.length === 0) return "No backfill yet: the command backfill begins one\n";
  const style = styleOf(colour);
  const rows = backfills.map((one) => [
    String(one.id),
    one.state,
    percent(one),
    `${one.from} to ${one.to}`,
    namesOf(one),
    whyOf(one),
  ]);
  const columns = [
    { heading: "backfill", align: "right" },
    { heading: "state" },
    { heading: "done", align: "right" },
    { heading: "range" },
    { heading: "series" },
    { heading: "says", flexible: true },
  ] as const;
  const paint = (cell: string, { row, column }: { row: number; column: number }) =>
    column === 1 ? toneOf(backfills[row]!.state, style)(cell) : cell;
  return `${layOut(columns, rows, { width, paint }).join("\n")}\n`;
}

/** One of them with its series. */
export function renderBackfill(one: BackfillView, series: readonly SeriesProgress[], look: Look): string {
  const { id, from, to, askedBy, askedAt, note } = one;
  const more = one.series > series.length ? [`and ${one.series - series.length} more series`] : [];
  return [
    backfillSentence(one),
    `From ${from} to ${to}, asked for by ${oneLine(askedBy)} at ${minute(askedAt)}` +
    (note === null ? "" : `: ${oneLine(note)}`),
    ...seriesTable(series, look),
    ...more,
    ...(one.lastRun === null ? [] : [`Last run ${one.lastRun.id}: ${one.lastRun.outcome ?? "running"}`]),
    ...(one.state === "paused" ? [`Go on with it: backfill resume ${id}`] : []),
    "",
  ].join("\n");
}

/** `Backfill 3 is running: 1,200 of 5,285 sessions (22.7 %), 190 requests left, about 12 days`. */
export function backfillSentence(one: BackfillView): string {
  const { id, state, wished, held, none, requests, restUntil, reason, takesMs } = one;
  const lacks = none === 0 ? "" : `, ${grouped(none)} the vendor does not have`;
  const figures = `${grouped(held)} of ${counted(wished, "session")}${lacks} (${percent(one)})`;
  const left = state === "running" ? `, ${counted(requests, "request")} left, ${timeInWords(takesMs)}` : "";
  const waits = state === "running" && restUntil !== null ? `; waits until ${minute(restUntil)}` : "";
  return `Backfill ${id} is ${state}: ${figures}${left}${waits}${reason === null ? "" : `; ${oneLine(reason)}`}`;
}

function seriesTable(series: readonly SeriesProgress[], { colour, width = 100 }: Look): string[] {
  const style = styleOf(colour);
  const rows = series.map((one) => [
    seriesName(one.series),
    one.state,
    grouped(one.wished),
    grouped(one.held),
    grouped(one.none),
    grouped(one.refused + one.failed),
    grouped(one.requests),
    one.reason ?? wordsOf(one),
  ]);
  const columns = [
    { heading: "series" },
    { heading: "state" },
    { heading: "wished", align: "right" },
    { heading: "there", align: "right" },
    { heading: "vendor has none", align: "right" },
    { heading: "not to be had", align: "right" },
    { heading: "requests", align: "right" },
    { heading: "says", flexible: true },
  ] as const;
  const paint = (cell: string, { row, column }: { row: number; column: number }) =>
    column === 1 ? toneOf(series[row]!.state, style)(cell) : cell;
  const table = layOut(columns, rows, { width, paint });
  const full = series.flatMap(({ reason, series: of }, row) =>
    reason === null || table[row + 1]!.endsWith(oneLine(reason)) ? [] : [`${seriesName(of)}: ${oneLine(reason)}`]
  );
  return full.length === 0 ? table : [...table, "", ...full];
}

function wordsOf({ series, requests }: SeriesProgress): string {
  if (requests === 0) return "";
  return intradayLength(series.interval) === null ? "" : "month by month";
}

/** Series that are named, then how many more there are. */
function namesOf({ names, series }: BackfillView): string {
  const few = names.slice(0, 2).map(seriesName).join(", ");
  return series > 2 ? `${few} and ${series - 2} more` : few;
}

function whyOf({ state, reason, restUntil, requests, takesMs }: BackfillView): string {
  if (state !== "running") return reason ?? "";
  const left = `${counted(requests, "request")} left, ${timeInWords(takesMs)}`;
  return restUntil === null ? left : `${reason}; waits until ${minute(restUntil)}; ${left}`;
}

/** `22.7 %`; 100 % is said of the whole only. */
export function percent(figures: Figures): string {
  return `${(shareDone(figures) * 100).toFixed(1).replace(/\.0$/, "")} %`;
}

function toneOf(state: string, style: Style): (text: string) => string {
  if (state === "complete") return style.good;
  if (state === "failed" || state === "cancelled") return style.bad;
  return state === "running" || state === "open" ? style.dim : style.warn;
}

function minute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

function counted(count: number, noun: string, several = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : several}`;
}
