/** Do gaps get what the day's requests leave over, after all that is due now or later today? */
import assert from "node:assert/strict";
import type { Interval } from "../../src/bar.ts";
import { plan, type PlanOptions, type SeriesState } from "../../src/plan.ts";

const at = (text: string) => Date.parse(text);
/** A Tuesday on which New York stays closed. */
const HOLIDAY = at("2023-07-04T06:00Z");
const options: PlanOptions = {
  now: HOLIDAY,
  market: { delayMs: null, extendedHours: true },
  adjusted: false,
  entitlements: [],
  quota: { perDay: null, usedToday: 0, blockedUntil: null },
  lags: {},
  forcedAt: null,
};

function state(name: string, gaps: string[], change: Partial<SeriesState> = {}): SeriesState {
  const [symbol, interval] = name.split(" ") as [string, Interval];
  const fresh = { first: at("2000-01-03"), newest: null, answeredAt: null, last: null, recent: [] };
  const open = gaps.map((date) => ({ date, tries: 0, nextTryAt: options.now }));
  return { series: { symbol, interval }, ...fresh, watermark: at("2023-07-03"), gaps: open, ...change };
}

/** `A 1 asked` or `A 0: why`. */
function told(states: SeriesState[], change: Partial<PlanOptions> = {}): string[] {
  return plan(states, { ...options, ...change }).heals.map(({ series, requests, left }) =>
    `${series.symbol} ${requests.length}${left.map(({ reason }) => `: ${reason}`).join("")}`
  );
}

const quota = (perDay: number, usedToday = 0) => ({ perDay, usedToday, blockedUntil: null });
const SPENT = "the requests left today are for what is due";

Deno.test("a complete series is asked for its gaps, and the entry still says it is complete", () => {
  const { entries, heals } = plan([state("A daily", ["2003-01-06"]), state("B daily", [])], options);
  assert.deepEqual(entries.map(({ action }) => action), ["skip", "skip"]);
  assert.deepEqual(heals.map(({ series: { symbol }, requests }) => [symbol, requests.length]), [["A", 1]]);
});

Deno.test("a request that is due brings what it reaches; the rest comes after", () => {
  const due = { watermark: at("2023-06-30") };
  assert.deepEqual(told([state("A daily", ["2023-06-15"], due)]), []);
  assert.deepEqual(told([state("A daily", ["2023-06-15", "2003-01-06"], due)]), ["A 1"]);
});

Deno.test("gaps wait for what the series waits for, and for the end of its trouble", () => {
  const at0 = { kind: "outage", at: HOLIDAY - 2 * 3_600_000, brought: false } as const;
  const bad = { ...at0, kind: "bad-symbol" } as const;
  const late = { watermark: at("2023-06-30") };
  assert.deepEqual(told([state("A daily", ["2003-01-06"], { recent: [bad] })]), [
    'A 0: the last answer was "bad-symbol"',
  ]);
  assert.deepEqual(told([state("A daily", ["2003-01-06"], { recent: [bad], ...late })]), [
    'A 0: the last answer was "bad-symbol"',
  ]);
  const over = { recent: [at0, at0].map((attempt) => ({ ...attempt, at: HOLIDAY - 30 * 86_400_000 })) };
  assert.deepEqual(told([state("A daily", ["2003-01-06"], over)]), ["A 1"], "a rest that is over is over");
  assert.deepEqual(told([state("A daily", ["2003-01-06"], { ...over, ...late })]), [
    'A 0: the last answer was "outage"',
  ]);
});

Deno.test("what is due goes first, of the same quota", () => {
  const states = [
    state("A daily", ["2003-01-06"]),
    ...["B", "C"].map((name) => state(`${name} daily`, [], { watermark: null })),
  ];
  assert.deepEqual(told(states, { quota: quota(25) }), ["A 1"]);
  assert.deepEqual(told(states, { quota: quota(25, 21) }), ["A 1"], "one is kept back for retries");
  assert.deepEqual(told(states, { quota: quota(25, 22) }), [`A 0: ${SPENT}`]);
  assert.deepEqual(told(states, { quota: { ...quota(25), blockedUntil: HOLIDAY + 1 } }), [`A 0: ${SPENT}`]);
});

Deno.test("a series whose session closes before the quota is renewed keeps a request for it", () => {
  const states = ["A", "B", "C"].map((name) => state(`${name} daily`, ["2003-01-06"], { watermark: at("2023-07-05") }));
  const asked = (now: string, used: number) =>
    told(states, { now: at(now), quota: quota(25, used) }).filter((line) => line.includes(" 1")).length;
  assert.equal(asked("2023-07-06T06:00Z", 18), 3, "24 less 18 less 3");
  assert.equal(asked("2023-07-06T06:00Z", 20), 1);
  assert.equal(asked("2023-07-06T06:00Z", 21), 0);
  const complete = states.map((one) => ({ ...one, watermark: at("2023-07-06") }));
  const evening = plan(complete, { ...options, now: at("2023-07-06T22:00Z"), quota: quota(25, 21) }).heals;
  assert.equal(evening.filter(({ requests }) => requests.length === 1).length, 3, "nothing closes until midnight");
  assert.equal(told(states, { now: at("2023-07-06T06:00Z") }).length, 3, "without a daily limit nothing is kept");
});
