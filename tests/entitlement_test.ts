/** Is a refusal believed for the form it was about, and no longer than a week? */
import assert from "node:assert/strict";
import { refusalOf, REPROBE_MS } from "../src/entitlement.ts";

const series = { symbol: "IBM", interval: "daily" } as const;
const full = { series, function: "TIME_SERIES_DAILY", size: "full", month: null } as const;
const learnt = (allowed: boolean) => ({ form: "TIME_SERIES_DAILY full", allowed, learntAt: 1_000 });

Deno.test("a refusal stands for its form alone, and for a week", () => {
  const entitlements = [learnt(false)];
  assert.equal(refusalOf(full, { entitlements, now: 2_000 }), entitlements[0]);
  assert.equal(refusalOf({ ...full, size: "compact" }, { entitlements, now: 2_000 }), null);
  assert.equal(refusalOf(full, { entitlements, now: 999 + REPROBE_MS }), entitlements[0]);
  assert.equal(refusalOf(full, { entitlements, now: 1_000 + REPROBE_MS }), null);
  assert.equal(refusalOf(full, { entitlements: [learnt(true)], now: 2_000 }), null);
});
