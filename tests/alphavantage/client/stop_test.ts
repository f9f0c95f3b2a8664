/** Told to stop: during a request, a sleep, in the queue, before. Nothing hangs, nothing more is sent, all is recorded. */
import assert from "node:assert/strict";
import type { Clock } from "../../../src/alphavantage/client.ts";
import { bench } from "../../support/bench.ts";
import { startVendor } from "../../support/vendor.ts";

Deno.test("told to stop during a request: given up at once, recorded, no answered event", async () => {
  await using vendor = await startVendor();
  vendor.answerBy(() => "stalled-body");
  const stop = new AbortController();
  const { ask, records, events } = bench(vendor.url);
  const asked = ask({ signal: stop.signal });
  await vendor.arrived(1);
  stop.abort();
  const { answer, requests } = await asked;
  assert.deepEqual([answer.kind, requests], ["cancelled", 1]);
  assert.equal(await vendor.requests[0]!.over, "dropped");
  assert.deepEqual(records.map(([, { kind }]) => kind), ["cancelled"]);
  assert.deepEqual(events.map(({ type }) => type), ["request-sent"]);
});

Deno.test("told to stop during a sleep, in the queue, or before: nothing more is sent", async () => {
  await using vendor = await startVendor();
  vendor.answerBy(() => "reset");
  const stop = new AbortController();
  const asleep = Promise.withResolvers<void>();
  const clock: Clock = {
    now: () => 0,
    sleep: (_, signal) => {
      asleep.resolve();
      // As node:timers/promises does it: with an error of its own, not with the signal's reason.
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(new DOMException("The operation was aborted", "AbortError")))
      );
    },
  };
  const { ask } = bench(vendor.url, { clock });
  const sleeping = ask({ signal: stop.signal });
  const queued = ask({ signal: stop.signal });
  await asleep.promise;
  stop.abort();
  const results = [await sleeping, await queued, await ask({ signal: stop.signal })];
  assert.deepEqual(results.map(({ answer }) => answer.kind), ["cancelled", "cancelled", "cancelled"]);
  assert.deepEqual(results.map(({ requests }) => requests), [1, 0, 0]);
  assert.equal(vendor.requests.length, 1);
});

Deno.test("one who leaves the queue does not let the next one in early", async () => {
  await using vendor = await startVendor();
  vendor.fail("stalled-body");
  const [first, second] = [new AbortController(), new AbortController()];
  const { ask, charged } = bench(vendor.url);
  const one = ask({ signal: first.signal });
  const two = ask({ signal: second.signal });
  const three = ask();
  await vendor.arrived(1);
  second.abort();
  assert.equal((await two).answer.kind, "cancelled");
  // By the next turn of the event loop a third that was let in would have been charged.
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(charged, [1], "the first is still under way");
  first.abort();
  assert.equal((await one).answer.kind, "cancelled");
  assert.equal((await three).answer.kind, "bars");
});

Deno.test("close gives up what is under way and everything later", async () => {
  await using vendor = await startVendor();
  vendor.fail("silent");
  const { client, ask } = bench(vendor.url);
  const asked = ask();
  await vendor.arrived(1);
  client.close();
  assert.equal((await asked).answer.kind, "cancelled");
  assert.equal((await ask()).answer.kind, "cancelled");
  assert.equal(vendor.requests.length, 1);
});
