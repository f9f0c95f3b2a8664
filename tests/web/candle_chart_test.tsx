/** Can the bars be read without script: rises and falls, what can still grow, what was revised? */
import assert from "node:assert/strict";
import { CandleChart } from "../../src/web/candle_chart.tsx";
import { drawn } from "../support/draw.tsx";
import { seriesReads } from "../support/page.ts";

const IBM = { symbol: "IBM", interval: "daily" } as const;
const chart = await seriesReads().chart(IBM, { from: null, to: null, points: 9 });

Deno.test("a candle each, hollow while it can grow, a mark where it was revised, its numbers on hover", () => {
  const html = drawn(<CandleChart series={IBM} chart={chart} from={null} newest={0} />);
  assert.match(html, /class="candle up">[\s\S]*<circle class="revised"/);
  assert.match(
    html,
    /class="candle down hollow"><title>2026-11-20\nopen 10\.5, high 12, low 10, close 10\.25\nvolume 1200\nprovisional/,
  );
  assert.match(html, /data-bars="\/api\/v1\/series\/IBM\/daily\/bars"/);
  assert.match(html, /TradingView<\/a> Lightweight Charts™, © 2026 TradingView, Inc\./);
  assert.doesNotMatch(html, /NaN|Infinity|style=/);
});

Deno.test("one price all along, and nothing at all, are drawn too; a range is handed to the script", () => {
  const flat = chart.candles.map((candle) => ({ ...candle, open: "1", high: "1", low: "1", close: "1" }));
  assert.doesNotMatch(
    drawn(<CandleChart series={IBM} chart={{ ...chart, candles: flat }} from={0} newest={0} />),
    /NaN/,
  );
  const none = drawn(<CandleChart series={IBM} chart={{ ...chart, candles: [] }} from={0} newest={0} />);
  assert.match(none, /No bar in this range/);
  assert.match(none, /bars\?from=1970-01-01T00:00:00\.000Z/);
});
