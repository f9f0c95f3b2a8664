import assert from "node:assert/strict";
import { digestOf } from "../src/digest.ts";
import { htmlOf } from "../src/letter_html.ts";
import { factsOf, failed, incident, NO_NEWS, result } from "./support/finished.ts";

const EVIL = `<script>alert(1)</script>"'&<img src=x onerror=y>`;

Deno.test("everything that is data is escaped, in text and in attributes", () => {
  const letter = digestOf(factsOf([failed("IBM daily", "outage", EVIL), result("A daily")], {
    pageUrl: 'https://x.example/"><script>',
    news: { ...NO_NEWS, opened: [incident("vendor", ["IBM daily"], { detail: EVIL, title: EVIL })] },
  }));
  const html = htmlOf({ ...letter, subject: EVIL, lead: EVIL });
  assert.doesNotMatch(html, /<script|<img|onerror=y>/);
  assert.ok(html.includes("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
});

Deno.test("nothing is loaded from anywhere, and dark and narrow are provided for", () => {
  const html = htmlOf(digestOf(factsOf([result("IBM daily"), result("A daily")], { pageUrl: "https://x.example" })));
  assert.doesNotMatch(html, /<img|<link|url\(|src=|@import/);
  assert.deepEqual(html.match(/https?:\/\/[^"<]+/g)!.every((url) => url.startsWith("https://x.example/")), true);
  assert.match(html, /prefers-color-scheme: dark/);
  assert.match(html, /max-width: 480px/);
  assert.match(html, /<meta name="viewport"/);
});

Deno.test("the words of the letter are all there, row by row, with their links", () => {
  const html = htmlOf(digestOf(factsOf([failed("BRK.B daily", "stale", "not yet"), result("IBM daily")], {
    pageUrl: "https://x.example",
    gapOf: (series) => series.symbol === "IBM" ? 0 : 3,
  })));
  assert.match(html, /href="https:\/\/x\.example\/symbols\/BRK\.B\/daily"[^>]*>BRK\.B daily<\/a>/);
  assert.match(html, />late<\/td>/);
  assert.match(html, />3 sessions<\/td>/);
  assert.match(html, />26 new<\/td>/);
  assert.match(html, /colspan="4"[^>]*>not yet<\/td>/);
  assert.match(html, /href="https:\/\/x\.example\/runs\/1042"/);
  assert.match(html, /width="50%"[^>]*background:#2da44e/);
});

Deno.test("a run of 500 failing series stays below what Gmail shows in one piece", () => {
  const results = Array.from({ length: 500 }, (_, index) => failed(`S${index} daily`, "outage", "x".repeat(400)));
  const letter = digestOf(factsOf(results, {
    pageUrl: "https://etl.example.com",
    news: { ...NO_NEWS, opened: [incident("vendor", results.map(({ series }) => `${series.symbol} daily`))] },
  }));
  const html = htmlOf(letter);
  assert.ok(new TextEncoder().encode(html).length < 102_000, `${html.length}`);
  assert.match(html, /440 more series are not shown/);
});
