import assert from "node:assert/strict";
import { LOCKED, reads, routes, run } from "../support/page.ts";

Deno.test("zone and colours are kept, and shown on the page we came from", async () => {
  const client = routes().client();
  const token = await client.tokenIn("/runs?outcome=failed");
  const { status, headers } = await client.post("/settings", {
    token,
    zone: "exchange",
    theme: "dark",
    back: "/runs?outcome=failed",
  });
  assert.deepEqual([status, headers.get("location")], [303, "/runs?outcome=failed"]);
  const { text } = await client.send("/runs");
  assert.match(text, /data-theme="dark" data-zone="exchange"/);
  assert.match(text, /EST/);
});

Deno.test("what is none of ours is not kept", async () => {
  const client = routes().client();
  const token = await client.tokenIn("/");
  await client.post("/settings", { token, zone: "<script>", theme: "neon", back: "//evil" });
  assert.match((await client.send("/")).text, /data-theme="auto" data-zone="utc"/);
});

Deno.test("a wrong password is told, and the way back is kept for the next try", async () => {
  const client = routes({ access: LOCKED }).client();
  const token = await client.tokenIn("/login?back=/runs");
  const { status, text } = await client.post("/login", { token, password: "wrong", back: "/runs" });
  assert.equal(status, 401);
  assert.match(text, /the password is wrong/);
  assert.match(text, /name="back" value="\/runs"/);
  assert.doesNotMatch(text, /value="wrong"/);
});

Deno.test("where no log-in is needed there is none", async () => {
  const { status, headers } = await routes().client().send("/login");
  assert.deepEqual([status, headers.get("location")], [303, "/"]);
});

Deno.test("columns are hidden for this visitor, and the zone stays as it was", async () => {
  const client = routes({}, { runs: { ...reads().runs, runs: () => Promise.resolve([run(1)]) } }).client();
  const send = async (fields: Record<string, string>) =>
    await client.post("/settings", { token: await client.tokenIn("/runs"), back: "/runs", ...fields });
  await send({ zone: "exchange", theme: "dark" });
  assert.match((await client.send("/runs")).text, /<th scope="col" class="number">Requests<\/th>/);
  await send({ choice: "columns", column: "outcome" });
  const { text } = await client.send("/runs");
  assert.match(text, />Outcome<\/th>/);
  assert.doesNotMatch(text, />Requests<\/th>/);
  assert.match(text, /value="outcome" checked=""[\s\S]*value="requests"\/?> Requests/);
  assert.match(text, /data-theme="dark" data-zone="exchange"/);
});
