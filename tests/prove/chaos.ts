/**
 * PostgreSQL chaos: scheduled and manual runs go on, day after day, while the server is restarted, killed, cut off, locked,
 * slowed, out of disk and out of temper. However it falls: the process lives, every run has one outcome, and the tables
 * are those of a run that was left alone.
 */
import assert from "node:assert/strict";
import pg from "pg";
import { type App, openApp } from "../../src/app.ts";
import { sessionsBetween } from "../../src/calendar.ts";
import { type Config, parseConfig } from "../../src/config.ts";
import { startProxy } from "../support/proxy.ts";
import { seededRandom } from "../support/random.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { sampleRows, startVendor, type Vendor } from "../support/vendor.ts";
import { type Fault, faultsOf, startTrouble } from "./faults.ts";
import { DUMP } from "./kills.ts";
import type { Proof } from "./main.ts";
import { BARS_ONLY } from "../support/program.ts";

const SYMBOLS = ["AAA", "BBB", "CCC", "DDD"];
const SERIES = SYMBOLS.map((symbol) => ({ symbol, interval: "daily" as const }));
const HOUR = 3_600_000;
/** Limits of one statement and of a lease: short, so that many can be run into. */
const SHORT_MS = 1_000;
const SESSIONS = sessionsBetween("us", "2016-01-04", "2025-12-31");
const ROWS = sampleRows("daily", { count: 2_700, until: "2025-12-31" });
/** How long one day may take in real time, whatever happens. */
const DAY_LIMIT_MS = 60_000;

async function prove(count: number): Promise<Record<string, string | number>> {
  const { random, seed } = seededRandom();
  const days = Math.ceil(count / SERIES.length);
  assert.ok(days <= SESSIONS.length, `at most ${SESSIONS.length * SERIES.length} fetches`);
  await using server = await startServer({ own: true });
  const oracle = await storeInPeace(server, days);
  await using stage = await openStage(server);
  await using trouble = await startTrouble({
    server,
    url: stage.direct,
    proxy: stage.proxy,
    random,
    limitMs: SHORT_MS,
  });
  const kinds = faultsOf(trouble);
  const todo: Fault[] = [];
  const done: Record<string, number> = {};
  const seen = { runs: 0, "runs hurt": 0, "runs unclosed": 0 };
  let fault: Promise<void> | null = null;
  try {
    for (let day = 0; day < days; day++) {
      // Every kind before any twice; two never at once, but one may outlast its day.
      if (fault === null) {
        if (todo.length === 0) todo.push(...kinds.toSorted(() => random() - 0.5));
        // The disk is full when there is much to be written: on the first day.
        const next = day === 0 ? todo.findIndex(({ name }) => name === "disk full") : -1;
        const { name, act } = todo.splice(Math.max(next, 0), 1)[0]!;
        done[name] = (done[name] ?? 0) + 1;
        fault = act().finally(() => fault = null);
        // What it rejects with is looked at below.
        fault.catch(() => {});
      }
      await storeDay(stage, day, seen);
      if (days < 20) await fault;
    }
    await fault;
    await settle(stage, seen);
    assert.deepEqual(await stage.dump(), oracle);
    await judge(stage, seen.runs);
  } catch (cause) {
    throw new Error(`TEST_SEED=${seed}, faults so far: ${JSON.stringify(done)}`, { cause });
  }
  const faults = Object.values(done).reduce((sum, times) => sum + times, 0);
  return {
    fetches: stage.vendor.requests.length,
    days,
    faults,
    ...done,
    ...seen,
    ...trouble.met(),
    differences: 0,
    seed,
  };
}

export const PROOF: Proof = { name: "chaos", unit: "series fetches", short: 40, long: 5_000, prove };

interface Stage extends AsyncDisposable {
  readonly app: App;
  readonly vendor: Vendor;
  readonly clock: { now: number };
  /** Past the proxy. */
  readonly direct: string;
  readonly proxy: Awaited<ReturnType<typeof startProxy>>;
  /** Of each run that told its end, what it told. */
  readonly told: Map<number, string>;
  dump(): Promise<string[]>;
  query(sql: string): Promise<Record<string, unknown>[]>;
}

async function openStage(server: TestServer): Promise<Stage> {
  const direct = await createDatabase(server);
  const { hostname, port } = new URL(direct);
  const proxy = await startProxy({ host: hostname, port: Number(port) });
  const vendor = await startVendor();
  const through = new URL(direct);
  through.port = String(proxy.port);
  const clock = { now: 0 };
  const world = {
    now: () => clock.now,
    sleep: (ms: number, signal: AbortSignal) => {
      clock.now += Math.max(0, ms);
      return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve();
    },
    random: () => 0.5,
    owner: `chaos:${crypto.randomUUID()}`,
    leaseMs: SHORT_MS,
    onError: () => {},
  };
  const app = await openApp(configOf(vendor, through.href), world);
  const query = async (sql: string) => {
    const client = new pg.Client({ connectionString: direct });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    app,
    vendor,
    clock,
    direct,
    proxy,
    told: new Map(),
    query,
    dump: async () => (await query(DUMP)).map(({ line }) => String(line)).sort(),
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await app.close();
      await vendor.close();
    },
  };
}

