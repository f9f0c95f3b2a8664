/** Every fault of the vendor and of the way to it: told by its kind, asked again as often as it is worth, keyless. */
import assert from "node:assert/strict";
import { assertKeyless, bench, KEY } from "../../support/bench.ts";
import { NOTICES } from "../../support/notices.ts";
import { deadUrl, type Fault, notice, startVendor } from "../../support/vendor.ts";

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
