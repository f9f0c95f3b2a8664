/** What would change if stock_data lay in 16 partitions by symbol? The same bars and work on two databases, in turn. */
import type { Series } from "../src/bar.ts";
import { newestCandles } from "../src/postgres/candles.ts";
import { seriesStates } from "../src/postgres/states.ts";
import type { ServerDatabase } from "../tests/support/database.ts";
import { duration, interleaved, timeRatio } from "./figures.ts";
import { ROWS_PER_ANSWER } from "./sample.ts";
import { fill } from "./scale.ts";
import { answerFor, storeAll } from "./storing.ts";

const BARS = Number(Deno.env.get("BENCH_BARS") ?? 10_000_000);
const SERIES = 5_000;
const ROUNDS = 7;
const LONG_MS = 3_600_000;
const SCRIPT = new URL("../sql/by_hand/partition_by_symbol.sql", import.meta.url);
const SYMBOLS = Array.from({ length: SERIES }, (_, index) => `P${index}`);

export const sizeOfPartitions = () => `over ${BARS / 1e6} M bars of ${SERIES} symbols`;

/** Lines of: what was done, how long on one table, how long on partitions, and how many times as long. */
export async function measurePartitions(whole: ServerDatabase, parted: ServerDatabase): Promise<string[][]> {
  for (const { db } of [whole, parted]) {
    await fill(
      db,
      `'P' || series`,
      `generate_series(0, ${SERIES - 1}) as series, generate_series(1, ${Math.floor(BARS / SERIES)}) as step,
      lateral (select 1.79e9 - step * 60 as at) as time`,
    );
  }
  const started = performance.now();
  await long(parted, `begin; ${await Deno.readTextFile(SCRIPT)}; commit`);
  const converted = performance.now() - started;
  for (const at of [whole, parted]) await long(at, "vacuum (analyze) stock_data");
  const series = SYMBOLS.map((symbol): Series => ({ symbol, interval: "1min" }));
  let round = 0;
  const works: [string, (at: ServerDatabase) => () => unknown][] = [
    [`${ROWS_PER_ANSWER} new bars`, ({ db }) => {
      // Other symbols in every round, and so in other partitions.
      let next = 0;
      return () => storeAll(db, [answerFor(`NEW${next++}`)]);
    }],
    ["the same bars again", ({ db }) => () => storeAll(db, [answerFor(`NEW${round}`)])],
    [`states of ${SERIES} series`, ({ db }) => () => seriesStates(db, series)],
    ["one series' state", ({ db }) => () => seriesStates(db, [series[round]!])],
    ["newest 2000 bars of a chart", ({ db }) => () => newestCandles(db, series[round]!, 2_000)],
    ["view latest_bar, all of it", (at) => () => long(at, "select * from latest_bar")],
    [
      "a day of every symbol",
      (at) => () => long(at, "select avg(close) from stock_data where ts >= to_timestamp(1.79e9 - 960 * 60)"),
    ],
    ["vacuum of the whole", (at) => () => long(at, "vacuum (freeze) stock_data")],
  ];
  const contenders: Record<string, () => unknown> = {};
  for (const [name, work] of works) {
    contenders[`${name}, whole`] = work(whole);
    contenders[`${name}, parted`] = work(parted);
  }
  contenders["next"] = () => round++;
  const times = await interleaved(contenders, { rounds: ROUNDS });
  const lines = works.map(([name]) => {
    const [one, sixteen] = [times[`${name}, whole`]!, times[`${name}, parted`]!];
    return [name, duration(one), duration(sixteen), timeRatio(sixteen, one)];
  });
  const [one, sixteen] = [await bytesOf(whole), await bytesOf(parted)];
  return [
    ...lines,
    [
      "table and indexes",
      `${Math.round(one / 2 ** 20)} MB`,
      `${Math.round(sixteen / 2 ** 20)} MB`,
      (sixteen / one).toFixed(2),
    ],
    ["the script itself", "–", duration([converted]), "–"],
  ];
}

/** Longer than the program lets a statement take. */
async function long({ db }: ServerDatabase, text: string): Promise<void> {
  await db.pool.query({ text, query_timeout: LONG_MS } as { text: string });
}

async function bytesOf({ db }: ServerDatabase): Promise<number> {
  const { rows: [row] } = await db.pool.query(
    `select sum(pg_total_relation_size(oid))::float8 as bytes from pg_class
     where oid = 'stock_data'::regclass or oid in (select inhrelid from pg_inherits where inhparent = 'stock_data'::regclass)`,
  );
  return row.bytes;
}
