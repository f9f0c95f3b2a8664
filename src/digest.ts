/** What does the message of a finished run say? Problems first, then what changed series by series, then what comes next. */
import { type Series, seriesName } from "./bar.ts";
import type { Incident, News } from "./incident.ts";
import {
  counted,
  grouped,
  type Letter,
  type LetterRow,
  minute,
  names,
  type Section,
  subjectLine,
  type Tone,
} from "./letter.ts";
import type { Quota } from "./plan.ts";
import type { Outcome, SeriesResult, Totals, Trigger } from "./run.ts";

/** A closed run. Instants are epoch ms. */
export interface FinishedRun {
  readonly id: number;
  readonly trigger: Trigger;
  readonly outcome: Outcome;
  readonly message: string | null;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly totals: Totals;
}

/** What surrounds every message: where things stand, and where to look. */
export interface Circumstances {
  readonly now: number;
  readonly quota: Quota;
  /** `null`: none is due. */
  readonly nextTick: number | null;
  /** The page's public address without a slash at its end; `null`: links are left out. */
  readonly pageUrl: string | null;
}

export interface RunFacts extends Circumstances {
  readonly run: FinishedRun;
  readonly results: readonly SeriesResult[];
  readonly news: News;
  /** Closed sessions the series lacks after its newest settled bar; `null`: it holds no bar. */
  readonly gapOf: (series: Series, watermark: number | null) => number | null;
}

/** More rows make a mail that Gmail cuts. */
const ROWS = 60;
const LINES = 20;
/** A vendor's page of HTML is in the log, whole. */
const MOST_NOTE = 300;

const TONES: Readonly<Record<Outcome, Tone>> = {
  complete: "good",
  "nothing-due": "good",
  deferred: "warn",
  partial: "warn",
  cancelled: "warn",
  failed: "bad",
  abandoned: "bad",
};

export function digestOf(facts: RunFacts): Letter {
  const { run, results, news, pageUrl } = facts;
  const { totals } = run;
  return {
    subject: subjectLine(`${newsWord(news)}${outcomeInWords(run)} · ${quotaInWords(facts.quota)}`),
    tone: TONES[run.outcome],
    lead: `Run ${run.id}: ${outcomeInWords(run)}`,
    shares: totals.series < 2 ? [] : [
      { name: "stored", count: totals.stored, tone: "good" as const },
      { name: "late", count: totals.late, tone: "warn" as const },
      { name: "deferred", count: totals.deferred, tone: "plain" as const },
      { name: "cancelled", count: totals.cancelled, tone: "plain" as const },
      { name: "failed", count: totals.failed, tone: "bad" as const },
    ].filter(({ count }) => count > 0),
    sections: [...newsSections(news, facts.now), ...seriesSections(results, facts)],
    links: pageUrl === null ? [] : [
      { title: `Run ${run.id}`, href: `${pageUrl}/runs/${run.id}` },
      { title: "Overview", href: `${pageUrl}/` },
    ],
    foot: [
      `${TRIGGERS[run.trigger]}, ${minute(run.startedAt)}, ${seconds(run.finishedAt - run.startedAt)}, ` +
      `${counted(totals.requests, "request")}`,
      ...standing(facts),
    ],
  };
}

const TRIGGERS: Readonly<Record<Trigger, string>> = {
  schedule: "On schedule",
  manual: "By hand",
  backfill: "Backfill",
  "catch-up": "Catching up a missed tick",
};

/** `quota 3/25 left today · next tick …`, one line each. */
export function standing({ quota, nextTick, now }: Circumstances): string[] {
  const { perDay, usedToday, blockedUntil } = quota;
  const left = perDay === null
    ? `${counted(usedToday, "request")} sent today, no daily limit`
    : `${Math.max(0, perDay - usedToday)} of ${counted(perDay, "request")} left today`;
  const blocked = blockedUntil !== null && blockedUntil > now
    ? `; the vendor's daily limit is reached, not asked before ${minute(blockedUntil)}`
    : "";
  return [`Quota: ${left}${blocked}`, nextTick === null ? "No tick is due" : `Next tick: ${minute(nextTick)}`];
}

/** `partial: 3 of 40 series late`, `complete: 120 new bars in 4 series`. */
function outcomeInWords({ outcome, message, totals }: FinishedRun): string {
  const of = (count: number, word: string) => `${count} of ${totals.series} series ${word}`;
  const troubles = [
    ...(totals.failed > 0 ? [of(totals.failed, "failed")] : []),
    ...(totals.late > 0 ? [totals.failed > 0 ? `${totals.late} late` : of(totals.late, "late")] : []),
  ];
  switch (outcome) {
    case "nothing-due":
      return "nothing due: every series is complete";
    case "complete":
      return `complete: ${changesInWords(totals)}`;
    case "deferred":
      return `deferred: ${of(totals.deferred, "wait")}`;
    case "cancelled":
      return `cancelled: ${of(totals.stored + totals.late, "stored before the stop")}`;
    case "abandoned":
      return `abandoned: ${message ?? "its process ended without closing it"}`;
    default:
      return `${outcome}: ${troubles.length > 0 ? troubles.join(", ") : message ?? "no series was stored"}`;
  }
}

