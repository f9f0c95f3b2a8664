import assert from "node:assert/strict";
import { type Interval, seriesName } from "../src/bar.ts";
import type { Market } from "../src/due.ts";
import { plan, type PlanOptions, REPROBE_MS, type SeriesState } from "../src/plan.ts";
import { formOf } from "../src/request.ts";

const at = (iso: string) => Date.parse(iso);
const NOW = at("2023-07-04T06:00Z");
const market: Market = { delayMs: null, extendedHours: true };
const options: PlanOptions = {
  now: NOW,
  market,
  adjusted: false,
  quota: { perDay: 25, usedToday: 0, blockedUntil: null },
  entitlements: [],
};

function state(name: string, change: Partial<SeriesState> = {}): SeriesState {
  const [symbol, interval] = name.split(" ") as [string, Interval];
  return {
    series: { symbol, interval },
    first: null,
    watermark: null,
    newest: null,
    answeredAt: null,
    last: null,
    ...change,
  };
}

/** `ask IBM daily TIME_SERIES_DAILY full` and the like, in the plan's order. */
function told(states: SeriesState[], change: Partial<PlanOptions> = {}): string[] {
  return plan(states, { ...options, ...change }).entries.map((entry) => {
    const head = `${entry.action} ${seriesName(entry.series)}`;
    if (entry.action === "ask") return `${head} ${formOf(entry.request)}`;
    return entry.action === "defer"
      ? `${head} ${entry.kind} ${new Date(entry.until).toISOString()}`
      : `${head} ${entry.why}`;
  });
}

const refused = (form: string, learntAt = NOW - 1) => ({ form, allowed: false, learntAt });

Deno.test("a new series starts with the fullest answer the key may have", () => {
  const fresh = [state("IBM daily")];
  assert.deepEqual(told(fresh), ["ask IBM daily TIME_SERIES_DAILY full"]);
  const entitlements = [refused("TIME_SERIES_DAILY full")];
  assert.deepEqual(told(fresh, { entitlements }), ["ask IBM daily TIME_SERIES_DAILY compact"]);
  const both = [...entitlements, refused("TIME_SERIES_DAILY compact")];
  assert.deepEqual(told(fresh, { entitlements: both }), ["skip IBM daily not-entitled"]);
  const allowed = [{ form: "TIME_SERIES_DAILY full", allowed: true, learntAt: NOW }];
  assert.deepEqual(told(fresh, { entitlements: allowed }), ["ask IBM daily TIME_SERIES_DAILY full"]);
});

Deno.test("a premium refusal is believed for a week, then asked once more", () => {
  const of = (learntAt: number) =>
    told([state("IBM daily")], { entitlements: [refused("TIME_SERIES_DAILY full", learntAt)] });
  assert.deepEqual(of(NOW - REPROBE_MS + 1), ["ask IBM daily TIME_SERIES_DAILY compact"]);
  assert.deepEqual(of(NOW - REPROBE_MS), ["ask IBM daily TIME_SERIES_DAILY full"]);
});

Deno.test("a known series asks no more than its hole needs", () => {
  const ask = (name: string, watermark: string) => told([state(name, { watermark: at(watermark) })])[0];
  assert.equal(ask("IBM daily", "2023-06-30T00:00Z"), "ask IBM daily TIME_SERIES_DAILY compact");
  assert.equal(ask("IBM daily", "2023-02-16T00:00Z"), "ask IBM daily TIME_SERIES_DAILY compact");
  assert.equal(ask("IBM daily", "2023-02-10T00:00Z"), "ask IBM daily TIME_SERIES_DAILY full");
  assert.equal(ask("IBM 30min", "2023-06-30T23:30Z"), "ask IBM 30min TIME_SERIES_INTRADAY compact");
  assert.equal(ask("IBM 30min", "2023-06-28T23:30Z"), "ask IBM 30min TIME_SERIES_INTRADAY full");
  assert.equal(ask("IBM 1min", "2023-06-30T23:59Z"), "ask IBM 1min TIME_SERIES_INTRADAY full");
  assert.equal(ask("IBM weekly", "2023-06-23T00:00Z"), "ask IBM weekly TIME_SERIES_WEEKLY");
});

