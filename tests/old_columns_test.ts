/** Is each column of the older programs known by its name, and is the operator asked where two could be meant? */
import assert from "node:assert/strict";
import { recogniseColumns } from "../src/old_columns.ts";

const columnsOf = (names: string, given: Record<string, string> = {}) => recogniseColumns(names.split(","), { given });

Deno.test("the tables of both older programs, and those of their neighbours", () => {
  const prices = { open: "open", high: "high", low: "low", close: "close", volume: "volume" };
  assert.deepEqual(columnsOf("trade_timestamp_utc,symbol,open,high,low,close,volume"), {
    columns: { stamp: "trade_timestamp_utc", symbol: "symbol", ...prices },
  });
  assert.deepEqual(columnsOf("id,symbol,ts,open,high,low,close,volume,raw"), {
    columns: { stamp: "ts", symbol: "symbol", ...prices, raw: "raw" },
  });
  assert.deepEqual(columnsOf("id,ticker,trade_date,open_price,high_price,low_price,close_price,volume,created_at"), {
    columns: {
      stamp: "trade_date",
      symbol: "ticker",
      open: "open_price",
      high: "high_price",
      low: "low_price",
      close: "close_price",
      volume: "volume",
    },
  });
  assert.deepEqual(columnsOf("Timestamp,1. open,2. high,3. low,4. close,5. volume"), {
    columns: {
      stamp: "Timestamp",
      open: "1. open",
      high: "2. high",
      low: "3. low",
      close: "4. close",
      volume: "5. volume",
    },
  });
  assert.deepEqual(columnsOf("ts,raw,interval"), { columns: { stamp: "ts", interval: "interval", raw: "raw" } });
});

Deno.test("two that could be meant, none that is known, one that is not there", () => {
  const cases: [ReturnType<typeof columnsOf>, string][] = [
    [
      columnsOf("date,timestamp,open,high,low,close,volume"),
      '"date", "timestamp" could each be its stamp; say which: --columns stamp=date',
    ],
    [
      columnsOf("ts,open,high,low"),
      'none of "ts", "open", "high", "low" is known as its close, volume; say which: --columns close=NAME,volume=NAME',
    ],
    [
      columnsOf("open,high,low,close,volume"),
      'none of "open", "high", "low", "close", "volume" is known as its stamp; say which: --columns stamp=NAME',
    ],
    [
      columnsOf("ts,raw", { price: "raw" }),
      'a column cannot be "price", only stamp, symbol, interval, open, high, low, close, volume, raw',
    ],
    [columnsOf("ts,raw", { open: "o" }), 'there is no column "o" among "ts", "raw"'],
  ];
  for (const [found, problem] of cases) assert.deepEqual(found, { problem });
});

Deno.test("what the operator says wins, and what is given away is not taken twice", () => {
  const found = columnsOf("date,timestamp,o,high,low,close,volume", { stamp: "timestamp", open: "o" });
  assert.ok("columns" in found);
  assert.deepEqual([found.columns.stamp, found.columns.open], ["timestamp", "o"]);
  const taken = columnsOf("ts,symbol,open,high,low,close,volume", { close: "open", open: "close" });
  assert.ok("columns" in taken);
  assert.deepEqual([taken.columns.open, taken.columns.close], ["close", "open"]);
});
