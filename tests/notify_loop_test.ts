import assert from "node:assert/strict";
import type { NotifyOptions } from "../src/notify.ts";
import { startNotifying } from "../src/notify_loop.ts";

/** A loop whose rests end when told, and whose passes can be awaited. */
function stage({ fails = () => false as boolean } = {}) {
  const [stop, abort] = [new AbortController(), new AbortController()];
  const passes: boolean[] = [];
  const told: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const rests: (() => void)[] = [];
  const clock = { now: 1_000_000 };
  const pass = ({ look }: NotifyOptions) => {
    passes.push(look);
    for (const { count, resolve } of waiting) if (passes.length >= count) resolve();
    return fails() ? Promise.reject(new Error("no database")) : Promise.resolve();
  };
  const opened = Promise.withResolvers<{ notifier: { pass: typeof pass } }>();
  const loop = startNotifying(opened.promise, {
    now: () => clock.now,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        rests.push(resolve);
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
    stop: stop.signal,
    abort: abort.signal,
    onPass: (failed) => {
      told.push(failed === null ? "well" : failed.again ? "again" : "failed");
      return Promise.resolve();
    },
  });
  return {
    loop,
    stop,
    passes,
    told,
    clock,
    open: () => opened.resolve({ notifier: { pass } }),
    fail: () => opened.reject(new Error("cannot be opened")),
    passed: (count: number) =>
      passes.length >= count ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ count, resolve })),
    rested: async () => {
      while (rests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      rests.pop()!();
    },
  };
}

Deno.test("passes after each rest and whenever it is woken; looks at the clock five minutes after its start, then every five", async () => {
  const at = stage();
  at.open();
  await at.passed(1);
  await at.rested();
  await at.passed(2);
  at.clock.now += 5 * 60_000;
  at.loop.wake();
  await at.passed(3);
  assert.deepEqual(at.passes, [false, false, true]);
  at.stop.abort();
  await at.loop.ended;
  assert.deepEqual(at.told, ["well", "well", "well"]);
});

Deno.test("failures in a row are told once, and it goes on", async () => {
  let broken = true;
  const at = stage({ fails: () => broken });
  at.clock.now += 5 * 60_000;
  at.open();
  await at.passed(1);
  await at.rested();
  await at.passed(2);
  assert.deepEqual(at.passes, [true, true], "a look that failed is not a look");
  broken = false;
  await at.rested();
  await at.passed(3);
  broken = true;
  await at.rested();
  await at.passed(4);
  await at.rested();
  await at.passed(5);
  at.stop.abort();
  await at.loop.ended;
  assert.deepEqual(at.told.slice(0, 4), ["failed", "again", "well", "failed"]);
});

Deno.test("a program that cannot be opened ends it without a word, and so does a stop before", async () => {
  const broken = stage();
  broken.fail();
  await broken.loop.ended;
  const stopped = stage();
  stopped.stop.abort();
  stopped.open();
  await stopped.loop.ended;
  assert.equal(stopped.passes.length, 0);
});
