/** How does storing compare with the ways people load bars today? The same rows, the same server, a table of the same kind. */
import type { ServerDatabase } from "../tests/support/database.ts";
import { ran, rawCopy, starts } from "./copying.ts";
import { duration, median, rate } from "./figures.ts";
import { ROWS_PER_ANSWER } from "./sample.ts";
import { answerFor, storeAll, SYMBOLS } from "./storing.ts";

const ROUNDS = 3;
const SCRIPT = new URL("rivals.py", import.meta.url).pathname;
const WAYS = {
  values: "psycopg2 execute_values, on conflict do nothing",
  rows: "psycopg2 row-by-row INSERT, on conflict do nothing",
  merge: "psycopg2 COPY to a temp table, then merge",
};

/** One line per way: name, rows per second, time, and how many times as long as storing a row takes. */
export async function measureRivals({ db, url }: ServerDatabase, { binDir }: { binDir: string | null }) {
  // Which Python has psycopg2 is a matter of the machine.
  const python = Deno.env.get("BENCH_PYTHON") ?? "python3";
  if (!await starts(python, ["-c", "import psycopg2"])) {
    return [["not measured: python3 with psycopg2 is missing (BENCH_PYTHON names another)", "", "", ""]];
  }
  const answers = SYMBOLS.map(answerFor);
  const copy = await rawCopy(answers, { db, url, binDir });
  await db.pool.query("create table rival (like stock_data including all)");
  const ways = Object.keys(WAYS) as (keyof typeof WAYS)[];
  const all = answers.length * ROWS_PER_ANSWER;
  /** Row by row takes its time. */
  const rowsOf = (way: string) => way === "rows" ? ROWS_PER_ANSWER : all;
  const times: Record<string, number[]> = { ours: [], values: [], rows: [], merge: [] };
  for (let round = 0; round < ROUNDS; round++) {
    await db.pool.query("truncate stock_data, answer, answer_body; checkpoint");
    const started = performance.now();
    await storeAll(db, answers, { atOnce: 2 });
    times.ours!.push(performance.now() - started);
    for (const way of ways) {
      await db.pool.query("truncate rival");
      times[way]!.push(Number(await ran(python, [SCRIPT, url, copy.csv, way, String(rowsOf(way))])) * 1_000);
    }
  }
  await copy.remove();
  const ours = median(times.ours!) / all;
  const line = (name: string, way: string) => [
    name,
    rate(rowsOf(way), times[way]!),
    duration(times[way]!),
    (median(times[way]!) / rowsOf(way) / ours).toFixed(1),
  ];
  return [
    line("storeSeries, new rows, answers archived, two at once", "ours"),
    ...ways.map((way) => line(WAYS[way], way)),
  ];
}
