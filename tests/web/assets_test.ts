import assert from "node:assert/strict";
import { assetAt, ASSETS } from "../../src/web/assets.ts";

Deno.test("every file is found by the name its content gives it, and by no other", () => {
  for (const asset of Object.values(ASSETS)) {
    assert.match(asset.href, /^\/assets\/\w+\.[0-9a-f]{12}\.\w+$/);
    assert.equal(assetAt(asset.href), asset);
    assert.ok(asset.text.length > 100);
  }
  assert.equal(assetAt("/assets/style.css"), null);
  assert.equal(assetAt("/assets/toString"), null);
});

Deno.test("nothing is asked of anybody else", () => {
  const { style, script } = ASSETS;
  assert.doesNotMatch(style.text + script.text, /https?:|@import|url\(|\beval\b|new Function|innerHTML\s*=(?!=)/);
});
