import assert from "node:assert/strict";
import { parsedRows } from "../../src/alphavantage/rows.ts";
import type { FunctionName } from "../../src/request.ts";

function rowsIn(series: string, name: FunctionName = "TIME_SERIES_DAILY") {
  const source = `{"Meta Data": {}, "Time Series (Daily)": {${series}}}`;
  return parsedRows(JSON.parse(source)["Time Series (Daily)"], { source, name });
}

const plain = '"1. open": "1", "2. high": "4", "3. low": "0.5", "4. close": "2"';

Deno.test("fields go by their words, whatever number stands before them", () => {
  const [row] = rowsIn(`"a": {${plain}, "6. volume": "7", "9. moon": "full"}`);
  const { stamp, fields, broken, raw } = row!;
  assert.deepEqual([stamp, broken], ["a", null]);
  assert.deepEqual(fields, {
    open: "1",
    high: "4",
    low: "0.5",
    close: "2",
    volume: "7",
    adjustedClose: null,
    dividendAmount: null,
    splitCoefficient: null,
  });
  assert.equal((raw as Record<string, string>)["9. moon"], "full");
});

Deno.test("no object, or a field of its function missing or null: no fields, the row as it came", () => {
  const found = rowsIn(`"a": null, "b": "x", "c": {${plain}}, "d": {${plain}, "5. volume": null}`);
  assert.deepEqual(found.map(({ fields }) => fields), [null, null, null, null]);
  assert.deepEqual(found.slice(0, 2).map(({ raw }) => raw), [null, "x"]);
  const adjusted = rowsIn(`"a": {${plain}, "5. volume": "7"}`, "TIME_SERIES_WEEKLY_ADJUSTED");
  assert.deepEqual(adjusted.map(({ fields }) => fields), [null]);
});

Deno.test("a stamp sent twice with different values is one row that says so, with both", () => {
  const found = rowsIn(`"a": {"x": "1"}, "b": {"x": "1"}, "a": {"x": "2"}`);
  assert.deepEqual(found.map(({ stamp, broken }) => [stamp, broken]), [["a", "duplicate-stamp"], ["b", null]]);
  assert.deepEqual(found[0]!.raw, [{ x: "1" }, { x: "2" }]);
});
