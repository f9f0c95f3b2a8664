/**
 * What would an import do? Which columns mean what, which bars are in the rows, which of them are stored already, equal
 * or different, which rows break a rule. Writes nothing.
 */
import { type Bar, type Interval, parseSymbol, type Rule, type Series, seriesName, type StockSymbol } from "./bar.ts";
import { intradayLength } from "./bar.ts";
import { type OldColumns, recogniseColumns } from "./old_columns.ts";
import { cursorStamp, judgeCursor } from "./old_cursor.ts";
import { likelyInterval, type OldReading, type OldRow, outsideSessions, readOldRows } from "./old_rows.ts";
import type { OldSource } from "./old_source.ts";
import { barStamp, isZone, type StampMeaning, storedStamp } from "./old_stamp.ts";
import type { Database } from "./postgres/connect.ts";
import { barsMet, type Met } from "./postgres/imports.ts";
import { seriesStates } from "./postgres/states.ts";
import { Refused } from "./refused.ts";
import { barTime } from "./terminal/tables.ts";

export interface ImportAsked {
  /** Of all rows, where no column names it; else the only one that is meant. `null`: all. */
  readonly symbol: StockSymbol | null;
  /** `null`: as far apart as the rows are. */
  readonly interval: Interval | null;
  /** `null`: not said, which only dates can do without. */
  readonly stamps: StampMeaning["stamps"] | null;
  readonly sessionZone: string;
  /** What the operator says of them: meaning → column. */
  readonly columns: Readonly<Record<string, string>>;
  /** The older program's cursor file; `null`: none. */
  readonly cursor: { readonly path: string; readonly text: string } | null;
}

/** A stored bar that the older program has otherwise. */
export interface Difference {
  /** Epoch ms, of the older program's bar. */
  readonly at: number;
  readonly ours: Met["stored"];
  readonly theirs: Pick<Bar, "open" | "high" | "low" | "close" | "volume">;
}

/** Rows, in numbers: `rows` = `fresh` + `same` + `differing` + `refused` + `repeated`. */
export interface SeriesSurvey {
  readonly series: Series;
  readonly rows: number;
  /** Bars that would be written. */
  readonly fresh: number;
  readonly same: number;
  readonly differing: number;
  readonly refused: number;
  readonly repeated: number;
  readonly rules: Readonly<Partial<Record<Rule, number>>>;
  /** The first of those that differ. */
  readonly differences: readonly Difference[];
  /** The times of the first and the newest bar in the rows, epoch ms. */
  readonly first: number | null;
  readonly newest: number | null;
  /** Bars at a time when no US exchange trades. */
  readonly outside: number;
}

export interface Survey {
  readonly source: string;
  readonly columns: OldColumns;
  readonly interval: Interval;
  readonly meaning: StampMeaning;
  readonly series: readonly SeriesSurvey[];
  /** Rows of symbols that cannot be any. */
  readonly unnamed: readonly { readonly symbol: string | null; readonly rows: number }[];
  /** Rows that another column says are of another interval. */
  readonly others: number;
  readonly warnings: readonly string[];
  /** What the cursor file shows; `null`: none was given. */
  readonly cursor: string | null;
}

/** Rows of one symbol, however it is spelled. */
interface Group {
  readonly symbol: StockSymbol;
  /** `null`: no column names the symbol. */
  readonly spellings: readonly string[] | null;
}

/** A survey with what an import needs beside it. */
export interface Surveyed {
  readonly survey: Survey;
  readonly groups: readonly Group[];
}

const SHOWN = 10;
/** Rows that say more of their interval than the operator does. Fewer may well be days that happen to be a week apart. */
const ENOUGH = 10;

