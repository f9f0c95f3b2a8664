/** Does the page of a series show its bars, its coverage and its records, and bring the chart only where there is one? */
import assert from "node:assert/strict";
import { ASSETS } from "../../src/web/assets.ts";
import { hrefOf, rangesOf, rangeStart, seriesPage, type SeriesReads } from "../../src/web/series.tsx";
import type { Refusal } from "../../src/web/visit.ts";
import { drawn, said } from "../support/draw.tsx";
import { seriesReads, symbolRow, visit } from "../support/page.ts";

const IBM = { symbol: "IBM", interval: "daily" } as const;
const show = (change: Partial<SeriesReads> = {}, query = "") =>
  seriesPage(seriesReads(change))(visit({ params: { ...IBM }, query: new URLSearchParams(query) }));

Deno.test("the sentence, the intervals of the symbol, the facts, the chart's own script", async () => {
  const shown = await show();
  assert.match(said(shown), /late by 1 session: 2 bars since 2026-11-19\./);
  assert.match(drawn(shown.body), /href="\/symbols\/IBM\/30min">30min/);
  assert.match(said(shown), /Should hold session of 2026-11-20/);
  assert.deepEqual(shown.scripts?.map(({ href }) => href), [ASSETS.charts.href, ASSETS.chart.href]);
});

Deno.test("whoever may operate is led to a launch of it", async () => {
  const link = /href="\/launch\?symbols=IBM&amp;intervals=daily"/;
  assert.match(drawn((await show()).body), link);
  const page = seriesPage(seriesReads());
  assert.doesNotMatch(drawn((await page(visit({ params: { ...IBM }, role: "view" }))).body), link);
});

Deno.test("no bar yet: no chart, and why; no such series: what would make it one", async () => {
  const empty = { ...symbolRow({ first: null, newest: null, watermark: null, bars: 0 }), intervals: [], held: 0 };
  const shown = await show({ series: () => Promise.resolve(empty) });
  assert.deepEqual(shown.scripts, []);
  assert.match(said(shown), /No bar yet\. The plan says/);
  const missing = (error: Refusal) => error.status === 404 && /STOCK_SYMBOLS/.test(error.message);
  await assert.rejects(show({ series: () => Promise.resolve(null) }), missing);
});

Deno.test("the range, the year and the list of the address reach the questions", async () => {
  const asked: unknown[] = [];
  await show({
    chart: (_, range) => Promise.resolve((asked.push(range), { candles: [], width: null, revised: [], gaps: [] })),
    coverage: (_, year) => Promise.resolve((asked.push(year), { year, years: [], cells: [] })),
    requests: (_, page) => Promise.resolve((asked.push(page), [])),
  }, "range=3m&year=2024&show=requests&before=9");
  assert.deepEqual(asked, [
    { from: Date.parse("2026-08-20"), to: null, points: 120 },
    2024,
    { before: 9, limit: 26 },
  ]);
  assert.equal(
    hrefOf(IBM, { range: "3m", year: 2024, show: "requests", before: 9 }, { year: 2025 }),
    "/symbols/IBM/daily?range=3m&year=2025&show=requests",
  );
});

Deno.test("ranges reach back from the newest bar, days by the sessions of the exchange", () => {
  const half = { symbol: "IBM", interval: "30min" } as const;
  const newest = Date.parse("2026-11-23T20:30Z");
  assert.equal(rangeStart(half, "1d", newest), Date.parse("2026-11-23T09:00Z"));
  assert.equal(rangeStart(half, "5d", newest), Date.parse("2026-11-17T09:00Z"));
  assert.equal(rangeStart(IBM, "1y", Date.parse("2026-11-20")), Date.parse("2025-11-20"));
  assert.equal(rangeStart(IBM, "all", newest), null);
  assert.deepEqual((["5min", "daily", "weekly", "monthly"] as const).map((one) => rangesOf(one).usual), [
    "5d",
    "1y",
    "5y",
    "all",
  ]);
});

Deno.test("a date asked about is answered in one sentence, escaped, and the rest of the address stays", async () => {
  const why: SeriesReads["why"] = (series, date) =>
    Promise.resolve({ series, date, slot: date, verdict: "gap", sentence: `IBM <daily>, ${date}: a gap` });
  const html = drawn((await show({ why }, "why=2026-11-18&range=3m&year=2024&show=requests")).body);
  assert.match(html, /<p class="answered warn">IBM &lt;daily&gt;, 2026-11-18: a gap<\/p>/);
  assert.match(html, /<input type="date" name="why" value="2026-11-18"/);
  for (const kept of ["range=3m", "year=2024", "show=requests"]) {
    const [name, value] = kept.split("=");
    assert.match(html, new RegExp(`type="hidden" name="${name}" value="${value}"`));
  }
  const asked = { why: () => assert.fail("nobody asked") };
  for (const query of ["", "why="]) assert.doesNotMatch(drawn((await show(asked, query)).body), /class="answered/);
  await assert.rejects(show({}, "why=2026-02-30"), (error: Refusal) => error.status === 400);
});
