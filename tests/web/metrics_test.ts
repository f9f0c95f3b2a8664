/** Is a scrape answered in the right type, and locked as everything else is? */
import assert from "node:assert/strict";
import { familiesOf } from "../../src/metrics.ts";
import { measured } from "../support/measured.ts";
import { readOpenMetrics } from "../support/openmetrics.ts";
import { LOCKED, routes } from "../support/page.ts";

const build = { version: "1", runtime: "Deno", engine: "server" };
const reads = { metrics: { metrics: () => Promise.resolve(familiesOf(build, measured())) } };

Deno.test("OpenMetrics text, which a strict reader takes", async () => {
  const { status, text, headers } = await routes({}, reads).client().send("/metrics");
  assert.deepEqual([status, headers.get("content-type")], [
    200,
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
  ]);
  assert.ok(readOpenMetrics(text).size > 20);
});

Deno.test("with a password: either of the two as a bearer, nobody without, and no page to log in", async () => {
  const { client } = routes({ access: LOCKED }, reads);
  const send = async (authorization?: string) => {
    const headers: HeadersInit = authorization === undefined ? {} : { authorization };
    return (await client().send("/metrics", { headers })).status;
  };
  assert.deepEqual(
    [
      await send(),
      await send("Bearer wrong"),
      await send("Bearer viewing-password"),
      await send("Bearer operate-password"),
    ],
    [401, 401, 200, 200],
  );
});
