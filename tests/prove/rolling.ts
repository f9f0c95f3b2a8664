/**
 * Two programs serve one database and are replaced in turn, again and again, as an upgrade does it; some are killed instead
 * of stopped. A tick falls due every second: none is missed, none gets two runs, and the one that stays takes over.
 */
import assert from "node:assert/strict";
import type pg from "pg";
import { type Config, parseConfig } from "../../src/config.ts";
import { serverDatabase } from "../support/database.ts";
import { seededRandom } from "../support/random.ts";
import { startVendor, type Vendor } from "../support/vendor.ts";
import type { Proof } from "./main.ts";
import type { RollingOrders } from "./victim_serves.ts";
import { BARS_ONLY } from "../support/program.ts";

/** A minute of the schedule in a second of ours. */
const SPEED = 60;
/** The evening of a session: what is due is asked for once, the rest of the runs have nothing to ask. */
const START = Date.parse("2023-07-03T22:00:00Z");
const INSTANCES = 2;
const MOST_TAKEOVER_MS = 15_000;
/** One of so many ends without a word. */
const KILLED_OF = 5;

async function prove(count: number): Promise<Record<string, number>> {
  const { random, seed } = seededRandom();
  await using vendor = await startVendor();
  await using at = await serverDatabase();
  const { pool } = at.db;
  const orders = { config: configOf(vendor, at.url), shownAt: START, realAt: Date.now(), speed: SPEED };
  await pool.query(
    `insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ('ingest', '* * * * *', 'UTC', $1, now())`,
    [new Date(START)],
  );
  const programs = await Promise.all(Array.from({ length: INSTANCES }, () => startProgram(orders)));
  let killed = 0;
  try {
    for (let restart = 0; restart < count; restart++) {
      const place = restart % INSTANCES;
      // Somebody must be there: a program is replaced when the other one has served a tick.
      await servedMore(pool, seed);
      const kill = restart % KILLED_OF === KILLED_OF - 1;
      // Killed at any instant, so in the middle of a run as well.
      if (kill) await new Promise((resolve) => setTimeout(resolve, random() * 1_000));
      await programs[place]!.end(kill ? "SIGKILL" : "SIGTERM");
      if (kill) killed += 1;
      programs[place] = await startProgram(orders);
    }
    await servedMore(pool, seed);
  } finally {
    await Promise.all(programs.map((program) => program.end("SIGTERM")));
  }
  const figures = await judge(pool, seed);
  const real = Math.round(figures.slowest / SPEED);
  assert.ok(real <= MOST_TAKEOVER_MS, `TEST_SEED=${seed}: a tick waited ${real} ms`);
  return {
    restarts: count,
    killed,
    ticks: figures.ticks,
    missed: 0,
    doubled: 0,
    "abandoned runs": figures.abandoned,
    "slowest tick ms": real,
    requests: vendor.requests.length,
    seed,
  };
}

export const PROOF: Proof = { name: "rolling", unit: "restarts", short: 5, long: 100, prove };

/** Until one more tick than now has had its run. */
async function servedMore(pool: pg.Pool, seed: number): Promise<void> {
  const served = async (): Promise<number> =>
    (await pool.query("select count(distinct tick_id)::int as served from run where outcome is not null")).rows[0]
      .served;
  const before = await served();
  const deadline = performance.now() + 2 * MOST_TAKEOVER_MS;
  while (await served() <= before) {
    assert.ok(performance.now() < deadline, `TEST_SEED=${seed}: no tick was served for ${2 * MOST_TAKEOVER_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @returns how many ticks there were, how many runs died, and the longest from a due time to the run that served it, by the fast clock */
async function judge(pool: pg.Pool, seed: number): Promise<{ ticks: number; abandoned: number; slowest: number }> {
  const { rows } = await pool.query(
    `select t.due_at, t.state, t.reason,
       count(r.id) filter (where r.outcome in ('complete', 'nothing-due'))::int as runs,
       (extract(epoch from min(r.started_at) filter (where r.outcome <> 'abandoned') - t.due_at) * 1000)::int as waited
     from tick t left join run r on r.tick_id = t.id group by t.id order by t.due_at`,
  );
  // The last ones may still have been owed when the programs were ended.
  while (rows.at(-1)?.runs === 0) rows.pop();
  assert.ok(rows.length > 0, "no tick was served");
  const wrong = rows.filter(({ state, runs }) => state !== "requested" || runs !== 1);
  assert.deepEqual(wrong, [], `TEST_SEED=${seed}: ticks without a run, or with two`);
  const first = rows[0].due_at;
  for (const [index, { due_at }] of rows.entries()) {
    assert.equal(Number(due_at) - Number(first), index * 60_000, `TEST_SEED=${seed}: a tick is missing`);
  }
  assert.ok(Number(first) - START <= 60_000, `TEST_SEED=${seed}: the first tick is missing`);
  const { rows: [runs] } = await pool.query(
    "select count(*) filter (where outcome = 'abandoned')::int as abandoned from run",
  );
  return { ticks: rows.length, abandoned: runs.abandoned, slowest: Math.max(...rows.map(({ waited }) => waited)) };
}

function configOf(vendor: Vendor, url: string): Config {
  const parsed = parseConfig({
    API_KEY: "rollingkey",
    ...BARS_ONLY,
    ALPHAVANTAGE_URL: vendor.url,
    API_REQUESTS_PER_DAY: "0",
    API_POLITE_DELAY_SEC: "0",
    API_REQUESTS_PER_MINUTE: "6000",
    SCHEDULE_CRON: "* * * * *",
    SCHEDULE_MISSED: "all",
    STOCK_SYMBOLS: "IBM",
    STOCK_INTERVALS: "daily",
    DATABASE_URL: url,
    DATABASE_POOL_SIZE: "2",
  }, { readFile: () => "" });
  assert.ok("config" in parsed, JSON.stringify(parsed));
  return parsed.config;
}

async function startProgram(orders: RollingOrders) {
  const program = new URL("./victim_serves.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-A", program, JSON.stringify(orders)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const { done } = await reader.read();
  assert.ok(!done, "a program ended before it was open");
  let over = false;
  const ended = child.status.finally(() => over = true);
  return {
    end: async (signal: "SIGTERM" | "SIGKILL") => {
      if (!over) child.kill(signal);
      const { code, signal: by } = await ended;
      await reader.cancel();
      assert.ok(code === 0 || by === "SIGKILL", `a program ended with ${code}`);
    },
  };
}
