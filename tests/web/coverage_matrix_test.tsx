/** Is what each series lacks seen at a glance, also by who sees no colour, and read by who sees nothing? */
import assert from "node:assert/strict";
import { coverageMatrixPage, type MatrixFacts, type MatrixFilter } from "../../src/web/coverage_matrix.tsx";
import type { Refusal } from "../../src/web/visit.ts";
import { drawn, said } from "../support/draw.tsx";
import { matrixFacts } from "../support/matrix.ts";
import { visit } from "../support/page.ts";

function at(facts: MatrixFacts = matrixFacts()) {
  const asked: MatrixFilter[] = [];
  const page = coverageMatrixPage({ matrix: (filter) => Promise.resolve((asked.push(filter), facts)) });
  return { asked, show: (query = "") => page(visit({ query: new URLSearchParams(`view=coverage&${query}`) })) };
}

Deno.test("a cell says its date and what is there or why not; a gap is crossed and leads to its year", async () => {
  const shown = await at().show();
  const html = drawn(shown.body);
  assert.match(said(shown), /1 series from 2026-11-19 to 2026-11-20: 1 session missing, 1 there\./);
  assert.match(html, /<g class="cell present"><title>IBM 2026-11-19: 1 bar<\/title>/);
  assert.match(
    html,
    /<a href="\/symbols\/IBM\/daily\?year=2026" tabindex="-1" [^>]*><g class="cell gap"><title>IBM 2026-11-20: gap: not stored yet: late<\/title><rect [^>]*\/?>(?:<\/rect>)?<path/,
  );
  assert.match(html, /aria-label="IBM: 1 there, 1 missing: 2026-11-20"/);
  assert.match(html, /<a href="\/symbols\/IBM\/daily">IBM<\/a>/);
});

Deno.test("nothing is missing; nothing matches; no series at all", async () => {
  const [row] = matrixFacts().rows;
  const whole = matrixFacts({ rows: [{ ...row!, cells: [row!.cells[0]!, null] }] });
  const shown = await at(whole).show();
  assert.match(said(shown), /no session is missing, 1 session there/);
  assert.equal(drawn(shown.body).match(/class="cell /g)?.length, 1, "a day the exchange is closed has no cell");
  const none = await at(matrixFacts({ rows: [], dates: [], matching: 0 })).show("symbol=zzz");
  assert.match(said(none), /No series to show\.[\s\S]*No series matches\. Show all/);
});

Deno.test("the filter reaches the question; pages of sessions and of series keep it", async () => {
  const { asked, show } = at(matrixFacts({ matching: 120, older: "2026-09-01" }));
  const html = drawn((await show("interval=daily&symbol=ib&before=2026-11-21&page=2")).body);
  assert.deepEqual(asked, [{ interval: "daily", symbol: "IB", before: "2026-11-21", page: 2, limit: 50 }]);
  const links = Object.fromEntries(
    [...html.matchAll(/<a href="([^"]*)">([^<]*)<\/a>/g)].map((
      [, href, text],
    ) => [text, href!.replaceAll("&amp;", "&")]),
  );
  const base = "/symbols?view=coverage&interval=daily&symbol=ib";
  assert.equal(links["Older sessions"], `${base}&before=2026-09-01&page=2`);
  assert.equal(links["Newest sessions"], `${base}&page=2`);
  assert.equal(links["After"], `${base}&before=2026-11-21&page=3`.replace("&page=3", "") + "&page=3");
  assert.equal(links["Before"], `${base}&before=2026-11-21`);
  await assert.rejects(show("before=2026-13-01"), (error: Refusal) => error.status === 400);
  await assert.rejects(show("interval=2min"), (error: Refusal) => error.status === 400);
});