Deno.test("the adjusted functions serve daily, weekly and monthly, not intraday", () => {
  const states = ["IBM daily", "IBM weekly", "IBM monthly", "IBM 5min"].map((name) => state(name));
  assert.deepEqual(told(states, { adjusted: true }), [
    "ask IBM daily TIME_SERIES_DAILY_ADJUSTED full",
    "ask IBM weekly TIME_SERIES_WEEKLY_ADJUSTED",
    "ask IBM monthly TIME_SERIES_MONTHLY_ADJUSTED",
    "ask IBM 5min TIME_SERIES_INTRADAY full",
  ]);
});

Deno.test("what is complete costs nothing", () => {
  const states = [
    state("IBM daily", { watermark: at("2023-07-03T00:00Z") }),
    state("IBM weekly", { watermark: at("2023-06-30T00:00Z") }),
    state("IBM monthly", { watermark: at("2023-06-30T00:00Z") }),
    state("IBM 60min", { watermark: at("2023-07-03T20:00Z") }),
  ];
  assert.ok(
    told(states).every((line) => line.startsWith("skip") && line.endsWith("complete")),
    told(states).join("\n"),
  );
});

Deno.test("stored series come before new ones, those furthest behind first", () => {
  const states = [
    state("NEW daily"),
    state("NEAR daily", { watermark: at("2023-06-30T00:00Z") }),
    state("FAR daily", { watermark: at("2023-06-01T00:00Z") }),
  ];
  assert.deepEqual(told(states).map((line) => line.split(" ")[1]), ["FAR", "NEAR", "NEW"]);
});

Deno.test("what the quota does not cover is deferred to the next UTC midnight", () => {
  const states = ["A daily", "B daily", "C daily"].map((name) => state(name));
  const quota = { perDay: 25, usedToday: 23, blockedUntil: null };
  assert.deepEqual(told(states, { quota }), [
    "ask A daily TIME_SERIES_DAILY full",
    "ask B daily TIME_SERIES_DAILY full",
    "defer C daily quota 2023-07-05T00:00:00.000Z",
  ]);
  // Spent beyond the limit (a smaller plan since noon): nothing, and no negative count.
  assert.equal(told(states, { quota: { ...quota, usedToday: 30 } }).filter((line) => line.startsWith("ask")).length, 0);
  assert.equal(told(states, { quota: { ...quota, perDay: null } }).filter((line) => line.startsWith("ask")).length, 3);
});

Deno.test("after a daily-limit answer nothing is asked until it may be probed again", () => {
  const quota = { perDay: 25, usedToday: 3, blockedUntil: NOW + 1000 };
  assert.deepEqual(told([state("A daily")], { quota }), ["defer A daily daily-limit 2023-07-04T06:00:01.000Z"]);
  assert.deepEqual(told([state("A daily")], { quota: { ...quota, blockedUntil: NOW } }), [
    "ask A daily TIME_SERIES_DAILY full",
  ]);
});

Deno.test("a late, empty or unknown symbol rests; a failure of the line does not", () => {
  const after = (kind: string | null, hoursAgo: number) =>
    told([state("A daily", { last: { status: "failed", kind, at: NOW - hoursAgo * 3_600_000 } })])[0]!.split(" ")[0];
  assert.equal(after("stale", 0.9), "defer");
  assert.equal(after("stale", 1), "ask");
  assert.equal(after("empty", 5.9), "defer");
  assert.equal(after("bad-symbol", 23), "defer");
  assert.equal(after("bad-symbol", 24), "ask");
  assert.equal(after("outage", 0), "ask");
  assert.equal(after("database", 0), "ask");
  assert.equal(after(null, 0), "ask");
});

Deno.test("every entry says why", () => {
  const states = [
    state("NEW daily"),
    state("OLD daily", { watermark: at("2023-06-29T00:00Z") }),
    state("DONE daily", { watermark: at("2023-07-03T00:00Z") }),
  ];
  const reasons = plan(states, options).entries.map((entry) => entry.reason);
  assert.deepEqual(reasons, [
    "has 2023-06-29, not yet the session of 2023-07-03",
    "no settled bar yet: starts with the fullest answer this key may have",
    "complete to the session of 2023-07-03",
  ]);
});
