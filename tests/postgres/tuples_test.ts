import assert from "node:assert/strict";
import fc from "fast-check";
import type { Bar } from "../../src/bar.ts";
import { addBars } from "../../src/postgres/copy.ts";
import { tuplesOf } from "../../src/postgres/tuples.ts";
import { serverDatabase } from "../support/database.ts";
import { bar, IBM } from "../support/stored.ts";

const digits = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(..."0000123456789"), minLength: 1, maxLength, size: "max" });
const decimal = fc.tuple(digits(15), fc.option(digits(25)))
  .map(([whole, fraction]) => fraction === null ? whole : `${whole}.${fraction}`);
const price = decimal.filter((text) => /[1-9]/.test(text));
/** As the server writes it back: no leading zeros, every digit behind the point. */
const told = (text: string | null) => text?.replace(/^0+(?=\d)/, "") ?? null;

const given: fc.Arbitrary<Bar> = fc.record({
  close: price,
  volume: digits(18),
  adjustedClose: fc.option(decimal),
  dividendAmount: fc.option(decimal),
  splitCoefficient: fc.option(decimal),
  settled: fc.boolean(),
  ts: fc.integer({ min: -4e9, max: 1e11 }).map((second) => second * 1_000),
}).map(({ ts, close, ...over }) => bar(new Date(ts).toISOString(), close, over));

Deno.test("every digit arrives, whatever the number looks like", async () => {
  await using at = await serverDatabase();
  const client = await at.db.pool.connect();
  const { capabilities } = at.db;
  assert.ok(capabilities.copy);
  const bars = fc.uniqueArray(given, { selector: ({ ts }) => ts, minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(bars, fc.constantFrom("IBM", "BRK-B", "日本"), fc.maxSafeNat(), async (bars, symbol, answerId) => {
      await client.query("begin");
      await addBars(client, { series: { symbol, interval: "1min" }, answerId, bars, capabilities });
      const { rows } = await client.query(
        `select symbol, ts, open, high, low, close, volume::text, adjusted_close, dividend_amount, split_coefficient,
           settled, answer_id from stock_data order by ts`,
      );
      await client.query("rollback");
      const expected = bars.toSorted((a, b) => a.ts - b.ts).map((one) => ({
        symbol,
        ts: one.ts,
        open: told(one.open),
        high: told(one.high),
        low: told(one.low),
        close: told(one.close),
        volume: told(one.volume),
        adjusted_close: told(one.adjustedClose),
        dividend_amount: told(one.dividendAmount),
        split_coefficient: told(one.splitCoefficient),
        settled: one.settled,
        answer_id: answerId,
      }));
      assert.deepEqual(rows, expected);
    }),
    { numRuns: 100 },
  );
  client.release();
});

Deno.test("what is no plain decimal is refused", () => {
  const tuples = (over: Partial<Bar>) => tuplesOf([bar("2026-03-02", "1", over)], { series: IBM, answerId: 1 });
  for (const text of ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,2", "1.2.3", " 1", "NaN", "٣", "0".repeat(42)]) {
    assert.throws(() => tuples({ close: text }), {
      name: "RangeError",
      message: `Cannot send "${text}" as a number: it is not a plain decimal`,
    });
  }
  for (const volume of ["", "1.5", "-1", "1e3", "1".repeat(19)]) {
    assert.throws(() => tuples({ volume }), { name: "RangeError" }, volume);
  }
});
