/** Can a program do with backfills what the forms do, judged alike, and is it kept to its role? */
import assert from "node:assert/strict";
import { Refused } from "../../src/refused.ts";
import { backfillEndpoints } from "../../src/web/api_backfill.ts";
import type { BackfillSteps } from "../../src/web/backfill_actions.ts";
import { backfill, backfillCost } from "../support/backfill.ts";
import { LOCKED, NOW, reads, routes } from "../support/page.ts";

function at(change: Partial<BackfillSteps> = {}) {
  const done: unknown[] = [];
  const step = (name: string) => (_: string, id: number) => Promise.resolve((done.push([name, id]), backfill(id)));
  const steps: BackfillSteps = {
    start: (_, wish) => Promise.resolve((done.push(wish), backfill(4, { restUntil: NOW }))),
    pause: step("pause"),
    resume: step("resume"),
    cancel: step("cancel"),
    ...change,
  };
  const launch = {
    ...reads().launch,
    cost: (wish: object) => {
      done.push(wish);
      return Promise.resolve(backfillCost({
        allowance: { perDay: null, reserve: 0, today: Infinity, paceMs: 800 },
      }));
    },
  };
  const { client } = routes({
    access: LOCKED,
    endpoints: backfillEndpoints(steps, { backfill: reads().backfill, launch }),
  });
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

const IBM = { symbol: "IBM", interval: "1min" };

Deno.test("one is begun with a range; what is wrong is told at once", async () => {
  const { done, send } = at();
  const wish = { symbols: ["ibm"], intervals: ["1min"], from: "2004-01-01", to: "2024-12-31" };
  const { status, body } = await send("POST", "/backfills", wish);
  assert.deepEqual([status, body.id, body.state, body.held, body.restUntil], [
    200,
    4,
    "running",
    1_250,
    new Date(NOW).toISOString(),
  ]);
  assert.deepEqual(done, [{ series: [IBM], from: "2004-01-01", to: "2024-12-31", note: null }]);
  const wrong = { ...wish, from: "2004-13-01", symbols: ["$"] };
  const refused = await send("POST", "/backfills", wrong);
  assert.equal(refused.status, 422);
  assert.match(refused.body.detail, /^Cannot backfill: "\$" is not a symbol; "2004-13-01" is not a date/);
  assert.equal((await send("POST", "/backfills", { symbols: ["IBM"] })).status, 422);
  assert.match(
    (await send("POST", "/backfills", { ...wish, from: "" })).body.detail,
    /Cannot backfill: it has no beginning/,
  );
  assert.match(
    (await send("POST", "/backfills", { symbols: ["IBM"], from: "", to: "" })).body.detail,
    /Cannot backfill: from is missing/,
  );
});

Deno.test("its cost is told and nothing is begun; no daily limit is null", async () => {
  const { done, send } = at();
  const { status, body } = await send("GET", "/backfills/preview?symbols=IBM&intervals=1min&from=2004-01-01");
  assert.deepEqual([status, body.total.requests, body.allowance.today, body.series[0].series], [200, 180, null, IBM]);
  assert.deepEqual(done, [{ series: [IBM], from: "2004-01-01", to: null, note: null }]);
});

Deno.test("the list, one with its series, and one that is not there", async () => {
  const { send } = at();
  assert.deepEqual((await send("GET", "/backfills?limit=5")).body.backfills.map(({ id }: { id: number }) => id), [1]);
  const { body } = await send("GET", "/backfills/1");
  assert.deepEqual([body.backfill.id, body.series[0].wished], [1, 5_000]);
  assert.equal((await send("GET", "/backfills/2")).status, 404);
  assert.equal((await send("GET", "/backfills?limit=0")).status, 400);
});

Deno.test("pause, resume, cancel; what cannot be is a conflict", async () => {
  const { done, send } = at({
    cancel: () => Promise.reject(new Refused("conflict", "Cannot cancel backfill 1: it is complete")),
  });
  assert.equal((await send("POST", "/backfills/1/pause")).status, 200);
  assert.equal((await send("POST", "/backfills/1/resume")).status, 200);
  assert.equal((await send("POST", "/backfills/1/cancel")).status, 409);
  assert.deepEqual(done, [["pause", 1], ["resume", 1]]);
});

Deno.test("a log-in that may only look sees and does nothing", async () => {
  const { done, send } = at();
  assert.equal((await send("GET", "/backfills", undefined, LOCKED.viewPassword!)).status, 200);
  for (const path of ["/backfills", "/backfills/1/pause", "/backfills/1/resume", "/backfills/1/cancel"]) {
    assert.equal((await send("POST", path, {}, LOCKED.viewPassword!)).status, 403, path);
  }
  assert.deepEqual(done, []);
});
