import assert from "node:assert/strict";
import fc from "fast-check";
import { decideTicks, type Due, type TickPolicy } from "../src/missed.ts";

const NOON = Date.parse("2026-11-23T12:00:00Z");
const DAY = 86_400_000;
const POLICY: TickPolicy = { missed: "latest", overlap: "queue", graceMs: 90_000 };

/** Due ticks nobody was at work for, unless a run is named. */
function due(...ticks: (number | [number, number])[]): Due {
  const read = ticks.map((tick) => Array.isArray(tick) ? tick : [tick, null] as const);
  return { ticks: read.map(([dueAt, duringRun]) => ({ dueAt, duringRun })), dropped: 0 };
}

const decide = (due: Due, policy: Partial<TickPolicy> = {}, now = NOON + 5_000) =>
  decideTicks(due, { ...POLICY, ...policy, now });

Deno.test("latest: one run makes up for all missed ticks, the others say by which", () => {
  const reason = "superseded by the tick of 2026-11-23T12:00:00.000Z";
  assert.deepEqual(decide(due(NOON - 2 * DAY, NOON - DAY, NOON)), {
    run: [{ dueAt: NOON, trigger: "schedule" }],
    skip: [{ dueAt: NOON - 2 * DAY, reason }, { dueAt: NOON - DAY, reason }],
  });
});

Deno.test("a tick noticed after the grace is a catch-up, at the grace exactly it is not", () => {
  const triggerAfter = (ms: number) => decide(due(NOON), {}, NOON + ms).run[0]?.trigger;
  assert.equal(triggerAfter(0), "schedule");
  assert.equal(triggerAfter(90_000), "schedule");
  assert.equal(triggerAfter(90_001), "catch-up");
});

Deno.test("all: every tick runs; skip: late ones do not", () => {
  assert.deepEqual(decide(due(NOON - DAY, NOON), { missed: "all" }), {
    run: [{ dueAt: NOON - DAY, trigger: "catch-up" }, { dueAt: NOON, trigger: "schedule" }],
    skip: [],
  });
  assert.deepEqual(decide(due(NOON - DAY, NOON), { missed: "skip" }), {
    run: [{ dueAt: NOON, trigger: "schedule" }],
    skip: [{ dueAt: NOON - DAY, reason: "missed: the program was not running" }],
  });
});

Deno.test("a tick that fell due during a run: skipped with the run's number, or run when that one has ended", () => {
  const overlapping = due(NOON - DAY, [NOON, 7]);
  assert.deepEqual(decide(overlapping, { overlap: "skip" }), {
    run: [{ dueAt: NOON - DAY, trigger: "catch-up" }],
    skip: [{ dueAt: NOON, reason: "run 7 was at work" }],
  });
  assert.deepEqual(decide(overlapping).run, [{ dueAt: NOON, trigger: "schedule" }]);
});

Deno.test("a tick that a long run kept waiting was not missed: the program was there", () => {
  const waited = due([NOON, 7]);
  const later = NOON + 3_600_000;
  assert.deepEqual(decide(waited, { missed: "skip" }, later).run, [{ dueAt: NOON, trigger: "catch-up" }]);
});

Deno.test("ticks of too long ago get no run under any policy, and the oldest row tells of them", () => {
  for (const missed of ["latest", "all", "skip"] as const) {
    const { skip, run } = decide({ ...due(NOON - DAY, NOON), dropped: 12 }, { missed });
    assert.deepEqual(skip, [{ dueAt: NOON - DAY, reason: "missed too long ago, as were 12 ticks before it" }]);
    assert.deepEqual(run, [{ dueAt: NOON, trigger: "schedule" }]);
  }
  const reason = (dropped: number) => decide({ ...due(NOON - DAY, NOON), dropped }).skip[0]!.reason;
  assert.equal(reason(1), "missed too long ago, as was the one before it");
  assert.equal(reason(2), "missed too long ago, as were 2 ticks before it");
  assert.equal(reason(999), "missed too long ago, as were 999 ticks before it");
  assert.equal(reason(1_000), "missed too long ago, as were 1000 or more ticks before it");
});

Deno.test("nothing due, nothing decided; and each due tick is decided exactly once, whatever the policy", () => {
  assert.deepEqual(decide(due()), { run: [], skip: [] });
  const policy = fc.record({
    missed: fc.constantFrom("latest", "all", "skip"),
    overlap: fc.constantFrom("queue", "skip"),
    graceMs: fc.nat(DAY),
  }) as fc.Arbitrary<TickPolicy>;
  const tick = fc.record({ dueAt: fc.nat(NOON), duringRun: fc.option(fc.nat()) });
  const ticks = fc.uniqueArray(tick, { selector: ({ dueAt }) => dueAt })
    .map((ticks) => ticks.sort((a, b) => a.dueAt - b.dueAt));
  fc.assert(fc.property(ticks, fc.nat(3), policy, (ticks, dropped, policy) => {
    const { run, skip } = decideTicks({ ticks, dropped }, { ...policy, now: NOON });
    const decided = [...run, ...skip].map(({ dueAt }) => dueAt).sort((a, b) => a - b);
    assert.deepEqual(decided, ticks.map(({ dueAt }) => dueAt));
    if (policy.missed === "latest") assert.ok(run.length <= 1);
  }));
});
