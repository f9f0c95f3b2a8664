/** Is a date asked about on the page it was asked on, with the answer beside it? */
import assert from "node:assert/strict";
import { AskWhy, whyHref } from "../../src/web/ask_why.tsx";
import { drawn } from "../support/draw.tsx";

const series = { symbol: "BRK-B", interval: "daily" } as const;

Deno.test("a link to a date keeps the rest of the address", () => {
  assert.equal(whyHref("/symbols/IBM/daily", "2026-11-18"), "/symbols/IBM/daily?why=2026-11-18#why");
  assert.equal(
    whyHref("/symbols/IBM/daily?year=2024", "2026-11-18"),
    "/symbols/IBM/daily?year=2024&why=2026-11-18#why",
  );
});

Deno.test("what was chosen besides is sent along, what is usual is not; an answer warns unless the bar is there", () => {
  const asked = { range: "1y", year: undefined, show: "results", before: undefined, why: undefined } as const;
  const why = { series, date: "2026-11-18", slot: "2026-11-18", verdict: "gap", sentence: "a <gap>" } as const;
  const html = drawn(<AskWhy series={series} asked={asked} why={why} />);
  assert.deepEqual([...html.matchAll(/type="hidden" name="(\w+)"/g)].map(([, name]) => name), ["range"]);
  assert.match(html, /action="\/symbols\/BRK-B\/daily#why"/);
  assert.match(html, /class="answered warn">a &lt;gap&gt;</);
  const there = drawn(<AskWhy series={series} asked={asked} why={{ ...why, verdict: "present" }} />);
  assert.match(there, /class="answered">/);
  assert.doesNotMatch(drawn(<AskWhy series={series} asked={asked} why={null} />), /answered/);
});