/** `120 new bars, 2 revised in 4 series`. */
function changesInWords({ inserted, revised, quarantined, series }: Totals): string {
  const parts = [
    `${grouped(inserted)} new ${inserted === 1 ? "bar" : "bars"}`,
    ...(revised > 0 ? [`${grouped(revised)} revised`] : []),
    ...(quarantined > 0 ? [`${grouped(quarantined)} quarantined`] : []),
  ];
  return `${parts.join(", ")} in ${counted(series, "series", "series")}`;
}

/** `quota 0/25`: what is left of how many. */
export function quotaInWords({ perDay, usedToday }: Quota): string {
  return perDay === null
    ? `${grouped(usedToday)} requests today`
    : `quota ${Math.max(0, perDay - usedToday)}/${perDay}`;
}

function newsWord({ opened, reminded, recovered }: News): string {
  if (opened.length > 0) return "";
  if (reminded.length > 0) return `day ${Math.max(...reminded.map(({ reminders }) => reminders)) + 1}: `;
  return recovered.length > 0 ? "recovered: " : "";
}

/** The incidents that made the message, then those that are open beside them. */
export function newsSections({ opened, reminded, recovered, open }: News, now: number): Section[] {
  const told = new Set([...opened, ...reminded]);
  const quiet = open.filter((one) => !told.has(one));
  const section = (title: string, incidents: readonly Incident[], line: (one: Incident) => string): Section[] => {
    if (incidents.length === 0) return [];
    const more = incidents.length > LINES ? [`and ${incidents.length - LINES} more`] : [];
    return [{ title, lines: [...incidents.slice(0, LINES).map(line), ...more] }];
  };
  const since = (one: Incident) => `${inWords(one)} (since ${minute(one.openedAt)})`;
  return [
    ...section("New problems", opened, inWords),
    ...section("Problems that last", reminded, since),
    ...section("Over", recovered, (one) => `${one.title}${of(one)} (after ${duration(now - one.openedAt)})`),
    ...section("Told before and still open", quiet, since),
  ];
}

function inWords(one: Incident): string {
  const back = one.returns === 0 ? "" : `, back after ${counted(one.returns, "end")}`;
  return `${one.title}${of(one)}${back}${one.detail === null ? "" : `: ${one.detail}`}`;
}

function of({ series }: Incident): string {
  return series.length === 0 ? "" : `, ${counted(series.length, "series", "series")}: ${names(series)}`;
}

const RANK: Readonly<Record<SeriesResult["status"], number>> = {
  failed: 0,
  late: 1,
  cancelled: 2,
  deferred: 3,
  stored: 4,
};
const STATUS_TONE: Readonly<Record<SeriesResult["status"], Tone>> = {
  failed: "bad",
  late: "warn",
  cancelled: "warn",
  deferred: "plain",
  stored: "good",
};

/** Series with something to say, problems first; the others are counted. */
function seriesSections(results: readonly SeriesResult[], facts: RunFacts): Section[] {
  const quiet = results.filter(({ status, counts }) =>
    status === "stored" && counts.inserted + counts.revised + counts.provisional + counts.quarantined === 0
  );
  const loud = results.filter((result) => !quiet.includes(result)).sort((a, b) =>
    RANK[a.status] - RANK[b.status] || seriesName(a.series).localeCompare(seriesName(b.series), "en")
  );
  const left = [
    ...(loud.length > ROWS ? [`${loud.length - ROWS} more series are not shown`] : []),
    ...(quiet.length > 0 ? [`${counted(quiet.length, "series", "series")} stored, nothing changed`] : []),
  ];
  if (loud.length === 0) return left.length === 0 ? [] : [{ title: "Series", lines: left }];
  const table = {
    headings: ["series", "outcome", "rows", "gap"],
    rows: loud.slice(0, ROWS).map((result) => rowOf(result, facts)),
  };
  return [{ title: "Series", ...(left.length > 0 ? { lines: left } : {}), table }];
}

function rowOf({ series, status, counts, watermark, message }: SeriesResult, { gapOf, pageUrl }: RunFacts): LetterRow {
  const gap = gapOf(series, watermark);
  const { inserted, revised, provisional, quarantined } = counts;
  const rows = Object.entries({ new: inserted, revised, provisional, quarantined })
    .flatMap(([word, count]) => count === 0 ? [] : [`${grouped(count)} ${word}`]);
  return {
    cells: [
      seriesName(series),
      status,
      rows.length === 0 ? "–" : rows.join(", "),
      gap === null ? "no bar yet" : gap === 0 ? "–" : counted(gap, "session"),
    ],
    note: message === null || message.length <= MOST_NOTE ? message : `${message.slice(0, MOST_NOTE)}…`,
    tone: STATUS_TONE[status],
    href: pageUrl === null ? null : `${pageUrl}/symbols/${encodeURIComponent(series.symbol)}/${series.interval}`,
  };
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms);
}

/** `3 days`, `5 h`, `12 min`. */
export function duration(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
