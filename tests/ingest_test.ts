import assert from "node:assert/strict";
import { type Bar, type Series, seriesName } from "../src/bar.ts";
import type { Asked, Claim, Effects, Reading } from "../src/effects.ts";
import type { RunEvent } from "../src/event.ts";
import { ingest, type IngestOptions, type RunReport } from "../src/ingest.ts";
import type { Entitlement } from "../src/coverage.ts";
import type { SeriesState } from "../src/plan.ts";
import { type BarRequest, formOf } from "../src/request.ts";
import { type FailureKind, LeaseLost, type Outcome, type SeriesResult } from "../src/run.ts";

const NOW = Date.parse("2023-07-04T06:00Z");
const MONDAY = Date.parse("2023-07-03T00:00Z");

type Answer = "bars" | "late" | "refused-rows" | FailureKind;
interface Script {
  /** By `SYMBOL form`, else by symbol; default `bars`. */
  answers?: Record<string, Answer>;
  perDay?: number;
  claim?: Claim;
  storeFails?: Record<string, Error>;
  recordFails?: Error;
  closes?: boolean;
  onAsk?: (request: BarRequest) => void;
}

/** A world of object literals: what the run did to it can be read afterwards. */
function world(script: Script = {}) {
  const asked: string[] = [];
  const kept: SeriesResult[] = [];
  const events: RunEvent[] = [];
  const learnt: Entitlement[] = [];
  const closed: Outcome[] = [];
  const lease = { released: false, lost: () => {} };
  const effects: Effects<Answer> = {
    now: () => NOW,
    emit: (event) => events.push(event),
    claim: () => Promise.resolve(script.claim ?? { runId: 7 }),
    keepAlive: (_runId, lost) => {
      lease.lost = lost;
      return () => void (lease.released = true);
    },
    planned: () => Promise.resolve(),
    states: (series) => Promise.resolve(series.map(newState)),
    quota: () => Promise.resolve({ perDay: script.perDay ?? null, usedToday: 0, blockedUntil: null }),
    entitlements: () => Promise.resolve([]),
    history: () => Promise.resolve([]),
    learn: (entitlement) => Promise.resolve(void learnt.push(entitlement)),
    ask: (request) => {
      const name = `${request.series.symbol} ${formOf(request)}`;
      asked.push(name);
      script.onAsk?.(request);
      const answer = script.answers?.[name] ?? script.answers?.[request.series.symbol] ?? "bars";
      return Promise.resolve(wire(answer));
    },
    read: (answer) => reading(answer),
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
  return { effects, asked, kept, events, learnt, closed, lease };
}

function newState(series: Series): SeriesState {
  return { series, first: null, watermark: null, newest: null, answeredAt: null, last: null, recent: [] };
}

function wire(answer: Answer): Asked<Answer> {
  if (answer === "bars" || answer === "late" || answer === "refused-rows") {
    return { kind: "bars", document: answer, requests: 1 };
  }
  return { kind: answer, message: `the vendor said ${answer}`, requests: answer === "quota" ? 0 : 1 };
}

function reading(answer: Answer): Reading {
  const ts = answer === "late" ? MONDAY - 3 * 86_400_000 : MONDAY;
  const price = { open: "1", high: "1", low: "1", close: "1", volume: "1" };
  const bar: Bar = { ts, ...price, adjustedClose: null, dividendAmount: null, splitCoefficient: null, settled: true };
  if (answer !== "refused-rows") return { bars: [bar], rejects: [], newest: ts };
  return { bars: [], rejects: [{ stamp: "2023-07-03", rule: "zero-price", raw: {} }], newest: null };
}

function options(symbols: string, change: Partial<IngestOptions> = {}): IngestOptions {
  return {
    series: symbols.split(",").map((symbol) => ({ symbol, interval: "daily" as const })),
    trigger: "manual",
    market: { delayMs: null, extendedHours: true },
    adjusted: false,
    concurrency: 1,
    stop: new AbortController().signal,
    abort: new AbortController().signal,
    ...change,
  };
}

async function played(symbols: string, script: Script = {}, change: Partial<IngestOptions> = {}) {
  const stage = world(script);
  const report = await ingest(options(symbols, change), stage.effects) as RunReport;
  const told = report.results.map(({ series, status, kind }) => `${series.symbol} ${status}${kind ? ` ${kind}` : ""}`);
  return { ...stage, report, told };
}

Deno.test("every due series stored is complete, and every result is kept once", async () => {
  const { report, told, kept, events, closed, lease } = await played("A,B");
  assert.deepEqual(told, ["A stored", "B stored"]);
  assert.equal(report.outcome, "complete");
  assert.deepEqual(closed, ["complete"]);
  assert.deepEqual(kept.map(({ series }) => seriesName(series)), ["A daily", "B daily"]);
  assert.deepEqual(events.map(({ type }) => type), [
    "run-started",
    "run-planned",
    "series-started",
    "rows-stored",
    "series-finished",
    "series-started",
    "rows-stored",
    "series-finished",
    "run-finished",
  ]);
  assert.ok(lease.released);
});

Deno.test("a premium refusal falls back to compact, is remembered, and spares the other series the question", async () => {
  const refused = "TIME_SERIES_DAILY full";
  const { asked, told, learnt, report, kept } = await played("A,B", { answers: { [`A ${refused}`]: "premium" } });
  assert.deepEqual(asked, [`A ${refused}`, "A TIME_SERIES_DAILY compact", "B TIME_SERIES_DAILY compact"]);
  assert.deepEqual(told, ["A stored", "B stored"]);
  assert.deepEqual(learnt, [{ form: refused, allowed: false, learntAt: NOW }]);
  assert.equal(report.totals.requests, 3);
  assert.deepEqual(kept.map(({ requests }) => requests), [2, 1]);
});

Deno.test("a function refused altogether fails every series that was due for it, with two requests in all", async () => {
  const { asked, told, report } = await played("A,B", { answers: { A: "premium", B: "premium" } });
  assert.equal(asked.length, 2);
  assert.deepEqual(told, ["A failed premium", "B failed premium"]);
  assert.equal(report.outcome, "failed");
});

Deno.test("a daily limit stops asking and defers the rest, the refused series included", async () => {
  const { asked, told, report, kept } = await played("A,B,C", { answers: { B: "daily-limit" } });
  assert.equal(asked.length, 2);
  assert.deepEqual(told, ["A stored", "B deferred daily-limit", "C deferred daily-limit"]);
  assert.equal(report.outcome, "deferred");
  assert.match(kept[1]!.message!, /waits until 2023-07-04T07:00Z/);
  assert.deepEqual(kept.map(({ requests }) => requests), [1, 1, 0]);
});

Deno.test("a ledger that refuses the charge defers without a request", async () => {
  const { told, report } = await played("A,B", { perDay: 25, answers: { A: "quota" } });
  assert.deepEqual(told, ["A deferred quota", "B deferred quota"]);
  assert.equal(report.totals.requests, 0);
});

Deno.test("series beyond the quota are deferred by the plan and kept as results", async () => {
  const { asked, told } = await played("A,B,C", { perDay: 2 });
  assert.equal(asked.length, 2);
  assert.deepEqual(told, ["A stored", "B stored", "C deferred quota"]);
});

Deno.test("one bad symbol does not stop the others, and the outcome says partial", async () => {
  for (const kind of ["bad-symbol", "empty", "malformed", "unknown-notice", "outage", "burst"] as const) {
    const { told, report } = await played("A,B", { answers: { A: kind } });
    assert.deepEqual(told, [`A failed ${kind}`, "B stored"]);
    assert.equal(report.outcome, "partial");
  }
});

Deno.test("a refused key stops the run: no second symbol is asked", async () => {
  const { asked, told, report } = await played("A,B,C", { answers: { A: "bad-key" } });
  assert.equal(asked.length, 1);
  assert.deepEqual(told, ["A failed bad-key", "B failed bad-key", "C failed bad-key"]);
  assert.equal(report.outcome, "failed");
  assert.match(report.message!, /bad-key/);
});

Deno.test("three outages in a row count as the vendor being down; one good answer starts the count anew", async () => {
  const answers = { A: "outage", B: "outage", C: "bars", D: "outage", E: "outage", F: "outage", G: "bars" } as const;
  const { asked, told, report } = await played("A,B,C,D,E,F,G", { answers });
  assert.equal(asked.length, 6);
  assert.equal(told.at(-1), "G failed outage");
  assert.equal(report.outcome, "partial");
});

Deno.test("an answer older than the closed session is stored, but the series is late", async () => {
  const { told, report, kept } = await played("A,B", { answers: { A: "late" } });
  assert.deepEqual(told, ["A late stale", "B stored"]);
  assert.equal(report.outcome, "partial");
  assert.equal(kept[0]!.counts.inserted, 1);
  assert.match(kept[0]!.message!, /newest bar is 2023-06-30T00:00Z, not yet the session of 2023-07-03/);
});

Deno.test("an answer of which every row is refused is a failure, and its rows are handed to the store", async () => {
  const { told, events } = await played("A", { answers: { A: "refused-rows" } });
  assert.deepEqual(told, ["A failed malformed"]);
  const refused = events.find((event) => event.type === "rows-refused");
  assert.deepEqual(refused && "rule" in refused && [refused.rule, refused.count, refused.first], [
    "zero-price",
    1,
    "2023-07-03",
  ]);
});

Deno.test("a stop between two series finishes the first and cancels the rest", async () => {
  const stop = new AbortController();
  const { told, report, asked } = await played("A,B,C", { onAsk: () => stop.abort() }, { stop: stop.signal });
  assert.equal(asked.length, 1);
  assert.deepEqual(told, ["A stored", "B cancelled cancelled", "C cancelled cancelled"]);
  assert.equal(report.outcome, "cancelled");
});

Deno.test("a series the database refuses fails alone; a database that is gone ends the run as failed", async () => {
  const storeFails = { A: new Error("value out of range") };
  const alone = await played("A,B", { storeFails });
  assert.deepEqual(alone.told, ["A failed database", "B stored"]);
  assert.equal(alone.report.outcome, "partial");
  const gone = await played("A,B", { storeFails, recordFails: new Error("connection refused") });
  assert.equal(gone.report.outcome, "failed");
  assert.equal(gone.report.message, "connection refused");
  assert.deepEqual(gone.closed, ["failed"]);
});

Deno.test("a lost lease ends the run at once as abandoned and writes no ending", async () => {
  const stored = await played("A,B", { storeFails: { A: new LeaseLost(7) } });
  assert.equal(stored.report.outcome, "abandoned");
  assert.deepEqual(stored.closed, []);
  assert.ok(stored.events.some(({ type }) => type === "lease-lost"));
  const closing = await played("A", { closes: false });
  assert.equal(closing.report.outcome, "abandoned");
});

Deno.test("a lease lost while the vendor is asked aborts the request", async () => {
  const stage = world();
  const effects: Effects<Answer> = {
    ...stage.effects,
    ask: (_request, { signal }) => {
      stage.lease.lost();
      assert.ok(signal.aborted);
      return Promise.resolve({ kind: "cancelled", message: "aborted", requests: 1 });
    },
    record: () => Promise.reject(new LeaseLost(7)),
  };
  const report = await ingest(options("A,B"), effects) as RunReport;
  assert.equal(report.outcome, "abandoned");
  assert.deepEqual(stage.closed, []);
});

Deno.test("a claim that is not ours does nothing at all", async () => {
  const claim: Claim = { busy: { runId: 3, owner: "other" } };
  const stage = world({ claim });
  assert.equal(await ingest(options("A"), stage.effects), claim);
  assert.deepEqual([stage.asked, stage.events, stage.closed], [[], [], []]);
});
