/** How do a plan, the state of the series and a finished run look in a terminal? Times are UTC and say so with a Z. */
import { intradayLength, type Series, seriesName } from "../bar.ts";
import { adviceOn, refusedIn } from "../entitled.ts";
import { type Heal, nameGaps } from "../healing.ts";
import type { Plan, PlanEntry, Quota, SeriesState } from "../plan.ts";
import type { ReferencePlanEntry, ReferenceState } from "../reference.ts";
import { formOf } from "../request.ts";
import type { Outcome, SeriesResult, Totals } from "../run.ts";
import { layOut, oneLine, type Style, styleOf } from "./columns.ts";

export interface Look {
  /** A terminal that wants it: not a pipe, no NO_COLOR. */
  readonly colour: boolean;
  /** Columns to fill at most; 100 when unknown. */
  readonly width?: number;
}

/** More than this many failures tell nothing more. */
const MOST_FAILED = 5;

/** What the next run would ask, why, and at what cost; reasons the table had to cut are below it in full. */
export function renderPlan(plan: Plan, { colour, width = 100 }: Look): string {
  const style = styleOf(colour);
  const { reference = [] } = plan;
  const rows = [
    ...plan.entries.map((entry) => [
      seriesName(entry.series),
      entry.action,
      entry.action === "ask" ? formOf(entry.request) : "",
      entry.action === "ask" ? String(costOf(entry)) : "",
      entry.action === "defer" ? `${entry.reason}; not before ${instant(entry.until)}` : entry.reason,
    ]),
    ...plan.heals.flatMap(healRows),
    ...reference.map(besideRow),
  ];
  const columns = [
    { heading: "series" },
    { heading: "action" },
    { heading: "request" },
    { heading: "cost", align: "right" },
    { heading: "reason", flexible: true },
  ] as const;
  const tones: Readonly<Record<string, Style["good"]>> = { ask: style.good, heal: style.good, skip: style.dim };
  const paint = (cell: string, place: { row: number; column: number }) =>
    place.column === 1 ? (tones[rows[place.row]![1]!] ?? style.warn)(cell) : cell;
  const table = layOut(columns, rows, { width, paint });
  const full = rows.flatMap(([name, , , , reason = ""], row) =>
    table[row + 1]!.endsWith(oneLine(reason)) ? [] : [`${name}: ${oneLine(reason)}`]
  );
  return [...table, "", ...full, ...(full.length > 0 ? [""] : []), planSentence(plan), ""].join("\n");
}

/** What is asked for the gaps of a series, and what waits. */
function healRows({ series, requests, left }: Heal): string[][] {
  const asked = Map.groupBy(requests, ({ request }) => formOf(request));
  return [
    ...[...asked].map(([form, same]) => {
      const dates = same.flatMap((errand) => errand.dates);
      return [seriesName(series), "heal", form, String(same.length), `brings ${nameGaps(dates)}`];
    }),
    ...left.map(({ dates, reason }) => [seriesName(series), "wait", "", "", `${nameGaps(dates)}: ${reason}`]),
  ];
}

/** `5 requests now, 1 of them for gaps, 3 series complete, 2 not entitled; 20 of 25 requests are left today`. */
export function planSentence({ entries, heals, reference = [], quota, now }: Plan): string {
  const count = (test: (entry: PlanEntry) => boolean) => entries.filter(test).length;
  const healing = heals.reduce((sum, { requests }) => sum + requests.length, 0);
  const asks = entries.reduce((sum, entry) => sum + costOf(entry), 0) + healing;
  const parts = [asks === 0 ? "Nothing to ask now" : `${counted(asks, "request")} now`];
  if (healing > 0) parts.push(healing === asks ? "all of them for gaps" : `${healing} of them for gaps`);
  const beside = reference.filter(({ action }) => action === "ask").length;
  const waiting = reference.length - beside;
  if (beside > 0) parts.push(`${beside} beside bars`);
  if (waiting > 0) parts.push(`${waiting} beside bars deferred`);
  const deferred = count((entry) => entry.action === "defer");
  const complete = count((entry) => entry.action === "skip" && entry.why === "complete");
  const refused = count((entry) => entry.action === "skip" && entry.why === "not-entitled");
  if (deferred > 0) parts.push(`${deferred} deferred`);
  if (complete > 0) parts.push(`${complete} series complete`);
  const ended = count((entry) => entry.action === "skip" && entry.why === "delisted");
  if (refused > 0) parts.push(`${refused} not entitled`);
  if (ended > 0) parts.push(`${ended} delisted`);
  return `${parts.join(", ")}; ${quotaSentence(quota, now)}`;
}

