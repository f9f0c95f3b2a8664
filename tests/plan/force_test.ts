/** A plan by force: which limits give way, and which do not? */
import assert from "node:assert/strict";
import { type Interval, seriesName } from "../../src/bar.ts";
import { plan, type PlanOptions, type SeriesState } from "../../src/plan.ts";
import { formOf } from "../../src/request.ts";

const at = (iso: string) => Date.parse(iso);
const NOW = at("2023-07-04T06:00Z");
const options: PlanOptions = {
  now: NOW,
  market: { delayMs: null, extendedHours: true },
  adjusted: false,
  quota: { perDay: 25, usedToday: 0, blockedUntil: null },
  entitlements: [],
  lags: {},
  forcedAt: NOW,
};
const refused = (form: string, learntAt: number) => ({ form, allowed: false, learntAt });

function state(name: string, change: Partial<SeriesState> = {}): SeriesState {
  const [symbol, interval] = name.split(" ") as [string, Interval];
  const fresh = { first: null, watermark: null, newest: null, answeredAt: null, last: null, recent: [] };
  return { series: { symbol, interval }, ...fresh, ...change };
}

/** `ask IBM daily TIME_SERIES_DAILY full` and the like, in the plan's order. */
function told(states: SeriesState[], change: Partial<PlanOptions> = {}): string[] {
  return plan(states, { ...options, ...change }).entries.map((entry) => {
    const head = `${entry.action} ${seriesName(entry.series)}`;
    if (entry.action === "ask") return `${head} ${formOf(entry.request)}`;
    return entry.action === "defer" ? `${head} ${entry.kind}` : `${head} ${entry.why}`;
  });
}

Deno.test("force asks what is complete, resting, premium or not yet published, those that gain least last", () => {
  const [now, lags] = [at("2023-07-03T18:00Z"), { daily: 3 * 3_600_000 }];
  const states = [
    state("DONE daily", { watermark: at("2023-07-03T00:00Z") }),
    state("WAITS daily", { watermark: at("2023-06-30T00:00Z") }),
    state("RESTS daily", { recent: [{ kind: "bad-symbol", at: now - 3_600_000, brought: false }] }),
    state("WEEK weekly", { watermark: at("2023-06-23T00:00Z") }),
  ];
  const change = { now, lags, entitlements: [refused("TIME_SERIES_WEEKLY", now - 1)], forcedAt: now };
  assert.deepEqual(told(states, { ...change, forcedAt: null }).map((line) => line.split(" ")[0]), [
    "skip",
    "defer",
    "defer",
    "skip",
  ]);
  assert.deepEqual(told(states, change), [
    "ask RESTS daily TIME_SERIES_DAILY full",
    "ask WEEK weekly TIME_SERIES_WEEKLY",
    "ask WAITS daily TIME_SERIES_DAILY compact",
    "ask DONE daily TIME_SERIES_DAILY compact",
  ]);
  assert.deepEqual(plan(states, { ...options, ...change }).entries.map(({ reason }) => reason), [
    'forced: the last answer was "bad-symbol"',
    "has 2023-06-23, not yet the week to 2023-06-30",
    "forced: the vendor as a rule has the session of 2023-07-03 180 min after its close",
    "forced: complete to the session of 2023-07-03",
  ]);
});

Deno.test("force believes a refusal that came after it, and keeps the quota and the daily limit", () => {
  const states = ["A daily", "B daily"].map((name) => state(name, { watermark: at("2023-07-03T00:00Z") }));
  const form = "TIME_SERIES_DAILY compact";
  const both = [form, "TIME_SERIES_DAILY full"].map((one) => refused(one, NOW));
  assert.deepEqual(told(states, { entitlements: both }), [
    "skip A daily not-entitled",
    "skip B daily not-entitled",
  ]);
  assert.deepEqual(told(states, { quota: { perDay: 1, usedToday: 0, blockedUntil: null } }), [
    `ask A daily ${form}`,
    "defer B daily quota",
  ]);
  const quota = { perDay: 25, usedToday: 0, blockedUntil: NOW + 1 };
  assert.deepEqual(told(states, { quota }).map((line) => line.slice(0, 5)), ["defer", "defer"]);
});
