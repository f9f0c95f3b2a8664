/** kill -9 in the middle of a run, at random instants: nothing lost, nothing doubled, and the dead run is told as dead. */
import assert from "node:assert/strict";
import type pg from "pg";
import { serverDatabase } from "./support/database.ts";
import { startCurrentVendor } from "./support/market.ts";
import { runProgram, startProgram, workFolder } from "./support/program.ts";
import { seededRandom } from "./support/random.ts";
import type { Vendor } from "./support/vendor.ts";

const SYMBOLS = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"];
const BARS = 1_500;
const KILLS = 20;
/** Kills under way at once: most of each is waiting for the dead run's lease to run out. */
const AT_ONCE = 5;

function settings(vendor: Vendor, url: string): Record<string, string> {
  return {
    ALPHAVANTAGE_API_KEY: "killkey",
    ALPHAVANTAGE_URL: vendor.url,
    API_POLITE_DELAY_SEC: "0.1",
    API_REQUESTS_PER_MINUTE: "6000",
    API_REQUESTS_PER_DAY: "0",
    STOCK_SYMBOLS: SYMBOLS.join(","),
    STOCK_INTERVALS: "daily",
    DATABASE_URL: url,
  };
}

/** Every bar, in key order, with nothing in it that depends on when or by which run it was stored. */
async function barsOf(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query(
    `select concat_ws(' ', symbol, "interval", ts at time zone 'UTC', open, high, low, close, volume, settled) as bar
       from stock_data order by symbol, "interval", ts`,
  );
  return rows.map(({ bar }) => bar);
}

/** When to kill: this long after the vendor has got so many requests. Machines under load are slow, so no clock alone. */
interface Instant {
  readonly requests: number;
  readonly ms: number;
}

interface Killed extends Instant {
  /** The run had not ended before. */
  readonly hit: boolean;
  readonly barsAtDeath: number;
}

async function killOnce(instant: Instant, oracle: string[]): Promise<Killed> {
  await using vendor = await startCurrentVendor(SYMBOLS, { count: BARS });
  await using database = await serverDatabase();
  await using folder = await workFolder();
  const options = { cwd: folder.path, env: settings(vendor, database.url) };
  const { pool } = database.db;
  await using victim = startProgram(["run"], options);
  await vendor.arrived(instant.requests);
  await new Promise((resolve) => setTimeout(resolve, instant.ms));
  victim.kill("SIGKILL");
  const { signal } = await victim.ended;

  const atDeath = await barsOf(pool);
  assert.deepEqual(atDeath.filter((bar) => !oracle.includes(bar)), [], "a torn or invented bar");
  const perSymbol = Map.groupBy(atDeath, (bar) => bar.split(" ")[0]);
  for (const [symbol, bars] of perSymbol) {
    assert.equal(bars.length, oracle.filter((bar) => bar.startsWith(`${symbol} `)).length, "a series stored by halves");
  }
  const after = await runProgram(["run"], options);
  assert.equal(after.code, 0, after.stderr);
  assert.deepEqual(await barsOf(pool), oracle);
  const { rows } = await pool.query("select outcome from run order by id");
  const outcomes = rows.map(({ outcome }) => outcome);
  // The last instants may fall after the run was closed, or after its last series: then nothing is left to do.
  const hit = signal === "SIGKILL" && outcomes[0] !== "complete";
  const second = atDeath.length === oracle.length ? "nothing-due" : "complete";
  assert.deepEqual(outcomes, [hit ? "abandoned" : "complete", second]);
  const revisions = await pool.query("select count(*)::int as count from revision");
  assert.equal(revisions.rows[0].count, 0, "storing again is not a revision");
  return { ...instant, hit, barsAtDeath: atDeath.length };
}

Deno.test(`kill -9 at ${KILLS} random instants of a run: the next run completes, the tables equal a run that was left alone`, async () => {
  const { random, seed } = seededRandom();
  const { bars, durationMs } = await undisturbed();
  const instants = Array.from({ length: KILLS }, (_, index) => ({
    requests: 1 + (index % SYMBOLS.length),
    ms: Math.round(random() * 2 * durationMs / SYMBOLS.length),
  }));
  const killed: Killed[] = [];
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (let instant = instants.pop(); instant !== undefined; instant = instants.pop()) {
      killed.push(await killOnce(instant, bars));
    }
  });
  try {
    await Promise.all(workers);
    // A matrix that only ever hit finished runs, or empty tables, would prove nothing.
    assert.ok(killed.filter(({ hit }) => hit).length >= KILLS / 2, JSON.stringify(killed));
    assert.ok(new Set(killed.map(({ barsAtDeath }) => barsAtDeath)).size >= 3, JSON.stringify(killed));
  } catch (error) {
    throw new Error(`with TEST_SEED=${seed}`, { cause: error });
  }
});

/** The oracle: the same run with nobody killing it, and how long it took from its first request. */
async function undisturbed(): Promise<{ bars: string[]; durationMs: number }> {
  await using vendor = await startCurrentVendor(SYMBOLS, { count: BARS });
  await using database = await serverDatabase();
  await using folder = await workFolder();
  await using program = startProgram(["run"], { cwd: folder.path, env: settings(vendor, database.url) });
  await vendor.arrived(1);
  const began = performance.now();
  const { code, stderr } = await program.ended;
  assert.equal(code, 0, stderr);
  const bars = await barsOf(database.db.pool);
  assert.equal(bars.length, SYMBOLS.length * BARS);
  return { bars, durationMs: performance.now() - began };
}