/** What is asked for when the bars have been. */
function besideRow({ action, request: { form, symbol }, reason, until }: ReferencePlanEntry): string[] {
  const words = until === null ? reason : `${reason}; not before ${instant(until)}`;
  return [symbol ?? "the market", action, form, action === "ask" ? "1" : "", words];
}

/** Requests, if nothing has to be sent again. */
function costOf(entry: PlanEntry): number {
  return entry.action === "ask" ? 1 + entry.then.length : 0;
}

function quotaSentence({ perDay, usedToday, blockedUntil }: Quota, now: number): string {
  if (blockedUntil !== null && blockedUntil > now) {
    return `the vendor's daily limit is reached, not asked before ${instant(blockedUntil)}`;
  }
  if (perDay === null) return `${counted(usedToday, "request")} sent today, no daily limit`;
  return `${Math.max(0, perDay - usedToday)} of ${counted(perDay, "request")} are left today`;
}

/** Every series: what is stored, how many open gaps it has, how its last run ended; then when the next tick is due (`null`: none is). */
export function renderStatus(
  states: readonly SeriesState[],
  { nextTick, reference = [], colour, width = 100 }: Look & {
    nextTick: number | null;
    reference?: readonly ReferenceState[];
  },
): string {
  const style = styleOf(colour);
  const rows = states.map(({ series, first, watermark, last, gaps }) => [
    seriesName(series),
    barTime(series, first),
    barTime(series, watermark),
    gaps.length === 0 ? "" : grouped(gaps.length),
    last === null ? "never asked" : last.kind === null ? last.status : `${last.status}: ${last.kind}`,
    last === null ? "" : instant(last.at),
  ]);
  const columns = [
    { heading: "series" },
    { heading: "first bar", flexible: true },
    { heading: "watermark" },
    { heading: "gaps", align: "right" },
    { heading: "last outcome" },
    { heading: "when" },
  ] as const;
  const paint = (cell: string, { row, column }: { row: number; column: number }) =>
    column === 3 ? style.warn(cell) : column === 4 ? toneOf(states[row]!.last?.status, style)(cell) : cell;
  const tick = nextTick === null ? "No tick is due: the schedule is paused" : `Next tick ${instant(nextTick)}`;
  return [...layOut(columns, rows, { width, paint }), "", ...besideLines(reference), tick, ""].join("\n");
}

/** `Beside bars: 5 of 6 known`, and what failed last. */
function besideLines(states: readonly ReferenceState[]): string[] {
  if (states.length === 0) return [];
  const known = states.filter(({ answeredAt }) => answeredAt !== null).length;
  const failed = states.filter(({ kind }) => kind !== null).slice(0, MOST_FAILED);
  return [
    `Beside bars: ${known} of ${states.length} known (splits, dividends, the list of symbols)`,
    ...failed.map(({ request: { form, symbol }, kind, message }) =>
      oneLine(`${symbol ?? "the market"} ${form}: ${kind}: ${message}`)
    ),
  ];
}

/**
 * What a run did, series by series; the vendor's words in full below; then the totals and the outcome, and what to set when
 * something `configured` is not in the key's plan.
 */
