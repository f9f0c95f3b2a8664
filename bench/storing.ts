/** How fast are bars stored, measured against a raw COPY of the same rows into an identical table on the same server? */
import { join } from "node:path";
import { classify } from "../src/alphavantage/answer.ts";
import { readSeries, type SeriesReading } from "../src/alphavantage/series.ts";
import type { Series } from "../src/bar.ts";
import { storeSeries } from "../src/postgres/bars.ts";
import type { Database } from "../src/postgres/connect.ts";
import { claimRun, closeRun } from "../src/postgres/runs.ts";
import { formOf } from "../src/request.ts";
import { type Totals, totalsOf } from "../src/run.ts";
import type { ServerDatabase } from "../tests/support/database.ts";
import { duration, interleaved, rate, speedRatio } from "./figures.ts";
import { bodyFor, requestFor, ROWS_PER_ANSWER } from "./sample.ts";

export const SYMBOLS = ["AAPL", "AMZN", "IBM", "MSFT", "VZ"];
const ROUNDS = 7;
const OWNER = "bench";
const LEASE_MS = 600_000;
const COLUMNS = `symbol, "interval", ts, open, high, low, close, volume, settled`;

interface Loaded {
  readonly series: Series;
  readonly body: string;
  readonly reading: SeriesReading;
}

/** A full answer, classified and read: every row is good and settled. */
export function answerFor(symbol: string): Loaded {
  const request = requestFor(symbol);
  const body = bodyFor(symbol);
  const answer = classify(body, { httpStatus: 200, request });
  if (answer.kind !== "bars") throw new Error(`Cannot read the sample for "${symbol}": ${answer.message}`);
  const reading = readSeries(answer.document, { request, now: Date.now(), settled: () => true });
  if (reading.bars.length !== ROWS_PER_ANSWER) throw new Error(`The sample has ${reading.bars.length} good rows`);
  return { series: request.series, body, reading };
}

/** One whole run that stores these answers, without the asking. */
export async function storeAll(db: Database, answers: readonly Loaded[]): Promise<Totals> {
  const now = Date.now();
  const claim = await claimRun(db, {
    owner: OWNER,
    trigger: "manual",
    tickId: null,
    leaseMs: LEASE_MS,
    now,
    exclusive: false,
  });
  if (!("runId" in claim)) throw new Error("Cannot start a run: another one is at work");
  const run = { runId: claim.runId, owner: OWNER };
  const results = [];
  for (const { series, body, reading: { bars, rejects } } of answers) {
    const result = {
      status: "stored",
      kind: null,
      message: null,
      requests: 1,
      startedAt: now,
      finishedAt: now,
    } as const;
    const form = formOf(requestFor(series.symbol));
    const answer = { requestId: null, form, zone: "America/New_York", receivedAt: now, reachesTo: now, body };
    results.push(await storeSeries(db, { ...run, leaseMs: LEASE_MS, series, answer, bars, rejects, result }));
  }
  const totals = totalsOf(results);
  await closeRun(db, { ...run, outcome: "complete", message: null, totals, now: Date.now() });
  return totals;
}

/** One line per way of writing the same rows: name, rows per second, ratio to COPY. */
export async function measureStoring({ db, url }: ServerDatabase, { binDir }: { binDir: string | null }) {
  const answers = SYMBOLS.map(answerFor);
  const rows = answers.length * ROWS_PER_ANSWER;
  const copy = await rawCopy(answers, { db, url, binDir });
  try {
    const store = (expected: "inserted" | "unchanged") => async () => {
      const counted = (await storeAll(db, answers))[expected];
      if (counted !== rows) throw new Error(`Cannot trust this round: ${counted} of ${rows} rows were ${expected}`);
    };
    const times = await interleaved(
      { copy: copy.run, fresh: store("inserted"), again: store("unchanged") },
      {
        rounds: ROUNDS,
        before: () => db.pool.query("truncate stock_data, copy_target, answer, answer_body; checkpoint"),
      },
    );
    return [
      [`${copy.name}, the floor`, rate(rows, times.copy), duration(times.copy), "1"],
      ["storeSeries, new rows", rate(rows, times.fresh), duration(times.fresh), speedRatio(times.fresh, times.copy)],
      ["storeSeries, unchanged", rate(rows, times.again), duration(times.again), speedRatio(times.again, times.copy)],
    ];
  } finally {
    await copy.remove();
  }
}

/** COPY by psql if there is one, else by the server itself from a file it can read. */
async function rawCopy(
  answers: readonly Loaded[],
  { db, url, binDir }: { db: Database; url: string; binDir: string | null },
): Promise<{ name: string; run: () => Promise<unknown>; remove: () => Promise<void> }> {
  await db.pool.query("create table copy_target (like stock_data including all)");
  const dir = await Deno.makeTempDir({ prefix: "stocks-etl-bench-" });
  await Deno.chmod(dir, 0o755);
  const csv = join(dir, "rows.csv");
  const lines = answers.flatMap(({ series, reading }) =>
    reading.bars.map((bar) =>
      [
        series.symbol,
        series.interval,
        new Date(bar.ts).toISOString(),
        bar.open,
        bar.high,
        bar.low,
        bar.close,
        bar.volume,
        "t",
      ]
        .join(",")
    )
  );
  await Deno.writeTextFile(csv, lines.join("\n") + "\n");
  const remove = () => Deno.remove(dir, { recursive: true });
  const psql = binDir === null ? "psql" : join(binDir, "psql");
  const from = `copy copy_target (${COLUMNS}) from '${csv}' (format csv)`;
  if (!await starts(psql)) return { name: "COPY from a file on the server", run: () => db.pool.query(from), remove };
  const run = async () => {
    const args = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", `\\${from}`, url];
    const { success, stderr } = await new Deno.Command(psql, { args, stdin: "null" }).output();
    if (!success) throw new Error(`Cannot copy with "${psql}": ${new TextDecoder().decode(stderr)}`);
  };
  return { name: "psql \\copy", run, remove };
}

async function starts(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"], stdout: "null" }).output()).success;
  } catch {
    return false;
  }
}
