import assert from "node:assert/strict";
import {
  exitCodeOf,
  NO_ROWS,
  type Outcome,
  outcomeOf,
  type SeriesResult,
  type SeriesStatus,
  totalsOf,
} from "../src/run.ts";

function result(status: SeriesStatus, change: Partial<SeriesResult> = {}): SeriesResult {
  return {
    series: { symbol: "IBM", interval: "daily" },
    status,
    kind: null,
    message: null,
    requests: 1,
    counts: NO_ROWS,
    watermark: null,
    startedAt: 0,
    finishedAt: 1,
    ...change,
  };
}

Deno.test("the outcome tells the truth for every mix of results", () => {
  const table: [SeriesStatus[], Outcome][] = [
    [[], "nothing-due"],
    [["stored"], "complete"],
    [["stored", "stored"], "complete"],
    [["stored", "late"], "partial"],
    [["late"], "partial"],
    [["stored", "failed"], "partial"],
    [["late", "failed"], "partial"],
    [["failed"], "failed"],
    [["failed", "deferred"], "failed"],
    [["stored", "deferred"], "deferred"],
    [["deferred"], "deferred"],
    [["late", "deferred"], "partial"],
    [["stored", "failed", "deferred"], "partial"],
    [["stored", "cancelled"], "cancelled"],
    [["failed", "cancelled"], "cancelled"],
  ];
  for (const [statuses, outcome] of table) {
    assert.equal(outcomeOf(statuses.map((status) => result(status))), outcome, statuses.join("+") || "none");
  }
});

Deno.test("refused as premium and nothing else wrong: partial beside series that are complete, else failed", () => {
  const refused = result("failed", { kind: "premium", requests: 0 });
  assert.equal(outcomeOf([refused]), "failed", "nothing of what is configured is kept");
  assert.equal(outcomeOf([refused, refused], { complete: 1 }), "partial");
  assert.equal(outcomeOf([refused], { ended: 1 }), "partial");
  assert.equal(outcomeOf([refused, result("deferred")], { complete: 1 }), "partial");
  assert.equal(outcomeOf([refused, result("failed", { kind: "outage" })], { complete: 1 }), "failed");
  assert.equal(outcomeOf([result("failed", { kind: "outage" })], { complete: 1 }), "failed");
  assert.equal(outcomeOf([refused, result("cancelled")], { complete: 1 }), "cancelled");
});

Deno.test("only complete and nothing due exit with 0", () => {
  const codes: Record<Outcome, number> = {
    "complete": 0,
    "nothing-due": 0,
    "partial": 3,
    "deferred": 3,
    "failed": 1,
    "cancelled": 1,
    "abandoned": 1,
  };
  for (const [outcome, code] of Object.entries(codes)) assert.equal(exitCodeOf(outcome as Outcome), code, outcome);
});

Deno.test("totals add up rows, requests and statuses", () => {
  const counts = { inserted: 1, revised: 2, unchanged: 3, provisional: 4, quarantined: 5 };
  const totals = totalsOf([result("stored", { counts }), result("late", { counts, requests: 3 }), result("failed")]);
  assert.deepEqual(totals, {
    series: 3,
    stored: 1,
    late: 1,
    failed: 1,
    deferred: 0,
    cancelled: 0,
    requests: 5,
    inserted: 2,
    revised: 4,
    unchanged: 6,
    provisional: 8,
    quarantined: 10,
  });
});
