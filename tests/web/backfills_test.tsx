/** Are backfills listed with how far each is, and is only that offered which can be done, to who may do it? */
import assert from "node:assert/strict";
import type { BackfillView } from "../../src/backfill.ts";
import { backfillsPage } from "../../src/web/backfills.tsx";
import { backfill } from "../support/backfill.ts";
import { drawn, said } from "../support/draw.tsx";
import { NOW, visit } from "../support/page.ts";

function at(backfills: readonly BackfillView[], address = "") {
  const asked: object[] = [];
  const reads = { backfills: (options: object) => Promise.resolve((asked.push(options), backfills)) };
  const show = () => backfillsPage(reads)(visit({ query: new URLSearchParams(address) }));
  return { asked, show };
}

Deno.test("none: how one begins, here and in a terminal", async () => {
  const shown = await at([]).show();
  assert.match(said(shown), /No backfill yet: history comes with the ordinary runs\./);
  assert.match(said(shown), /stocks-etl backfill --symbols IBM --intervals 1min --from 2004-01-01/);
  assert.match(drawn(shown.body), /href="\/launch/);
});

Deno.test("how far each is, what is left of it and when it will be done", async () => {
  const waits = backfill(3, { restUntil: NOW + 3_600_000, reason: "the 25 requests of today are spent" });
  const shown = await at([waits, backfill(2, { state: "complete", held: 5_000, requests: 0, open: 0 })]).show();
  const words = said(shown);
  assert.match(words, /Backfill 3 is running: 180 requests left\./);
  assert.match(words, /3 running 25 % 25 % 1,250 of 5,000 sessions there 2004-01-01 to 2024-12-31 IBM 1min/);
  assert.match(words, /180 requests left, about 4 min; waits until .*: the 25 requests of today are spent/);
  assert.match(words, /2 complete 100 % 100 % 5,000 of 5,000 sessions there/);
  assert.match(drawn(shown.body), /<progress max="5000" value="1250" aria-label="Backfill 3">/);
  assert.match(said(await at([backfill(1), backfill(2)]).show()), /2 backfills are running: 360 requests left\./);
  assert.match(said(await at([backfill(1, { state: "paused" })]).show()), /1 backfill; none is running\./);
});

Deno.test("each state offers what can be done in it, and nothing to who may only look", async () => {
  const steps = {
    running: "pause cancel",
    paused: "resume cancel",
    partial: "resume",
    cancelled: "resume",
    complete: "",
  };
  for (const [state, offered] of Object.entries(steps)) {
    const { body } = await at([backfill(7, { state: state as "running", reason: "because" })]).show();
    const found = [...drawn(body).matchAll(/action="\/backfills\/7\/(\w+)"/g)].map(([, step]) => step);
    assert.equal(found.join(" "), offered, state);
    assert.doesNotMatch(drawn(body, { role: "view" }), /<form/);
  }
});

Deno.test("pages of them by key", async () => {
  const many = Array.from({ length: 2 }, (_, index) => backfill(9 - index));
  const { asked, show } = at(many, "limit=2&before=10");
  const { body } = await show();
  assert.deepEqual(asked, [{ limit: 2, before: 10 }]);
  assert.match(drawn(body), /href="\/backfills\?before=8"/);
  assert.match(drawn(body), /href="\/backfills">Newest/);
});

Deno.test("what somebody typed is text", async () => {
  const { body } = await at([backfill(1, { note: "<script>x</script>", askedBy: "<b>ann</b>" })]).show();
  assert.doesNotMatch(drawn(body), /<script>|<b>/);
});