export function renderSummary(
  { runId, outcome, message, results, totals, durationMs }: {
    runId: number;
    outcome: Outcome;
    message: string | null;
    results: readonly SeriesResult[];
    totals: Totals;
    durationMs: number;
  },
  { colour, width = 100, configured = [] }: Look & { configured?: readonly Series[] },
): string {
  const style = styleOf(colour);
  const rows = results.map((result) => [
    seriesName(result.series),
    result.status,
    ...countCells(result.counts),
    String(result.requests),
    barTime(result.series, result.watermark),
  ]);
  const beside = totals.requests - results.reduce((sum, { requests }) => sum + requests, 0);
  if (beside > 0) rows.push(["beside bars", "", "", "", "", "", "", String(beside), ""]);
  const sums = ["total", "", ...countCells(totals), String(totals.requests), ""];
  const columns = [
    { heading: "series" },
    { heading: "status" },
    { heading: "new", align: "right" },
    { heading: "revised", align: "right" },
    { heading: "unch.", align: "right" },
    { heading: "prov.", align: "right" },
    { heading: "quar.", align: "right" },
    { heading: "req.", align: "right" },
    { heading: "watermark" },
  ] as const;
  const paint = (cell: string, { row, column }: { row: number; column: number }) =>
    column === 1 ? toneOf(results[row]?.status, style)(cell) : cell;
  const table = results.length === 0 ? [] : [...layOut(columns, [...rows, ...[sums]], { width, paint }), ""];
  const said = [...Map.groupBy(results.filter((result) => result.message !== null), (result) => result.message!)]
    .map(([words, same]) => `${namesOf(same)}: ${oneLine(words)}`);
  const sentence = toneOf(outcome, style)(summarySentence({ runId, outcome, message, totals, durationMs }));
  const advice = configured.length === 0 ? null : adviceOn(refusedIn(results), configured);
  const todo = advice === null ? [] : [`→ ${advice.found}: ${advice.todo}`];
  return [...table, ...said, ...(said.length > 0 ? [""] : []), sentence, ...todo, ""].join("\n");
}

/** `A daily, B daily and 498 more`: hundreds that wait for the same thing are one line. */
function namesOf(results: readonly SeriesResult[]): string {
  const names = results.slice(0, 3).map((result) => seriesName(result.series));
  return results.length > 3 ? `${names.join(", ")} and ${results.length - 3} more` : names.join(", ");
}

function countCells(counts: SeriesResult["counts"]): string[] {
  const { inserted, revised, unchanged, provisional, quarantined } = counts;
  return [inserted, revised, unchanged, provisional, quarantined].map(grouped);
}

/** `Run 7 partial in 3.2 s: 4 of 5 series stored, 1 failed, 400 new bars, 5 requests`. */
export function summarySentence(
  { runId, outcome, message, totals, durationMs }: {
    runId: number;
    outcome: Outcome;
    message: string | null;
    totals: Totals;
    durationMs: number;
  },
): string {
  const parts = [`${totals.stored} of ${totals.series} series stored`];
  for (const status of ["late", "failed", "deferred", "cancelled"] as const) {
    if (totals[status] > 0) parts.push(`${totals[status]} ${status}`);
  }
  parts.push(`${grouped(totals.inserted)} new bars`, counted(totals.requests, "request"));
  const beside = totals.requests === 0 ? "" : `: ${counted(totals.requests, "request")} beside bars`;
  const facts = totals.series === 0 ? beside : `: ${parts.join(", ")}`;
  const why = message === null ? "" : ` (${oneLine(message)})`;
  return `Run ${runId} ${outcome.replace("-", " ")} in ${(durationMs / 1000).toFixed(1)} s${facts}${why}`;
}

/** Colour says what the words say: never the only sign. */
function toneOf(word: string | undefined, style: Style): Style["good"] {
  if (word === "stored" || word === "complete" || word === "nothing-due") return style.good;
  if (word === "failed" || word === "abandoned" || word === "cancelled") return style.bad;
  return word === undefined ? style.dim : style.warn;
}

/** A bar's time: a date for daily and longer, else the minute it starts. */
export function barTime(series: Series, ts: number | null): string {
  if (ts === null) return "-";
  const iso = new Date(ts).toISOString();
  return intradayLength(series.interval) === null ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)}Z`;
}

/** `2026-01-02 14:30Z`. */
export function instant(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}Z`;
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
