/** Does the search show what it found, as text, and say what it looked through when that is nothing? */
import assert from "node:assert/strict";
import { type Found, searchPage } from "../../src/web/search.tsx";
import type { Refusal } from "../../src/web/visit.ts";
import { drawn, said } from "../support/draw.tsx";
import { NOW, routes, run, visit } from "../support/page.ts";

const NOTHING: Found = { series: [], runs: [], events: [] };
const EVENT = { runId: 7, seq: 3, at: NOW, type: "rows-stored", level: "info", symbol: null, interval: null, data: {} };

function at(found: Found = NOTHING) {
  const asked: string[] = [];
  const page = searchPage({ search: (text) => Promise.resolve((asked.push(text), found)) });
  return { asked, show: (query: string) => page(visit({ query: new URLSearchParams(query) })) };
}

Deno.test("series, runs and events, each with where it leads", async () => {
  const events = [{ ...EVENT, message: "<script>vendor</script>" }];
  const stage = at({ series: [{ symbol: "IBM", interval: "daily" }], runs: [run(7)], events });
  const shown = await stage.show("q=%20the+vendor%20");
  assert.deepEqual(stage.asked, ["the vendor"]);
  assert.match(said(shown), /1 series, 1 run, 1 event for “the vendor”\./);
  const html = drawn(shown.body);
  for (const href of ["/symbols/IBM/daily", "/runs/7", "/runs/7?text=the+vendor#log"]) {
    assert.ok(html.includes(`href="${href}"`), href);
  }
  assert.doesNotMatch(html, /<script>/);
});

Deno.test("nothing found, nothing asked for, too long a text", async () => {
  assert.match(said(await at().show("q=zzz")), /Nothing found for “zzz”[\s\S]*the newest 10,000 runs/);
  const stage = at();
  assert.match(said(await stage.show("q=")), /Look for a symbol/);
  assert.deepEqual(stage.asked, []);
  await assert.rejects(stage.show(`q=${"x".repeat(201)}`), (error: Refusal) => error.status === 400);
});

Deno.test("the box is on every page and keeps what was looked for; a program may ask too", async () => {
  const { client } = routes();
  assert.match((await client().send("/runs")).text, /<form class="find" method="get" action="\/search" role="search"/);
  assert.match((await client().send("/search?q=%22%3Cb%3E")).text, /name="q" value="&quot;&lt;b&gt;"/);
  const { status, text } = await client().send("/api/v1/search?q=x");
  assert.deepEqual([status, JSON.parse(text)], [200, { series: [], runs: [], events: [] }]);
  assert.equal((await client().send("/api/v1/search")).status, 400);
});
