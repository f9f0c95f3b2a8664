import assert from "node:assert/strict";
import { type Attempt, ATTEMPTS_KEPT, troubleOf } from "../src/breaker.ts";
import type { FailureKind } from "../src/run.ts";

const HOUR = 3_600_000;

/** So many attempts of a kind, newest first, the newest at 0. */
function streak(kind: FailureKind | null, times: number): Attempt[] {
  return Array.from({ length: times }, (_, index) => ({ kind, at: -index * HOUR, brought: false }));
}

/** Hours of rest after 1, 2, 3 … failures in a row; 0: none. */
function rests(kind: FailureKind): number[] {
  return Array.from({ length: ATTEMPTS_KEPT }, (_, index) => (troubleOf(streak(kind, index + 1))?.until ?? 0) / HOUR);
}

Deno.test("each further failure of the same kind doubles the rest, up to a week", () => {
  assert.deepEqual(rests("stale"), [1, 2, 4, 8, 16, 32, 64, 128, 168, 168]);
  assert.deepEqual(rests("malformed"), rests("stale"));
  assert.deepEqual(rests("empty"), [6, 12, 24, 48, 96, 168, 168, 168, 168, 168]);
  assert.deepEqual(rests("unknown-notice"), rests("empty"));
  assert.deepEqual(rests("bad-symbol"), [24, 48, 96, 168, 168, 168, 168, 168, 168, 168]);
  assert.deepEqual(rests("outage"), [0, 1, 2, 4, 8, 16, 32, 64, 128, 168], "one outage is the line's");
});

Deno.test("what is not the series' own fault calls for no rest", () => {
  for (const kind of ["premium", "daily-limit", "burst", "bad-key", "database", "quota", "cancelled"] as const) {
    assert.equal(troubleOf(streak(kind, 5)), null, kind);
  }
  assert.equal(troubleOf([]), null);
});

Deno.test("one success, or a failure of another kind, starts the count anew", () => {
  assert.equal(troubleOf([...streak(null, 1), ...streak("empty", 5)]), null);
  assert.equal(troubleOf([...streak("empty", 1), ...streak(null, 1), ...streak("empty", 5)])?.times, 1);
  assert.equal(troubleOf([...streak("empty", 2), ...streak("bad-symbol", 5)])?.times, 2);
});

Deno.test("late answers that bring bars never add up: a schedule that is early every day is not a broken series", () => {
  const late = streak("stale", 5).map((attempt) => ({ ...attempt, brought: true }));
  assert.deepEqual(troubleOf(late), { kind: "stale", times: 1, until: HOUR });
  assert.equal(troubleOf([...streak("stale", 1), ...late])?.times, 2);
});
