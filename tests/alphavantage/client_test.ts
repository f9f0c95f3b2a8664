/** The client where all goes well: one request after the other, at the pace, each known to the ledger first. */
import assert from "node:assert/strict";
import type { Clock } from "../../src/alphavantage/client.ts";
import { bench, KEY, never, quickClock, REQUEST } from "../support/bench.ts";
import { seededRandom } from "../support/random.ts";
import { notice, startVendor } from "../support/vendor.ts";

Deno.test("bars come with the body, one request, its ledger row and its events", async () => {
  await using vendor = await startVendor();
  const { ask, events, records, charged } = bench(vendor.url);
  const { answer, body, last, requests } = await ask();
  assert.ok(answer.kind === "bars");
  assert.equal(Object.keys(answer.document.rows).length, 100);
  assert.equal(answer.document.source, body);
  assert.equal(requests, 1);
  assert.equal(last!.requestId, records[0]![0], "the ledger row of the answer");
  assert.deepEqual(charged, [1]);
  assert.deepEqual(events.map(({ type }) => type), ["request-sent", "request-answered"]);
  const bytes = new TextEncoder().encode(body!).length;
  assert.deepEqual(records, [[1, { kind: "bars", httpStatus: 200, bytes, durationMs: 0, message: null }]]);
  const [sent] = vendor.requests;
  assert.equal(sent!.parameters["apikey"], KEY);
  assert.equal(sent!.headers["accept"], "application/json");
});

Deno.test("a compressed answer is read, and counted as it is", async () => {
  await using vendor = await startVendor();
  vendor.fail("gzip");
  const { answer, body } = await bench(vendor.url).ask();
  assert.equal(answer.kind, "bars");
  assert.ok(body!.length > 10_000);
});

Deno.test("waits grow, and a burst waits at least what the vendor needs", async () => {
  await using vendor = await startVendor();
  vendor.answerBy(() => "reset");
  const reset = bench(vendor.url);
  await reset.ask();
  assert.deepEqual(reset.clock.slept, [500, 1_000]);
  vendor.answerBy(() => notice("7"));
  const burst = bench(vendor.url);
  await burst.ask();
  assert.deepEqual(burst.clock.slept, [2_500, 3_000]);
  assert.deepEqual(burst.events.filter((event) => event.type === "request-retried").map(({ delayMs }) => delayMs), [
    2_500,
    3_000,
  ]);
});

Deno.test("requests keep the pace, retries and the last process's request included", async () => {
  await using vendor = await startVendor();
  vendor.fail("reset");
  const clock = quickClock();
  const start = clock.now();
  const sentAt: number[] = [];
  const { client } = bench(vendor.url, {
    clock,
    sentLately: [start - 9_000, start - 500],
    pace: { perMinute: null, politeDelayMs: 2_000 },
    charge: (_, { at }) => {
      assert.ok(clock.now() <= at, "charged before it is sent");
      return Promise.resolve({ id: sentAt.push(at - start) });
    },
  });
  const options = { signal: never, onEvent: () => {} };
  await Promise.all([client.ask(REQUEST, options), client.ask(REQUEST, options)]);
  assert.deepEqual(sentAt, [1_500, 3_500, 5_500]);
});

Deno.test("ten asks at once are sent one after the other, in order", async () => {
  await using vendor = await startVendor();
  const { ask } = bench(vendor.url);
  const symbols = [..."ABCDEFGHIJ"];
  let open = 0;
  vendor.answerBy(() => {
    open += 1;
    assert.equal(open, 1);
    return null;
  });
  await Promise.all(symbols.map(async (symbol) => {
    const result = await ask({ request: { ...REQUEST, series: { symbol, interval: "60min" } } });
    open -= 1;
    assert.equal(result.answer.kind, "bars");
  }));
  assert.deepEqual(vendor.requests.map(({ parameters }) => parameters["symbol"]), symbols);
});

/**
 * Virtual time: whoever sleeps is woken in order when nobody else has anything left to do. Everything the client waits
 * for must come from this clock.
 */
function virtualClock(): Clock & { run: (work: Promise<unknown>) => Promise<void> } {
  let now = Date.parse("2026-01-05T12:00:00Z");
  const sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms) => new Promise((wake) => sleepers.push({ at: now + ms, wake })),
    run: async (work) => {
      let over = false;
      const done = work.finally(() => over = true);
      while (!over) {
        await new Promise((resolve) => setTimeout(resolve));
        sleepers.sort((a, b) => a.at - b.at);
        const next = sleepers.shift();
        if (next === undefined) continue;
        now = Math.max(now, next.at);
        next.wake();
      }
      await done;
    },
  };
}

