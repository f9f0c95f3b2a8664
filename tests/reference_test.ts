/** Is what is known beside bars asked for on its clock, after the bars, and never from what they will need? */
import assert from "node:assert/strict";
import type { Series } from "../src/bar.ts";
import type { Entitlement } from "../src/entitlement.ts";
import type { PlanEntry, Quota } from "../src/plan.ts";
import { planReference, type ReferenceState, referenceWanted } from "../src/reference.ts";
import type { ReferenceRequest } from "../src/request.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** A Thursday; New York closes at 21:00 UTC. */
const NOW = Date.parse("2026-11-19T06:00Z");
const MIDNIGHT = Date.parse("2026-11-20T00:00Z");
const CLOCK = { actionsDays: 7, listingDays: 7 };
const SPLITS: ReferenceRequest = { form: "SPLITS", symbol: "IBM" };

const daily = (symbol: string): Series => ({ symbol, interval: "daily" });

function state(request: ReferenceRequest, change: Partial<ReferenceState> = {}): ReferenceState {
  return { request, askedAt: null, answeredAt: null, failures: 0, kind: null, message: null, ...change };
}

interface Given {
  readonly now?: number;
  readonly clock?: typeof CLOCK | { actionsDays: null; listingDays: null };
  readonly quota?: Partial<Quota>;
  readonly entries?: PlanEntry[];
  readonly series?: Series[];
  readonly nextTick?: number | null;
  readonly entitlements?: Entitlement[];
}

function planned(states: ReferenceState[], given: Given = {}) {
  const quota = { perDay: null, usedToday: 0, blockedUntil: null, ...given.quota };
  return planReference(states, {
    now: given.now ?? NOW,
    clock: given.clock ?? CLOCK,
    entitlements: given.entitlements ?? [],
    plan: { entries: given.entries ?? [], quota },
    market: { delayMs: null, extendedHours: true },
    series: given.series ?? [],
    nextTick: given.nextTick ?? null,
  });
}

const actions = (states: ReferenceState[], given: Given = {}) =>
  planned(states, given).map(({ action }) => action).join(" ");

Deno.test("wanted: the list first, then splits and dividends of each US symbol; the delisted ones when one is missing", () => {
  const series = [daily("IBM"), { symbol: "IBM", interval: "30min" } as const, daily("TSCO.LON"), daily("MSFT")];
  const forms = (unlisted: string[], clock: Parameters<typeof referenceWanted>[1]["clock"] = CLOCK) =>
    referenceWanted(series, { clock, unlisted }).map(({ form, symbol }) => `${form} ${symbol ?? "-"}`);
  const both = ["SPLITS IBM", "DIVIDENDS IBM", "SPLITS MSFT", "DIVIDENDS MSFT"];
  assert.deepEqual(forms([]), ["LISTING_STATUS active -", ...both]);
  assert.deepEqual(forms(["TSCO.LON"]), forms([]), "nobody expects it among US symbols");
  assert.deepEqual(forms(["MSFT"]), ["LISTING_STATUS active -", "LISTING_STATUS delisted -", ...both]);
  assert.deepEqual(forms([], { actionsDays: 7, listingDays: null }), both);
  assert.deepEqual(forms([], { actionsDays: null, listingDays: 7 }), ["LISTING_STATUS active -"]);
  assert.deepEqual(referenceWanted([daily("TSCO.LON")], { clock: CLOCK, unlisted: [] }), []);
});

Deno.test("new ones at once, the others when their days are over, to the millisecond", () => {
  assert.equal(actions([state(SPLITS)]), "ask");
  const answered = state(SPLITS, { askedAt: NOW, answeredAt: NOW });
  assert.equal(actions([answered], { now: NOW + 7 * DAY - 1 }), "");
  assert.equal(actions([answered], { now: NOW + 7 * DAY }), "ask");
  assert.equal(actions([state(SPLITS)], { clock: { actionsDays: null, listingDays: null } }), "");
});