/** @throws Refused with what to say, where the rows can be understood in more than one way */
export async function surveyImport(
  { database, now }: { database: Database; now: number },
  { source, asked }: { source: OldSource; asked: ImportAsked },
): Promise<Surveyed> {
  const fail = (found: string) => new Refused("invalid", `Cannot import ${source.describe}: ${found}`);
  if (!isZone(asked.sessionZone)) throw fail(`"${asked.sessionZone}" is not an IANA time zone`);
  const recognised = recogniseColumns(source.names, { given: asked.columns });
  if ("problem" in recognised) throw fail(recognised.problem);
  const { columns } = recognised;
  const { groups, unnamed } = await groupsOf(source, { columns, asked, fail });
  let interval = asked.interval;
  let meaning: StampMeaning | null = null;
  let others = 0;
  const series: SeriesSurvey[] = [];
  for (const group of groups) {
    const all = await rowsOf(source, { columns, group });
    const rows = ofInterval(all, { columns, interval });
    others += all.length - rows.length;
    const zone = { stamps: "utc", sessionZone: asked.sessionZone } as const;
    interval = intervalFor(rows, { asked: interval, columns, meaning: zone, fail, symbol: group.symbol });
    const one = { symbol: group.symbol, interval };
    meaning ??= meaningFor(rows, { series: one, asked, columns, now, fail });
    const { reading, met } = await lookAt(database, { rows, series: one, columns, meaning, now });
    if (rows.length > 0 && reading.rejects.filter(({ rule }) => rule === "bad-stamp").length === rows.length) {
      const [row] = rows;
      throw fail(
        `"${row![columns.stamp]}" is no stamp of a ${interval} bar, and so with all of ${group.symbol}'s; ` +
          "a longer bar's shows 00:00 in the zone of --session-zone",
      );
    }
    series.push(summaryOf(one, { rows: rows.length, reading, met }));
  }
  if (interval === null || meaning === null) throw fail("it has no rows of a symbol that is meant");
  const survey = { source: source.describe, columns, interval, meaning, series, unnamed, others };
  const warnings = series.filter(({ outside, fresh }) => outside > 0 && fresh > 0).map((one) =>
    `${seriesName(one.series)}: ${one.outside} bars begin when no US exchange trades; is --stamps right?`
  );
  const cursor = asked.cursor === null
    ? null
    : await cursorSentence(database, { ...survey, cursor: asked.cursor, fail });
  return { survey: { ...survey, warnings, cursor }, groups };
}

type Fail = (found: string) => Refused;

async function groupsOf(
  source: OldSource,
  { columns, asked, fail }: { columns: OldColumns; asked: ImportAsked; fail: Fail },
): Promise<{ groups: Group[]; unnamed: Survey["unnamed"] }> {
  if (columns.symbol === undefined) {
    if (asked.symbol === null) throw fail("no column names the symbol; say which it is with --symbol IBM");
    return { groups: [{ symbol: asked.symbol, spellings: null }], unnamed: [] };
  }
  const found = await source.symbols(columns.symbol);
  const spelled = new Map<StockSymbol, string[]>();
  const unnamed = [];
  for (const { symbol, rows } of found) {
    const parsed = symbol === null ? null : parseSymbol(symbol);
    if (parsed === null) unnamed.push({ symbol, rows });
    else if (asked.symbol === null || asked.symbol === parsed) {
      spelled.set(parsed, [...spelled.get(parsed) ?? [], symbol!]);
    }
  }
  if (spelled.size === 0) {
    throw fail(asked.symbol === null ? "it has no rows" : `it has no rows of ${asked.symbol}`);
  }
  return { groups: [...spelled].map(([symbol, spellings]) => ({ symbol, spellings })), unnamed };
}

/** Every row of a symbol. */
export async function rowsOf(
  source: OldSource,
  { columns, group: { spellings } }: { columns: OldColumns; group: Group },
): Promise<OldRow[]> {
  const wanted = [...new Set(Object.values(columns))];
  if (spellings === null) return await source.rows(wanted, null);
  const rows: OldRow[] = [];
  for (const is of spellings) {
    for (const row of await source.rows(wanted, { column: columns.symbol!, is })) rows.push(row);
  }
  return rows;
}

/** Where a column says of which interval a row is, only those that are meant. */
export function ofInterval(
  rows: readonly OldRow[],
  { columns, interval }: { columns: OldColumns; interval: Interval | null },
): readonly OldRow[] {
  if (columns.interval === undefined || interval === null) return rows;
  return rows.filter((row) => row[columns.interval!] === interval);
}

