import assert from "node:assert/strict";
import { together } from "../src/together.ts";

Deno.test("never more at once than allowed, all of them, also those that one under way gives rise to", async () => {
  const queue = ["a", "b", "c"];
  const done: string[] = [];
  let [open, most] = [0, 0];
  await together({ over: new AbortController(), concurrency: 2 }, () => {
    const name = queue.shift();
    if (name === undefined) return null;
    most = Math.max(most, ++open);
    return Promise.resolve().then(() => {
      open -= 1;
      done.push(name);
      if (name === "c") queue.push("d");
    });
  });
  assert.deepEqual([done, most, open], [["a", "b", "c", "d"], 2, 0]);
});

Deno.test("a failure is told once, nothing more is begun, and it returns when all are still", async () => {
  const over = new AbortController();
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const queue = [first.promise, second.promise, Promise.resolve()];
  const ended = together({ over, concurrency: 2 }, () => queue.shift() ?? null);
  first.reject(new Error("gone"));
  await new Promise((resolve) => over.signal.addEventListener("abort", resolve));
  second.resolve();
  await ended;
  assert.deepEqual([over.signal.reason.message, queue.length], ["gone", 1]);
});