Deno.test("those never known come first, the longest unknown of the others next", () => {
  const known = (symbol: string, days: number) =>
    state({ form: "SPLITS", symbol }, { askedAt: NOW - days * DAY, answeredAt: NOW - days * DAY });
  const found = planned([known("A", 8), known("B", 20), state({ form: "SPLITS", symbol: "C" })]);
  assert.deepEqual(found.map(({ request }) => request.symbol), ["C", "B", "A"]);
});

Deno.test("a failure rests by its kind, longer each time, and a good answer ends it", () => {
  const failed = (kind: "empty" | "outage" | "malformed", failures: number, change: Partial<ReferenceState> = {}) =>
    state(SPLITS, { askedAt: NOW, kind, failures, message: "x", ...change });
  const first = (one: ReferenceState) => {
    for (let hours = 0; hours < 2000; hours += 1) {
      if (actions([one], { now: NOW + hours * HOUR }) === "ask") return hours;
    }
    return null;
  };
  assert.equal(first(failed("outage", 1)), 1);
  assert.equal(first(failed("malformed", 4)), 8);
  assert.equal(first(failed("empty", 1)), 7 * 24);
  assert.equal(first(failed("empty", 2)), 14 * 24);
  assert.equal(first(failed("empty", 9)), 28 * 24);
  assert.equal(first(failed("outage", 1, { answeredAt: NOW - DAY })), 6 * 24, "what is known is fresh for its days");
});

Deno.test("a form refused as premium is asked for again in a week", () => {
  const refusal = { form: "SPLITS", allowed: false, learntAt: NOW };
  const refused = state(SPLITS, { askedAt: NOW, kind: "premium", failures: 1, message: "x" });
  assert.equal(actions([refused], { now: NOW + 7 * DAY - 1, entitlements: [refusal] }), "");
  assert.equal(actions([refused], { now: NOW + 7 * DAY, entitlements: [refusal] }), "ask");
  assert.equal(actions([state({ form: "DIVIDENDS", symbol: "IBM" })], { entitlements: [refusal] }), "ask");
});

Deno.test("bars go first: those asked now, and those of sessions that have still to close today", () => {
  const states = ["A", "B", "C", "D", "E"].map((symbol) => state({ form: "SPLITS", symbol }));
  const series = [daily("A"), daily("B")];
  const request = { series: daily("A"), function: "TIME_SERIES_DAILY", size: "compact", month: null } as const;
  const ask: PlanEntry = { action: "ask", series: daily("A"), request, then: [], later: null, reason: "" };
  const count = (given: Given) => actions(states, given).split(" ").filter((action) => action === "ask").length;
  const quota = { perDay: 25, usedToday: 20 };
  assert.equal(count({ quota }), 4, "one of the 25 is kept for retries");
  assert.equal(count({ quota, entries: [ask] }), 3);
  assert.equal(count({ quota, entries: [ask], series, nextTick: NOW + HOUR }), 1, "two series close at 21:00");
  assert.equal(count({ quota, entries: [ask], series, nextTick: MIDNIGHT }), 3, "no run needs more today");
  assert.equal(count({ quota, series, nextTick: NOW + 17 * HOUR, now: NOW + 16 * HOUR }), 4, "they have closed");
  assert.equal(count({ quota: { perDay: 25, usedToday: 24 } }), 0);
  const blocked = planned(states, { quota: { ...quota, blockedUntil: NOW + HOUR } });
  assert.deepEqual([blocked[0]!.action, blocked[0]!.until], ["defer", NOW + HOUR]);
  const waits = planned(states, { quota })[4]!;
  assert.deepEqual([waits.action, waits.until], ["defer", MIDNIGHT]);
});

Deno.test("a run asks for fifty of them at most", () => {
  const states = Array.from({ length: 120 }, (_, index) => state({ form: "SPLITS", symbol: `S${index}` }));
  const found = planned(states);
  assert.equal(found.filter(({ action }) => action === "ask").length, 50);
  assert.equal(found.length, 120);
  assert.equal(found.at(-1)!.until, NOW);
});
