/** What do the table of series and the page of one read? */
import { type App, hashOf } from "./app.ts";
import { INTERVALS, type Series, seriesName } from "./bar.ts";
import { dateOf, dayStart, exchangeDate, exchangeOf } from "./calendar.ts";
import { targetOf } from "./due.ts";
import { piecesOf } from "./formats.ts";
import { freshnessOf } from "./freshness.ts";
import { barDate, type Cell, cellsOf, slotsBetween } from "./gaps.ts";
import { matrixReads } from "./pages_coverage.ts";
import type { Plan, PlanEntry, SeriesState } from "./plan.ts";
import { candlesBetween } from "./postgres/candles.ts";
import { entitlements } from "./postgres/entitlements.ts";
import { extractBars } from "./postgres/extract.ts";
import { listingsOf } from "./postgres/listings.ts";
import { type QuarantinedRow, quarantinedRows } from "./postgres/releases.ts";
import {
  answerBody,
  answersOf,
  requestsOf,
  resultsOfSeries,
  revisedBetween,
  revisionsOf,
} from "./postgres/series_history.ts";
import { barCounts, lastResults } from "./postgres/series_list.ts";
import { barsIn } from "./postgres/slots.ts";
import { functionOf } from "./request.ts";
import type { CoverageFacts, SeriesReads } from "./web/series.tsx";
import { MOST_COUNTED, type SymbolRow, type SymbolsFacts, type SymbolsReads } from "./web/symbols.tsx";
import { marketOf } from "./wiring.ts";

const DAY = 86_400_000;
/** No bar is older or newer. */
const EVER = { from: Date.UTC(1800, 0), to: Date.UTC(9999, 0) };
const RESULTS = 10;
/** More rows in quarantine than this are a matter for a query, not for a map. */
const MOST_HELD = 500;
/** More sessions than this are too narrow to be seen missing in a chart. */
const MOST_SLOTS = 1_500;
const MOST_REVISED = 5_000;

export function symbolsReads(opened: Promise<App>): SymbolsReads {
  return {
    ...matrixReads(opened),
    symbols: async ({ symbol, interval, freshness, page, limit }): Promise<SymbolsFacts> => {
      const app = await opened;
      const { series } = app.config;
      const states = await app.states(series);
      const plan = await app.plan(series, { states });
      const judged = states.map((state) => ({ state, fresh: judge(app, state, plan.now) }));
      const number = (wanted: string) => judged.filter(({ fresh }) => fresh.state === wanted).length;
      const matching = judged.filter(({ state: { series: one }, fresh }) =>
        (symbol === null || one.symbol.includes(symbol)) && (interval === null || one.interval === interval) &&
        (freshness === null || fresh.state === freshness)
      );
      const shown = matching.slice((page - 1) * limit, page * limit).map(({ state }) => state);
      return {
        rows: await rowsOf(app, { states: shown, entries: plan.entries, now: plan.now }),
        matching: matching.length,
        counts: { complete: number("complete"), late: number("late"), empty: number("empty") },
      };
    },
  };
}

function judge({ config }: App, state: SeriesState, now: number) {
  return freshnessOf(state, { now, market: marketOf(config) });
}

async function rowsOf(
  app: App,
  { states, entries, now }: { states: readonly SeriesState[]; entries: readonly PlanEntry[]; now: number },
): Promise<SymbolRow[]> {
  const { database, config: { adjusted, vendor } } = app;
  const series = states.map((state) => state.series);
  const [counts, results, listings, known] = await Promise.all([
    barCounts(database, series, { most: MOST_COUNTED }),
    lastResults(database, series, { limit: RESULTS }),
    listingsOf(database, [...new Set(series.map(({ symbol }) => symbol))]),
    entitlements(database, await hashOf(vendor.key ?? "")),
  ]);
  const listed = new Map(listings.map((listing) => [listing.symbol, listing]));
  const next = new Map(entries.map((entry) => [seriesName(entry.series), entry]));
  return states.map((state, index) => {
    const { first, watermark, newest } = state;
    const name = functionOf(state.series.interval, adjusted);
    return {
      series: state.series,
      first,
      watermark,
      newest,
      freshness: judge(app, state, now),
      ...counts[index]!,
      results: results[index]!,
      entitlements: known.filter(({ form }) => form.split(" ")[0] === name),
      next: next.get(seriesName(state.series)) ?? null,
      ...(listed.has(state.series.symbol) ? { listing: listed.get(state.series.symbol)! } : {}),
    };
  });
}

