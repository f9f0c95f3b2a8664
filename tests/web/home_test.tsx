/** Does the start page show every series, and nothing of it as markup? */
import assert from "node:assert/strict";
import { HomePage, type HomeView } from "../../src/web/home.tsx";

const VIEW: HomeView = {
  summary: "1 of 2 series are complete.",
  rows: [
    { series: "IBM daily", holds: "2023-01-03 to 2023-07-03", last: "stored", next: "complete" },
    { series: "BAD daily", holds: "nothing yet", last: "failed: bad-symbol", next: "waits" },
  ],
  nextTick: "next tick 2023-07-05 06:00Z",
  asOf: "2023-07-04 06:00Z",
  version: "1.2.3",
};

const textOf = (view: HomeView) => String(HomePage(view));

Deno.test("the answer first, a row per series in the given order, and when it was true", () => {
  const text = textOf(VIEW);
  const order = [
    "1 of 2 series",
    "IBM daily",
    "2023-01-03 to 2023-07-03",
    "BAD daily",
    "next tick",
    "as of 2023-07-04",
  ];
  const places = order.map((part) => text.indexOf(part));
  assert.ok(places.every((place) => place > 0), text);
  assert.deepEqual(places, places.toSorted((a, b) => a - b));
  assert.equal(text.match(/<th scope="row">/g)?.length, 2);
});

Deno.test("the vendor's words are shown as words, in every place they can reach", () => {
  const evil = `<script>alert("x")</script>&'`;
  const row = { series: evil, holds: evil, last: evil, next: evil };
  const text = textOf({ summary: evil, rows: [row], nextTick: evil, asOf: evil, version: evil });
  assert.ok(!text.includes("<script"), text);
  assert.equal(text.match(/&lt;script&gt;alert\(&quot;x&quot;\)/g)?.length, 8);
});

Deno.test("nothing is asked of anybody else: no link, image, font or script leaves the page", () => {
  assert.doesNotMatch(textOf(VIEW), /https?:|\bsrc=|@import|url\(/);
});