function intervalFor(
  rows: readonly OldRow[],
  { asked, columns, meaning, fail, symbol }: {
    asked: Interval | null;
    columns: OldColumns;
    meaning: StampMeaning;
    fail: Fail;
    symbol: StockSymbol;
  },
): Interval {
  const likely = likelyInterval(rows, { columns, meaning });
  if (likely !== null && asked !== null && likely !== asked && rows.length >= ENOUGH) {
    throw fail(
      `the rows of ${symbol} are as far apart as ${likely} bars, not ${asked} ones; ` +
        `give --interval ${likely}, or import symbol by symbol`,
    );
  }
  const interval = asked ?? likely;
  if (interval !== null) return interval;
  throw fail(`how far the rows of ${symbol} are apart does not say which bars they are; give --interval`);
}

function meaningFor(
  rows: readonly OldRow[],
  { series, asked, columns, now, fail }: {
    series: Series;
    asked: ImportAsked;
    columns: OldColumns;
    now: number;
    fail: Fail;
  },
): StampMeaning {
  const { sessionZone } = asked;
  if (asked.stamps !== null) return { stamps: asked.stamps, sessionZone };
  if (intradayLength(series.interval) === null) return { stamps: "utc", sessionZone };
  const outside = (stamps: StampMeaning["stamps"]) => {
    const { bars } = readOldRows(rows, { series, columns, meaning: { stamps, sessionZone }, now });
    return `${outsideSessions(series, bars)} of ${bars.length}`;
  };
  throw fail(
    "say what its stamps are: --stamps new-york (a wall clock stored as if it were UTC) or --stamps utc (right); " +
      `bars of ${series.symbol} that begin when no US exchange trades: ${outside("new-york")} by the first, ${
        outside("utc")
      } by the second`,
  );
}

/** The bars of the rows, and those that are stored. */
export async function lookAt(
  database: Database,
  { rows, ...options }: Parameters<typeof readOldRows>[1] & { rows: readonly OldRow[] },
): Promise<{ reading: OldReading; met: Met[] }> {
  const reading = readOldRows(rows, options);
  return { reading, met: await barsMet(database, { series: options.series, bars: reading.bars }) };
}

function summaryOf(
  series: Series,
  { rows, reading: { bars, rejects, repeated }, met }: { rows: number; reading: OldReading; met: readonly Met[] },
): SeriesSurvey {
  const given = new Map(bars.map((bar) => [bar.ts, bar]));
  const other = met.filter(({ same }) => !same);
  const rules = Map.groupBy(rejects, ({ rule }) => rule);
  return {
    series,
    rows,
    fresh: bars.length - met.length,
    same: met.length - other.length,
    differing: other.length,
    refused: rows - bars.length - repeated,
    repeated,
    rules: Object.fromEntries([...rules].map(([rule, same]) => [rule, same.length])),
    differences: other.slice(0, SHOWN).map(({ ts, stored }) => {
      const { open, high, low, close, volume } = given.get(ts)!;
      return { at: ts, ours: stored, theirs: { open, high, low, close, volume } };
    }),
    first: bars[0]?.ts ?? null,
    newest: bars.at(-1)?.ts ?? null,
    outside: outsideSessions(series, bars),
  };
}

async function cursorSentence(
  database: Database,
  { series: all, meaning, cursor: { path, text }, fail }: Pick<Survey, "series" | "meaning"> & {
    cursor: NonNullable<ImportAsked["cursor"]>;
    fail: Fail;
  },
): Promise<string> {
  const [one, ...others] = all;
  if (others.length > 0) throw fail("a cursor is about one series; name its symbol with --symbol");
  const stamp = cursorStamp(text);
  const stored = stamp === null ? null : storedStamp(stamp, meaning);
  const cursor = stored === null ? null : barStamp(stored, one!.series.interval, meaning);
  if (cursor === null) throw fail(`the cursor file "${path}" holds no stamp of a ${one!.series.interval} bar`);
  const { series, newest } = one!;
  if (newest === null) return `The cursor says ${barTime(series, cursor)}, and there is no bar at all`;
  const [state] = await seriesStates(database, [series]);
  return judgeCursor({ cursor, newest, watermark: state?.watermark ?? null, told: (ts) => barTime(series, ts) });
}
