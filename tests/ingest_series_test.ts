/** One series of a run: what does each answer come to, what is kept of it, and what does the run learn from it? */
import assert from "node:assert/strict";
import type { Bar, Reject } from "../src/bar.ts";
import type { Asked, Effects, Reading } from "../src/effects.ts";
import type { RunEvent } from "../src/event.ts";
import { ingestSeries, type Step } from "../src/ingest_series.ts";
import { LeaseLost, NO_ROWS, type SeriesResult } from "../src/run.ts";

const NOW = Date.parse("2023-07-04T06:00Z");
const [FRIDAY, MONDAY] = [Date.parse("2023-06-30"), Date.parse("2023-07-03")];
const SERIES = { symbol: "IBM", interval: "daily" } as const;
const REQUEST = { series: SERIES, function: "TIME_SERIES_DAILY", size: "compact", month: null } as const;
const STORED = { ...NO_ROWS, inserted: 1 };

function barAt(ts: number): Bar {
  const price = { open: "1", high: "1", low: "1", close: "1", volume: "1" };
  return { ts, ...price, adjustedClose: null, dividendAmount: null, splitCoefficient: null, settled: true };
}

function readingOf(newest: number, rejects: Reject[] = []): Reading {
  return { bars: [barAt(newest)], rejects, newest };
}

interface Script {
  readonly asked: Asked<string>;
  readonly reading?: Reading;
  readonly store?: Error;
  readonly record?: Error;
}

/** Plays one series whose watermark is Friday, after one request that was already spent on it. */
async function played(script: Script) {
  const kept: SeriesResult[] = [];
  const did: string[] = [];
  const events: RunEvent[] = [];
  const notMine = () => assert.fail("that is the run's business, not the series'");
  const effects: Effects<string> = {
    now: () => NOW,
    emit: (event) => events.push(event),
    claim: notMine,
    keepAlive: notMine,
    planned: notMine,
    states: notMine,
    quota: notMine,
    entitlements: notMine,
    history: notMine,
    close: notMine,
    learn: ({ form, allowed }, message) => Promise.resolve(void did.push(`learn ${form} ${allowed}: ${message}`)),
    ask: () => Promise.resolve(script.asked),
    read: (document) => (did.push(`read ${document}`), script.reading ?? readingOf(MONDAY)),
    store: (_reading, { result }) => {
      did.push(`store ${result.status}`);
      if (script.store) return Promise.reject(script.store);
      return Promise.resolve({ ...result, counts: STORED, watermark: MONDAY });
    },
    record: (result) => {
      did.push(`record ${result.status}`);
      kept.push(result);
      return script.record ? Promise.reject(script.record) : Promise.resolve(result);
    },
  };
  const entry = { action: "ask", series: SERIES, request: REQUEST, then: [], later: null, reason: "a test" } as const;
  const market = { delayMs: null, extendedHours: true };
  const options = {
    runId: 7,
    abort: new AbortController().signal,
    market,
    watermark: FRIDAY,
    gaps: [],
    spent: 1,
    final: true,
  };
  const step = ingestSeries(entry, { effects, ...options });
  return { step: await step.catch((error: Error) => error) as Step | Error, kept, did, events };
}

function resultOf(step: Step | Error): SeriesResult {
  assert.ok(!(step instanceof Error) && step.type === "finished", String(step));
  return step.result;
}

const bars = { kind: "bars", document: "IBM's", requests: 2 } as const;

Deno.test("bars are read and stored once, and the requests of the whole run are counted", async () => {
  const { step, did, events } = await played({ asked: bars });
  assert.deepEqual(did, ["read IBM's", "store stored"]);
  const result = resultOf(step);
  assert.deepEqual([result.requests, result.counts, result.watermark], [3, STORED, MONDAY]);
  assert.deepEqual(events.map(({ type }) => type), ["series-started", "rows-stored"]);
});

Deno.test("an answer that ends before what the market has had is stored and called late", async () => {
  const { step, did } = await played({ asked: bars, reading: readingOf(FRIDAY) });
  assert.deepEqual(did, ["read IBM's", "store late"]);
  const { kind, message } = resultOf(step);
  assert.equal(kind, "stale");
  assert.match(message!, /newest bar is 2023-06-30T00:00Z, not yet the session of 2023-07-03$/);
});

