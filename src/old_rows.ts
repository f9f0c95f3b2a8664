/**
 * Which bars are in the rows of an older program, and which rows are refused? By the rules of bar.ts, as the vendor's own
 * rows are: a missing price that became 0.0 is not repaired, and what contradicts itself is not decided.
 */
import {
  type Bar,
  brokenRule,
  compareDecimal,
  type Interval,
  intradayLength,
  isSettled,
  type Reject,
  type Row,
  type Series,
} from "./bar.ts";
import { dateOf, exchangeDate, exchangeOf, periodOf, sessionOn } from "./calendar.ts";
import type { OldColumns } from "./old_columns.ts";
import { barStamp, type StampMeaning, storedStamp } from "./old_stamp.ts";

/** A row by its column names; every value as text, NULL as `null`. */
export type OldRow = Readonly<Record<string, string | null>>;

export interface OldReading {
  /** Ascending by `ts`, at most one per time, week or month. */
  readonly bars: readonly Bar[];
  readonly rejects: readonly Reject[];
  /** Rows that say again what another row says. */
  readonly repeated: number;
}

export interface ReadOldOptions {
  readonly series: Series;
  readonly columns: OldColumns;
  readonly meaning: StampMeaning;
  /** Epoch ms: a bar that begins later is refused, one that has not closed by then is provisional. */
  readonly now: number;
}

interface Draft {
  readonly ts: number;
  readonly stamp: string;
  readonly row: OldRow;
  readonly values: Prices;
}

type Prices = Pick<Bar, "open" | "high" | "low" | "close" | "volume">;
const FIELDS = ["open", "high", "low", "close", "volume"] as const;

/** The rows of one series as bars and rejects. */
export function readOldRows(rows: readonly OldRow[], options: ReadOldOptions): OldReading {
  const { series, columns, meaning, now } = options;
  const rejects: Reject[] = [];
  const drafts = new Map<number, Draft[]>();
  for (const row of rows) {
    const stamp = row[columns.stamp] ?? "";
    const stored = storedStamp(stamp, meaning);
    const ts = stored === null ? null : barStamp(stored, series.interval, meaning);
    const values = valuesOf(row, columns);
    const rule = ts === null
      ? "bad-stamp"
      : values === null
      ? "bad-row"
      : brokenRule(values) ?? (ts > now ? "future" : null);
    if (rule !== null) {
      rejects.push({ stamp, rule, raw: row });
      continue;
    }
    const draft = { ts: ts!, stamp, row, values: values as unknown as Prices };
    const same = drafts.get(draft.ts);
    if (same === undefined) drafts.set(draft.ts, [draft]);
    else same.push(draft);
  }
  const { kept, repeated } = oncePerTime(drafts, rejects);
  const bars = oncePerPeriod(kept, { interval: series.interval, rejects });
  const newest = bars.at(-1)?.ts ?? now;
  return {
    bars: bars.map(({ ts, values }) => barOf(ts, values, isSettled(series, ts, { asOf: now, newest }))),
    rejects,
    repeated,
  };
}

/** Adjusted columns are not taken over: each was true on the day it was asked for, and no row says which day that was. */
function barOf(ts: number, values: Prices, settled: boolean): Bar {
  return { ts, ...values, adjustedClose: null, dividendAmount: null, splitCoefficient: null, settled };
}

/** Ascending. Rows of one time that contradict each other are refused, all of them. */
function oncePerTime(
  drafts: ReadonlyMap<number, readonly Draft[]>,
  rejects: Reject[],
): { kept: Draft[]; repeated: number } {
  const kept: Draft[] = [];
  let repeated = 0;
  for (const same of [...drafts.values()].sort((a, b) => a[0]!.ts - b[0]!.ts)) {
    const [first, ...others] = same as [Draft, ...Draft[]];
    if (others.every(({ values }) => isSame(values, first.values))) {
      kept.push(first);
      repeated += others.length;
    } else rejects.push({ stamp: first.stamp, rule: "duplicate-stamp", raw: same.map(({ row }) => row) });
  }
  return { kept, repeated };
}

function isSame(a: Prices, b: Prices): boolean {
  return FIELDS.every((field) => compareDecimal(a[field], b[field]) === 0);
}

/** Of two rows in one week or month the newest date is the bar, as of the vendor's own. */
function oncePerPeriod(
  drafts: readonly Draft[],
  { interval, rejects }: { interval: Interval; rejects: Reject[] },
): Draft[] {
  if (interval !== "weekly" && interval !== "monthly") return [...drafts];
  const newest = new Map(drafts.map((draft) => [periodOf(dateOf(draft.ts), interval), draft]));
  const kept = new Set(newest.values());
  for (const draft of drafts) {
    if (!kept.has(draft)) rejects.push({ stamp: draft.stamp, rule: "duplicate-period", raw: draft.row });
  }
  return drafts.filter((draft) => kept.has(draft));
}

