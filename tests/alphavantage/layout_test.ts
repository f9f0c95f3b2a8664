import assert from "node:assert/strict";
import { readLaidOut } from "../../src/alphavantage/layout.ts";
import { parsedRows } from "../../src/alphavantage/rows.ts";
import type { FunctionName } from "../../src/request.ts";
import { answerOf, row } from "../support/answers.ts";
import { seededRandom } from "../support/random.ts";
import { readRecordings } from "../prove/fuzz_bodies.ts";

const DAILY = "TIME_SERIES_DAILY";
const ROWS = ["2026-01-02", "2026-01-05", "2026-01-06"].map((stamp) => row(stamp, "10.5"));
const body = (name: FunctionName = DAILY, rows = ROWS) =>
  answerOf({ function: name, symbol: "IBM", outputsize: "full" }, { rows });

/** What JSON.parse makes of the same text. */
function parsed(text: string, name: FunctionName) {
  const envelope = JSON.parse(text);
  const key = Object.keys(envelope).find((key) => /time series/i.test(key))!;
  const rows = parsedRows(envelope[key], { source: text, name });
  return { envelope: { ...envelope, [key]: {} }, rows };
}

/** Rows as plain values: `raw` of a laid out row is made when it is looked at. */
function told({ envelope, rows }: NonNullable<ReturnType<typeof readLaidOut>>) {
  return {
    envelope: JSON.stringify(envelope),
    rows: rows.map(({ stamp, fields, broken, raw }) => [stamp, { ...fields }, broken, JSON.stringify(raw)]),
  };
}

Deno.test("every recorded answer has the known layout, and is read as JSON.parse reads it", async () => {
  for (const { body, request } of await readRecordings()) {
    const found = readLaidOut(body, request.function);
    assert.ok(found !== null, `${request.function} of ${request.series.symbol} is not read from its text`);
    assert.deepEqual(told(found), told(parsed(body, request.function)));
  }
});

Deno.test("spaces, order and a single row make no other layout", () => {
  const text = body();
  for (
    const one of [text, text.replace(/\s*\n\s*/g, ""), text.replaceAll("\n", "\r\n\t"), body(DAILY, ROWS.slice(1, 2))]
  ) {
    assert.deepEqual(told(readLaidOut(one, DAILY)!), told(parsed(one, DAILY)));
  }
  const oldestFirst = JSON.parse(text);
  oldestFirst["Time Series (Daily)"] = Object.fromEntries(Object.entries(oldestFirst["Time Series (Daily)"]).reverse());
  const reversed = JSON.stringify(oldestFirst);
  assert.deepEqual(told(readLaidOut(reversed, DAILY)!), told(parsed(reversed, DAILY)));
});

Deno.test("anything else is left to JSON.parse", () => {
  const text = body();
  const first = /"2026-01-06": \{[^}]*\},/.exec(text)![0];
  const second = /"2026-01-05": \{[^}]*\},/.exec(text)![0];
  const others: Record<string, string> = {
    "cut": text.slice(0, -2),
    "cut in a row": text.slice(0, text.lastIndexOf("volume")),
    "something after it": `${text}x`,
    "a comma too much": text.replace(/\}\s*\}\s*\}$/, "},}}"),
    "the first stamp twice": text.replace(first, first + first),
    "a later stamp twice": text.replace(second, second + second),
    "a stamp twice, apart": text.replace(/\}\s*\}\s*\}$/, (end) => `},${first.slice(0, -1)}${end.slice(1)}`),
    "no rows": body(DAILY, []),
    "an escape in a value": text.replace('"10.5"', '"1\\u0030.5"'),
    "an escape in the meta data": text.replace("Prices and", "Prices \\u0041nd"),
    "a number": text.replace('"10.5"', "10.5"),
    "a negative price": text.replace('"10.5"', '"-10.5"'),
    "an exponent": text.replace('"10.5"', '"1e1"'),
    "a field missing": text.replace(/,\s*"5. volume": "100"/, ""),
    "a field more": text.replace('"1. open"', '"0. x": "1", "1. open"'),
    "a field twice": text.replace('"1. open"', '"1. open": "1", "1. open"'),
    "an object after the rows": `${text.slice(0, -1)}, "x": {}}`,
    "a second series": `${text.slice(0, -1)}, "Time Series (Daily)": {}}`,
    "a member before": text.replace("{", '{"Note": "x",'),
    "meta data that is no JSON": text.replace('"Prices', "Prices"),
    "meta data with an object": text.replace('"Prices and volumes"', "{}"),
    "no object": `[${text}]`,
  };
  for (const [what, other] of Object.entries(others)) {
    assert.notEqual(other, text, what);
    assert.equal(readLaidOut(other, DAILY), null, what);
  }
  assert.equal(readLaidOut(text, "TIME_SERIES_DAILY_ADJUSTED"), null);
  assert.equal(readLaidOut(body("TIME_SERIES_DAILY_ADJUSTED"), "TIME_SERIES_WEEKLY_ADJUSTED"), null);
});

Deno.test("a text with any one character changed is read as JSON.parse reads it, or left to it", () => {
  const { random, seed } = seededRandom();
  const characters = [...'{}[]",:\\ \n0159-.eE+aT\0\u00e9\u2028'];
  const pick = (length: number) => Math.floor(random() * length);
  let read = 0;
  for (const name of [DAILY, "TIME_SERIES_DAILY_ADJUSTED", "TIME_SERIES_WEEKLY_ADJUSTED"] as const) {
    const text = body(name);
    for (let count = 0; count < 4_000; count++) {
      const [at, gone] = [pick(text.length), pick(3)];
      const changed = text.slice(0, at) + characters[pick(characters.length)] + text.slice(at + gone);
      const found = readLaidOut(changed, name);
      if (found === null) continue;
      read += 1;
      assert.deepEqual(told(found), told(parsed(changed, name)), `TEST_SEED=${seed}: ${changed}`);
    }
  }
  assert.ok(read > 500, `TEST_SEED=${seed}: only ${read} were read`);
});

Deno.test("a hostile head ends soon", () => {
  const started = performance.now();
  for (const word of ["Time Series", '"Time Series', " ", '"Meta Data": {']) {
    for (const end of ['": {', '" {', ""]) {
      assert.equal(readLaidOut(`{"Meta Data": {"a": "b"}, "${word.repeat(100_000)}${end}`, DAILY), null);
      assert.equal(readLaidOut(`{"Meta Data": {"a": "${word.repeat(100_000)}${end}`, DAILY), null);
    }
  }
  assert.ok(performance.now() - started < 5_000);
});
