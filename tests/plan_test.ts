import assert from "node:assert/strict";
import { type Interval, seriesName } from "../src/bar.ts";
import type { Market } from "../src/due.ts";
import { REPROBE_MS } from "../src/entitlement.ts";
import { plan, type PlanOptions, type SeriesState } from "../src/plan.ts";
import { formOf } from "../src/request.ts";
import type { FailureKind } from "../src/run.ts";

const at = (iso: string) => Date.parse(iso);
const NOW = at("2023-07-04T06:00Z");
const market: Market = { delayMs: null, extendedHours: true };
const options: PlanOptions = {
  now: NOW,
  market,
  adjusted: false,
  quota: { perDay: 25, usedToday: 0, blockedUntil: null },
  entitlements: [],
  lags: {},
  forcedAt: null,
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
    recent: [],
    ...change,
  };
}

/** `ask IBM daily TIME_SERIES_DAILY full` and the like, in the plan's order. */
function told(states: SeriesState[], change: Partial<PlanOptions> = {}): string[] {
  return plan(states, { ...options, ...change }).entries.map((entry) => {
    const head = `${entry.action} ${seriesName(entry.series)}`;
    if (entry.action === "ask") {
      const requests = [entry.request, ...entry.then].map((one) => `${formOf(one)}${one.month ? ` ${one.month}` : ""}`);
      return `${head} ${requests.join(", ")}${entry.later === null ? "" : `, then ${entry.later.kind}`}`;
    }
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

Deno.test("what brings most sessions per request comes first, at a tie what is furthest behind", () => {
  const states = [
    state("NEAR daily", { watermark: at("2023-06-30T00:00Z") }),
    state("FIVE daily", { watermark: at("2023-06-26T00:00Z") }),
    state("FAR daily", { watermark: at("2021-06-01T00:00Z") }),
    state("WEEK weekly", { watermark: at("2023-06-23T00:00Z") }),
    state("NEW daily"),
    // Three compact sessions' worth, and a month by month hole: four months and the newest days for 83 sessions.
    state("NEW 30min"),
    state("HOLE 30min", { watermark: at("2023-03-03T20:30Z") }),
  ];
  assert.deepEqual(told(states).map((line) => line.split(" ").slice(1, 3).join(" ")), [
    "FAR daily",
    "NEW daily",
    "NEW 30min",
    "HOLE 30min",
    "WEEK weekly",
    "FIVE daily",
    "NEAR daily",
  ]);
});

Deno.test("at a tie the order given does not matter, except among series without bars, which keep it", () => {
  const week = state("WEEK weekly", { watermark: at("2023-06-23T00:00Z") });
  const five = state("FIVE daily", { watermark: at("2023-06-26T00:00Z") });
  const order = (states: SeriesState[]) => told(states).map((line) => line.split(" ")[1]).join();
  assert.equal(order([week, five]), "WEEK,FIVE");
  assert.equal(order([five, week]), "WEEK,FIVE");
  assert.equal(order(["C", "A", "B"].map((symbol) => state(`${symbol} daily`))), "C,A,B");
  const full = state("FAR daily", { watermark: at("2021-06-01T00:00Z") });
  const hundred = { ...state("OLD daily"), watermark: null };
  assert.equal(order([hundred, full]), "FAR,OLD");
});

Deno.test("what the quota does not cover is deferred to the next UTC midnight, and one request is kept back", () => {
  const states = ["A daily", "B daily", "C daily"].map((name) => state(name));
  const quota = { perDay: 25, usedToday: 22, blockedUntil: null };
  assert.deepEqual(told(states, { quota }), [
    "ask A daily TIME_SERIES_DAILY full",
    "ask B daily TIME_SERIES_DAILY full",
    "defer C daily quota 2023-07-05T00:00:00.000Z",
  ]);
  const asked = (change: Partial<typeof quota> | { perDay: null }) =>
    told(states, { quota: { ...quota, ...change } }).filter((line) => line.startsWith("ask")).length;
  // Spent beyond the limit (a smaller plan since noon): nothing, and no negative count.
  assert.equal(asked({ usedToday: 30 }), 0);
  assert.equal(asked({ perDay: null }), 3);
  assert.equal(asked({ perDay: 10, usedToday: 8 }), 1);
  assert.equal(asked({ perDay: 9, usedToday: 7 }), 2, "a small quota has none to spare");
  assert.equal(asked({ perDay: 1, usedToday: 0 }), 1);
});

Deno.test("months the quota does not cover are asked for as far as it goes, and the series is deferred after them", () => {
  const hole = state("A 30min", { watermark: at("2023-03-03T20:30Z") });
  const quota = { perDay: 5, usedToday: 2, blockedUntil: null };
  const form = "TIME_SERIES_INTRADAY full month";
  const [whole] = told([hole]);
  assert.match(whole!, /^ask A 30min .* 2023-06, TIME_SERIES_INTRADAY compact$/, "nothing is left for later");
  assert.deepEqual(told([hole, state("B weekly", { watermark: at("2023-06-23T00:00Z") })], { quota }), [
    `ask A 30min ${form} 2023-03, ${form} 2023-04, ${form} 2023-05, then quota`,
    "defer B weekly quota 2023-07-05T00:00:00.000Z",
  ]);
});

Deno.test("after a daily-limit answer nothing is asked until it may be probed again", () => {
  const quota = { perDay: 25, usedToday: 3, blockedUntil: NOW + 1000 };
  assert.deepEqual(told([state("A daily")], { quota }), ["defer A daily daily-limit 2023-07-04T06:00:01.000Z"]);
  assert.deepEqual(told([state("A daily")], { quota: { ...quota, blockedUntil: NOW } }), [
    "ask A daily TIME_SERIES_DAILY full",
  ]);
});

const failed = (kind: FailureKind | null, hoursAgo: number) => ({
  kind,
  at: NOW - hoursAgo * 3_600_000,
  brought: false,
});

Deno.test("a series in trouble rests, the others go on, and the plan says why and until when", () => {
  const first = (recent: SeriesState["recent"]) => told([state("A daily", { recent })])[0]!.split(" ")[0];
  assert.equal(first([failed("stale", 0.9)]), "defer");
  assert.equal(first([failed("stale", 1)]), "ask");
  assert.equal(first([failed("outage", 0)]), "ask");
  assert.equal(first([failed("database", 0)]), "ask");
  assert.equal(first([failed(null, 0), failed("bad-symbol", 1)]), "ask");
  const recent = [failed("bad-symbol", 5), failed("bad-symbol", 40)];
  const { entries } = plan([state("A daily", { recent }), state("B daily")], options);
  assert.equal(entries[0]!.action, "ask");
  const { reason, until } = entries[1] as { reason: string; until: number };
  assert.equal(reason, 'the last 2 answers were "bad-symbol"');
  assert.equal(new Date(until).toISOString(), "2023-07-06T01:00:00.000Z");
});

Deno.test("a series in trouble does not ask for the months it may not have had", () => {
  const hole = { watermark: at("2023-03-03T20:30Z") };
  const recent = [failed("stale", 30)];
  assert.deepEqual(told([state("A 30min", { ...hole, recent })]), ["ask A 30min TIME_SERIES_INTRADAY full"]);
});

Deno.test("a session the vendor cannot have yet is waited for, when nothing else is missing", () => {
  const [now, lags] = [at("2023-07-03T18:00Z"), { daily: 3 * 3_600_000 }];
  const friday = state("A daily", { watermark: at("2023-06-30T00:00Z") });
  assert.deepEqual(told([friday], { now }), ["ask A daily TIME_SERIES_DAILY compact"]);
  assert.match(told([friday], { now: at("2023-07-03T17:15Z") })[0]!, /^ask/, "at once, where no delay is known");
  // 2023-07-03 closed at 17:00Z and its bar settles a quarter of an hour later.
  assert.deepEqual(told([friday], { now, lags }), ["defer A daily stale 2023-07-03T20:15:00.000Z"]);
  assert.deepEqual(told([friday], { now: at("2023-07-03T20:15Z"), lags }), ["ask A daily TIME_SERIES_DAILY compact"]);
  const thursday = state("A daily", { watermark: at("2023-06-29T00:00Z") });
  assert.deepEqual(told([thursday, state("NEW daily")], { now, lags }).map((line) => line.slice(0, 3)), ["ask", "ask"]);
});

Deno.test("every entry says why", () => {
  const states = [
    state("NEW daily"),
    state("OLD daily", { watermark: at("2023-06-29T00:00Z") }),
    state("DONE daily", { watermark: at("2023-07-03T00:00Z") }),
  ];
  const reasons = plan(states, options).entries.map((entry) => entry.reason);
  assert.deepEqual(reasons, [
    "no settled bar yet: starts with the fullest answer this key may have",
    "has 2023-06-29, not yet the session of 2023-07-03",
    "complete to the session of 2023-07-03",
  ]);
});

Deno.test("what is left of the day is counted to the last request, and a limit that is over is no limit", () => {
  const states = [state("A daily")];
  const asked = (perDay: number, usedToday: number, blockedUntil: number | null = null) =>
    told(states, { quota: { perDay, usedToday, blockedUntil } })[0]!.replace(/ TIME.*| 2023.*/, "");
  assert.equal(asked(25, 25, NOW), "defer A daily quota");
  assert.equal(asked(25, 25, NOW - 1), "defer A daily quota");
  assert.equal(asked(25, 25, NOW + 1), "defer A daily daily-limit");
  // One is kept back from ten on.
  assert.equal(asked(10, 8), "ask A daily");
  assert.equal(asked(10, 9), "defer A daily quota");
  assert.equal(asked(9, 8), "ask A daily");
  assert.equal(asked(9, 9), "defer A daily quota");
});

Deno.test("a refusal says when it was met and when it is asked again", () => {
  const learntAt = at("2023-07-01T12:00Z");
  const entitlements = [refused("TIME_SERIES_WEEKLY", learntAt)];
  const [entry] = plan([state("IBM weekly")], { ...options, entitlements }).entries;
  assert.equal(
    entry!.reason,
    "TIME_SERIES_WEEKLY was refused as premium on 2023-07-01; asked again after 2023-07-08",
  );
});

Deno.test("a rest says what was answered, and how often in a row", () => {
  const reason = (recent: SeriesState["recent"]) => plan([state("A daily", { recent })], options).entries[0]!.reason;
  assert.equal(reason([failed("empty", 1)]), 'the last answer was "empty"');
  assert.equal(reason([failed("empty", 1), failed("empty", 30)]), 'the last 2 answers were "empty"');
  assert.equal(reason([failed("stale", 0.5)]), "the vendor did not have the session of 2023-07-03 yet");
});

Deno.test("a hole older than a full answer is said to be filled month by month", () => {
  const [entry] = plan([state("A 30min", { watermark: at("2023-03-03T20:30Z") })], options).entries;
  assert.equal(
    entry!.reason,
    "has 2023-03-03T20:30Z, not yet the session of 2023-07-03: month by month from 2023-03",
  );
});

Deno.test("waiting for the vendor's habit says how long it is, in minutes begun", () => {
  const lags = { daily: 60_001 };
  const friday = state("A daily", { watermark: at("2023-06-30T00:00Z") });
  const [entry] = plan([friday], { ...options, now: at("2023-07-03T17:15Z"), lags }).entries;
  assert.equal(entry!.reason, "the vendor as a rule has the session of 2023-07-03 2 min after its close");
});

Deno.test("a delisted symbol costs no request, keeps its place in the plan with the date, and can be forced", () => {
  const bars = {
    first: at("2003-05-01"),
    watermark: at("2018-10-23"),
    newest: at("2018-10-23"),
    answeredAt: at("2018-11-20"),
  };
  const ended = state("SHLD daily", { ...bars, delistedOn: "2018-10-24" });
  assert.deepEqual(told([ended, state("IBM daily")]), [
    "ask IBM daily TIME_SERIES_DAILY full",
    "skip SHLD daily delisted",
  ]);
  const [entry] = plan([ended], options).entries;
  assert.equal(entry!.reason, "delisted on 2018-10-24, and the vendor has answered since: its bars stay");
  assert.match(told([ended], { forcedAt: NOW })[0]!, /^ask SHLD daily /);
  assert.match(told([{ ...ended, delistedOn: null }])[0]!, /^ask SHLD daily /, "listed again");
});
