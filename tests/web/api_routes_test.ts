/** What does a program get that asks wrongly, and what is checked before anything is done? */
import assert from "node:assert/strict";
import { Hono } from "hono";
import { z } from "zod";
import { endpoint } from "../../src/web/endpoint.ts";
import { addApi } from "../../src/web/api_routes.ts";
import type { Env } from "../../src/web/guard.ts";
import { Refusal } from "../../src/web/visit.ts";
import { routes } from "../support/page.ts";

Deno.test("what is wrong comes as a problem of RFC 9457", async () => {
  for (
    const [path, status, detail] of [["/runs?outcome=green", 400, /outcome "green"/], ["/runs/77", 404, /run "77"/], [
      "/runs/x",
      404,
      /not a number/,
    ]] as const
  ) {
    const { headers, text, ...answer } = await routes().client().send(`/api/v1${path}`);
    assert.equal(answer.status, status);
    assert.equal(headers.get("content-type"), "application/problem+json");
    const problem = JSON.parse(text);
    assert.deepEqual([problem.type, problem.status], ["about:blank", status]);
    assert.match(problem.detail, detail);
  }
});

function withBody(role: "view" | "operate") {
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    context.set("visitor", { role, by: "session", token: "" });
    await next();
  });
  app.onError((error, context) => context.text(error.message, error instanceof Refusal ? error.status : 500));
  const seen: unknown[] = [];
  addApi(app, [endpoint({
    method: "POST",
    path: "/runs",
    summary: "Launch",
    role: "operate",
    query: z.object({}),
    body: z.object({ symbols: z.array(z.string()).min(1) }),
    response: z.object({ id: z.int() }),
    handle: ({ body }) => Promise.resolve((seen.push(body), { id: 7, secret: "x" })),
  })], { version: "1", onError: assert.fail });
  const post = async (body: string, type = "application/json") => {
    const response = await app.request("/api/v1/runs", { method: "POST", body, headers: { "content-type": type } });
    return `${response.status} ${await response.text()}`;
  };
  return { post, seen };
}

Deno.test("a body is what its schema says before it is handled, and the answer what its schema lets through", async () => {
  const { post, seen } = withBody("operate");
  assert.match(await post("{"), /^400 .*not JSON/);
  assert.match(await post(`{"symbols":[]}`), /^422 Cannot use symbols/);
  assert.match(await post(`symbols=A`, "text/plain"), /^415 /);
  assert.deepEqual(seen, []);
  assert.equal(await post(`{"symbols":["A"]}`), `200 {"id":7}`);
});

Deno.test("an endpoint of operators is none of viewers'", async () => {
  assert.match(await withBody("view").post(`{"symbols":["A"]}`), /^403 /);
});
