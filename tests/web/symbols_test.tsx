/** Does the table say how fresh each series is and what comes next, and keep its filters in the address? */
import assert from "node:assert/strict";
import type { Refusal } from "../../src/web/visit.ts";
import { type SymbolRow, type SymbolsFilter, symbolsPage } from "../../src/web/symbols.tsx";
import { drawn, said } from "../support/draw.tsx";
import { NOW, reads, symbolRow, visit } from "../support/page.ts";

function at(rows: readonly SymbolRow[], { matching = rows.length, complete = 0 } = {}) {
  const asked: SymbolsFilter[] = [];
  const counts = { complete, late: rows.length - complete, empty: 0 };
  const page = symbolsPage({
    ...reads().symbols,
    symbols: (filter) => Promise.resolve((asked.push(filter), { rows, matching, counts })),
  });
  return { asked, show: (query = "") => page(visit({ query: new URLSearchParams(query) })) };
}

Deno.test("no series is configured: what names some; none matches: the way back", async () => {
  assert.match(said(await at([]).show()), /No series is configured\.[\s\S]*STOCK_SYMBOLS=IBM,MSFT/);
  const page = symbolsPage({
    ...reads().symbols,
    symbols: () => Promise.resolve({ rows: [], matching: 0, counts: { complete: 3, late: 0, empty: 0 } }),
  });
  const text = said(await page(visit({ query: new URLSearchParams("symbol=x") })));
  assert.match(text, /All 3 series hold all that has closed\.[\s\S]*No series matches\. Show all series/);
});

Deno.test("a row: word and shape, watermark, bars, results with their run, key, and what is asked next", async () => {
  const request = { series: symbolRow().series, function: "TIME_SERIES_DAILY", size: "compact", month: null } as const;
  const next = {
    action: "ask",
    series: symbolRow().series,
    request,
    then: [request],
    later: null,
    reason: "r",
  } as const;
  const shown = await at([symbolRow({ next })]).show();
  const text = said(shown);
  assert.match(text, /0 of 1 series hold all that has closed; 1 late\./);
  assert.match(
    text,
    /IBM daily late by 1 session 2026-11-19 2 1 stored 1 min ago full premium 2 requests at the next run compact/,
  );
  const html = drawn(shown.body);
  assert.match(html, /href="\/symbols\/IBM\/daily"/);
  assert.match(html, /href="\/runs\/7" title="Run 7: stored, 1 min ago"/);
});

Deno.test("what is unknown or rests says why; a count that was given up says at least", async () => {
  const until = NOW + 3_600_000;
  const rests = {
    action: "defer",
    series: symbolRow().series,
    kind: "quota",
    reason: "the quota is spent",
    until,
  } as const;
  const text = said(
    await at([symbolRow({ next: rests, bars: 10_000, results: [], entitlements: [], watermark: null })]).show(),
  );
  assert.match(text, /–no settled bar yet ≥ 10,000 1 –never asked for –not asked for yet: the first answer tells/);
  assert.match(text, /rests until 2026-11-22 15:00 UTC: the quota is spent/);
});

Deno.test("the filters of the address reach the question and stay in every link", async () => {
  const stage = at([symbolRow()], { matching: 230 });
  const html = drawn((await stage.show("symbol=ib&interval=daily&freshness=late&page=2")).body);
  assert.deepEqual(stage.asked, [{ symbol: "IB", interval: "daily", freshness: "late", page: 2, limit: 100 }]);
  assert.match(html, /href="\/symbols\?symbol=ib&amp;interval=daily&amp;freshness=late">Before/);
  assert.match(
    html,
    /href="\/symbols\?symbol=ib&amp;interval=daily&amp;freshness=late&amp;page=3">After|101 to 101 of/,
  );
  assert.match(
    html,
    /href="\/symbols\?symbol=ib&amp;interval=daily&amp;freshness=complete">Complete/,
    "from its first page",
  );
  assert.match(html, /<option value="daily" selected="">/);
  await assert.rejects(stage.show("freshness=stale"), (error: Refusal) => error.status === 400);
});
