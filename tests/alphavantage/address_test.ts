import assert from "node:assert/strict";
import { describeRequest, requestUrl } from "../../src/alphavantage/address.ts";
import type { BarRequest } from "../../src/request.ts";

const ADDRESS = { base: "https://vendor.test/query", key: "K", extendedHours: true, entitlement: null } as const;
const INTRADAY: BarRequest = {
  series: { symbol: "IBM", interval: "30min" },
  function: "TIME_SERIES_INTRADAY",
  size: "full",
  month: "2009-01",
};
const DAILY: BarRequest = {
  series: { symbol: "BRK-B", interval: "daily" },
  function: "TIME_SERIES_DAILY",
  size: "compact",
  month: null,
};
const WEEKLY: BarRequest = {
  series: { symbol: "TSCO.LON", interval: "weekly" },
  function: "TIME_SERIES_WEEKLY_ADJUSTED",
  size: null,
  month: null,
};

Deno.test("intraday names everything the vendor would otherwise default", () => {
  assert.equal(
    requestUrl(INTRADAY, ADDRESS).href,
    "https://vendor.test/query?function=TIME_SERIES_INTRADAY&symbol=IBM&interval=30min&adjusted=false" +
      "&extended_hours=true&month=2009-01&outputsize=full&datatype=json&apikey=K",
  );
  const regular = requestUrl({ ...INTRADAY, month: null }, { ...ADDRESS, extendedHours: false });
  assert.equal(regular.searchParams.get("extended_hours"), "false");
  assert.equal(regular.searchParams.has("month"), false);
});

Deno.test("the other functions get only what they take", () => {
  assert.equal(
    requestUrl(DAILY, ADDRESS).search,
    "?function=TIME_SERIES_DAILY&symbol=BRK-B&outputsize=compact&datatype=json&apikey=K",
  );
  assert.equal(
    requestUrl(WEEKLY, ADDRESS).search,
    "?function=TIME_SERIES_WEEKLY_ADJUSTED&symbol=TSCO.LON&datatype=json&apikey=K",
  );
});

Deno.test("the entitlement goes where it is documented", () => {
  const delayed = { ...ADDRESS, entitlement: "delayed" } as const;
  const sent = (request: BarRequest) => requestUrl(request, delayed).searchParams.get("entitlement");
  assert.equal(sent(INTRADAY), "delayed");
  assert.equal(sent({ ...DAILY, function: "TIME_SERIES_DAILY_ADJUSTED" }), "delayed");
  assert.equal(sent(DAILY), null);
  assert.equal(sent(WEEKLY), null);
});

Deno.test("symbols and keys cannot break out of their place", () => {
  const symbol = "A&apikey=B#C";
  const url = requestUrl({ ...DAILY, series: { symbol, interval: "daily" } }, { ...ADDRESS, key: "k&x=1+2" });
  assert.equal(url.searchParams.get("symbol"), symbol);
  assert.deepEqual(url.searchParams.getAll("apikey"), ["k&x=1+2"]);
  assert.equal(url.hash, "");
});

Deno.test("a request is named without URL and key", () => {
  assert.equal(describeRequest(INTRADAY), "IBM 30min of 2009-01 (TIME_SERIES_INTRADAY full month)");
  assert.equal(describeRequest(WEEKLY), "TSCO.LON weekly (TIME_SERIES_WEEKLY_ADJUSTED)");
});
