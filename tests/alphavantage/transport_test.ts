import assert from "node:assert/strict";
import { exchange, type TransportOptions } from "../../src/alphavantage/transport.ts";
import { deadUrl, type Fault, startVendor } from "../support/vendor.ts";

const QUERY = "?function=TIME_SERIES_DAILY&symbol=IBM&apikey=CANARY";
const options = (changes: Partial<TransportOptions> = {}): TransportOptions => ({
  fetch: globalThis.fetch,
  timeoutMs: 5_000,
  maxBodyBytes: 1_000_000,
  signal: new AbortController().signal,
  ...changes,
});

async function after(fault: Fault, changes: Partial<TransportOptions> = {}) {
  await using vendor = await startVendor();
  vendor.fail(fault);
  const got = await exchange(new URL(QUERY, vendor.url), options(changes));
  assert.ok(!JSON.stringify(got).includes("CANARY"));
  return { got, over: await vendor.requests[0]!.over };
}

Deno.test(
  "status, bytes and body come back whatever the status, and no timer stays",
  { sanitizeOps: true },
  async () => {
    for (const status of [200, 404, 503]) {
      const { got } = await after({ status, body: "Zürich" });
      assert.deepEqual(got, { kind: "body", httpStatus: status, bytes: 7, body: "Zürich" });
    }
  },
);

Deno.test("characters split between two pieces of a body stay whole", async () => {
  const bytes = new TextEncoder().encode("aü€😀z");
  const body = new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  const got = await exchange(
    new URL("http://vendor.test/"),
    options({ fetch: () => Promise.resolve(new Response(body)) }),
  );
  assert.ok(got.kind === "body");
  assert.equal(got.body, "aü€😀z");
});

Deno.test("the limit is on bytes, and exact", async () => {
  const at = await after({ body: "x".repeat(1_000) }, { maxBodyBytes: 1_000 });
  assert.equal(at.got.kind, "body");
  const over = await after({ body: "x".repeat(1_001) }, { maxBodyBytes: 1_000 });
  assert.equal(over.got.kind, "malformed");
});

Deno.test("each end of a connection has its words", async () => {
  const words = async (fault: Fault, changes: Partial<TransportOptions> = {}) => {
    const { got } = await after(fault, changes);
    return [got.kind, got.kind === "body" ? "" : got.message.replace(/\d{4,}/g, "N")];
  };
  const at = 'Cannot get an answer from "127.0.0.1:N": ';
  assert.deepEqual(await words("reset"), ["outage", `${at}the connection was cut`]);
  assert.deepEqual(await words("reset-mid-body"), ["outage", `${at}the connection broke after N bytes of the body`]);
  assert.deepEqual(await words("silent", { timeoutMs: 30 }), ["outage", `${at}no whole answer within 30 ms`]);
  assert.deepEqual(await words("stalled-body", { timeoutMs: 30 }), ["outage", `${at}no whole answer within 30 ms`]);
  assert.deepEqual(await words("redirect"), [
    "unknown-notice",
    'Cannot use the answer: HTTP 302 sends us on to "elsewhere.invalid", which is not followed',
  ]);
  const dead = await exchange(new URL(QUERY, await deadUrl()), options());
  assert.match((dead as { message: string }).message, /the connection was refused$/);
});

Deno.test("given up before or during the exchange: cancelled, connection dropped", async () => {
  const before = await exchange(new URL("http://vendor.test/"), options({ signal: AbortSignal.abort() }));
  assert.equal(before.kind, "cancelled");
  await using vendor = await startVendor();
  vendor.fail("stalled-body");
  const stop = new AbortController();
  const going = exchange(new URL(QUERY, vendor.url), options({ signal: stop.signal }));
  await vendor.arrived(1);
  stop.abort();
  assert.equal((await going).kind, "cancelled");
  assert.equal(await vendor.requests[0]!.over, "dropped");
});
