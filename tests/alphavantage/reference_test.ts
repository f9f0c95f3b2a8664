/** Are answers that are no bars read exactly, and is everything else told apart from "there are none"? */
import assert from "node:assert/strict";
import { classify } from "../../src/alphavantage/answer.ts";
import type { ReferenceRequest, SearchRequest } from "../../src/request.ts";
import { recorded } from "../support/recorded.ts";
import { dividendsBody, listingsBody, referenceAnswer, splitsBody } from "../support/reference_answers.ts";

const SPLITS: ReferenceRequest = { form: "SPLITS", symbol: "IBM" };
const DIVIDENDS: ReferenceRequest = { form: "DIVIDENDS", symbol: "IBM" };
const LISTED: ReferenceRequest = { form: "LISTING_STATUS active", symbol: null };
const DELISTED: ReferenceRequest = { form: "LISTING_STATUS delisted", symbol: null };
const SEARCH: SearchRequest = { form: "SYMBOL_SEARCH", symbol: null, keywords: "x" };

function read(body: string, request: ReferenceRequest | SearchRequest, httpStatus = 200) {
  const answer = classify(body, { httpStatus, request });
  assert.equal(answer.kind, "reference", JSON.stringify(answer));
  return (answer as Extract<typeof answer, { kind: "reference" }>).document;
}

const kind = (body: string, request: ReferenceRequest | SearchRequest = SPLITS, httpStatus = 200) =>
  classify(body, { httpStatus, request }).kind;

Deno.test("splits and dividends, with dates that the vendor does not know", () => {
  const splits = [{ date: "2021-11-04", factor: "1.0460" }, { date: "1999-05-27", factor: "2.0000" }];
  const body = splitsBody("IBM", splits);
  assert.deepEqual(read(`\uFEFF\n${body}`, SPLITS), { splits, refused: null, source: body });
  assert.deepEqual(read(splitsBody("ibm", []), SPLITS), { splits: [], refused: null, source: splitsBody("ibm", []) });
  const known = {
    date: "2025-11-10",
    amount: "1.68",
    declarationDate: "2025-10-22",
    recordDate: "2025-11-10",
    paymentDate: "2025-12-10",
  };
  const old = { date: "1999-02-08", amount: "0.22", declarationDate: null, recordDate: null, paymentDate: null };
  const found = read(dividendsBody("IBM", [known, old]), DIVIDENDS);
  assert.deepEqual("dividends" in found ? found.dividends : null, [known, old]);
});

Deno.test("a bad row is left out and told, the good ones beside it count", () => {
  const rows = [
    { effective_date: "2020-08-31", split_factor: "4.0000" },
    { effective_date: "2020-02-30", split_factor: "2.0000" },
    { effective_date: "2019-01-02", split_factor: "0.0000" },
    { effective_date: "2018-01-02", split_factor: "-2" },
    { effective_date: "2017-01-03", split_factor: 0.5 },
    "none",
  ];
  const found = read(JSON.stringify({ symbol: "IBM", data: rows }), SPLITS);
  assert.deepEqual("splits" in found ? found.splits : null, [
    { date: "2020-08-31", factor: "4.0000" },
    { date: "2017-01-03", factor: "0.5" },
  ]);
  assert.equal(found.refused?.rows, 4);
  assert.match(found.refused!.first, /2020-02-30.*has a bad "effective_date"/);
  const twice = (factor: string) =>
    splitsBody("IBM", [{ date: "2020-08-31", factor: "4.0000" }, { date: "2020-08-31", factor }]);
  const same = read(twice("4.0"), SPLITS);
  assert.equal("splits" in same && same.splits.length, 1);
  assert.equal(kind(twice("7")), "malformed", "nobody knows which is true");
});

