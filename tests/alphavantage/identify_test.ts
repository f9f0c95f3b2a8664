import assert from "node:assert/strict";
import { requestIn } from "../../src/alphavantage/identify.ts";
import { formOf } from "../../src/request.ts";

const FOLDERS = ["../../src/alphavantage/recorded/", "../fixtures/alphavantage/"].map((path) =>
  new URL(path, import.meta.url)
);

Deno.test("every recorded answer with bars says what was asked, as its name does; no other one does", () => {
  let answers = 0;
  for (const folder of FOLDERS) {
    for (const { name } of Deno.readDirSync(folder)) {
      if (!name.endsWith(".json")) continue;
      const request = requestIn(Deno.readTextFileSync(new URL(name, folder)));
      const said =
        /^(TIME_SERIES_(?:INTRADAY|(?:DAILY|WEEKLY|MONTHLY)(?:_ADJUSTED)?))_([A-Z]+)_(?:(\d+min)_)?(?:(compact|full)_)?/
          .exec(name);
      if (said === null) {
        assert.equal(request, null, name);
        continue;
      }
      const [, named, symbol, interval, size = null] = said;
      const long = /DAILY|WEEKLY|MONTHLY/.exec(named!)?.[0].toLowerCase();
      assert.deepEqual(
        request,
        { series: { symbol, interval: interval ?? long }, function: named, size, month: null },
        name,
      );
      answers++;
    }
  }
  assert.equal(answers, 22);
});

Deno.test("meta data in another order or dress; and what is no answer with bars", () => {
  const body = (meta: unknown, key = "Time Series (Daily)", rows: unknown = {}) =>
    JSON.stringify({ [key]: rows, "Meta Data": meta });
  const formIn = (text: string) => {
    const request = requestIn(text);
    return request === null ? null : `${request.series.symbol} ${request.series.interval} ${formOf(request)}`;
  };
  assert.equal(
    formIn("\uFEFF" + body({ "2. Symbol": " ibm ", "4. Output Size": "Full size" })),
    "IBM daily TIME_SERIES_DAILY full",
  );
  assert.equal(
    formIn(body({ "Symbol": "IBM", "4. Interval": "5min" }, "Time Series", { a: {} })),
    "IBM 5min TIME_SERIES_INTRADAY compact",
  );
  assert.equal(
    formIn(body({ "2. Symbol": "IBM" }, "Weekly Adjusted Time Series", { a: { "5. adjusted close": "1" } })),
    "IBM weekly TIME_SERIES_WEEKLY_ADJUSTED",
  );
  for (
    const text of [
      "",
      "timestamp,open\n2026-01-02,1",
      "null",
      "[1]",
      "7",
      '"Time Series (Daily)"',
      "{",
      body(null),
      body({ "2. Symbol": "A/B" }),
      body({ "2. Symbol": "IBM" }, "Time Series"),
      body({ "2. Symbol": "IBM" }, "Time Series (2min)"),
      JSON.stringify({ "Information": "premium", "Meta Data": { "2. Symbol": "IBM" } }),
    ]
  ) assert.equal(requestIn(text), null, text);
});
