/** The pages on a stage of object literals: what they read, who looks, and what a browser would send. */
import { alive, apiReads, presentAt } from "./api_reads.ts";
import { backfill, backfillCost, progress } from "./backfill.ts";
import type { RunRow } from "../../src/web/runs.tsx";
import type { LaunchRow } from "../../src/web/queue.tsx";
import { clientOf } from "./page_client.ts";
import { createRoutes, type Reads, type RoutesOptions } from "../../src/web/routes.tsx";
import type { Sessions } from "../../src/web/log_ins.ts";
import { totalsOf } from "../../src/run.ts";
import { matrixFacts } from "./matrix.ts";
import type { InstanceFacts } from "../../src/web/instance.tsx";
import type { ScheduleFacts } from "../../src/web/schedule.tsx";
import type { SeriesReads } from "../../src/web/series.tsx";
import type { SymbolRow } from "../../src/web/symbols.tsx";
import type { Visit } from "../../src/web/visit.ts";

export const NOW = Date.parse("2026-11-22T14:00:00Z");
const [HOUR, DAY] = [3_600_000, 86_400_000];

export function visit(change: Partial<Visit> = {}): Visit {
  return {
    role: "operate",
    by: "open",
    token: "t",
    now: NOW,
    here: "/",
    params: {},
    query: new URLSearchParams(),
    zone: { choice: "utc", name: "UTC", unknown: false },
    theme: "auto",
    keys: true,
    hiddenColumns: [],
    said: null,
    ...change,
  };
}

export function run(id: number, change: Partial<RunRow> = {}): RunRow {
  return {
    id,
    trigger: "schedule",
    tickId: null,
    outcome: "complete",
    message: null,
    owner: "vm:1:abc",
    startedAt: NOW - 3_600_000,
    finishedAt: NOW - 3_590_000,
    planned: 2,
    totals: totalsOf([]),
    launchId: null,
    ofRun: null,
    backfillId: null,
    cancel: null,
    ...change,
  };
}

export const CONFIGURED = [{ symbol: "IBM", interval: "daily" }, { symbol: "IBM", interval: "30min" }] as const;

export function launch(id: number, change: Partial<LaunchRow> = {}): LaunchRow {
  return {
    id,
    series: CONFIGURED,
    force: false,
    ofRun: null,
    note: null,
    askedBy: "ann (terminal)",
    askedAt: NOW - 5_000,
    state: "queued",
    reason: "waits for run 12",
    runs: [],
    ...change,
  };
}

export function scheduleFacts(change: Partial<ScheduleFacts> = {}): ScheduleFacts {
  const schedule = { cron: "0 6 * * *", timezone: "UTC" };
  return {
    schedule,
    configured: schedule,
    words: "At 06:00, UTC time",
    next: [NOW + 16 * HOUR, NOW + 40 * HOUR],
    overridden: null,
    paused: null,
    ticks: [],
    changes: [],
    ...change,
  };
}

export function instanceFacts(change: Partial<InstanceFacts> = {}): InstanceFacts {
  return {
    version: "1.2.3",
    commit: "0123456789abcdef",
    startedAt: NOW - HOUR,
    runtime: "Deno 2 on linux",
    owner: "vm:1:abc",
    address: "http://127.0.0.1:3000",
    database: { describe: "localhost:5432/stocks", engine: "server", version: "17.2", bytes: 12_345_678 },
    migrations: [{ version: 1, name: "0001_initial", appliedAt: NOW - DAY }],
    heartbeats: [],
    connections: { vendor: null, database: { durationMs: 2 }, mail: null },
    channels: [],
    outbox: [],
    settings: [],
    ...change,
  };
}

