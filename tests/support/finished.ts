/** A finished run made up for messages: results, incidents, the circumstances around them. */
import type { Interval, Series, StockSymbol } from "../../src/bar.ts";
import { parseSymbol } from "../../src/bar.ts";
import type { RunFacts } from "../../src/digest.ts";
import type { Incident, News } from "../../src/incident.ts";
import { NO_ROWS, outcomeOf, type SeriesResult, totalsOf } from "../../src/run.ts";

export const NOW = Date.parse("2026-11-20T06:00:41Z");
export const NO_NEWS: News = { opened: [], reminded: [], recovered: [], open: [] };

export function seriesOf(name: string): Series {
  const [symbol, interval] = name.split(" ") as [string, Interval];
  return { symbol: parseSymbol(symbol) as StockSymbol, interval };
}

/** `IBM daily` stored with 26 new bars; `over` replaces fields. */
export function result(name: string, over: Partial<SeriesResult> = {}): SeriesResult {
  return {
    series: seriesOf(name),
    status: "stored",
    kind: null,
    message: null,
    requests: 1,
    counts: { ...NO_ROWS, inserted: 26 },
    watermark: NOW - 36_000_000,
    startedAt: NOW - 4_000,
    finishedAt: NOW,
    ...over,
  };
}

/** A series that failed so. */
export function failed(name: string, kind: SeriesResult["kind"], message = `the vendor said ${kind}`): SeriesResult {
  return result(name, { status: kind === "stale" ? "late" : "failed", kind, message, counts: NO_ROWS });
}

export function incident(key: string, series: readonly string[], over: Partial<Incident> = {}): Incident {
  return {
    id: 1,
    key,
    title: `trouble with ${key}`,
    detail: null,
    series,
    openedAt: NOW - 3_600_000,
    toldAt: NOW - 3_600_000,
    reminders: 0,
    returns: 0,
    recoveredAt: null,
    quietUntil: null,
    ...over,
  };
}

export function factsOf(
  results: readonly SeriesResult[],
  over: Omit<Partial<RunFacts>, "run"> & { run?: Partial<RunFacts["run"]> } = {},
): RunFacts {
  const { run, ...rest } = over;
  return {
    run: {
      id: 1042,
      trigger: "schedule",
      outcome: outcomeOf(results),
      message: null,
      startedAt: NOW - 41_000,
      finishedAt: NOW,
      totals: totalsOf(results),
      ...run,
    },
    results,
    news: NO_NEWS,
    gapOf: () => 0,
    now: NOW,
    quota: { perDay: 25, usedToday: 25, blockedUntil: null },
    nextTick: NOW + 86_400_000,
    pageUrl: null,
    ...rest,
  };
}
