/** Is a change of settings seen, and only that? */
import assert from "node:assert/strict";
import { effectiveSettings, MASK } from "../src/effective.ts";
import { compareSettings, keptOf } from "../src/kept_settings.ts";

const setting = (name: string, value: string | null, origin: "default" | ".env" = "default") => ({
  name,
  value,
  origin,
});

Deno.test("what changed its value differs; what is new, gone, or only comes from elsewhere is told apart", () => {
  const compared = compareSettings(
    [setting("A", "1"), setting("B", "1"), setting("GONE", "x"), setting("NONE", null)],
    [setting("A", "2"), setting("B", "1", ".env"), setting("NEW", "y"), setting("NONE", null)],
  );
  assert.deepEqual(compared.map(({ name, then, now, differs }) => [name, then?.value, now?.value, differs]), [
    ["A", "1", "2", true],
    ["B", "1", "1", false],
    ["NEW", undefined, "y", true],
    ["NONE", null, null, false],
    ["GONE", "x", undefined, true],
  ]);
});

Deno.test("of a secret nothing is kept but that there is one", () => {
  const options = { readFile: () => "", fromFile: [], redact: (text: string) => text, schedule: null };
  const kept = keptOf(effectiveSettings({ ALPHAVANTAGE_API_KEY: "CANARY", STOCK_SYMBOLS: "IBM" }, options));
  assert.doesNotMatch(JSON.stringify(kept), /CANARY/);
  assert.deepEqual(kept.find(({ name }) => name === "ALPHAVANTAGE_API_KEY")?.value, MASK);
  assert.deepEqual(Object.keys(kept[0]!), ["name", "value", "origin"]);
});
