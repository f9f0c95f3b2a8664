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
  onAsk?: (request: BarRequest) => void | Promise<void>;
  watermarks?: Record<string, number>;
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
    states: (series) =>
      Promise.resolve(series.map((one) => ({ ...newState(one), watermark: script.watermarks?.[one.symbol] ?? null }))),
    quota: () => Promise.resolve({ perDay: script.perDay ?? null, usedToday: 0, blockedUntil: null }),
    entitlements: () => Promise.resolve([]),
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

function reading(answer: Answer, newest: number): Reading {
  const ts = answer === "late" ? newest - 3 * 86_400_000 : newest;
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

/**
 * What each fault comes to: the series' status, and the run's outcome when the series is alone or beside one that is
 * stored. Every kind is here, or this does not compile.
 */
const OUTCOMES: Record<Answer, [status: string, alone: Outcome, beside: Outcome]> = {
  bars: ["stored", "complete", "complete"],
  late: ["late stale", "partial", "partial"],
  "refused-rows": ["failed malformed", "failed", "partial"],
  empty: ["failed empty", "failed", "partial"],
  stale: ["failed stale", "failed", "partial"],
  burst: ["failed burst", "failed", "partial"],
  "daily-limit": ["deferred daily-limit", "deferred", "deferred"],
  premium: ["failed premium", "failed", "partial"],
  "bad-symbol": ["failed bad-symbol", "failed", "partial"],
  "bad-key": ["failed bad-key", "failed", "partial"],
  outage: ["failed outage", "failed", "partial"],
  malformed: ["failed malformed", "failed", "partial"],
  "unknown-notice": ["failed unknown-notice", "failed", "partial"],
  database: ["failed database", "failed", "partial"],
  quota: ["deferred quota", "deferred", "deferred"],
  cancelled: ["cancelled cancelled", "cancelled", "cancelled"],
};

Deno.test("each fault has exactly one outcome, alone and beside a series that is stored", async () => {
  for (const [fault, [status, alone, beside]] of Object.entries(OUTCOMES) as [Answer, typeof OUTCOMES["bars"]][]) {
    for (const concurrency of [1, 4]) {
      const answers = { A: fault };
      const one = await played("A", { answers, perDay: 25 }, { concurrency });
      assert.deepEqual([one.told, one.report.outcome, one.closed], [[`A ${status}`], alone, [alone]], fault);
      // First the good one: a refused key or a spent quota would leave it nothing.
      const two = await played("GOOD,A", { answers, perDay: 25 }, { concurrency });
      assert.deepEqual([two.told.toSorted(), two.report.outcome], [[`A ${status}`, "GOOD stored"], beside], fault);
      assert.equal(two.kept.length, 2, "each series has one result");
    }
  }
});

const MARCH = Date.parse("2023-03-31T23:30Z");
const MONTH = "A TIME_SERIES_INTRADAY full month";
const intraday = { series: [{ symbol: "A", interval: "30min" as const }] };

Deno.test("an old hole is asked for month by month within the run, and has one result", async () => {
  const series = ["B", "A"].map((symbol) => ({ symbol, interval: "30min" as const }));
  const watermarks = { A: MARCH, B: Date.parse("2023-06-30T23:30Z") };
  const { asked, told, report, events, kept } = await played("", { watermarks }, { series });
  const newest = "TIME_SERIES_INTRADAY compact";
  assert.deepEqual(asked, [`${MONTH} 2023-04`, `${MONTH} 2023-05`, `${MONTH} 2023-06`, `A ${newest}`, `B ${newest}`]);
  assert.deepEqual(told, ["A stored", "B stored"]);
  assert.equal(report.outcome, "complete");
  assert.equal(events.filter(({ type }) => type === "series-finished").length, 2);
  assert.deepEqual(kept.map(({ requests }) => requests), [1, 1, 1, 1, 1], "each request is kept once");
});

Deno.test("a month without bars is passed over; one that fails ends the series, so that nothing is jumped over", async () => {
  const at = (answers: Script["answers"]) => played("A", { watermarks: { A: MARCH }, answers }, intraday);
  for (const kind of ["empty", "bad-symbol"] as const) {
    const { asked, told, kept } = await at({ [`${MONTH} 2023-05`]: kind });
    assert.deepEqual([asked.length, told], [4, ["A stored"]]);
    assert.deepEqual(kept.map(({ requests }) => requests), [1, 2, 1]);
  }
  for (const kind of ["outage", "malformed", "refused-rows"] as const) {
    const { asked, told } = await at({ [`${MONTH} 2023-05`]: kind });
    assert.deepEqual([asked.length, told], [2, [`A failed ${kind === "refused-rows" ? "malformed" : kind}`]]);
  }
  const refused = await at({ [`${MONTH} 2023-05`]: "premium" });
  const then = ["A TIME_SERIES_INTRADAY full"];
  assert.deepEqual([refused.asked.slice(2), refused.told], [then, ["A stored"]], "the hole stays");
  const limited = await at({ [`${MONTH} 2023-05`]: "daily-limit" });
  assert.deepEqual([limited.asked.length, limited.told], [2, ["A deferred daily-limit"]]);
});

Deno.test("months that the quota does not cover leave the series deferred, with what it got", async () => {
  const { asked, told, report } = await played("A", { watermarks: { A: MARCH }, perDay: 2 }, intraday);
  assert.deepEqual([asked.length, told, report.outcome], [2, ["A deferred quota"], "deferred"]);
});

Deno.test("several series are under way at once, never more than allowed, and each is asked once", async () => {
  let [open, most] = [0, 0];
  const onAsk = async () => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, open));
    open -= 1;
  };
  const symbols = Array.from({ length: 20 }, (_, index) => `S${index}`);
  const { asked, told, report } = await played(symbols.join(), { onAsk }, { concurrency: 4 });
  assert.equal(most, 4);
  assert.deepEqual(asked.map((name) => name.split(" ")[0]), symbols);
  assert.deepEqual(told.toSorted(), symbols.map((symbol) => `${symbol} stored`).sort());
  assert.equal(report.outcome, "complete");
});

