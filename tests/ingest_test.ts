import assert from "node:assert/strict";
import { seriesName } from "../src/bar.ts";
import { ingest, type RunReport } from "../src/ingest.ts";
import type { Outcome } from "../src/run.ts";
import { type Answer, MONDAY, NOW, options, played, world } from "./support/story.ts";

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

Deno.test("what is planned is told and kept before the first question; what is complete is not due, what is barred is", async () => {
  const barred = { form: "TIME_SERIES_WEEKLY", allowed: false, learntAt: NOW };
  const series = [
    { symbol: "DONE", interval: "daily" as const },
    ...["A", "B", "C"].map((symbol) => ({ symbol, interval: "daily" as const })),
    { symbol: "BARRED", interval: "weekly" as const },
  ];
  const script = { watermarks: { DONE: MONDAY }, perDay: 2, entitlements: [barred] };
  const { events, due, told } = await played("", script, { series });
  assert.deepEqual(events[1], { type: "run-planned", runId: 7, ask: 2, defer: 1, skip: 2, heal: 0 });
  assert.deepEqual(due, [4]);
  assert.deepEqual(told, ["A stored", "B stored", "C deferred quota", "BARRED failed premium"]);
});

Deno.test("a run tells how long it took, by its own clock", async () => {
  const stage = world();
  let clock = NOW;
  const report = await ingest(options("A"), { ...stage.effects, now: () => clock += 1_000 }) as RunReport;
  assert.equal(report.durationMs, clock - NOW - 1_000);
  const last = stage.events.at(-1)!;
  assert.ok(last.type === "run-finished" && last.durationMs === report.durationMs);
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

Deno.test("a remembered refusal and nothing to ask: partial beside a series that is complete, failed when there is none", async () => {
  const barred = { symbol: "BARRED", interval: "weekly" as const };
  const done = { symbol: "A", interval: "daily" as const };
  const entitlements = [{ form: "TIME_SERIES_WEEKLY", allowed: false, learntAt: NOW }];
  const script = { watermarks: { A: MONDAY }, entitlements };
  const beside = await played("", script, { series: [done, barred] });
  assert.deepEqual([beside.asked, beside.told, beside.report.outcome], [[], ["BARRED failed premium"], "partial"]);
  const alone = await played("", { entitlements }, { series: [barred] });
  assert.deepEqual([alone.asked, alone.told, alone.report.outcome], [[], ["BARRED failed premium"], "failed"]);
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
  const friday = MONDAY - 3 * 86_400_000;
  const script = { perDay: 25, answers: { A: "quota" }, watermarks: { A: friday, B: friday } } as const;
  const { told, report, kept } = await played("A,B", script);
  assert.deepEqual(told, ["A deferred quota", "B deferred quota"]);
  assert.equal(report.totals.requests, 0);
  assert.deepEqual(kept.map(({ watermark }) => watermark), [friday, friday], "what they held, they hold");
  assert.equal(kept[1]!.message, "the 25 requests of today are spent or planned; waits until 2023-07-05T00:00Z");
});

Deno.test("series beyond the quota are deferred by the plan and kept as results", async () => {
  const { asked, told } = await played("A,B,C", { perDay: 2 });
  assert.equal(asked.length, 2);
  assert.deepEqual(told, ["A stored", "B stored", "C deferred quota"]);
});

Deno.test("one bad symbol does not stop the others, and the outcome says partial", async () => {
  for (const kind of ["bad-symbol", "empty", "malformed", "unknown-notice", "outage", "burst"] as const) {
    const friday = MONDAY - 3 * 86_400_000;
    const { told, report, kept } = await played("A,B", { answers: { A: kind }, watermarks: { A: friday } });
    // The new series has more to gain, and comes first.
    assert.deepEqual(told, ["B stored", `A failed ${kind}`]);
    assert.equal(kept[1]!.watermark, friday, "what it held, it holds");
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
