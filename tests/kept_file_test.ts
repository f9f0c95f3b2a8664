/** What is in a file that somebody kept, and what is said of one that cannot be loaded? */
import assert from "node:assert/strict";
import { readKept } from "../src/kept_file.ts";

const bars = (day: string) => ({
  [day]: { "1. open": "1", "2. high": "1", "3. low": "1", "4. close": "1", "5. volume": "7" },
});
const answer = (rows: unknown, key = "Time Series (Daily)") =>
  JSON.stringify({
    "Meta Data": { "2. Symbol": "ibm", "3. Last Refreshed": "2026-02-20", "6. Time Zone": "US/Eastern" },
    [key]: rows,
  });

Deno.test("an answer, with where it reaches to: nobody knows of which key it is, so bars settle late", () => {
  const kept = readKept(
    answer(bars("2026-02-20 14:44:00"), "Time Series (1min)"),
    Date.parse("2026-02-20T15:00:05-05:00"),
  );
  assert.ok(typeof kept !== "string");
  assert.deepEqual(kept.series, { symbol: "IBM", interval: "1min" });
  assert.equal(kept.answer.form, "TIME_SERIES_INTRADAY compact");
  assert.equal(kept.answer.zone, "America/New_York");
  assert.deepEqual(kept.reading.bars.map(({ settled }) => settled), [false], "of a delayed key it would still grow");
  const later = readKept(
    answer(bars("2026-02-20 14:44:00"), "Time Series (1min)"),
    Date.parse("2026-02-20T16:00:00-05:00"),
  );
  assert.ok(typeof later !== "string" && later.reading.bars[0]!.settled);
});

Deno.test("what is none says what it is", () => {
  const at = Date.parse("2026-02-21T00:00Z");
  const cases: [string, RegExp][] = [
    ["", /: it is empty$/],
    [
      "timestamp,open\n1,2\n",
      /^it is no answer with bars in JSON \(CSV says neither symbol nor interval\): it begins "timestamp,open\\n1,2/,
    ],
    ["{}", /it begins "\{\}"$/],
    [answer(bars("2026-02-20")).slice(0, 90), /it begins "\{\\"Meta/],
    [JSON.stringify({ Note: "25 requests per day" }), /^it is a refusal of the vendor: 25 requests per day$/],
    [JSON.stringify({ "Error Message": "Invalid API call" }), /^it is a refusal of the vendor: Invalid API call/],
    [answer({}), /it has no rows/],
    [answer(bars("2026-02-23")), /it has a bar of "2026-02-23", so it was told later/],
  ];
  for (const [text, message] of cases) {
    const found = readKept(text, at);
    assert.ok(typeof found === "string", text);
    assert.match(found, message);
  }
});