export function seriesReads(opened: Promise<App>): SeriesReads {
  const db = async () => (await opened).database;
  return {
    series: async (series) => {
      const app = await opened;
      const configured = app.config.series;
      const plan = await app.plan(configured);
      const all = INTERVALS.map((interval): Series => ({ symbol: series.symbol, interval }));
      const states = await app.states(all);
      const state = states.find((one) => one.series.interval === series.interval)!;
      const isConfigured = (one: Series) => configured.some((other) => seriesName(other) === seriesName(one));
      if (state.newest === null && !isConfigured(series)) return null;
      const [[row], held] = await Promise.all([
        rowsOf(app, { states: [state], entries: plan.entries, now: plan.now }),
        heldRows(app, series),
      ]);
      const intervals = states.flatMap(({ series: one, newest }) =>
        newest !== null || isConfigured(one) ? [one.interval] : []
      );
      return { ...row!, intervals, held: held.length };
    },
    chart: async (series, { from, to, points }) => {
      const app = await opened;
      const range = { from: from ?? EVER.from, to: to ?? EVER.to };
      const { candles, width } = await candlesBetween(app.database, series, { ...range, points });
      const [first, last] = [candles[0], candles.at(-1)];
      if (first === undefined || last === undefined) return { candles, width, revised: [], gaps: [] };
      const revised = await revisedBetween(app.database, series, { ...range, limit: MOST_REVISED });
      const between = { from: barDate(series, first.ts), to: barDate(series, last.ts) };
      const states = await app.states([series]);
      const plan = await app.plan([series], { states });
      const cells = await mapOf(app, { ...between, state: states[0]!, plan, most: MOST_SLOTS });
      return { candles, width, revised, gaps: cells.filter(({ presence }) => presence === "gap") };
    },
    coverage: async (series, year) => await coverageOf(await opened, series, year),
    results: async (series, page) => await resultsOfSeries(await db(), series, page),
    revisions: async (series, page) => await revisionsOf(await db(), series, page),
    quarantine: async (series, page) => await quarantinedRows(await db(), { ...page, series }),
    answers: async (series, page) => await answersOf(await db(), series, page),
    requests: async (series, page) => await requestsOf(await db(), series, page),
    answerBody: async (id) => await answerBody(await db(), id),
    exported: async function* (series, { extract, format }) {
      yield* piecesOf(format, extractBars(await db(), [series], extract));
    },
  };
}

async function coverageOf(app: App, series: Series, asked: number | null): Promise<CoverageFacts> {
  const states = await app.states([series]);
  const plan = await app.plan([series], { states });
  const [state] = states;
  const today = exchangeDate(exchangeOf(series.symbol), plan.now);
  if (state!.first === null || state!.newest === null) return { year: null, years: [], cells: [] };
  const yearOf = (date: string) => Number(date.slice(0, 4));
  const [oldest, newest] = [yearOf(barDate(series, state!.first)), yearOf(today)];
  const years = Array.from({ length: newest - oldest + 1 }, (_, index) => oldest + index);
  const periods = series.interval === "weekly" || series.interval === "monthly";
  const year = periods ? null : asked ?? yearOf(barDate(series, state!.newest));
  const from = year === null ? barDate(series, state!.first) : `${year}-01-01`;
  const to = year === null || year === newest ? today : `${year}-12-31`;
  return { year, years, cells: await mapOf(app, { from, to, state: state!, plan, most: Infinity }) };
}

/** What is in quarantine of it and was not released. */
async function heldRows({ database }: App, series: Series): Promise<QuarantinedRow[]> {
  const rows = await quarantinedRows(database, { series, limit: MOST_HELD });
  return rows.filter(({ released }) => released === null);
}

/** What is in each session, week or month of a stretch of dates; nothing when there are more than `most`. */
async function mapOf(
  app: App,
  { from, to, state, plan, most }: { from: string; to: string; state: SeriesState; plan: Plan; most: number },
): Promise<Cell[]> {
  const { database, config } = app;
  const { series, reason: next } = plan.entries[0]!;
  // A session is a day at the most: what is far too long need not be listed to know it.
  if ((dayStart(to) - dayStart(from)) / DAY > most * 31) return [];
  const slots = slotsBetween(series, from, to);
  if (slots.length > most) return [];
  const [held, quarantined] = await Promise.all([
    barsIn(database, series, slots),
    heldRows(app, series),
  ]);
  const { first, watermark } = state;
  const reached = targetOf(series, plan.now, marketOf(config)).date;
  return cellsOf(series, { slots, held }, {
    first: first === null ? null : dayStart(dateOf(first)),
    watermark,
    reached,
    next,
    quarantined,
  });
}