Deno.test("refused rows are told once per rule with the first of them, and do not stop the good ones", async () => {
  const reject = (stamp: string, rule: Reject["rule"]) => ({ stamp, rule, raw: {} });
  const rejects = [reject("a", "negative"), reject("b", "zero-price"), reject("c", "negative")];
  const { step, events } = await played({ asked: bars, reading: readingOf(MONDAY, rejects) });
  assert.equal(resultOf(step).status, "stored");
  const told = events.flatMap((event) =>
    event.type === "rows-refused" ? [`${event.rule} ${event.count} ${event.first}`] : []
  );
  assert.deepEqual(told, ["negative 2 a", "zero-price 1 b"]);
});

Deno.test("an answer of refused rows only is a failure, and its rows go to quarantine all the same", async () => {
  const rejects = [{ stamp: "x", rule: "zero-price", raw: {} } as const];
  const { step, did } = await played({ asked: bars, reading: { bars: [], rejects, newest: null } });
  assert.deepEqual(did, ["read IBM's", "store failed"]);
  assert.deepEqual([resultOf(step).kind, resultOf(step).message], [
    "malformed",
    "all 1 rows were refused, first: zero-price",
  ]);
});

Deno.test("a failure is kept by its name with what the series held before", async () => {
  for (const kind of ["outage", "bad-symbol", "malformed", "empty", "unknown-notice", "bad-key"] as const) {
    const { kept, did, step } = await played({ asked: { kind, message: "words", requests: 2 } });
    assert.deepEqual(did, ["record failed"]);
    assert.deepEqual(kept, [resultOf(step)]);
    const { requests, counts, watermark, message } = resultOf(step);
    assert.deepEqual([requests, counts, watermark, message], [3, NO_ROWS, FRIDAY, "words"], kind);
  }
  const cancelled = await played({ asked: { kind: "cancelled", message: "stopped", requests: 1 } });
  assert.deepEqual(cancelled.did, ["record cancelled"]);
});

Deno.test("what concerns the other series too is told, not kept: premium, the daily limit, our own ledger", async () => {
  const premium = await played({ asked: { kind: "premium", message: "pay", requests: 1 } });
  assert.deepEqual(premium.did, ["learn TIME_SERIES_DAILY compact false: pay"]);
  assert.equal((premium.step as Step).type, "refused");
  const limit = { kind: "daily-limit", message: "enough", requests: 1 } as const;
  const told = await played({ asked: { ...limit, until: NOW + 5 } });
  assert.deepEqual([told.step, told.did], [{ type: "blocked", requests: 1, until: NOW + 5, message: "enough" }, []]);
  const untold = await played({ asked: limit });
  const anHour = { type: "blocked", requests: 1, until: NOW + 3_600_000, message: "enough" };
  assert.deepEqual(untold.step, anHour, "a limit without an end");
  const spent = await played({ asked: { kind: "quota", message: "25 of 25", requests: 0 } });
  assert.deepEqual([spent.step, spent.did], [{ type: "spent", requests: 0, message: "25 of 25" }, []]);
});

Deno.test("a database that refuses the bars of one series fails that series, and says whose", async () => {
  const { step, did } = await played({ asked: bars, store: new Error("numeric field overflow") });
  assert.deepEqual(did, ["read IBM's", "store stored", "record failed"]);
  const { kind, message, counts, watermark } = resultOf(step);
  assert.deepEqual([kind, counts, watermark], ["database", NO_ROWS, FRIDAY]);
  assert.equal(message, "cannot store the bars of IBM daily: numeric field overflow");
});

Deno.test("a run that is not ours any more writes nothing more, not even its failure", async () => {
  const { step, did } = await played({ asked: bars, store: new LeaseLost(7) });
  assert.ok(step instanceof LeaseLost);
  assert.deepEqual(did, ["read IBM's", "store stored"]);
});

Deno.test("a database that is gone ends the run with its own words", async () => {
  const gone = new Error("connection refused");
  assert.equal((await played({ asked: bars, store: gone, record: gone })).step, gone);
});