Deno.test("what is learnt with others under way plans anew only what has not been begun", async () => {
  const full = "TIME_SERIES_DAILY full";
  const onAsk = ({ series: { symbol }, size }: BarRequest) =>
    // The refusal of A comes while B and C are still being answered.
    symbol !== "A" && size === "full" ? new Promise<void>((resolve) => setTimeout(resolve, 5)) : undefined;
  const { asked, told } = await played("A,B,C,D", { answers: { [`A ${full}`]: "premium" }, onAsk }, { concurrency: 3 });
  const compact = "TIME_SERIES_DAILY compact";
  assert.deepEqual(asked, [`A ${full}`, `B ${full}`, `C ${full}`, `A ${compact}`, `D ${compact}`]);
  assert.deepEqual(told.toSorted(), ["A stored", "B stored", "C stored", "D stored"]);
});

Deno.test("requests under way count when the rest is planned anew: the day's quota is never planned twice", async () => {
  const onAsk = ({ series: { symbol } }: BarRequest) =>
    symbol === "B" || symbol === "C" ? new Promise<void>((resolve) => setTimeout(resolve, 5)) : undefined;
  const answers = { "A TIME_SERIES_DAILY full": "premium" } as const;
  const { asked, told } = await played("A,B,C,D,E", { answers, onAsk, perDay: 5 }, { concurrency: 3 });
  assert.equal(asked.length, 5);
  assert.equal(told.filter((line) => line.endsWith("deferred quota")).length, 1);
});

Deno.test("a database that is gone gives up what is under way, and the run ends when all is still", async () => {
  const stage = world({ storeFails: { A: new Error("gone") }, recordFails: new Error("gone for good") });
  let open = 0;
  const effects: Effects<Answer> = {
    ...stage.effects,
    ask: (request, { signal, runId }) => {
      if (request.series.symbol === "A") return stage.effects.ask(request, { signal, runId });
      open += 1;
      return new Promise((resolve) =>
        signal.addEventListener("abort", () => {
          open -= 1;
          resolve({ kind: "cancelled", message: "given up", requests: 1 });
        })
      );
    },
    close: (runId, ending) => {
      assert.equal(open, 0, "closed with requests under way");
      return stage.effects.close(runId, ending);
    },
  };
  const report = await ingest(options("B,C,A,D", { concurrency: 3 }), effects) as RunReport;
  assert.deepEqual([report.outcome, report.message, stage.closed], ["failed", "gone for good", ["failed"]]);
  assert.deepEqual(stage.asked, ["A TIME_SERIES_DAILY full"]);
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
