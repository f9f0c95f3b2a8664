/**
 * Years of one-minute bars of one symbol, month by month, by processes that are killed again and again: complete, every
 * month asked for once, but for those whose answer a kill lost. Then the same years of another symbol by one process that
 * is left alone: its memory does not grow with them.
 */
import assert from "node:assert/strict";
import type pg from "pg";
import { type App, openApp } from "../../src/app.ts";
import type { Series } from "../../src/bar.ts";
import type { Config } from "../../src/config.ts";
import { configFor, jumpingWorld } from "../support/app.ts";
import { serverDatabase } from "../support/database.ts";
import { type HistoryOptions, sessionsHeld, startHistory } from "../support/history.ts";
import { seededRandom } from "../support/random.ts";
import type { Vendor } from "../support/vendor.ts";
import { TextLineStream } from "./lines.ts";
import type { Proof } from "./main.ts";
import type { Orders, Said } from "./victim_backfill.ts";

const NOW = Date.parse("2023-09-08T22:30:00Z");
/** Long enough ago that nothing of it comes with the newest bars. */
const LAST = "2023-06-30";
/** All the regular hours of a session. */
const PER_SESSION = 390;
/** Fifty in twenty years. */
const INTERRUPTS_A_YEAR = 2.5;
/** A dead run is found by the next process after so long. */
const LEASE_MS = 600;
const [KILLED, ALONE]: Series[] = [{ symbol: "AAA", interval: "1min" }, { symbol: "BBB", interval: "1min" }];

interface Scene {
  readonly app: App;
  readonly config: Config;
  readonly pool: pg.Pool;
  readonly vendor: Vendor;
  readonly history: HistoryOptions;
  readonly random: () => number;
}

async function prove(years: number): Promise<Record<string, number>> {
  const { random, seed } = seededRandom();
  const history = { from: `${2023 - years}-07-01`, to: LAST, perSession: PER_SESSION };
  await using place = await serverDatabase({ poolSize: 3 });
  await using vendor = await startHistory(history);
  const env = { API_POLITE_DELAY_SEC: "0", API_REQUESTS_PER_MINUTE: "6000", STOCK_SYMBOLS: "ZZZ" };
  const config = { ...configFor(vendor.url, place.config, env), archiveDays: null };
  const app = await openApp(config, jumpingWorld(NOW));
  try {
    const scene: Scene = { app, config, pool: place.db.pool, vendor, history, random };
    const interrupted = await interruptedPass(scene, Math.round(years * INTERRUPTS_A_YEAR));
    const alone = await quietPass(scene);
    return { ...interrupted, ...alone, seed };
  } catch (cause) {
    throw new Error(`TEST_SEED=${seed}`, { cause });
  } finally {
    await app.close();
  }
}

export const PROOF: Proof = { name: "backfill", unit: "years", short: 1, long: 20, prove };

async function interruptedPass(scene: Scene, interrupts: number): Promise<Record<string, number>> {
  const { vendor, random, pool } = scene;
  const { id, months } = await begin(scene, KILLED!);
  let [kills, stops] = [0, 0];
  while (kills + stops < interrupts) {
    // Fewer lives than months: each may store its share of what is left, the one after the last a share as well.
    const left = months - await answered(pool, id);
    const most = Math.floor(left / (interrupts - kills - stops + 1));
    const wanted = vendor.requests.length + Math.floor(random() * Math.max(1, most - 1));
    const victim = await startVictim(scene, id);
    await Promise.race([vendor.arrived(wanted), victim.ended]);
    // On the way, while it is read, while it is stored; not beyond the next request, however fast the machine is.
    const moment = new Promise((resolve) => setTimeout(resolve, random() * 1_200));
    await Promise.race([moment, vendor.arrived(wanted + 1), victim.ended]);
    const signal = random() < 0.75 ? "SIGKILL" : "SIGTERM";
    const died = await victim.end(signal);
    assert.ok(died !== "complete", "the backfill was complete before it could be interrupted so often");
    if (signal === "SIGKILL") kills += 1;
    else stops += 1;
  }
  const last = await startVictim(scene, id);
  assert.equal(await last.ended, "complete");
  const asked = vendor.requests.length;
  await judge(scene, { id, series: KILLED!, months });
  const { rows: [ledger] } = await pool.query(
    `select count(*)::int as charged, count(*) filter (where kind is null)::int as unanswered,
       (select count(*)::int from run where outcome = 'abandoned') as abandoned from request`,
  );
  // A kill loses the request under way and nothing else; one between the charge and the sending was never sent.
  assert.ok(asked - months <= kills, `${asked} requests for ${months} months and ${kills} kills`);
  assert.ok(ledger.charged - months <= kills, `${ledger.charged} charged for ${months} months and ${kills} kills`);
  return { months, kills, stops, requests: asked, "lost by kills": asked - months, ...ledger };
}

