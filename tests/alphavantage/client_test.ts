import assert from "node:assert/strict";
import {
  type AskResult,
  type Client,
  type ClientEvent,
  type ClientOptions,
  type Clock,
  createClient,
  type RequestRecord,
} from "../../src/alphavantage/client.ts";
import type { BarRequest } from "../../src/request.ts";
import { seededRandom } from "../support/random.ts";
import { NOTICES } from "../support/notices.ts";
import { deadUrl, type Fault, notice, startVendor } from "../support/vendor.ts";

const KEY = "CANARY+KEY/0123456789";
const REQUEST: BarRequest = {
  series: { symbol: "IBM", interval: "60min" },
  function: "TIME_SERIES_INTRADAY",
  size: "compact",
  month: null,
};
const never = new AbortController().signal;

/** Time passes only by sleeping. */
function quickClock(): Clock & { slept: number[] } {
  let now = Date.parse("2026-01-05T12:00:00Z");
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: (ms, signal) => {
      signal.throwIfAborted();
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
}

interface Bench {
  readonly client: Client;
  readonly events: ClientEvent[];
  readonly records: [id: number, record: RequestRecord][];
  readonly charged: number[];
  readonly clock: ReturnType<typeof quickClock>;
  ask(options?: { request?: BarRequest; signal?: AbortSignal }): Promise<AskResult>;
}

function bench(url: string, changes: Partial<ClientOptions> = {}): Bench {
  const events: ClientEvent[] = [];
  const records: [number, RequestRecord][] = [];
  const charged: number[] = [];
  const clock = quickClock();
  const client = createClient({
    base: url,
    key: KEY,
    extendedHours: true,
    entitlement: null,
    timeoutMs: 5_000,
    pace: { perMinute: null, politeDelayMs: 0 },
    concurrency: 1,
    backoff: { baseMs: 1_000, capMs: 30_000, attempts: 3 },
    clock,
    random: () => 0.5,
    charge: (_, { attempt }) => Promise.resolve({ id: charged.push(attempt) }),
    record: (id, record) => Promise.resolve(void records.push([id, record])),
    ...changes,
  });
  const ask: Bench["ask"] = ({ request = REQUEST, signal = never } = {}) =>
    client.ask(request, { signal, onEvent: (event) => events.push(event) });
  return { client, events, records, charged, clock, ask };
}

/** Whatever left the client must not hold the key, in any spelling. */
function assertKeyless(...left: unknown[]): void {
  const text = JSON.stringify(left, (_, value) => value instanceof Map ? [...value] : value).toLowerCase();
  for (
    const spelling of [KEY, encodeURIComponent(KEY), new URLSearchParams({ k: KEY }).toString().slice(2), "canary"]
  ) {
    assert.ok(!text.includes(spelling.toLowerCase()), `the key left as "${spelling}"`);
  }
}

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

for (const { number, kind } of NOTICES.filter(({ number }) => number !== "19")) {
  Deno.test(`notice #${number} over HTTP 200 is ${kind}, and the key it may echo stays inside`, async () => {
    await using vendor = await startVendor();
    vendor.answerBy(() => notice(number));
    const { ask, events, records } = bench(vendor.url);
    const result = await ask();
    assert.equal(result.answer.kind, kind);
    const retried = { burst: 3, outage: 3, "bad-symbol": 2 }[kind as string] ?? 1;
    assert.equal(result.requests, retried);
    assert.equal(vendor.requests.length, retried);
    assertKeyless(result, events, records);
    if (number === "6") assert.match(result.body!, /API key as \[redacted\] and/);
  });
}

const LADDER: [Fault, string, requests: number, status: number | null][] = [
  ["empty", "empty", 2, 200],
  ["html-503", "outage", 3, 503],
  ["refused-accept", "unknown-notice", 1, 406],
  ["http-429", "burst", 3, 429],
  ["redirect", "unknown-notice", 1, 302],
  ["truncated-json", "malformed", 2, 200],
  ["wrong-symbol", "malformed", 2, 200],
  ["wrong-interval", "malformed", 2, 200],
  ["reset", "outage", 3, null],
  ["reset-mid-body", "outage", 3, 200],
  ["huge", "malformed", 2, 200],
  [{ body: '{"Information": "Something new, canary+key/0123456789!"}' }, "unknown-notice", 1, 200],
];

for (const [fault, kind, count, httpStatus] of LADDER) {
  const name = typeof fault === "string" ? fault : "a new wording with the key in it";

  Deno.test(`fault ${name} is ${kind} after ${count} requests`, async () => {
    await using vendor = await startVendor();
    vendor.answerBy(() => fault);
    const { ask, events, records, charged } = bench(vendor.url);
    const result = await ask();
    assert.equal(result.answer.kind, kind);
    assert.equal(vendor.requests.length, count);
    assert.equal(result.requests, count);
    assert.deepEqual(charged, Array.from({ length: count }, (_, index) => index + 1));
    assert.equal(records.length, count);
    assert.equal(records[0]![1].httpStatus, httpStatus);
    const rhythm = ["request-sent", "request-answered", "request-retried"];
    assert.deepEqual(events.map(({ type }) => type), Array(count).fill(rhythm).flat().slice(0, -1));
    assertKeyless(result, events, records);
  });

  Deno.test(`fault ${name} once, then bars: ${count > 1 ? "stored" : "not asked again"}`, async () => {
    await using vendor = await startVendor();
    vendor.fail(fault);
    const result = await bench(vendor.url).ask();
    assert.equal(result.answer.kind, count > 1 ? "bars" : kind);
  });
}

Deno.test("a body over the limit is dropped while it comes, not after", async () => {
  await using vendor = await startVendor();
  vendor.fail("huge");
  const { ask, records } = bench(vendor.url, {
    maxBodyBytes: 1_000_000,
    backoff: { baseMs: 1, capMs: 1, attempts: 1 },
  });
  const { answer, body } = await ask();
  assert.match((answer as { message: string }).message, /larger than 1000000 bytes/);
  assert.equal(body, null);
  assert.equal(await vendor.requests[0]!.over, "dropped");
  assert.ok(records[0]![1].bytes < 2_000_000, "the rest was not taken");
});

Deno.test("a compressed answer is read, and counted as it is", async () => {
  await using vendor = await startVendor();
  vendor.fail("gzip");
  const { answer, body } = await bench(vendor.url).ask();
  assert.equal(answer.kind, "bars");
  assert.ok(body!.length > 10_000);
});

for (const fault of ["silent", "stalled-body"] as const) {
  Deno.test(`a vendor that goes ${fault} is an outage when the time is over, body included`, async () => {
    await using vendor = await startVendor();
    vendor.fail(fault);
    const { ask, events } = bench(vendor.url, { timeoutMs: 50, backoff: { baseMs: 1, capMs: 1, attempts: 1 } });
    const { answer } = await ask();
    assert.equal(answer.kind, "outage");
    assert.match(
      (answer as { message: string }).message,
      /^Cannot get an answer from "127\.0\.0\.1:\d+": no whole answer/,
    );
    assert.equal(await vendor.requests[0]!.over, "dropped");
    assertKeyless(answer, events);
  });
}

Deno.test("nobody listening is an outage in words without URL and key", async () => {
  const { ask, events, records } = bench(await deadUrl());
  const result = await ask();
  assert.equal(result.answer.kind, "outage");
  assert.match(
    (result.answer as { message: string }).message,
    /^Cannot get .* "127\.0\.0\.1:\d+": the connection was refused$/,
  );
  assert.equal(result.body, null);
  assertKeyless(result, events, records);
  assert.ok(!JSON.stringify([result, events, records]).includes("/query"));
});

Deno.test("what fetch says of a failure is told in our words: its own hold the URL", async () => {
  const about = `error sending request for url (http://vendor.test/query?apikey=${KEY}): client error (Connect)`;
  const failures: [Error, RegExp][] = [
    [new Error(`${about}: dns error: failed to lookup address information`), /its name cannot be resolved$/],
    [new Error(`${about}: invalid peer certificate: UnknownIssuer`), /no secure connection could be made$/],
    [new Error(`${about}: tcp connect error: Network is unreachable (os error 101)`), /the network is unreachable$/],
    [new Error(`${about}: something else`), /the request failed before an answer came$/],
  ];
  for (const [cause, words] of failures) {
    const { ask, events, records } = bench("http://vendor.test/query", {
      fetch: () => Promise.reject(new TypeError("fetch failed", { cause })),
    });
    const result = await ask();
    assert.match((result.answer as { message: string }).message, words);
    assert.equal(result.answer.kind, "outage");
    assertKeyless(result, events, records);
  }
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
    lastSentAt: start - 500,
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
  const charge = (_: BarRequest, { attempt }: { attempt: number }) =>
    Promise.resolve(attempt === 1 ? { id: 1 } : refusal);
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
