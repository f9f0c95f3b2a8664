/** What do the commands about symbols print, and what do `plan`, `status` and `check` say of what is beside bars? */
import assert from "node:assert/strict";
import { commanding } from "./support/commanding.ts";
import { startCurrentVendor } from "./support/market.ts";

const selection = { symbols: null, intervals: null };

async function stage() {
  const vendor = await startCurrentVendor(["AAA", "MSTF"]);
  vendor.reference({
    splits: { AAA: [{ date: "2020-08-31", factor: "4" }] },
    listings: [
      { symbol: "AAA", name: "Triple A", ipoDate: "1999-11-18" },
      { symbol: "MSFT", name: "Microsoft Corporation" },
      { symbol: "ZZZ" },
      { symbol: "GONE", delistingDate: "2020-01-02" },
    ],
    matches: [{
      symbol: "MSFT",
      name: "Microsoft Corporation",
      type: "Equity",
      region: "United States",
      currency: "USD",
      score: "0.75",
    }],
  });
  const env = { API_POLITE_DELAY_SEC: "0", STOCK_SYMBOLS: "AAA,MSTF", ACTIONS_DAYS: "7", LISTING_DAYS: "7" };
  return await commanding(vendor, { env });
}

Deno.test("symbols before and after there is a list; a strange one with what may be meant; a search", async () => {
  await using at = await stage();
  const before = await at.done({ name: "symbols", json: false });
  assert.match(before.out, /^AAA +not known yet /m);
  const plan = await at.done({ name: "plan", selection, force: false, json: false });
  assert.match(plan.out, /^the market +ask +LISTING_STATUS active +1 +not known yet$/m);
  assert.match(plan.out, /^AAA +ask +SPLITS +1 +not known yet$/m);
  assert.match(plan.out, /^2 requests now, 5 beside bars; 25 of 25 requests are left today$/m);
  assert.equal(
    JSON.parse((await at.done({ name: "plan", selection, force: false, json: true })).out).reference.length,
    5,
  );
  assert.equal(at.vendor.requests.length, 0);

  assert.equal((await at.done({ name: "run", selection, force: false, quiet: true })).out, "complete\n");
  const after = await at.done({ name: "symbols", json: false });
  assert.match(after.out, /^AAA +listed +Triple A +NYSE +1999-11-18 +1 +0$/m);
  assert.match(after.out, /^MSTF +unknown .* 0 +0$/m);
  assert.match(after.out, /^MSTF: perhaps MSFT \(Microsoft Corporation\)$/m);
  assert.equal(JSON.parse((await at.done({ name: "symbols", json: true })).out)[1].near[0].symbol, "MSFT");
  const status = await at.done({ name: "status", selection, json: false });
  assert.match(status.out, /^Beside bars: 5 of 6 known/m);
  assert.equal(JSON.parse((await at.done({ name: "status", selection, json: true })).out).reference.length, 6);
  const check = await at.done({ name: "check" });
  assert.match(
    check.out,
    /warn +symbols +"MSTF" is not in the vendor's list of symbols, perhaps MSFT \(Microsoft Corporation\)/,
  );
  assert.match(check.out, /"symbols search MSTF" asks the vendor, for one request/);
  assert.match(
    (await at.done({ name: "check" }, { change: { STOCK_SYMBOLS: "AAA" } })).out,
    /ok +symbols +none is strange to the vendor's list$/m,
  );

  const asked = at.vendor.requests.length;
  const search = await at.done({ name: "symbols search", keywords: "MSTF", json: false });
  assert.deepEqual([search.code, at.vendor.requests.length - asked], [0, 1]);
  assert.match(search.out, /^MSFT +Microsoft Corporation +Equity +United States +USD +0\.75$/m);
  assert.equal(
    JSON.parse((await at.done({ name: "symbols search", keywords: "MSTF", json: true })).out)[0].symbol,
    "MSFT",
  );
  at.vendor.answerBy(() => "empty");
  const refused = await at.done({ name: "symbols search", keywords: "x", json: false });
  assert.deepEqual([refused.code, refused.out], [1, ""]);
  assert.match(refused.err, /^stocks-etl: Cannot search for "x": Cannot use the answer/);
});

Deno.test("a search without a key is a matter of configuration, symbols without one is none", async () => {
  await using at = await stage();
  const without = { change: { ALPHAVANTAGE_API_KEY: "" } };
  assert.equal((await at.done({ name: "symbols search", keywords: "x", json: false }, without)).code, 2);
  assert.equal((await at.done({ name: "symbols", json: false }, without)).code, 0);
});
