/** What does somebody get who should not: no page, no change, no second guess? Raw requests, as an attacker sends them. */
import assert from "node:assert/strict";
import type { App } from "../../src/app.ts";
import { actsOf } from "../../src/pages.ts";
import type { Endpoint } from "../../src/web/endpoint.ts";
import { LOCKED, memorySessions, routes } from "../support/page.ts";
import type { Action } from "../../src/web/visit.ts";

const PASSWORD = LOCKED.password;
const done: string[] = [];
const act = () => {
  done.push("launched");
  return Promise.resolve({ to: "/runs", said: "launched" });
};
/** Everything that forms and programs may ask the served program for, doing nothing but telling that it was reached. */
const real = actsOf(Promise.withResolvers<App>().promise, () => Date.now());
const actions: Action[] = real.actions.map(({ path }) => ({ path, act }));
const endpoints: Endpoint[] = real.endpoints.map((one) => ({
  ...one,
  body: null,
  handle: () => Promise.resolve(void done.push(`${one.method} ${one.path}`)),
}));

function locked(change: Partial<typeof LOCKED> = {}) {
  return routes({ access: { ...LOCKED, ...change }, actions, endpoints });
}

/** Every address the program answers, out of its own route table. */
function addresses(method: string): string[] {
  const found = locked().app.routes.filter((route) => route.method === method && !route.path.includes("*"));
  return [...new Set(found.map(({ path }) => path.replace(/:\w+/g, "1")))];
}

Deno.test("without a log-in nothing is shown: pages lead to the log-in, the rest is refused", async () => {
  const open = ["/healthz", "/readyz", "/login", "/assets/1"];
  const closed = addresses("GET").filter((path) => !open.includes(path));
  assert.ok(closed.length >= 10, String(closed));
  for (const path of closed) {
    const { status, headers, text } = await locked().client().send(path);
    if (path.startsWith("/api/") || ["/live", "/metrics"].includes(path)) assert.equal(status, 401, path);
    else assert.deepEqual([status, headers.get("location")], [303, `/login?back=${encodeURIComponent(path)}`]);
    assert.ok(text.length < 300, path);
  }
});

const changing = ["POST", "DELETE"].flatMap((method) => addresses(method).map((path) => ({ method, path })));

Deno.test("what changes something is all of it: forms, programs, the visitor's own", () => {
  const known = changing.map(({ method, path }) => `${method} ${path}`);
  for (const path of ["/runs", "/runs/withdraw", "/schedule/pause", "/quarantine/1/release", "/settings", "/logout"]) {
    assert.ok(known.includes(`POST ${path}`), path);
  }
  for (const one of ["POST /api/v1/runs", "DELETE /api/v1/runs/1", "POST /api/v1/quarantine/1/release"]) {
    assert.ok(known.includes(one), one);
  }
  const count = actions.length + endpoints.filter(({ method }) => method !== "GET").length;
  assert.equal(known.length, count + 3, "and the log-in, the log-out, the settings");
  const others = locked().app.routes.filter(({ method }) => !["GET", "POST", "DELETE", "ALL"].includes(method));
  assert.deepEqual(others, []);
});

Deno.test("every address that changes something refuses without a log-in, a token, or from elsewhere", async () => {
  for (const { method, path } of changing) {
    const what = `${method} ${path}`;
    const stranger = await locked().client().post(path, { token: "x" }, {}, method);
    assert.ok([401, 403].includes(stranger.status), `${what} for a stranger: ${stranger.status}`);
    const client = locked().client();
    await client.logIn(PASSWORD);
    const token = await client.tokenIn("/runs");
    assert.equal((await client.post(path, {}, {}, method)).status, 403, `${what} without a token`);
    const wrong = { token: "0".repeat(64) };
    assert.equal((await client.post(path, wrong, {}, method)).status, 403, `${what} with a wrong token`);
    const foreign: Record<string, string>[] = [
      { origin: "http://evil.example" },
      { origin: "null" },
      { origin: "http://127.0.0.1:3001" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ];
    for (const headers of foreign) {
      const { status } = await client.post(path, { token }, headers, method);
      assert.equal(status, 403, `${what} ${JSON.stringify(headers)}`);
    }
  }
  assert.deepEqual(done, []);
});

Deno.test("a view log-in changes nothing anywhere, by session or by header, but what is the visitor's own", async () => {
  const own = ["/login", "/logout", "/settings"];
  const bearer = { authorization: `Bearer ${LOCKED.viewPassword}` };
  for (const { method, path } of changing.filter(({ path }) => !own.includes(path))) {
    const viewer = locked().client();
    await viewer.logIn(LOCKED.viewPassword);
    const answer = await viewer.post(path, { token: await viewer.tokenIn("/runs") }, {}, method);
    assert.equal(answer.status, 403, `${method} ${path}`);
    assert.match(answer.text, /may only look/);
    assert.equal((await locked().client().post(path, {}, bearer, method)).status, 403, `${method} ${path} by header`);
  }
  assert.deepEqual(done, []);
});

Deno.test("a view log-in sees everything and changes nothing; an operate log-in does", async () => {
  const viewer = locked().client();
  await viewer.logIn(LOCKED.viewPassword);
  assert.equal((await viewer.send("/runs")).status, 200);
  const refused = await viewer.post("/runs", { token: await viewer.tokenIn("/runs") });
  assert.equal(refused.status, 403);
  assert.match(refused.text, /may only look/);
  assert.equal((await viewer.post("/settings", { token: await viewer.tokenIn("/runs") })).status, 303);
  assert.deepEqual(done, []);
  const operator = locked().client();
  await operator.logIn(PASSWORD);
  assert.equal((await operator.post("/runs", { token: await operator.tokenIn("/runs") })).status, 303);
  assert.deepEqual(done.splice(0), ["launched"]);
});

Deno.test("the token of one log-in is worth nothing in another", async () => {
  const { client } = locked();
  const [mine, other] = [client(), client()];
  await mine.logIn(PASSWORD);
  await other.logIn(PASSWORD);
  assert.equal((await mine.post("/settings", { token: await other.tokenIn("/runs") })).status, 403);
  const before = await mine.tokenIn("/runs");
  await mine.logIn(PASSWORD);
  assert.equal(
    (await mine.post("/settings", { token: before })).status,
    403,
    "nor in the next one of the same browser",
  );
});

Deno.test("the cookie of a log-in: for us only, out of reach of scripts, and for https where that is", async () => {
  const { headers } = await locked().client().logIn(PASSWORD);
  const cookie = headers.getSetCookie().find((cookie) => cookie.startsWith("session-3000="))!;
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Strict/);
  assert.match(cookie, /Max-Age=604800/);
  assert.doesNotMatch(cookie, /Secure/);
  const behind = locked({ behindProxy: true }).client();
  const token = await behind.tokenIn("/login");
  const over = await behind.post("/login", { token, password: PASSWORD }, { "x-forwarded-proto": "https" });
  assert.match(over.headers.getSetCookie().find((cookie) => cookie.startsWith("session"))!, /Secure/);
  const believed = await locked().client().send("/login", { headers: { "x-forwarded-proto": "https" } });
  assert.doesNotMatch(believed.headers.getSetCookie().join(), /Secure/, "nobody said there is a proxy");
});

