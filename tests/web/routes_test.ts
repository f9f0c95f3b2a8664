import assert from "node:assert/strict";
import { createRoutes, type Reads } from "../../src/web/routes.tsx";

const HEALTH = { healthy: true, message: "ok", lastBeat: null, version: "1.2.3" };
const HOME = { summary: "All is <well>.", rows: [], nextTick: "never", asOf: "now", version: "1.2.3" };

function routes(change: Partial<Reads> = {}) {
  const errors: string[] = [];
  const reads: Reads = {
    health: () => HEALTH,
    ready: () => Promise.resolve(),
    home: () => Promise.resolve(HOME),
    onError: (error) => errors.push(error.message),
    ...change,
  };
  return { app: createRoutes(reads), errors };
}

Deno.test("the page is a whole document, escapes what it shows, and lets nothing run", async () => {
  const response = await routes().app.request("/");
  const text = await response.text();
  assert.equal(response.status, 200);
  assert.match(text, /^<!doctype html><html lang="en">/);
  assert.match(text, /All is &lt;well&gt;\./);
  assert.match(response.headers.get("content-security-policy")!, /default-src 'none'/);
  assert.equal(response.headers.get("cache-control"), "no-store");
});

Deno.test("healthz is 503 with the reason when the scheduler is not well", async () => {
  assert.equal((await routes().app.request("/healthz")).status, 200);
  const health = { ...HEALTH, healthy: false, message: "the scheduler is stuck" };
  const response = await routes({ health: () => health }).app.request("/healthz");
  assert.equal(response.status, 503);
  assert.deepEqual(await response.json(), health);
});

Deno.test("a database that does not answer: 503 and 500, the reason in the log and not on the page", async () => {
  const gone = () => Promise.reject(new Error("password wrong for me@db"));
  const { app, errors } = routes({ ready: gone, home: gone });
  const [ready, home] = [await app.request("/readyz"), await app.request("/")];
  assert.deepEqual([ready.status, home.status], [503, 500]);
  assert.ok(!(await ready.text() + await home.text()).includes("password"));
  assert.deepEqual(errors, ["password wrong for me@db", "password wrong for me@db"]);
});

Deno.test("an address nobody has is told which there are", async () => {
  const response = await routes().app.request("/nowhere");
  assert.equal(response.status, 404);
  assert.match(await response.text(), /Cannot find "\/nowhere"/);
});