Deno.test("what is no such list is no empty list", () => {
  for (const body of ['{"symbol":"IBM"}', '{"symbol":"IBM","data":null}', '{"symbol":"IBM","data":{}}']) {
    assert.equal(kind(body), "unknown-notice", body);
  }
  assert.equal(kind('{"data":[]}'), "malformed");
  assert.equal(kind(splitsBody("MSFT", [])), "malformed", "of another symbol");
  assert.equal(kind("{}"), "empty");
  assert.equal(kind(splitsBody("IBM", []).slice(0, 20)), "malformed");
  assert.equal(kind("<!DOCTYPE html>"), "outage");
  assert.equal(kind(splitsBody("IBM", []), SPLITS, 503), "outage");
  assert.equal(kind(listingsBody([{ symbol: "A" }]), SPLITS), "malformed");
  assert.equal(kind(splitsBody("IBM", []), LISTED), "malformed");
  assert.equal(kind(listingsBody([{ symbol: "A" }]), LISTED, 502), "outage");
  const artificial = {
    message: "This is a premium endpoint.",
    data: [{ effective_date: "2020-08-31", split_factor: "4" }],
  };
  assert.equal(kind(JSON.stringify({ symbol: "IBM", ...artificial })), "premium", "a refusal beside rows wins");
});

Deno.test("a refusal is the same for every function", () => {
  for (const request of [SPLITS, DIVIDENDS, LISTED, DELISTED, SEARCH]) {
    for (const { body, kind: expected } of refusals()) assert.equal(kind(body, request), expected, request.form);
  }
});

function refusals() {
  return [
    {
      body: JSON.stringify({ Information: "Please consider spreading out your free API requests more sparingly" }),
      kind: "burst",
    },
    {
      body: JSON.stringify({ Information: "our standard API rate limit is 25 requests per day" }),
      kind: "daily-limit",
    },
    { body: JSON.stringify({ Information: "This is a premium endpoint." }), kind: "premium" },
    { body: JSON.stringify({ "Error Message": "Invalid API call. Please retry" }), kind: "bad-symbol" },
    { body: JSON.stringify({ "Error Message": "the parameter apikey is invalid or missing." }), kind: "bad-key" },
  ];
}

Deno.test("the recorded list of symbols, with names that are not there and symbols that are odd", async () => {
  const body = await recorded("vintages", "LISTING_STATUS_active_2026-05-17_excerpt.csv");
  const found = read(body, LISTED);
  assert.ok("listings" in found);
  assert.equal(found.refused, null);
  assert.equal(found.listings.length, 30);
  const of = (symbol: string) => found.listings.find((one) => one.symbol === symbol);
  assert.deepEqual(of("IBM"), {
    symbol: "IBM",
    name: "International Business Machines Corp",
    exchange: "NYSE",
    assetType: "Stock",
    ipoDate: "1962-01-02",
    delistingDate: null,
  });
  assert.equal(of("AMEH")?.name, null);
  assert.equal(of("-P-HIZ")?.exchange, "NASDAQ");
});

Deno.test("lines that are no listing of the kind asked for are counted, names in quotes are read", () => {
  const body = listingsBody([
    { symbol: "A" },
    { symbol: "GONE", delistingDate: "2024-05-01" },
    { symbol: '"B"', name: '"Foo, ""Bar"" Inc"' },
    { symbol: "BAD", ipoDate: "2024-13-01" },
    { symbol: "SHORT,X" },
  ]);
  const found = read(body, LISTED);
  assert.ok("listings" in found);
  assert.deepEqual(found.listings.map(({ symbol, name }) => [symbol, name]), [["A", null], ["B", 'Foo, "Bar" Inc']]);
  assert.equal(found.refused?.rows, 3);
  const gone = read(body, DELISTED);
  assert.deepEqual("listings" in gone && gone.listings.map(({ symbol, delistingDate }) => [symbol, delistingDate]), [[
    "GONE",
    "2024-05-01",
  ]]);
});

Deno.test("what a search finds, numbers before the names or not", () => {
  const match = {
    symbol: "BA",
    name: "The Boeing Company",
    type: "Equity",
    region: "United States",
    currency: "USD",
    score: "1.0000",
  };
  const body = referenceAnswer({ function: "SYMBOL_SEARCH" }, { matches: [match] })!;
  const found = read(body, SEARCH);
  assert.deepEqual("matches" in found ? found.matches : null, [match]);
  assert.equal(kind('{"bestMatches":[]}', SEARCH), "reference");
});