Deno.test("a log-in ends with log-out, and when its password changes", async () => {
  const sessions = memorySessions();
  const first = routes({ access: LOCKED, sessions }).client();
  await first.logIn(PASSWORD);
  assert.equal(sessions.rows.size, 1);
  const kept = first.cookies.get("session-3000")!;
  assert.ok(![...sessions.rows.keys()].some((hash) => hash.includes(kept)), "the table does not hold the cookie");
  const changed = routes({ access: { ...LOCKED, password: "another-password" }, sessions }).client();
  changed.cookies.set("session-3000", kept);
  assert.equal((await changed.send("/runs")).status, 303);
  assert.equal((await first.post("/logout", { token: await first.tokenIn("/runs") })).status, 303);
  assert.equal(sessions.rows.size, 0);
  first.cookies.set("session-3000", kept);
  assert.equal((await first.send("/runs")).status, 303, "the cookie is worth nothing any more");
});

Deno.test("passwords cannot be tried without end: by the form, by the header, and at once", async () => {
  const app = locked();
  const client = app.client();
  const token = await client.tokenIn("/login");
  const tries = await Promise.all(
    Array.from({ length: 12 }, (_, index) => client.post("/login", { token, password: `wrong-${index}` })),
  );
  assert.deepEqual(tries.map(({ status }) => status), [...Array(10).fill(401), 429, 429]);
  assert.equal((await client.logIn(PASSWORD)).status, 429, "even the right one");
  assert.ok(Number((await client.logIn(PASSWORD)).headers.get("retry-after")) > 0);
  const header = { authorization: `Bearer ${PASSWORD}` };
  assert.equal((await client.send("/api/v1/quota", { headers: header })).status, 429, "the header counts too");
  assert.equal((await app.client("192.0.2.2").logIn(PASSWORD)).status, 303, "another address may");
});

Deno.test("the header with the password: sees and changes by its role, and needs no token", async () => {
  const client = locked().client();
  const send = (password: string, init: RequestInit = {}) =>
    client.send(init.method === "POST" ? "/runs" : "/api/v1/quota", {
      ...init,
      headers: { authorization: `Bearer ${password}`, "content-type": "application/x-www-form-urlencoded" },
    });
  assert.equal((await send(PASSWORD)).status, 200);
  assert.equal((await send(LOCKED.viewPassword)).status, 200);
  assert.equal((await send("not-the-password")).status, 401);
  assert.equal((await send(LOCKED.viewPassword, { method: "POST", body: "" })).status, 403);
  assert.equal((await send(PASSWORD, { method: "POST", body: "" })).status, 303);
  done.splice(0);
});

Deno.test("without a password only this machine's own names are answered", async () => {
  const client = routes().client();
  for (const host of ["localhost:3000", "127.0.0.1:3000", "[::1]:3000", "LOCALHOST"]) {
    assert.equal((await client.send("/", { headers: { host } })).status, 200, host);
  }
  for (const host of ["evil.example", "localhost.evil.example:3000", "127.0.0.1.evil.example", "0.0.0.0:3000", ""]) {
    const { status, text } = await client.send("/", { headers: { host } });
    assert.equal(status, 403, host);
    assert.doesNotMatch(text, /<html/);
  }
});

Deno.test("after a log-in we lead back to a page of ours and nowhere else", async () => {
  for (
    const [back, to] of [["/runs?outcome=failed", "/runs?outcome=failed"], ["//evil.example", "/"], [
      "https://evil.example",
      "/",
    ], ["/\\evil.example", "/"]]
  ) {
    const client = locked().client();
    const { headers } = await client.post("/login", {
      token: await client.tokenIn("/login"),
      password: PASSWORD,
      back: back!,
    });
    assert.equal(headers.get("location"), to);
  }
});
