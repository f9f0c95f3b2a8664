/**
 * Which bars are in an answer, and which of its rows are refused?
 *
 * Refused, never repaired: a row that breaks a rule is handed back with the rule's name, the good ones beside it count.
 */
import { type Bar, brokenRule, type Reject, type Row, type Rule } from "../bar.ts";
import { dateOf, isDate, periodOf, wallClockToUtc } from "../calendar.ts";
import type { BarRequest } from "../request.ts";
import type { BarDocument } from "./answer.ts";
import type { WireRow } from "./rows.ts";

export interface SeriesReading {
  /** Ascending by `ts`. */
  readonly bars: readonly Bar[];
  /** In the vendor's order. */
  readonly rejects: readonly Reject[];
  /** Stamp of the newest bar, epoch ms; `null` when no row was good. */
  readonly newest: number | null;
  /**
   * The instant (epoch ms) up to which the vendor says the answer reaches, while a session runs (facts §2.2). `null` when it
   * names only a day, and for intraday, where it repeats the START of the newest bar: that bar reaches further.
   */
  readonly lastRefreshed: number | null;
}

export interface ReadOptions {
  readonly request: BarRequest;
  /** When the answer came, epoch ms: a bar that begins later is refused. */
  readonly now: number;
  /** Has this bar's period closed? Asked once per good row. */
  readonly settled: (ts: number, answer: { newest: number; lastRefreshed: number | null }) => boolean;
}

/** A row on its way to become a bar. What it settles on depends on the newest of all, so that comes last. */
interface Draft {
  readonly row: WireRow;
  readonly bar: { -readonly [Field in keyof Bar]: Bar[Field] };
}

/**
 * Turns the rows of an answer into bars and rejects. Intraday stamps are wall clock in the document's zone and name the
 * bar's START (facts §6.1); a date becomes that date at 00:00 UTC. A stamp in the form of the other kind is refused.
 */
export function readSeries(document: BarDocument, { request, now, settled }: ReadOptions): SeriesReading {
  const { zone, rows } = document;
  const { interval } = request.series;
  const intraday = request.function === "TIME_SERIES_INTRADAY";
  const tsOf = intraday ? (stamp: string) => wallClockToUtc(zone, stamp) : dateToUtc;
  const rejects: Reject[] = [];
  const drafts: Draft[] = [];
  for (const row of rows) {
    const ts = tsOf(row.stamp);
    const rule = ts === null ? "bad-stamp" : brokenIn(row) ?? (ts > now ? "future" : null);
    if (rule === null) drafts.push({ row, bar: barOf(row.fields!, ts!) });
    else rejects.push({ stamp: row.stamp, rule, raw: row.raw });
  }
  drafts.sort((a, b) => a.bar.ts - b.bar.ts);
  const kept = interval === "weekly" || interval === "monthly" ? onePerPeriod(drafts, { interval, rejects }) : drafts;
  const newest = kept.at(-1)?.bar.ts ?? null;
  const lastRefreshed = intraday || document.lastRefreshed === null
    ? null
    : wallClockToUtc(zone, document.lastRefreshed);
  for (const { bar } of kept) bar.settled = settled(bar.ts, { newest: newest!, lastRefreshed });
  return { bars: kept.map(({ bar }) => bar), rejects, newest, lastRefreshed };
}

function brokenIn({ broken, fields }: WireRow): Rule | null {
  return broken ?? (fields === null ? "bad-row" : brokenRule(fields));
}

function dateToUtc(stamp: string): number | null {
  return isDate(stamp) ? Date.parse(stamp) : null;
}

/** Only for a row that broke no rule: its fields are decimal strings then. */
function barOf(row: Row, ts: number): Draft["bar"] {
  const { open, high, low, close, volume, adjustedClose, dividendAmount, splitCoefficient } = row as Bar;
  return { ts, open, high, low, close, volume, adjustedClose, dividendAmount, splitCoefficient, settled: false };
}

/** Of two rows in one ISO week or month the newest date is the bar; the other is a running row of the past (facts §6.3). */
function onePerPeriod(
  drafts: readonly Draft[],
  { interval, rejects }: { interval: "weekly" | "monthly"; rejects: Reject[] },
): Draft[] {
  const newest = new Map(drafts.map((draft) => [periodOf(dateOf(draft.bar.ts), interval), draft]));
  const kept = new Set(newest.values());
  for (const draft of drafts) {
    if (!kept.has(draft)) rejects.push({ stamp: draft.row.stamp, rule: "duplicate-period", raw: draft.row.raw });
  }
  return drafts.filter((draft) => kept.has(draft));
}