/**
 * What the row says. The vendor's own row, where it is kept, is believed instead of the columns made of it: they went
 * through floats, and what was missing became 0. `null`: the vendor's row lacks one of the five.
 */
function valuesOf(row: OldRow, columns: OldColumns): Row | null {
  const own = columns.raw === undefined ? null : vendorRow(row[columns.raw] ?? null);
  if (own !== null) return FIELDS.some((field) => own[field] === undefined) ? null : asRow((field) => own[field]);
  return asRow((field) => row[columns[field] ?? ""] ?? null);
}

function asRow(valueOf: (field: (typeof FIELDS)[number]) => unknown): Row {
  const number = (field: (typeof FIELDS)[number]) => plainNumber(valueOf(field));
  return {
    open: number("open"),
    high: number("high"),
    low: number("low"),
    close: number("close"),
    volume: wholeNumber(number("volume")),
  };
}

/** `{"1. open": …}` as `{open: …}`; `null`: it is no row of the vendor's. */
function vendorRow(text: string | null): Readonly<Partial<Record<string, unknown>>> | null {
  const parsed = text === null ? null : parsedJson(text);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return null;
  const named = Object.entries(parsed).map(([key, value]) => [key.replace(/^\d+\.\s*/, "").toLowerCase(), value]);
  const fields: Record<string, unknown> = Object.fromEntries(named);
  return FIELDS.some((field) => fields[field] !== undefined) ? fields : null;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * A double's spelling as a plain decimal, digit by digit: `1e+06` is 1000000, `4.2E-2` is 0.042. Whatever else is given
 * back as it is, for the rules to refuse.
 */
export function plainNumber(value: unknown): unknown {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : value;
  if (typeof text !== "string") return text;
  const [, sign = "", whole = "", fraction = "", power] =
    /^(-?)(\d{1,20})(?:\.(\d*))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text) ??
      [];
  if (whole === "" || (power === undefined && !text.endsWith("."))) return text;
  const point = whole.length + Number(power ?? "0");
  const digits = (whole + fraction).padEnd(point, "0").padStart(
    (whole + fraction).length + Math.max(0, 1 - point),
    "0",
  );
  const at = Math.max(1, point);
  const [before, after] = [digits.slice(0, at).replace(/^0+(?=\d)/, ""), digits.slice(at)];
  return after === "" ? `${sign}${before}` : `${sign}${before}.${after}`;
}

/** A count that went through a float: `4042688.0`. */
function wholeNumber(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/^(-?\d+)\.0*$/, "$1") : value;
}

const DAY = 86_400_000;
const LENGTHS: readonly (readonly [Interval, number, number])[] = [
  ...(["1min", "5min", "15min", "30min", "60min"] as const).map((interval) =>
    [interval, intradayLength(interval)!, intradayLength(interval)!] as const
  ),
  ["daily", DAY, DAY],
  ["weekly", 6 * DAY, 8 * DAY],
  ["monthly", 28 * DAY, 33 * DAY],
];

/** The interval whose bars are as far apart as most of these rows; `null`: too few rows, or no interval's. */
export function likelyInterval(rows: readonly OldRow[], { columns, meaning }: Omit<ReadOldOptions, "series" | "now">) {
  const shown = rows.flatMap((row) => {
    const stored = storedStamp(row[columns.stamp] ?? "", meaning);
    return stored === null ? [] : [Date.parse(`${stored.wall.replace(" ", "T")}Z`)];
  });
  const sorted = [...new Set(shown)].sort((a, b) => a - b);
  const counts = new Map<Interval, number>();
  for (let index = 1; index < sorted.length; index++) {
    const apart = sorted[index]! - sorted[index - 1]!;
    const [interval] = LENGTHS.find(([, least, most]) => least <= apart && apart <= most) ?? [];
    if (interval !== undefined) counts.set(interval, (counts.get(interval) ?? 0) + 1);
  }
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  return best !== undefined && best[1] * 2 > sorted.length - 1 ? best[0] : null;
}

/** How many bars begin when no US exchange trades, 04:00 to 20:00 New York: a sign that the stamps mean something else. */
export function outsideSessions({ symbol, interval }: Series, bars: readonly Pick<Bar, "ts">[]): number {
  if (exchangeOf(symbol) !== "us" || intradayLength(interval) === null) return 0;
  return bars.filter(({ ts }) => {
    const session = sessionOn("us", exchangeDate("us", ts));
    return session === null || ts < session.extendedOpen || ts >= session.extendedClose;
  }).length;
}
