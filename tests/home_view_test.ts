/** Does the start page say the truth in one sentence and in a row per series? */
import assert from "node:assert/strict";
import type { App } from "../src/app.ts";
import type { Series } from "../src/bar.ts";
import { homeView, summaryOf } from "../src/home_view.ts";
import type { PlanEntry, SeriesState } from "../src/plan.ts";

const NOW = Date.parse("2023-07-04T06:00Z");
const series = (symbol: string): Series => ({ symbol, interval: "daily" });

function stateOf(symbol: string, change: Partial<SeriesState> = {}): SeriesState {
  return {
    series: series(symbol),
    first: null,
    watermark: null,
    newest: null,
    answeredAt: null,
    last: null,
    recent: [],
    ...change,
  };
}

const complete = (symbol: string): PlanEntry => ({
  action: "skip",
  series: series(symbol),
  why: "complete",
  reason: "complete to the session of 2023-07-03",
});
const refused = (symbol: string): PlanEntry => ({
  action: "skip",
  series: series(symbol),
  why: "not-entitled",
  reason: "refused as premium",
});
const waiting = (symbol: string): PlanEntry => ({
  action: "defer",
  series: series(symbol),
  kind: "quota",
  reason: "the 25 requests of today are spent",
  until: NOW + 18 * 3_600_000,
});

function planOf(entries: readonly PlanEntry[]) {
  return { now: NOW, entries, quota: { perDay: 25, usedToday: 25, blockedUntil: null } };
}

/** An app that has these states and plans these entries, in whatever order. */
function appOf(states: readonly SeriesState[], entries: readonly PlanEntry[]): App {
  const config = { series: states.map((state) => state.series), schedule: { cron: "0 6 * * *", timezone: "UTC" } };
  const app = {
    config,
    states: () => Promise.resolve(states),
    plan: () => Promise.resolve(planOf(entries)),
    steer: { scheduleInForce: () => Promise.resolve(config.schedule) },
  };
  return app as unknown as App;
}

Deno.test("the sentence counts each series once, and leaves out what there is nothing of", () => {
  assert.equal(summaryOf(planOf([])), "0 of 0 series are complete.");
  assert.equal(summaryOf(planOf([complete("A"), complete("B")])), "2 of 2 series are complete.");
  assert.equal(
    summaryOf(planOf([complete("A"), waiting("B"), waiting("C"), refused("D")])),
    "1 of 4 series are complete; 2 waiting, 1 not in this key's plan.",
  );
});

Deno.test("rows stand in the order configured, each with its own plan, whatever order the plan has", async () => {
  const held = { first: Date.parse("2023-01-03"), watermark: Date.parse("2023-07-03") };
  const last = { status: "failed", kind: "outage", at: NOW - 60_000 };
  const app = appOf([stateOf("B", { last }), stateOf("A", held)], [complete("A"), waiting("B")]);
  const view = await homeView(app, { now: () => NOW, version: "1.2.3" });
  assert.deepEqual(view.rows, [
    {
      series: "B daily",
      holds: "nothing yet",
      last: "failed: outage, 2023-07-04 05:59Z",
      next: "waits until 2023-07-05 00:00Z: the 25 requests of today are spent",
    },
    {
      series: "A daily",
      holds: "2023-01-03 to 2023-07-03",
      last: "never asked",
      next: "complete to the session of 2023-07-03",
    },
  ]);
  assert.deepEqual([view.nextTick, view.asOf, view.version], [
    "next tick 2023-07-05 06:00Z",
    "2023-07-04 06:00Z",
    "1.2.3",
  ]);
});

Deno.test("a series the plan does not know is shown, not left out", async () => {
  const view = await homeView(appOf([stateOf("A")], []), { now: () => NOW, version: "" });
  assert.deepEqual(view.rows.map(({ series, next }) => [series, next]), [["A daily", "–"]]);
});
