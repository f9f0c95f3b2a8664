import assert from "node:assert/strict";
import { columnsOf, givenFrom } from "../../src/postgres/given.ts";
import { withDatabases } from "../support/database.ts";
import { bar, NOW } from "../support/stored.ts";

withDatabases("bars arrive as rows, each value in its column", async (db) => {
  const bars = [
    bar("2026-03-02T21:30Z", "10.10", { open: "10", high: "11.000", low: "9.5", volume: "123456789012345678" }),
    bar("2026-03-03", "2", {
      adjustedClose: "1.9",
      dividendAmount: "0.0",
      splitCoefficient: "2.0",
      settled: false,
    }),
  ];
  const { rows } = await db.pool.query(
    `select $1::int as before, ts, open, high, low, close, volume::text, adjusted_close, dividend_amount,
       split_coefficient, settled
     from ${givenFrom(2)}`,
    [7, ...columnsOf(bars)],
  );
  const none = { adjusted_close: null, dividend_amount: null, split_coefficient: null };
  assert.deepEqual(rows, [
    {
      ...{ before: 7, ts: NOW, open: "10", high: "11.000", low: "9.5", close: "10.10", ...none },
      ...{ settled: true, volume: "123456789012345678" },
    },
    {
      ...{ before: 7, ts: Date.parse("2026-03-03"), open: "2", high: "2", low: "2", close: "2", volume: "100" },
      ...{ adjusted_close: "1.9", dividend_amount: "0.0", split_coefficient: "2.0", settled: false },
    },
  ]);
});
