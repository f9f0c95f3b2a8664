/**
 * Which bars are in an answer, and which of its rows are refused?
 *
 * Refused, never repaired: a row that breaks a rule is handed back with the rule's name, the good ones beside it count.
 */
import { type Bar, brokenRule, type Reject, type Row, type Rule } from "../bar.ts";
import { dateOf, isDate, periodOf, wallClockToUtc } from "../calendar.ts";
import type { BarRequest, FunctionName } from "../request.ts";
import type { BarDocument } from "./answer.ts";
import { conflictingStamps } from "./duplicates.ts";

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
  readonly stamp: string;
  readonly raw: unknown;
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
  const readRow = rowReader(request.function);
  const conflicts = conflictingStamps(document);
  const rejects: Reject[] = [];
  const drafts: Draft[] = [];
  for (const stamp in rows) {
    const raw = conflicts.get(stamp) ?? rows[stamp];
    const refuse = (rule: Rule) => void rejects.push({ stamp, rule, raw });
    const ts = tsOf(stamp);
    if (ts === null) {
      refuse("bad-stamp");
      continue;
    }
    if (conflicts.has(stamp)) {
      refuse("duplicate-stamp");
      continue;
    }
    const row = readRow(raw);
    const rule = row === null ? "bad-row" : brokenRule(row) ?? (ts > now ? "future" : null);
    if (rule === null) drafts.push({ stamp, raw, bar: barOf(row!, ts) });
    else refuse(rule);
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

function dateToUtc(stamp: string): number | null {
  return isDate(stamp) ? Date.parse(stamp) : null;
}

/** The fields of {@link Row} by the vendor's names without their numbers: "volume" is 5. in one function, 6. in another. */
const FIELDS: Readonly<Record<string, keyof Row>> = {
  "open": "open",
  "high": "high",
  "low": "low",
  "close": "close",
  "volume": "volume",
  "adjusted close": "adjustedClose",
  "dividend amount": "dividendAmount",
  "split coefficient": "splitCoefficient",
};

/** Facts §4: the adjusted functions promise more fields, and a row without one of them is broken. */
function requiredFields(name: FunctionName): (keyof Row)[] {
  const plain: (keyof Row)[] = ["open", "high", "low", "close", "volume"];
  if (!name.endsWith("_ADJUSTED")) return plain;
  const adjusted: (keyof Row)[] = [...plain, "adjustedClose", "dividendAmount"];
  return name === "TIME_SERIES_DAILY_ADJUSTED" ? [...adjusted, "splitCoefficient"] : adjusted;
}

/** A function from a wire row to its fields; `null` when it is no object or lacks a field its function has. */
function rowReader(name: FunctionName): (raw: unknown) => Row | null {
  const required = requiredFields(name);
  // 20,000 rows repeat the same few keys: each is understood once.
  const known = new Map<string, keyof Row | null>();
  const fieldOf = (key: string): keyof Row | null => {
    let field = known.get(key);
    if (field === undefined) {
      const word = key.replace(/^\d+\.\s*/, "");
      field = Object.hasOwn(FIELDS, word) ? FIELDS[word]! : null;
      if (known.size < 100) known.set(key, field);
    }
    return field;
  };
  return (raw) => {
    if (typeof raw !== "object" || raw === null) return null;
    const wire = raw as Record<string, unknown>;
    const row: { -readonly [Field in keyof Row]: Row[Field] } = {
      open: undefined,
      high: undefined,
      low: undefined,
      close: undefined,
      volume: undefined,
      adjustedClose: null,
      dividendAmount: null,
      splitCoefficient: null,
    };
    for (const key in wire) {
      const field = fieldOf(key);
      if (field !== null) row[field] = wire[key];
    }
    for (const field of required) if (row[field] === undefined || row[field] === null) return null;
    return row;
  };
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
    if (!kept.has(draft)) rejects.push({ stamp: draft.stamp, rule: "duplicate-period", raw: draft.raw });
  }
  return drafts.filter((draft) => kept.has(draft));
}
