import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { postEvent, postPing, postText } from "../../src/webhook/post.ts";
import { type ReceiverFault, startReceiver } from "../support/receiver.ts";

const OPTIONS = { signal: new AbortController().signal, timeoutMs: 400 };
const AT = Date.parse("2026-03-02T21:30:00.700Z");

Deno.test("a text reaches a Slack-compatible webhook as JSON", async () => {
  await using receiver = await startReceiver();
  assert.deepEqual(await postText(`${receiver.url}/T0/B0`, "*bold* ä", OPTIONS), { state: "sent", note: null });
  const [one] = receiver.received;
  assert.equal(one!.path, "/T0/B0");
  assert.equal(one!.headers["content-type"], "application/json");
  assert.deepEqual(JSON.parse(one!.body), { text: "*bold* ä" });
});

for (const secret of ["plain secret", `whsec_${new TextEncoder().encode("raw bytes").toBase64()}`]) {
  Deno.test(`an event is signed over id, time and body with ${secret.slice(0, 6)}…`, async () => {
    await using receiver = await startReceiver();
    const event = { type: "run", run: { id: 7 } };
    await postEvent({ url: receiver.url, secret }, { id: "stocks-etl.1.x", event }, { ...OPTIONS, at: AT });
    const [{ headers, body }] = receiver.received as [typeof receiver.received[0]];
    assert.deepEqual(JSON.parse(body), { id: "stocks-etl.1.x", ...event });
    assert.equal(headers["webhook-id"], "stocks-etl.1.x");
    assert.equal(headers["webhook-timestamp"], String(Math.floor(AT / 1000)));
    const key = secret.startsWith("whsec_") ? "raw bytes" : secret;
    const expected = createHmac("sha256", key).update(`stocks-etl.1.x.${headers["webhook-timestamp"]}.${body}`);
    assert.equal(headers["webhook-signature"], `v1,${expected.digest("base64")}`);
  });
}

Deno.test("without a secret there is no signature", async () => {
  await using receiver = await startReceiver();
  await postEvent({ url: receiver.url, secret: null }, { id: "a", event: {} }, { ...OPTIONS, at: AT });
  assert.equal(receiver.received[0]!.headers["webhook-signature"], undefined);
});

Deno.test("a ping knows start, success and fail, whatever the address ends in", async () => {
  await using receiver = await startReceiver();
  for (const base of ["/uuid", "/uuid/", "/uuid?rid=1"]) {
    for (const ping of ["start", "success", "fail"] as const) {
      await postPing(`${receiver.url}${base}`, { ping, text: ping }, OPTIONS);
    }
  }
  assert.deepEqual(receiver.received.map(({ path }) => path), [
    "/uuid/start",
    "/uuid",
    "/uuid/fail",
    "/uuid/start",
    "/uuid/",
    "/uuid/fail",
    "/uuid/start?rid=1",
    "/uuid?rid=1",
    "/uuid/fail?rid=1",
  ]);
  assert.deepEqual(receiver.received.slice(0, 3).map(({ body }) => body), ["start", "success", "fail"]);
});

const FAULTS: [string, ReceiverFault, object][] = [
  ["500", { status: 500, body: "no  luck\n" }, {
    state: "failed",
    reason: "HTTP 500: no luck",
    unreachable: true,
    afterMs: 0,
  }],
  ["429 that says when", { status: 429, headers: { "retry-after": "120" } }, {
    state: "failed",
    reason: "HTTP 429",
    unreachable: true,
    afterMs: 120_000,
  }],
  ["404", { status: 404, body: "no_service" }, {
    state: "failed",
    reason: "HTTP 404: no_service",
    unreachable: false,
    afterMs: 0,
  }],
  ["410", { status: 410 }, { state: "refused", reason: "HTTP 410" }],
  ["400", { status: 400, body: "invalid_payload" }, { state: "refused", reason: "HTTP 400: invalid_payload" }],
  ["a redirect", { status: 302, headers: { location: "http://elsewhere.invalid/" } }, {
    state: "refused",
    reason: "HTTP 302: redirects are not followed",
  }],
];

for (const [what, fault, expected] of FAULTS) {
  Deno.test(`a receiver that answers ${what}`, async () => {
    await using receiver = await startReceiver();
    receiver.fail(fault);
    assert.deepEqual(await postText(receiver.url, "x", OPTIONS), expected);
  });
}

Deno.test("a receiver that is silent, cuts the line or is not there: unreachable, and its address stays secret", async () => {
  await using receiver = await startReceiver();
  receiver.fail("silent", "reset");
  const dead = await startReceiver();
  await dead[Symbol.asyncDispose]();
  for (const base of [receiver.url, receiver.url, dead.url]) {
    const delivery = await postText(`${base}/SECRETTOKEN`, "x", OPTIONS);
    assert.ok(delivery.state === "failed" && delivery.unreachable, JSON.stringify(delivery));
    assert.ok(!delivery.reason.includes("SECRETTOKEN"), delivery.reason);
    assert.match(delivery.reason, /did not answer within 0\.4 s|cannot be reached/);
  }
});

Deno.test("told to stop, a post is given up at once", async () => {
  await using receiver = await startReceiver();
  receiver.fail("silent");
  const stop = new AbortController();
  const delivery = postText(receiver.url, "x", { signal: stop.signal });
  stop.abort();
  assert.deepEqual(await delivery, { state: "failed", reason: "given up: the program is stopping", unreachable: true });
});