export function reads(change: Partial<Reads> = {}): Reads {
  const quota = { perDay: 25, usedToday: 3, blockedUntil: null };
  return {
    overview: {
      overview: ({ from, to }) =>
        Promise.resolve({
          standing: { series: 2, complete: 2, due: 0, waiting: 0, refused: 0, ended: 0 },
          late: [],
          quota,
          nextTick: NOW + 3_600_000,
          timeline: { from, to, runs: [], ticks: [], next: [] },
          incidents: [],
        }),
    },
    runs: {
      runs: () => Promise.resolve([]),
      counts: () => Promise.resolve({}),
      waiting: () => Promise.resolve([]),
    },
    run: {
      run: (id) => Promise.resolve(id === 1 ? run(1) : null),
      results: () => Promise.resolve([]),
      events: () => Promise.resolve([]),
      again: () => Promise.resolve([]),
      eventCounts: () => Promise.resolve({ levels: {}, types: {} }),
      spanEvents: () => Promise.resolve([]),
      told: () => Promise.resolve(null),
      settings: () => Promise.resolve(null),
      tickDueAt: () => Promise.resolve(null),
      logFile: () => Promise.resolve(null),
    },
    launch: {
      configured: () => Promise.resolve({ series: CONFIGURED, problem: null }),
      plan: () => Promise.resolve({ now: NOW, entries: [], heals: [], quota }),
      seriesAgain: () => Promise.resolve(CONFIGURED),
      launch: (id) => Promise.resolve(id === 1 ? launch(1) : null),
      launches: () => Promise.resolve([]),
      waiting: () => Promise.resolve([]),
      cost: () => Promise.resolve(backfillCost()),
    },
    backfill: {
      backfills: () => Promise.resolve([backfill(1)]),
      backfill: (id) => Promise.resolve(id === 1 ? backfill(1) : null),
      series: () => Promise.resolve([progress()]),
      runs: () => Promise.resolve([run(1, { trigger: "backfill", backfillId: 1 })]),
    },
    schedule: {
      schedule: () => Promise.resolve(scheduleFacts()),
      ticks: () => Promise.resolve([]),
      timeline: ({ from, to }) => Promise.resolve({ from, to, runs: [], ticks: [], next: [] }),
      preview: ({ cron = "0 6 * * *", timezone = "UTC" }) =>
        Promise.resolve({ schedule: { cron, timezone }, words: `At ${cron}`, next: [NOW + DAY] }),
      testTick: (at) =>
        Promise.resolve({ at, isTick: true, skipped: null, plan: { now: at, entries: [], heals: [], quota } }),
      lastBeat: () => Promise.resolve(NOW - 5_000),
    },
    instance: {
      instance: () => Promise.resolve(instanceFacts()),
      ledger: () => Promise.resolve({ quota, hours: [], requests: [] }),
    },
    symbols: {
      symbols: () => Promise.resolve({ rows: [], matching: 0, counts: { complete: 0, late: 0, empty: 0 } }),
      matrix: () => Promise.resolve(matrixFacts()),
    },
    series: seriesReads(),
    metrics: { metrics: () => Promise.resolve([]) },
    search: { search: () => Promise.resolve({ series: [], runs: [], events: [] }) },
    api: apiReads({ now: NOW }),
    ...alive,
    ...change,
  };
}

const IBM = { symbol: "IBM", interval: "daily" } as const;

/** A series that holds two days, the second of them provisional. */
export function symbolRow(change: Partial<SymbolRow> = {}): SymbolRow {
  const [first, newest] = [Date.parse("2026-11-19"), Date.parse("2026-11-20")];
  return {
    series: IBM,
    freshness: { state: "late", target: "the session of 2026-11-20", behind: 1 },
    first,
    watermark: first,
    newest,
    bars: 2,
    provisional: 1,
    results: [{ runId: 7, status: "stored", kind: null, message: null, inserted: 1, at: NOW - 60_000 }],
    entitlements: [{ form: "TIME_SERIES_DAILY full", allowed: false, learntAt: NOW }],
    next: null,
    ...change,
  };
}

export function seriesReads(change: Partial<SeriesReads> = {}): SeriesReads {
  const candle = { open: "10.5", high: "12", low: "10", close: "11", volume: "1200", settled: true };
  const nothing = () => Promise.resolve([]);
  return {
    why: presentAt,
    series: ({ symbol }) =>
      Promise.resolve(symbol === "IBM" ? { ...symbolRow(), intervals: ["30min", "daily"], held: 0 } : null),
    chart: () =>
      Promise.resolve({
        candles: [
          { ...candle, ts: Date.parse("2026-11-19") },
          { ...candle, ts: Date.parse("2026-11-20"), close: "10.25", settled: false },
        ],
        width: null,
        revised: [Date.parse("2026-11-19")],
        gaps: [],
      }),
    coverage: () => Promise.resolve({ year: 2026, years: [2025, 2026], cells: [] }),
    results: nothing,
    revisions: nothing,
    quarantine: nothing,
    answers: nothing,
    requests: nothing,
    answerBody: (id) => Promise.resolve(id === 1 ? { ...IBM, body: '{"a":1}' } : null),
    exported: async function* () {
      yield await Promise.resolve(new TextEncoder().encode("symbol\r\nIBM\r\n"));
    },
    ...change,
  };
}

/** Log-ins kept in memory. */
export function memorySessions(): Sessions & { readonly rows: Map<string, "view" | "operate"> } {
  const rows = new Map<string, "view" | "operate">();
  return {
    rows,
    begin: ({ hash, role }) => Promise.resolve(void rows.set(hash, role)),
    find: ({ hashes }) => {
      const hash = hashes.find((hash) => rows.has(hash));
      return Promise.resolve(hash === undefined ? null : { hash, role: rows.get(hash)! });
    },
    end: (hash) => Promise.resolve(void rows.delete(hash)),
  };
}

export const OPEN = { password: null, viewPassword: null, behindProxy: false, host: "127.0.0.1", port: 3000 };
export const LOCKED = { ...OPEN, host: "0.0.0.0", password: "operate-password", viewPassword: "viewing-password" };

export function routes(change: Partial<RoutesOptions> = {}, changedReads: Partial<Reads> = {}) {
  const errors: string[] = [];
  const app = createRoutes(reads(changedReads), {
    access: OPEN,
    sessions: memorySessions(),
    live: { open: () => new Response("") },
    now: () => NOW,
    version: "1.2.3",
    onError: (error) => errors.push(error.message),
    ...change,
  });
  return { app, errors, client: (address = "192.0.2.1") => clientOf(app, address) };
}
