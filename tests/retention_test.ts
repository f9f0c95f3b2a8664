import assert from "node:assert/strict";
import { DOUBTED_MS, nextSweep, type Sweep, sweepAll, type SweepEffects } from "../src/retention.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

Deno.test("the first look only sets the hour, then a sweep a day", () => {
  const first = nextSweep(null, NOW);
  assert.deepEqual(first, { begin: false, dueAt: NOW + HOUR });
  assert.deepEqual(nextSweep(first.dueAt, NOW + HOUR - 1), { begin: false, dueAt: NOW + HOUR });
  const second = nextSweep(first.dueAt, NOW + HOUR);
  assert.deepEqual(second, { begin: true, dueAt: NOW + HOUR + DAY });
  assert.equal(nextSweep(second.dueAt, NOW + HOUR + DAY - 1).begin, false);
  assert.equal(nextSweep(second.dueAt, NOW + 2 * DAY).begin, true);
});

Deno.test("a clock that leapt removes nothing until it has held for an hour, whichever way it leapt", () => {
  for (const now of [NOW + 4 * 365 * DAY, NOW - 30 * DAY]) {
    assert.deepEqual(nextSweep(NOW, now), { begin: false, dueAt: now + HOUR });
    assert.equal(nextSweep(now + HOUR, now + HOUR).begin, true);
  }
  assert.deepEqual(nextSweep(NOW + 4 * 365 * DAY + HOUR, NOW + 60_000), { begin: false, dueAt: NOW + 60_000 + HOUR });
});

Deno.test("a run once a month is often enough, and doubts a clock that leapt further than that", () => {
  const byHand = { doubtedMs: DOUBTED_MS.byHand };
  for (const days of [1, 7, 31]) {
    const now = NOW + days * DAY;
    assert.deepEqual(nextSweep(NOW + HOUR, now, byHand), { begin: true, dueAt: now + DAY });
  }
  const leapt = NOW + 36 * DAY;
  assert.deepEqual(nextSweep(NOW, leapt, byHand), { begin: false, dueAt: leapt + HOUR });
});

/** A sweep that finds so many batches of two. */
function finding(name: string, batches: number): Sweep & { calls: number } {
  return {
    name,
    calls: 0,
    run() {
      this.calls += 1;
      return Promise.resolve(this.calls > batches ? 0 : 2);
    },
  };
}

function effects(over: Partial<SweepEffects> = {}): SweepEffects & { errors: string[] } {
  const errors: string[] = [];
  const stop = new AbortController().signal;
  return {
    now: NOW,
    quiet: () => Promise.resolve(true),
    stop,
    onError: (error) => errors.push(error),
    errors,
    ...over,
  };
}

Deno.test("each sweep goes on until it finds nothing, and says how much went", async () => {
  assert.equal(await sweepAll([finding("runs", 3), finding("events", 0)], effects()), "6 runs, 0 events");
});

Deno.test("a sweep that fails is told, and the others go on", async () => {
  const broken = { name: "runs", run: () => Promise.reject(new Error("disk full")) };
  const seen = effects();
  assert.equal(await sweepAll([broken, finding("events", 1)], seen), "0 runs, 2 events");
  assert.deepEqual(seen.errors, ["Cannot remove old runs: disk full"]);
});

Deno.test("a run that begins, or a stop, ends it after the batch under way", async () => {
  let looks = 0;
  const sweeps = [finding("runs", 9), finding("events", 9)];
  const quiet = () => Promise.resolve(++looks <= 3);
  assert.equal(await sweepAll(sweeps, effects({ quiet })), "6 runs, then made way");
  assert.deepEqual(sweeps.map(({ calls }) => calls), [3, 0]);
  const stopped = finding("runs", 9);
  assert.equal(await sweepAll([stopped], effects({ stop: AbortSignal.abort() })), "0 runs, then made way");
  assert.equal(stopped.calls, 0);
});

Deno.test("a sweep that always finds more is ended for the day", async () => {
  const endless = finding("events", Infinity);
  assert.equal(await sweepAll([endless], effects()), "2000 events");
  assert.equal(endless.calls, 1_000);
});
