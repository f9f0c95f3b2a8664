import assert from "node:assert/strict";
import { hiddenColumnsOf, themeOf, zoneOf } from "../../src/web/settings.ts";

Deno.test("the zone is the one chosen; local is UTC until the browser says where it is, and says so", () => {
  assert.deepEqual(zoneOf(undefined, "Europe/Berlin"), { choice: "utc", name: "UTC", unknown: false });
  assert.deepEqual(zoneOf("exchange", undefined), { choice: "exchange", name: "America/New_York", unknown: false });
  assert.deepEqual(zoneOf("local", "Europe/Berlin"), { choice: "local", name: "Europe/Berlin", unknown: false });
  for (const made of [undefined, "", "Nowhere/At_All", "<script>"]) {
    assert.deepEqual(zoneOf("local", made), { choice: "local", name: "UTC", unknown: true });
  }
});

Deno.test("a theme nobody has is the system's", () => {
  assert.deepEqual(["dark", "light", "auto", "x", undefined].map(themeOf), ["dark", "light", "auto", "auto", "auto"]);
});

Deno.test("hidden columns are those a list has", () => {
  assert.deepEqual(hiddenColumnsOf("requests.took.nothing.<b>"), ["took", "requests"]);
  assert.deepEqual(hiddenColumnsOf(undefined), []);
});
