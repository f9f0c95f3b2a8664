import assert from "node:assert/strict";
import type { Bar, Series } from "../../src/bar.ts";
import { splitAtStored, withoutStored } from "../../src/postgres/stored.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { withDatabases } from "../support/database.ts";
import { bar, startRun, store } from "../support/stored.ts";

const MINUTES: Series = { symbol: "IBM", interval: "1min" };
const WEEKLY: Series = { symbol: "IBM", interval: "weekly" };
const DAY = 86_400_000;
const WEEK = 7 * DAY;
/** A stretch is 500 bars. */
const COUNT = 1_201;

function minutes(count: number, { from = 0 }: { from?: number } = {}): Bar[] {
  return Array.from(
    { length: count },
    (_, n) => bar(new Date(1e12 + (from + n) * 60_000).toISOString(), `${10 + n}.50`),
  );
}

async function others(db: Database, bars: readonly Bar[], series = MINUTES): Promise<number[]> {
  const client = await db.pool.connect();
  try {
    const left = await withoutStored(client, { series, bars });
    return left.map((one) => bars.indexOf(one));
  } finally {
    client.release();
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

withDatabases("only the stretches in which something differs are left", async (db) => {
  const run = await startRun(db);
  const bars = minutes(COUNT);
  await store(db, run, { series: MINUTES, bars });
  assert.deepEqual(await others(db, bars), []);
  const changed = (index: number, over: Partial<Bar>) =>
    bars.map((one, at) => at === index ? { ...one, ...over } : one);
  const changes: [number, Partial<Bar>, number[]][] = [
    [0, { open: "10.40" }, range(0, 500)],
    [499, { volume: "101" }, range(0, 500)],
    [500, { high: "510.5" }, range(500, 1_000)], // the same number, spelt otherwise: compared, not assumed
    [999, { settled: false }, range(500, 1_000)],
    [1_000, { ts: bars[1_000]!.ts + 1_000 }, range(1_000, COUNT)],
    [COUNT - 1, { ts: bars[COUNT - 1]!.ts + 1 }, range(1_000, COUNT)],
    [600, { adjustedClose: "1" }, range(500, 1_000)],
  ];
  for (const [index, over, left] of changes) {
    assert.deepEqual(await others(db, changed(index, over)), left, `${index} ${JSON.stringify(over)}`);
  }
  assert.deepEqual(await others(db, minutes(COUNT, { from: 5_000 })), range(0, COUNT), "nothing is stored there");
  assert.deepEqual(await others(db, bars, { symbol: "MSFT", interval: "1min" }), range(0, COUNT));
  assert.deepEqual(await others(db, bars, { symbol: "IBM", interval: "5min" }), range(0, COUNT));
  assert.deepEqual(await others(db, bars.slice(0, 500)), range(0, 500), "a short answer is simply compared");
  await db.pool.query("delete from stock_data where ts = to_timestamp($1::float8)", [bars[700]!.ts / 1_000]);
  assert.deepEqual(await others(db, bars), range(500, 1_000), "one is missing");
  assert.deepEqual(await others(db, bars.filter((_, index) => index !== 20)), range(0, 1_000), "one more is there");
});

withDatabases("each of the adjusted columns counts, and which of them", async (db) => {
  const run = await startRun(db);
  const all = [null, "1"].flatMap((adjustedClose) =>
    [null, "1"].flatMap((dividendAmount) =>
      [null, "1"].map((splitCoefficient) => ({ adjustedClose, dividendAmount, splitCoefficient }))
    )
  );
  const bars = minutes(501);
  for (const [n, had] of all.entries()) {
    const series = { ...MINUTES, symbol: `A${n}` };
    await store(db, run, { series, bars: bars.map((one) => ({ ...one, ...had })) });
    for (const gets of all) {
      const left = await others(db, bars.map((one) => ({ ...one, ...gets })), series);
      assert.equal(left.length, gets === had ? 0 : 501, JSON.stringify([had, gets]));
    }
  }
});

withDatabases("fresh is what comes after every stored bar within the time of the answer", async (db) => {
  const run = await startRun(db);
  const client = await db.pool.connect();
  const split = async (series: Series, bars: readonly Bar[]) => {
    const { met, fresh } = await splitAtStored(client, { series, bars });
    assert.deepEqual([...met, ...fresh], bars);
    return [met.length, fresh.length];
  };
  client.release();
  assert.deepEqual(await split(MINUTES, minutes(501)), [0, 501], "nothing is stored");
  assert.deepEqual(await split(MINUTES, minutes(500)), [500, 0], "a short answer is compared");
  await store(db, run, { series: MINUTES, bars: minutes(10, { from: 600 }) });
  await store(db, run, { series: { symbol: "MSFT", interval: "1min" }, bars: minutes(2_000) });
  await store(db, run, { series: { symbol: "IBM", interval: "5min" }, bars: minutes(2_000) });
  assert.deepEqual(await split(MINUTES, minutes(600)), [0, 600], "all before");
  assert.deepEqual(await split(MINUTES, minutes(601)), [601, 0], "the last is the first stored");
  assert.deepEqual(await split(MINUTES, minutes(700)), [610, 90], "around");
  assert.deepEqual(await split(MINUTES, minutes(600, { from: 609 })), [1, 599], "the first is the last stored");
  assert.deepEqual(await split(MINUTES, minutes(600, { from: 610 })), [0, 600], "all after");
  const wednesday = Date.parse("2001-09-12");
  const weeks = Array.from({ length: 501 }, (_, n) => bar(new Date(wednesday + n * WEEK).toISOString(), "1"));
  assert.deepEqual(await split(WEEKLY, weeks), [0, 501]);
  for (const day of [-1, 1]) {
    const other = bar(new Date(weeks.at(-1)!.ts + day * DAY).toISOString(), "1");
    await store(db, run, { series: WEEKLY, bars: [other] });
    assert.deepEqual(await split(WEEKLY, weeks), [501, 0], "another date of the last week is stored");
  }
});
