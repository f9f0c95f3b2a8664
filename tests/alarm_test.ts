import assert from "node:assert/strict";
import { gapOf, lateBars, type ScheduleState, seenByClock, tickProblem } from "../src/alarm.ts";
import type { SeriesState } from "../src/plan.ts";
import { dueTicks, nextTick, parseSchedule } from "../src/schedule.ts";
import { seriesOf } from "./support/finished.ts";

const MARKET = { delayMs: null, extendedHours: true };
const DAILY = parseSchedule("0 6 * * *", "UTC");
const MINUTE = 60_000;
/** A Wednesday. */
const TICK = Date.parse("2026-11-18T06:00:00Z");

const CALM: ScheduleState = {
  paused: false,
  evaluatedTo: TICK,
  waitingSince: null,
  givenUp: null,
  atWork: false,
};
const ticked = (state: ScheduleState | null, now: number) =>
  tickProblem(state, { now, dueAfter: (after) => nextTick(DAILY, after) })?.detail ?? null;

Deno.test("a schedule that is looked at in time is no problem, nor one that never was or is paused", () => {
  assert.equal(ticked(CALM, TICK + 60 * MINUTE), null);
  assert.equal(ticked(CALM, TICK + 24 * 60 * MINUTE + 15 * MINUTE), null);
  assert.equal(ticked(null, TICK), null);
  assert.equal(ticked({ ...CALM, paused: true, evaluatedTo: 0, waitingSince: 0 }, TICK), null);
});

Deno.test("a due time that nobody noticed for a quarter of an hour", () => {
  const yesterday = { ...CALM, evaluatedTo: TICK - MINUTE };
  assert.equal(ticked(yesterday, TICK + 15 * MINUTE), null);
  assert.match(ticked(yesterday, TICK + 16 * MINUTE)!, /tick of 2026-11-18 06:00Z was not noticed.*2026-11-18 05:59Z$/);
});

Deno.test("a tick that waits for its run, unless another run is at work", () => {
  const waiting = { ...CALM, waitingSince: TICK };
  assert.equal(ticked(waiting, TICK + 15 * MINUTE), null);
  assert.equal(ticked(waiting, TICK + 16 * MINUTE), "the tick of 2026-11-18 06:00Z has had no run");
  assert.equal(ticked({ ...waiting, atWork: true }, TICK + 600 * MINUTE), null);
});

Deno.test("a tick that was given up", () => {
  assert.match(ticked({ ...CALM, givenUp: "3 runs of it died", atWork: true }, TICK)!, /given up: 3 runs of it died$/);
});

const ASKED = { status: "stored", kind: null, at: TICK };
function state(name: string, watermark: string | null, over: Partial<SeriesState> = {}): SeriesState {
  const ts = watermark === null ? null : Date.parse(watermark);
  return {
    series: seriesOf(name),
    first: ts,
    watermark: ts,
    newest: ts,
    answeredAt: null,
    last: ASKED,
    recent: [],
    gaps: [],
    ...over,
  };
}
function late(states: SeriesState[], now: number, known: string[] = []) {
  const lastDue = (upTo: number) => dueTicks(DAILY, { after: upTo - 30 * 86_400_000, upTo, limit: 1 }).ticks[0] ?? null;
  return lateBars(states, { now, market: MARKET, known: new Set(known), lastDue });
}

Deno.test("bars are late when a tick has had its turn since the vendor must have had them", () => {
  const monday = state("IBM daily", "2026-11-16T00:00Z");
  // Tuesday's session closed at 21:00Z; the tick of Wednesday 06:00 may be too early for the vendor, Thursday's is not.
  assert.equal(late([monday], TICK + 61 * MINUTE), null);
  assert.equal(late([monday], TICK + 24 * 60 * MINUTE + 59 * MINUTE), null);
  const problem = late([monday], TICK + 24 * 60 * MINUTE + 61 * MINUTE);
  assert.equal(problem!.key, "bars");
  assert.deepEqual(problem!.series, ["IBM daily"]);
  assert.equal(problem!.detail, "IBM daily lacks the session of 2026-11-17");
  assert.equal(late([state("IBM daily", "2026-11-17T00:00Z")], TICK + 24 * 60 * MINUTE + 61 * MINUTE), null);
});

Deno.test("a week-end makes nothing late", () => {
  const friday = state("IBM daily", "2026-11-20T00:00Z");
  assert.equal(late([friday], Date.parse("2026-11-24T07:30Z")), null);
  assert.notEqual(late([friday], Date.parse("2026-11-25T07:30Z")), null);
});

Deno.test("late bars are those nobody has an explanation for, and of series that were ever asked", () => {
  const old = "2026-11-02T00:00Z";
  const states = [state("A daily", old), state("B daily", old), state("C daily", null, { last: null })];
  assert.deepEqual(late(states, TICK + 25 * 60 * MINUTE, ["A daily"])!.series, ["B daily"]);
  assert.equal(late(states, TICK + 25 * 60 * MINUTE, ["A daily", "B daily"]), null);
});

Deno.test("only the clock sees these", () => {
  assert.deepEqual(["tick", "bars", "vendor", "run"].map(seenByClock), [true, true, false, false]);
});

Deno.test("the gap counts sessions that have closed since the newest settled bar", () => {
  const gap = (name: string, watermark: string | null, now: string) =>
    gapOf(seriesOf(name), watermark === null ? null : Date.parse(watermark), { now: Date.parse(now), market: MARKET });
  assert.equal(gap("IBM daily", null, "2026-11-18T06:00Z"), null);
  assert.equal(gap("IBM daily", "2026-11-17T00:00Z", "2026-11-18T06:00Z"), 0);
  assert.equal(gap("IBM daily", "2026-11-13T00:00Z", "2026-11-18T06:00Z"), 2);
  assert.equal(gap("IBM 30min", "2026-11-16T20:30Z", "2026-11-18T06:00Z"), 1);
});