async function createDatabase(server: TestServer): Promise<string> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const name = `chaos_${crypto.randomUUID().replaceAll("-", "")}`;
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return url.href;
}

function configOf(vendor: Vendor, url: string): Config {
  const env = {
    API_KEY: "chaoskey",
    ...BARS_ONLY,
    ALPHAVANTAGE_URL: vendor.url,
    API_REQUESTS_PER_DAY: "0",
    API_POLITE_DELAY_SEC: "0",
    API_REQUESTS_PER_MINUTE: "6000",
    SCHEDULE_CRON: "0 22 * * *",
  };
  const parsed = parseConfig(env, { readFile: () => "" });
  assert.ok("config" in parsed, JSON.stringify(parsed));
  return { ...parsed.config, series: SERIES, database: { kind: "server", url, poolSize: 2, timeoutMs: SHORT_MS } };
}

/** The same days with nobody in the way. */
async function storeInPeace(server: TestServer, days: number): Promise<string[]> {
  await using stage = await openStage(server);
  const seen = { runs: 0, "runs hurt": 0, "runs unclosed": 0 };
  for (let day = 0; day < days; day++) await storeDay(stage, day, seen);
  assert.deepEqual(seen, { runs: days, "runs hurt": 0, "runs unclosed": 0 }, "the oracle itself was hurt");
  const dump = await stage.dump();
  assert.ok(dump.some((line) => line.startsWith("revision")) && dump.some((line) => line.startsWith("quarantine")));
  return dump;
}

type Seen = Record<"runs" | "runs hurt" | "runs unclosed", number>;

/** The evening of one session: first by the schedule, then by hand until every series has what the vendor has. */
async function storeDay(stage: Stage, day: number, seen: Seen): Promise<void> {
  const session = SESSIONS[day]!;
  for (const [index, { symbol, interval }] of SERIES.entries()) {
    stage.vendor.bars({ symbol, interval }, rowsOf(index, day));
  }
  stage.clock.now = Math.max(stage.clock.now, session.close + 4 * HOUR);
  await runUntilStored(stage, { seen, beatFirst: true });
}

async function settle(stage: Stage, seen: Seen): Promise<void> {
  await runUntilStored(stage, { seen, beatFirst: false });
}

async function runUntilStored(stage: Stage, { seen, beatFirst }: { seen: Seen; beatFirst: boolean }): Promise<void> {
  const { app, clock, told } = stage;
  const signal = new AbortController().signal;
  const options = { stop: signal, abort: signal, emit: () => {} };
  const started = performance.now();
  let last: unknown = null;
  for (let first = beatFirst;; first = false) {
    const late = performance.now() - started > DAY_LIMIT_MS;
    assert.ok(!late, `no run was complete in ${DAY_LIMIT_MS / 1000} s, the last came to ${JSON.stringify(last)}`);
    try {
      const report = first
        ? await app.beat(options)
        : await app.run({ ...options, series: SERIES, trigger: "manual", tickId: null, patient: false });
      last = report;
      if (report !== null && "outcome" in report) {
        assert.ok(!told.has(report.runId), `run ${report.runId} told its end twice`);
        told.set(report.runId, report.outcome);
        seen.runs += 1;
        if (report.outcome === "complete" || report.outcome === "nothing-due") return;
        seen["runs hurt"] += 1;
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      last = String(error);
      seen["runs unclosed"] += 1;
    }
    clock.now += 60_000;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What the vendor shows of a series on a day: one late correction a day somewhere, and one row that is refused. */
function rowsOf(index: number, day: number) {
  const last = ROWS.findLastIndex(({ stamp }) => stamp <= SESSIONS[day]!.date);
  const rows = ROWS.slice(Math.max(0, last - 100), last + 1).map((one) => {
    const corrected = SESSIONS.findIndex(({ date }) => date === one.stamp) + 3;
    const mine = corrected > 3 && corrected <= day && corrected % SERIES.length === index;
    return mine ? { ...one, volume: String(50_000 + corrected) } : one;
  });
  if (index !== 0) return rows;
  return rows.map((one) => one.stamp === "2015-12-15" ? { ...one, high: "0.0100" } : one);
}

async function judge({ query, told }: Stage, runs: number): Promise<void> {
  const rows = await query("select id::int, outcome from run");
  assert.deepEqual(rows.filter(({ outcome }) => outcome === null), [], "a run without an end");
  for (const { id, outcome } of rows) {
    // A run that could not tell its end was found dead by the next.
    assert.equal(told.get(id as number) ?? "abandoned", outcome, `run ${id}`);
  }
  assert.equal(told.size, runs);
  const twice = await query(
    `select tick_id from run where tick_id is not null and outcome not in ('abandoned', 'cancelled')
      group by tick_id having count(*) > 1`,
  );
  assert.deepEqual(twice, [], "a tick served twice");
}