/** One process, and its memory after each month. */
async function quietPass(scene: Scene): Promise<Record<string, number>> {
  const before = scene.vendor.requests.length;
  const { id, months } = await begin(scene, ALONE!);
  const victim = await startVictim(scene, id);
  assert.equal(await victim.ended, "complete");
  await judge(scene, { id, series: ALONE!, months });
  assert.equal(scene.vendor.requests.length - before, months, "not the optimum");
  const { rss } = victim;
  const most = (from: number, to: number) =>
    Math.max(...rss.slice(Math.floor(rss.length * from), Math.ceil(rss.length * to)));
  // What it needs it needs from the first months on.
  const [early, late] = [most(0.1, 0.5), most(0.5, 1)];
  assert.ok(late <= early * 1.15 + 10, `memory grew from ${early} MB to ${late} MB: ${rss.join(" ")}`);
  return { "MB early": early, "MB late": late };
}

async function begin({ app, history: { from, to } }: Scene, series: Series): Promise<{ id: number; months: number }> {
  const { id, requests } = await app.steer.startBackfill("proof", { series: [series], from, to });
  const months = new Set(sessionsHeld({ from, to }).map((date) => date.slice(0, 7))).size;
  assert.equal(requests, months, "costed at more than the optimum");
  return { id, months };
}

async function answered(pool: pg.Pool, id: number): Promise<number> {
  const { rows: [{ count }] } = await pool.query("select count(*) from backfill_answer where backfill_id = $1", [id]);
  return Number(count);
}

/** Every session there with every bar, every month answered once and kept once. */
async function judge(
  { app, pool, history }: Scene,
  { id, series, months }: { id: number; series: Series; months: number },
): Promise<void> {
  const sessions = sessionsHeld(history);
  const found = (await app.steer.backfill(id))!;
  assert.deepEqual([found.state, found.held, found.none, found.requests], ["complete", sessions.length, 0, 0]);
  const { rows: [bars] } = await pool.query(
    `select count(*)::int as bars, count(distinct (ts at time zone 'America/New_York')::date)::int as sessions
     from stock_data where symbol = $1 and settled`,
    [series.symbol],
  );
  assert.deepEqual(bars, { bars: sessions.length * PER_SESSION, sessions: sessions.length });
  const { rows: [parts] } = await pool.query(
    `select count(*)::int as parts, max(tries) as tries, (select count(*)::int from revision) as revisions
     from backfill_answer where backfill_id = $1`,
    [id],
  );
  assert.deepEqual(parts, { parts: months, tries: 1, revisions: 0 });
}

interface Victim {
  /** Memory after each answer it has stored, MB. */
  readonly rss: readonly number[];
  /** How the backfill stood when the process ended; `null`: it was killed. */
  readonly ended: Promise<string | null>;
  end(signal: Deno.Signal): Promise<string | null>;
}

/** Resolves when it has begun to work. */
async function startVictim({ config }: Scene, backfillId: number): Promise<Victim> {
  const orders: Orders = { config, now: NOW, leaseMs: LEASE_MS, backfillId };
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "-A",
      "--v8-flags=--heap-growing-percent=50,--max-semi-space-size=4",
      new URL("./victim_backfill.ts", import.meta.url).pathname,
      JSON.stringify(orders),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const rss: number[] = [];
  const ready = Promise.withResolvers<void>();
  const read = async () => {
    let state: string | null = null;
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) {
      const said: Said = JSON.parse(line);
      if (said.type === "ready") ready.resolve();
      if (said.type === "stored") rss.push(said.rssMb);
      if (said.type === "ended") ({ state } = said);
    }
    const { code, signal } = await child.status;
    assert.ok(code === 0 || signal === "SIGKILL", `a process ended with ${code}`);
    ready.resolve();
    return state;
  };
  const ended = read();
  await ready.promise;
  return {
    rss,
    ended,
    end: async (signal) => {
      try {
        child.kill(signal);
      } catch {
        // It has ended by itself.
      }
      return await ended;
    },
  };
}
