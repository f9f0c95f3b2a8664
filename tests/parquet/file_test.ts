/** Does another library read back what was written, whatever the number of row groups? */
import assert from "node:assert/strict";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { type Batch, COLUMNS } from "../../src/extract.ts";
import { parquetOf } from "../../src/parquet/file.ts";
import { bytesOf, extracted } from "../support/extracted.ts";
import { seededRandom } from "../support/random.ts";

async function* batchesOf(batches: Iterable<Batch>) {
  for (const batch of batches) yield await Promise.resolve(batch);
}

Deno.test("types, nulls, times and prices come back", async () => {
  const ts = Date.parse("2026-01-03T00:59Z");
  const bars = [extracted({ ts, open: "229.1234", volume: "900719925474099312", settled: false })];
  const adjusted = [extracted({ adjustedClose: "0.5", dividendAmount: "0", splitCoefficient: "7" })];
  const bytes = await bytesOf(parquetOf(batchesOf([
    { series: { symbol: "IBM", interval: "1min" }, bars },
    { series: { symbol: "IBM", interval: "daily" }, bars: adjusted },
  ])));
  const prices = { high: 1, low: 1, close: 1 };
  const none = { adjusted_close: null, dividend_amount: null, split_coefficient: null };
  assert.deepEqual(await parquetReadObjects({ file: bytes.buffer }), [
    {
      ...{ symbol: "IBM", interval: "1min", ts: new Date(ts), date: new Date("2026-01-02"), open: 229.1234, ...prices },
      ...{ volume: 900719925474099312n, ...none, settled: false },
    },
    {
      ...{ symbol: "IBM", interval: "daily", ts: new Date("2026-01-02"), date: new Date("2026-01-02"), open: 1 },
      ...{ ...prices, volume: 100n, adjusted_close: 0.5, dividend_amount: 0, split_coefficient: 7, settled: true },
    },
  ]);
  const { schema } = parquetMetadata(bytes.buffer);
  assert.deepEqual(schema.slice(1).map(({ name }) => name), [...COLUMNS]);
  assert.deepEqual(schema.find(({ name }) => name === "ts")?.logical_type, {
    ...{ type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  });
});

Deno.test("no bars are a file too", async () => {
  const bytes = await bytesOf(parquetOf(batchesOf([])));
  assert.deepEqual(await parquetReadObjects({ file: bytes.buffer }), []);
});

Deno.test("several row groups, each handed over before the next is begun", async () => {
  const { random, seed } = seededRandom();
  const closes: string[] = [];
  function* many(): Generator<Batch> {
    for (let page = 0; page < 30; page++) {
      const bars = Array.from({ length: 5_000 }, (_, index) => {
        const close = (random() * 1000 + 1).toFixed(4);
        closes.push(close);
        return extracted({ ts: (page * 5_000 + index) * 60_000, close });
      });
      yield { series: { symbol: "IBM", interval: "1min" }, bars };
    }
  }
  const sizes: number[] = [];
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of parquetOf(batchesOf(many()))) {
    pieces.push(piece);
    sizes.push(closes.length);
  }
  assert.deepEqual(sizes, [50_000, 100_000, 150_000, 150_000], `seed ${seed}`);
  const file = await new Blob(pieces).arrayBuffer();
  const rows = await parquetReadObjects({ file, columns: ["ts", "close"] });
  assert.equal(rows.length, closes.length);
  assert.ok(rows.every(({ ts, close }, index) => close === Number(closes[index]) && ts.getTime() === index * 60_000));
});
