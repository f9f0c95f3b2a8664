/** Does the button ask for what it says, and only for whoever may? */
import assert from "node:assert/strict";
import { releaseAction, releaseEndpoint } from "../../src/web/release.ts";
import { Refusal } from "../../src/web/visit.ts";
import { LOCKED, routes, seriesReads } from "../support/page.ts";

function stage(access?: typeof LOCKED) {
  const asked: unknown[] = [];
  const action = releaseAction({
    release: (by, row) => {
      if (row.id === 404) return Promise.reject(new Refusal(409, "Cannot release row 404: somebody else did"));
      asked.push([by, row]);
      return Promise.resolve("Row 5 is a bar now");
    },
  });
  const row = {
    id: 5,
    stamp: "2026-11-19",
    rule: "duplicate-stamp",
    raw: '[{"a":"<script>"},{}]',
    firstSeenAt: 0,
    lastSeenAt: 0,
    times: 2,
    runId: 7,
    released: null,
  } as const;
  const series = seriesReads({ quarantine: () => Promise.resolve([row]) });
  return { asked, ...routes({ actions: [action], ...(access === undefined ? {} : { access }) }, { series }) };
}
const PAGE = "/symbols/IBM/daily?show=quarantine";

Deno.test("a chosen row is released, and the page says what became of it", async () => {
  const { asked, client } = stage();
  const browser = client();
  const token = await browser.tokenIn(PAGE);
  const { text } = await browser.send(PAGE);
  assert.match(text, /action="\/quarantine\/5\/release"[\s\S]*<select name="choice">/);
  assert.doesNotMatch(text, /"<script>"/);
  const answer = await browser.post("/quarantine/5/release", { token, back: PAGE, choice: "2" });
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, PAGE]);
  assert.deepEqual(asked, [["page (open)", { id: 5, choice: 2 }]]);
  assert.match((await browser.send(PAGE)).text, /Row 5 is a bar now/);
});

Deno.test("without a token, from elsewhere, with nonsense: refused, nothing is asked", async () => {
  const { asked, client } = stage();
  const browser = client();
  const token = await browser.tokenIn(PAGE);
  assert.equal((await browser.post("/quarantine/5/release", {})).status, 403);
  const foreign = { origin: "http://evil.example", "sec-fetch-site": "cross-site" };
  assert.equal((await browser.post("/quarantine/5/release", { token }, foreign)).status, 403);
  assert.equal((await browser.post("/quarantine/5/release", { token, choice: "-1" })).status, 400);
  assert.equal((await browser.post("/quarantine/x/release", { token })).status, 404);
  assert.equal((await browser.post("/quarantine/404/release", { token })).status, 409);
  assert.deepEqual(asked, []);
});

Deno.test("whoever may only look sees no button, and has none", async () => {
  const { asked, client } = stage(LOCKED);
  const browser = client();
  assert.equal((await browser.post("/quarantine/5/release", {})).status, 401);
  await browser.logIn(LOCKED.viewPassword);
  const { text } = await browser.send(PAGE);
  assert.match(text, /duplicate-stamp/);
  assert.doesNotMatch(text, /quarantine\/5\/release/);
  const token = await browser.tokenIn(PAGE);
  assert.equal((await browser.post("/quarantine/5/release", { token })).status, 403);
  assert.deepEqual(asked, []);
});

Deno.test("a program releases a row by its role, with the same refusals", async () => {
  const asked: unknown[] = [];
  const endpoint = releaseEndpoint({
    release: (by, row) =>
      row.id === 404
        ? Promise.reject(new Refusal(409, "Cannot release row 404: somebody else did"))
        : Promise.resolve((asked.push([by, row]), "Row 5 is a bar now")),
  });
  const { client } = routes({ access: LOCKED, endpoints: [endpoint] });
  const send = async (id: string, body: unknown, password = LOCKED.password) => {
    const { status, text } = await client().send(`/api/v1/quarantine/${id}/release`, {
      method: "POST",
      headers: { authorization: `Bearer ${password}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return [status, JSON.parse(text).said ?? JSON.parse(text).detail];
  };
  assert.deepEqual(await send("5", { choice: 2 }), [200, "Row 5 is a bar now"]);
  assert.deepEqual(await send("5", {}), [200, "Row 5 is a bar now"]);
  assert.deepEqual(asked.splice(0), [["a program (API)", { id: 5, choice: 2 }], ["a program (API)", { id: 5 }]]);
  assert.deepEqual(await send("404", {}), [409, "Cannot release row 404: somebody else did"]);
  assert.equal((await send("x", {}))[0], 404);
  assert.equal((await send("5", { choice: 0 }))[0], 422);
  assert.equal((await send("5", {}, LOCKED.viewPassword))[0], 403);
  assert.deepEqual(asked, []);
});
