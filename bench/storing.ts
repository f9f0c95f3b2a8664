/** How fast are bars stored, measured against a raw COPY of the same rows into an identical table on the same server? */
import { classify } from "../src/alphavantage/answer.ts";
import { readSeries, type SeriesReading } from "../src/alphavantage/series.ts";
import type { Series } from "../src/bar.ts";
import { storeSeries } from "../src/postgres/bars.ts";
import type { Database } from "../src/postgres/connect.ts";
import { claimRun, closeRun } from "../src/postgres/runs.ts";
import { formOf } from "../src/request.ts";
import { type SeriesResult, type Totals, totalsOf } from "../src/run.ts";
import type { ServerDatabase } from "../tests/support/database.ts";
import { rawCopy } from "./copying.ts";
import { duration, median, rate, speedRatio } from "./figures.ts";
import { bodyFor, requestFor, ROWS_PER_ANSWER, ROWS_PER_DAY } from "./sample.ts";
import { type Usage, usageMeter } from "./usage.ts";

/** An even number: of five, the last one would be stored alone, "two at once" as well. */
export const SYMBOLS = ["AAPL", "AMZN", "GOOG", "IBM", "MSFT", "VZ"];
const ROUNDS = 15;
const OWNER = "bench";
const LEASE_MS = 600_000;

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

/** One whole run that stores these answers, `atOnce` at a time, without the asking. */
export async function storeAll(
  db: Database,
  answers: readonly Loaded[],
  { atOnce = 1 }: { atOnce?: number } = {},
): Promise<Totals> {
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
  const results: SeriesResult[] = [];
  const queue = [...answers];
  const store = async ({ series, body, reading: { bars, rejects } }: Loaded) => {
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
  };
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await store(next);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const totals = totalsOf(results);
  await closeRun(db, { ...run, outcome: "complete", message: null, totals, now: Date.now() });
  return totals;
}

/** A full answer, and the one of a day later: it repeats all but the oldest day and brings a new one. */
function twoDays(symbol: string): [Loaded, Loaded] {
  const request = requestFor(symbol);
  const body = bodyFor(symbol, { rows: ROWS_PER_ANSWER + ROWS_PER_DAY });
  const answer = classify(body, { httpStatus: 200, request });
  if (answer.kind !== "bars") throw new Error(`Cannot read the sample for "${symbol}": ${answer.message}`);
  const { bars, ...reading } = readSeries(answer.document, { request, now: Date.now(), settled: () => true });
  const { series } = request;
  return [
    { series, body: `${body} `, reading: { ...reading, bars: bars.slice(0, ROWS_PER_ANSWER) } },
    { series, body: `${body}  `, reading: { ...reading, bars: bars.slice(ROWS_PER_DAY) } },
  ];
}

/** One line per way of writing the same rows: rows per second, time, ratio to COPY, processor time here and there. */
export async function measureStoring(at: ServerDatabase, { binDir }: { binDir: string | null }): Promise<string[][]> {
  const { db } = at;
  const answers = SYMBOLS.map(answerFor);
  const days = SYMBOLS.map(twoDays);
  const rows = answers.length * ROWS_PER_ANSWER;
  await db.pool.query("create table copy_target (like stock_data including all)");
  const copy = await rawCopy(answers, { ...at, binDir });
  const meter = await usageMeter(db);
  const figures = new Map<string, Usage[]>();
  const measure = async (name: string, work: () => unknown) => {
    figures.set(name, [...figures.get(name) ?? [], await meter(work)]);
  };
  const store = (expected: Partial<Totals>, given: readonly Loaded[], atOnce: number) => async () => {
    const totals = await storeAll(db, given, { atOnce });
    for (const [name, count] of Object.entries(expected)) {
      if (totals[name as keyof Totals] !== count) throw new Error(`Cannot trust this round: ${JSON.stringify(totals)}`);
    }
  };
  const clear = () => db.pool.query("truncate stock_data, copy_target, answer, answer_body; checkpoint");
  const added = SYMBOLS.length * ROWS_PER_DAY;
  for (let round = 0; round < ROUNDS; round++) {
    await clear();
    await measure(copy.name, copy.run);
    for (const atOnce of [1, 2]) {
      const way = atOnce === 1 ? "one at a time" : "two at once";
      await clear();
      await measure(`new rows, ${way}`, store({ inserted: rows }, answers, atOnce));
      await measure(`the same answers again, ${way}`, store({ unchanged: rows }, answers, atOnce));
      await clear();
      await store({}, days.map(([first]) => first), atOnce)();
      const later = days.map(([, second]) => second);
      await measure(`a day later, ${way}`, store({ inserted: added, unchanged: rows - added }, later, atOnce));
    }
  }
  await copy.remove();
  const floor = figures.get(copy.name)!;
  return [...figures].map(([name, mine]) => lineOf(name, { mine, floor, rows }));
}

function lineOf(name: string, { mine, floor, rows }: { mine: Usage[]; floor: Usage[]; rows: number }): string[] {
  const wall = mine.map(({ ms }) => ms);
  const server = mine.map(({ serverMs }) => serverMs ?? NaN);
  const client = mine.map(({ clientMs }) => clientMs);
  const cpu = (times: number[]) => Number.isNaN(median(times)) ? "?" : `${Math.round(median(times))} ms`;
  const own = mine !== floor;
  return [
    own ? name : `${name}, the floor`,
    rate(rows, wall),
    duration(wall),
    own ? speedRatio(wall, floor.map(({ ms }) => ms)) : "1",
    own ? cpu(server) : "–",
    own ? cpu(client) : "–",
    own ? (median(client) / median(server)).toFixed(2) : "–",
  ];
}
