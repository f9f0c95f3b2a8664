import assert from "node:assert/strict";
import type { RunEvent } from "../src/event.ts";
import { describeEvent, type Level } from "../src/narration.ts";
import { type AnswerKind, NO_ROWS, type Outcome, type SeriesStatus, totalsOf } from "../src/run.ts";

const series = { symbol: "IBM", interval: "daily" } as const;
const at = Date.UTC(2026, 0, 2, 6);
const runId = 7;

function answered(kind: AnswerKind): RunEvent {
  const facts = { form: "TIME_SERIES_DAILY compact", attempt: 1, httpStatus: 200, bytes: 21_000, durationMs: 300 };
  return { type: "request-answered", runId, series, ...facts, kind, message: kind === "bars" ? null : "the words" };
}

function seriesFinished(status: SeriesStatus): RunEvent {
  const said = status === "stored"
    ? { kind: null, message: null }
    : { kind: "outage" as const, message: "reset by peer" };
  const result = {
    series,
    status,
    ...said,
    requests: 2,
    counts: NO_ROWS,
    watermark: at,
    startedAt: at,
    finishedAt: at,
  };
  return { type: "series-finished", runId, result, index: 1, of: 3 };
}

function runFinished(outcome: Outcome): RunEvent {
  return { type: "run-finished", runId, outcome, message: null, totals: totalsOf([]), durationMs: 5 };
}

/** One of every member of the union: the type makes a missing one an error. */
const EVERY: { [T in RunEvent["type"]]: [RunEvent & { type: T }, Level, string] } = {
  "run-waiting": [
    { type: "run-waiting", runId, owner: "a:1", until: at },
    "info",
    "Waiting for run 7 of a:1",
  ],
  "run-abandoned": [
    { type: "run-abandoned", runId, owner: "a:1" },
    "warning",
    "Run 7 of a:1 was found dead and is abandoned",
  ],
  "run-started": [{ type: "run-started", runId, trigger: "manual", at }, "info", "Run 7 started (manual)"],
  "run-cancelling": [
    { type: "run-cancelling", runId, by: "ann", force: false },
    "warning",
    "Run 7 is cancelled by ann, after the series under way",
  ],
  "reference-finished": [
    { type: "reference-finished", runId, form: "SPLITS", symbol: "IBM", requests: 1, kind: null, message: "2 added" },
    "info",
    "IBM SPLITS: 2 added",
  ],
  "run-planned": [
    { type: "run-planned", runId, ask: 1, defer: 2, skip: 3 },
    "info",
    "Planned: 1 to ask, 2 deferred, 3 not needed",
  ],
  "series-started": [
    { type: "series-started", runId, series, reason: "never asked" },
    "debug",
    "IBM daily: never asked",
  ],
  "request-sent": [
    { type: "request-sent", runId, series, form: "TIME_SERIES_DAILY compact", attempt: 1 },
    "debug",
    "IBM daily: asking TIME_SERIES_DAILY compact, attempt 1",
  ],
  "request-answered": [
    answered("premium") as RunEvent & { type: "request-answered" },
    "warning",
    "IBM daily: premium, 21000 bytes in 300 ms: the words",
  ],
  "request-retried": [
    { type: "request-retried", runId, series, attempt: 2, kind: "burst", delayMs: 1500 },
    "info",
    "IBM daily: burst, attempt 2 in 1500 ms",
  ],
  "rows-refused": [
    { type: "rows-refused", runId, series, rule: "zero-price", count: 2, first: "2024-08-09" },
    "warning",
    'IBM daily: 2 rows in quarantine, zero-price, first "2024-08-09"',
  ],
  "rows-stored": [
    { type: "rows-stored", runId, series, counts: { ...NO_ROWS, inserted: 100 } },
    "info",
    "IBM daily: 100 new, 0 revised, 0 unchanged, 0 provisional",
  ],
  "series-finished": [
    seriesFinished("failed") as RunEvent & { type: "series-finished" },
    "error",
    "IBM daily: failed (1 of 3): reset by peer",
  ],
  "lease-lost": [{ type: "lease-lost", runId, message: "run 7 is not ours" }, "error", "run 7 is not ours"],
  "run-finished": [
    { type: "run-finished", runId, outcome: "failed", message: "why", totals: totalsOf([]), durationMs: 5 },
    "error",
    "Run 7 failed: why",
  ],
};

Deno.test("every event has its words, its level, its type and its run", () => {
  for (const [type, [event, level, message]] of Object.entries(EVERY)) {
    const found = describeEvent(event);
    assert.equal(found.level, level, type);
    assert.equal(found.message, message);
    assert.equal(found.properties.event, type);
    assert.equal(found.properties.runId, 7);
    for (const value of Object.values(found.properties)) {
      assert.ok(value === null || typeof value === "string" || typeof value === "number", `${type} nests ${value}`);
    }
  }
});

Deno.test("times are ISO 8601 in UTC", () => {
  assert.equal(describeEvent(EVERY["run-started"][0]).properties.at, "2026-01-02T06:00:00.000Z");
  assert.equal(describeEvent(seriesFinished("stored")).properties.watermark, "2026-01-02T06:00:00.000Z");
});

Deno.test("the level tells the truth: only what is whole is quiet", () => {
  const outcomes: Record<Outcome, Level> = {
    complete: "info",
    "nothing-due": "info",
    partial: "warning",
    deferred: "warning",
    cancelled: "warning",
    failed: "error",
    abandoned: "error",
  };
  for (const [outcome, level] of Object.entries(outcomes)) {
    assert.equal(describeEvent(runFinished(outcome as Outcome)).level, level, outcome);
  }
  const statuses: Record<SeriesStatus, Level> = {
    stored: "info",
    late: "warning",
    deferred: "warning",
    cancelled: "warning",
    failed: "error",
  };
  for (const [status, level] of Object.entries(statuses)) {
    assert.equal(describeEvent(seriesFinished(status as SeriesStatus)).level, level, status);
  }
  assert.equal(describeEvent(answered("bars")).level, "debug");
  assert.equal(describeEvent(answered("unknown-notice")).level, "error", "unknown wording is loud");
  assert.equal(describeEvent(answered("bad-key")).level, "error");
});