Deno.test("1,200 a minute: evenly sent, never more than allowed, however long charges and answers take", async () => {
  const { random, seed } = seededRandom();
  const clock = virtualClock();
  const sent: number[] = [];
  const [requests, concurrency, gap] = [200, 16, 50];
  let [open, most] = [0, 0];
  const { ask } = bench("http://vendor.test/query", {
    clock,
    concurrency,
    pace: { perMinute: 1_200, politeDelayMs: 0 },
    charge: async () => {
      await clock.sleep(random() * 20, never);
      return { id: 1 };
    },
    fetch: async () => {
      sent.push(clock.now());
      most = Math.max(most, ++open);
      await clock.sleep(random() * 700, never);
      open -= 1;
      return new Response(JSON.stringify({ "Error Message": "This API function () does not exist." }));
    },
  });
  await clock.run(Promise.all(Array.from({ length: requests }, () => ask())));
  const gaps = sent.slice(1).map((at, index) => at - sent[index]!);
  assert.equal(sent.length, requests);
  assert.ok(Math.min(...gaps) >= gap - 1e-6, `seed ${seed}: two were sent ${Math.min(...gaps)} ms apart`);
  assert.ok(most <= concurrency, `seed ${seed}: ${most} under way`);
  assert.ok(most > 1, "answers are waited for at once");
  // The charge's round trip hides in the gap: the whole rate is used.
  assert.ok(gaps.reduce((sum, one) => sum + one) < gap * requests * 1.05, `seed ${seed}: slower than the plan allows`);
});

Deno.test("one refused for a burst holds everybody back", async () => {
  const clock = virtualClock();
  const sent: number[] = [];
  const start = clock.now();
  const { ask } = bench("http://vendor.test/query", {
    clock,
    concurrency: 4,
    pace: { perMinute: 600, politeDelayMs: 0 },
    fetch: () => {
      sent.push(clock.now() - start);
      const burst = { Information: "Burst pattern detected." };
      return Promise.resolve(
        new Response(JSON.stringify(sent.length === 1 ? burst : { "Error Message": "new words" })),
      );
    },
  });
  await clock.run(Promise.all([ask(), ask(), ask()]));
  assert.equal(sent.length, 4);
  // One was on its way to be sent when the refusal came.
  assert.ok(sent.slice(2).every((at) => at >= 2_000), `${sent}`);
});

Deno.test("a refused charge sends nothing, at the first attempt and at a retry", async () => {
  await using vendor = await startVendor();
  vendor.answerBy(() => "reset");
  const refusal = { refused: "25 of 25 requests are used", until: 5 };
  const first = await bench(vendor.url, { charge: () => Promise.resolve(refusal) }).ask();
  const answer = { kind: "quota", message: refusal.refused, until: 5 };
  assert.deepEqual(first, { answer, body: null, last: null, requests: 0 });
  assert.equal(vendor.requests.length, 0);
  const charge = (_: unknown, { attempt }: { attempt: number }) => Promise.resolve(attempt === 1 ? { id: 1 } : refusal);
  const second = await bench(vendor.url, { charge }).ask();
  assert.deepEqual([second.answer.kind, second.requests, vendor.requests.length], ["quota", 1, 1]);
});

Deno.test("the ledger row is there before the vendor hears of the request", async () => {
  await using vendor = await startVendor();
  const order: string[] = [];
  vendor.answerBy(() => (order.push("vendor"), null));
  await bench(vendor.url, {
    charge: async () => {
      await Promise.resolve();
      order.push("charge");
      return { id: 7 };
    },
    record: (id) => Promise.resolve(void order.push(`record ${id}`)),
  }).ask();
  assert.deepEqual(order, ["charge", "vendor", "record 7"]);
});

Deno.test("a ledger that fails is not swallowed, and does not block the next ask", async () => {
  await using vendor = await startVendor();
  let broken = true;
  const { ask } = bench(vendor.url, {
    charge: () => (broken ? Promise.reject(new Error("the database is gone")) : Promise.resolve({ id: 1 })),
  });
  await assert.rejects(ask(), /the database is gone/);
  broken = false;
  assert.equal((await ask()).answer.kind, "bars");
});

Deno.test("a ledger that fails while the program stops is not taken for the stop", async () => {
  const stop = new AbortController();
  const { ask } = bench("http://vendor.test/query", {
    charge: () => {
      stop.abort();
      return Promise.reject(new Error("the database is gone"));
    },
  });
  await assert.rejects(ask({ signal: stop.signal }), /the database is gone/);
});
