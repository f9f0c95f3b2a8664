import assert from "node:assert/strict";
import { assetAt, ASSETS } from "../../src/web/assets.ts";

Deno.test("every file is found by the name its content gives it, and by no other", () => {
  for (const asset of Object.values(ASSETS)) {
    assert.match(asset.href, /^\/assets\/[\w-]+\.[0-9a-f]{12}\.\w+$/);
    assert.equal(assetAt(asset.href), asset);
    assert.ok(asset.text.length > 100);
  }
  assert.equal(assetAt("/assets/style.css"), null);
  assert.equal(assetAt("/assets/toString"), null);
});

Deno.test("nothing is asked of anybody else", () => {
  const { style, script, chart } = ASSETS;
  assert.doesNotMatch(
    style.text + script.text + chart.text,
    /https?:|@import|url\(|\beval\b|new Function|innerHTML\s*=(?!=)/,
  );
});

Deno.test("the chart library is the version we say, with its notice, and its logo has no place to be asked for", () => {
  const head = ASSETS.charts.text.slice(0, 300);
  assert.match(head, /@license[\s\S]*Lightweight Charts™ v5\.2\.1[\s\S]*TradingView, Inc\.[\s\S]*Apache License 2\.0/);
  assert.match(ASSETS.chart.text, /attributionLogo: false/);
});
