/** Is a bar one line, exact, in the columns that are promised? */
import assert from "node:assert/strict";
import { csvOf } from "../src/csv.ts";
import type { Batch } from "../src/extract.ts";
import { extracted, textOf } from "./support/extracted.ts";

async function* batchesOf(batches: Batch[]) {
  for (const batch of batches) yield await Promise.resolve(batch);
}

Deno.test("a header, then a line per bar: UTC, the exchange's date, every digit", async () => {
  const ts = Date.parse("2026-01-03T00:59Z");
  const evening = extracted({ ts, open: "1.10", high: "123456789012345.0000000001", settled: false });
  const adjusted = extracted({
    ts: Date.parse("2026-01-02"),
    adjustedClose: "0.5",
    dividendAmount: "0",
    splitCoefficient: "1",
  });
  const text = await textOf(csvOf(batchesOf([
    { series: { symbol: "IBM", interval: "1min" }, bars: [evening] },
    { series: { symbol: "IBM", interval: "daily" }, bars: [adjusted] },
  ])));
  assert.deepEqual(text.split("\r\n"), [
    "symbol,interval,ts,date,open,high,low,close,volume,adjusted_close,dividend_amount,split_coefficient,settled",
    "IBM,1min,2026-01-03T00:59:00Z,2026-01-02,1.10,123456789012345.0000000001,1,1,100,,,,false",
    "IBM,daily,2026-01-02T00:00:00Z,2026-01-02,1,1,1,1,100,0.5,0,1,true",
    "",
  ]);
});

Deno.test("no bars: the header alone; a symbol somebody made up is quoted", async () => {
  assert.match(await textOf(csvOf(batchesOf([]))), /^symbol,[\w,]+settled\r\n$/);
  const text = await textOf(csvOf(batchesOf([{ series: { symbol: 'A,"B', interval: "daily" }, bars: [extracted()] }])));
  assert.match(text, /\n"A,""B",daily,/);
});
