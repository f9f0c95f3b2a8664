/** A run on a stage of object literals: what it did to the world can be read afterwards. */
import type { Bar, Series } from "../../src/bar.ts";
import type { Asked, Claim, Effects, Reading } from "../../src/effects.ts";
import type { RunEvent } from "../../src/event.ts";
import { ingest, type IngestOptions, type RunReport } from "../../src/ingest.ts";
import type { Entitlement } from "../../src/entitlement.ts";
import type { SeriesState } from "../../src/plan.ts";
import { type BarRequest, formOf } from "../../src/request.ts";
import type { FailureKind, Outcome, SeriesResult } from "../../src/run.ts";

export const NOW = Date.parse("2023-07-04T06:00Z");
export const MONDAY = Date.parse("2023-07-03T00:00Z");

export type Answer = "bars" | "late" | "refused-rows" | FailureKind;
export interface Script {
  /** By `SYMBOL form`, else by symbol; default `bars`. */
  answers?: Record<string, Answer>;
  perDay?: number;
  claim?: Claim;
  storeFails?: Record<string, Error>;
  recordFails?: Error;
  closes?: boolean;
  onAsk?: (request: BarRequest) => void | Promise<void>;
  watermarks?: Record<string, number>;
  /** By symbol, when it was delisted; it has been asked for since. */
  delisted?: Record<string, string>;
  entitlements?: Entitlement[];
}

/** A world of object literals: what the run did to it can be read afterwards. */
export function world(script: Script = {}) {
  const asked: string[] = [];
  const kept: SeriesResult[] = [];
  const events: RunEvent[] = [];
  const learnt: Entitlement[] = [];
  const closed: Outcome[] = [];
  const due: number[] = [];
  const lease = { released: false, lost: () => {} };
  const effects: Effects<Answer> = {
    now: () => NOW,
    emit: (event) => events.push(event),
    claim: () => Promise.resolve(script.claim ?? { runId: 7 }),
    keepAlive: (_runId, lost) => {
      lease.lost = lost;
      return () => void (lease.released = true);
    },
    planned: (_runId, count) => Promise.resolve(void due.push(count)),
    states: (series) =>
      Promise.resolve(series.map((one) => ({
        ...newState(one),
        watermark: script.watermarks?.[one.symbol] ?? null,
        ...(script.delisted?.[one.symbol] ? { delistedOn: script.delisted[one.symbol]!, answeredAt: NOW } : {}),
      }))),
    quota: () => Promise.resolve({ perDay: script.perDay ?? null, usedToday: 0, blockedUntil: null }),
    entitlements: () => Promise.resolve(script.entitlements ?? []),
    history: () => Promise.resolve([]),
    learn: (entitlement) => Promise.resolve(void learnt.push(entitlement)),
    ask: async (request) => {
      const month = request.month === null ? "" : ` ${request.month}`;
      const name = `${request.series.symbol} ${formOf(request)}${month}`;
      asked.push(name);
      await script.onAsk?.(request);
      const answer = script.answers?.[name] ?? script.answers?.[request.series.symbol] ?? "bars";
      return wire(answer);
    },
    read: (answer, { series }) => reading(answer, series.interval === "daily" ? MONDAY : MONDAY + 14 * 3_600_000),
    store: (_reading, { result }) => {
      const failure = script.storeFails?.[result.series.symbol];
      if (failure) return Promise.reject(failure);
      const counts = { inserted: 1, revised: 0, unchanged: 0, provisional: 0, quarantined: 0 };
      const stored = { ...result, counts, watermark: MONDAY };
      kept.push(stored);
      return Promise.resolve(stored);
    },
    record: (result) =>
      script.recordFails ? Promise.reject(script.recordFails) : Promise.resolve((kept.push(result), result)),
    close: (_runId, { outcome }) => Promise.resolve((closed.push(outcome), script.closes ?? true)),
  };
  return { effects, asked, kept, events, learnt, closed, due, lease };
}

export function newState(series: Series): SeriesState {
  return { series, first: null, watermark: null, newest: null, answeredAt: null, last: null, recent: [] };
}

export function wire(answer: Answer): Asked<Answer> {
  if (answer === "bars" || answer === "late" || answer === "refused-rows") {
    return { kind: "bars", document: answer, requests: 1 };
  }
  return { kind: answer, message: `the vendor said ${answer}`, requests: answer === "quota" ? 0 : 1 };
}

export function reading(answer: Answer, newest: number): Reading {
  const ts = answer === "late" ? newest - 3 * 86_400_000 : newest;
  const price = { open: "1", high: "1", low: "1", close: "1", volume: "1" };
  const bar: Bar = { ts, ...price, adjustedClose: null, dividendAmount: null, splitCoefficient: null, settled: true };
  if (answer !== "refused-rows") return { bars: [bar], rejects: [], newest: ts };
  return { bars: [], rejects: [{ stamp: "2023-07-03", rule: "zero-price", raw: {} }], newest: null };
}

export function options(symbols: string, change: Partial<IngestOptions> = {}): IngestOptions {
  return {
    series: symbols.split(",").map((symbol) => ({ symbol, interval: "daily" as const })),
    trigger: "manual",
    market: { delayMs: null, extendedHours: true },
    adjusted: false,
    force: false,
    concurrency: 1,
    stop: new AbortController().signal,
    abort: new AbortController().signal,
    ...change,
  };
}

export async function played(symbols: string, script: Script = {}, change: Partial<IngestOptions> = {}) {
  const stage = world(script);
  const report = await ingest(options(symbols, change), stage.effects) as RunReport;
  const told = report.results.map(({ series, status, kind }) => `${series.symbol} ${status}${kind ? ` ${kind}` : ""}`);
  return { ...stage, report, told };
}
