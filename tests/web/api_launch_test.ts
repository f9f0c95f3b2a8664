/** Can a program do what the forms do, judged alike, and is it kept to its role? */
import assert from "node:assert/strict";
import { Refused } from "../../src/refused.ts";
import { launchEndpoints } from "../../src/web/api_launch.ts";
import type { RunSteps } from "../../src/web/launch_actions.ts";
import { launch, LOCKED, NOW, reads, routes } from "../support/page.ts";

function at(change: Partial<RunSteps> = {}) {
  const done: unknown[] = [];
  const steps: RunSteps = {
    launch: (_, wish) => Promise.resolve((done.push(wish), launch(7))),
    withdraw: (_, id) => Promise.resolve((done.push(["withdraw", id]), launch(id, { state: "withdrawn" }))),
    cancel: (_, id, options) => Promise.resolve(void done.push(["cancel", id, options])),
    forget: (_, id) => Promise.resolve(void done.push(["forget", id])),
    ...change,
  };
  const { client } = routes({ access: LOCKED, endpoints: launchEndpoints(steps, reads().launch) });
  const send = async (method: string, path: string, body?: unknown, password = LOCKED.password) => {
    const { status, text } = await client().send(`/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${password}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status, body: JSON.parse(text) };
  };
  return { done, send };
}

const plain = { of: null, force: false, note: null };

Deno.test("a launch by symbols, by an earlier run, by a choice of its series", async () => {
  const { done, send } = at();
  const { status, body } = await send("POST", "/runs", { symbols: ["ibm"], intervals: ["daily"], note: "why" });
  assert.deepEqual([status, body.id, body.state, body.reason], [200, 7, "queued", "waits for run 12"]);
  assert.equal(body.askedAt, new Date(NOW - 5_000).toISOString());
  await send("POST", "/runs", { of: 12, again: "failed", force: true });
  const series = [{ symbol: "IBM", interval: "daily" }];
  await send("POST", "/runs", { of: 12, series });
  assert.deepEqual(done, [
    { ...plain, series, note: "why" },
    { ...plain, series: null, of: { runId: 12, again: "failed" }, force: true },
    { ...plain, series, of: { runId: 12, again: "all" } },
  ]);
});

Deno.test("what is wrong is refused with its reason, and nothing is launched", async () => {
  const { done, send } = at();
  const wrong = await send("POST", "/runs", { symbols: ["T$LA"] });
  assert.deepEqual([wrong.status, wrong.body.detail], [422, 'Cannot launch a run: "T$LA" is not a symbol']);
  assert.equal((await send("POST", "/runs", { symbol: "IBM" })).status, 422, "a name it does not know");
  assert.equal((await send("POST", "/runs", { intervals: ["2min"] })).status, 422);
  assert.deepEqual(done, []);
  const busy = at({ cancel: () => Promise.reject(new Refused("conflict", "Cannot cancel run 3: it ended complete")) });
  const refused = await busy.send("POST", "/runs/3/cancel", {});
  assert.deepEqual([refused.status, refused.body.detail], [409, "Cannot cancel run 3: it ended complete"]);
});

Deno.test("cancel, forget, withdraw", async () => {
  const { done, send } = at();
  assert.deepEqual((await send("POST", "/runs/3/cancel", {})).body, { asked: true });
  assert.deepEqual((await send("POST", "/runs/3/cancel", { force: true })).body, { asked: true });
  assert.deepEqual((await send("DELETE", "/runs/3")).body, { forgotten: true });
  assert.equal((await send("POST", "/launches/7/withdraw")).body.state, "withdrawn");
  assert.deepEqual(done, [
    ["cancel", 3, { force: false }],
    ["cancel", 3, { force: true }],
    ["forget", 3],
    ["withdraw", 7],
  ]);
});

Deno.test("launches and a preview for whoever may look; no change", async () => {
  const { done, send } = at();
  const look = (path: string) => send("GET", path, undefined, LOCKED.viewPassword);
  assert.deepEqual((await look("/launches")).body, { launches: [] });
  assert.equal((await look("/launches/1")).body.id, 1);
  assert.equal((await look("/launches/2")).status, 404);
  assert.equal((await look("/preview?symbols=IBM,GOOG&intervals=daily&force=yes")).body.quota.usedToday, 3);
  assert.equal((await look("/preview?symbols=T$LA")).status, 422);
  for (const [method, path] of [["POST", "/runs"], ["POST", "/runs/3/cancel"], ["DELETE", "/runs/3"]] as const) {
    assert.equal((await send(method, path, {}, LOCKED.viewPassword)).status, 403, path);
  }
  assert.deepEqual(done, []);
});

Deno.test("whatever changes something says in the document that it is for operators", () => {
  for (const { method, path, role } of launchEndpoints({} as RunSteps, reads().launch)) {
    assert.equal(role, method === "GET" ? "view" : "operate", `${method} ${path}`);
  }
});
