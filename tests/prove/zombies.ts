/**
 * Zombies: a process is stopped in the middle of a run for longer than its lease, another takes the run over and ends it,
 * then the first wakes and goes on. It must not write a single row, and the takeover must not take long.
 */
import assert from "node:assert/strict";
import pg from "pg";
import { type App, openApp } from "../../src/app.ts";
import { seededRandom } from "../support/random.ts";
import { heirsWorld, NOW, openStage, runVictim, type Stage } from "./kills.ts";
import type { Proof } from "./main.ts";
import type { Orders } from "./victim.ts";

interface Trial {
  readonly dieAt: number;
  /** `null`: the program's own, ten seconds. */
  readonly leaseMs: number | null;
}

interface Outcome {
  /** From the last sign of life to the heir's own run. */
  readonly takeoverMs: number;
  /** Rows that the process added to the ledger of requests after it woke. */
  readonly asked: number;
}

const SHORT_LEASE_MS = 1_000;
const MOST_TAKEOVER_MS = 15_000;
/** Most of a trial is waiting. */
const AT_ONCE = 6;

async function prove(count: number): Promise<Record<string, number>> {
  const { random, seed } = seededRandom();
  const names: string[] = await withStage(async (stage) => {
    await stage.reset();
    return JSON.parse(await runVictim(stage, { dieAt: null, signal: "SIGKILL" }));
  });
  const begun = names.indexOf("event run-started");
  const closing = names.findLastIndex((name) => name.startsWith("before update run"));
  assert.ok(begun > 0 && closing > begun + 20, names.join(", "));
  // The first with the program's own lease, so that the promise is timed as it is given; inside the store's transaction,
  // where the stopped process holds locks.
  const stored = names.findIndex((name, index) => index > begun && name.startsWith("after with given"));
  assert.ok(stored > 0, "no statement stores bars");
  const todo: Trial[] = Array.from({ length: count }, (_, index) => ({
    dieAt: index === 0 ? stored : begun + Math.floor(random() * (closing - begun + 1)),
    leaseMs: index === 0 ? null : SHORT_LEASE_MS,
  })).reverse();
  const seen: Outcome[] = [];
  await Promise.all(Array.from({ length: Math.min(count, AT_ONCE) }, () =>
    withStage(async (stage) => {
      const oracle = await oracleOf(stage);
      for (let trial = todo.pop(); trial !== undefined; trial = todo.pop()) {
        try {
          const outcome = await putToSleep(stage, trial, oracle);
          // What runs beside it moves its points by one or two: the last ones may lie behind the end of the run.
          if (outcome === "had ended") todo.push({ ...trial, dieAt: trial.dieAt - 5 });
          else seen.push(outcome);
        } catch (cause) {
          throw new Error(`TEST_SEED=${seed}, asleep at point ${trial.dieAt} (${names[trial.dieAt]})`, { cause });
        }
      }
    })));
  const takeovers = seen.map(({ takeoverMs }) => takeoverMs);
  return {
    zombies: seen.length,
    writes: 0,
    "slowest takeover ms": Math.round(Math.max(...takeovers)),
    "median takeover ms": Math.round(takeovers.sort((a, b) => a - b)[Math.floor(takeovers.length / 2)]!),
    "requests charged after waking": seen.reduce((sum, { asked }) => sum + asked, 0),
    seed,
  };
}

export const PROOF: Proof = { name: "zombies", unit: "sleepers", short: 4, long: 1_000, prove };

async function withStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await openStage("server");
  try {
    return await work(stage);
  } finally {
    await stage.close();
  }
}

async function oracleOf(stage: Stage): Promise<string[]> {
  await stage.reset();
  await runVictim(stage, { dieAt: null, signal: "SIGKILL" });
  return await stage.dump();
}

async function putToSleep(
  stage: Stage,
  { dieAt, leaseMs }: Trial,
  oracle: readonly string[],
): Promise<Outcome | "had ended"> {
  await stage.reset();
  assert.ok(stage.config.database.kind === "server");
  const look = new pg.Client({ connectionString: stage.config.database.url });
  look.on("error", () => {});
  await look.connect();
  const heir = await openApp(stage.config, { ...heirsWorld(), leaseMs: leaseMs ?? undefined });
  const orders: Orders = { config: stage.config, now: NOW, dieAt, signal: "SIGSTOP", leaseMs: leaseMs ?? undefined };
  const sleeper = startSleeper(orders);
  try {
    await sleeper.asleep;
    const { rows: [own] } = await look.query("select outcome from run");
    if (own.outcome !== null) return "had ended";
    const takeoverMs = await takeOver(heir);
    assert.ok(takeoverMs <= MOST_TAKEOVER_MS, `the takeover took ${Math.round(takeoverMs)} ms`);
    assert.deepEqual(await stage.dump(), oracle);
    const before = await physicalRows(look);
    const ledger = await stage.ledger();
    sleeper.wake();
    assert.equal((await sleeper.ended).code, 0);
    assert.deepEqual(await physicalRows(look), before, "a zombie wrote");
    const { rows } = await look.query("select outcome from run order by id");
    assert.equal(rows.length, 2);
    assert.equal(rows[0].outcome, "abandoned");
    return { takeoverMs, asked: await stage.ledger() - ledger };
  } finally {
    await sleeper.end();
    await heir.close();
    await look.end();
  }
}

/** Beats until a run of its own has ended. @returns how long it took until that run began */
async function takeOver(heir: App): Promise<number> {
  const signal = new AbortController().signal;
  const asleep = performance.now();
  let began = 0;
  for (;;) {
    const emit = (event: { type: string }) => {
      if (event.type === "run-started") began = performance.now();
    };
    const report = await heir.beat({ stop: signal, abort: signal, emit });
    if (report !== null && "outcome" in report) {
      // Asleep after its last series, the sleeper has left nothing to do.
      assert.match(report.outcome, /^(complete|nothing-due)$/, JSON.stringify(report.results));
      return began - asleep;
    }
    assert.ok(performance.now() - asleep < 2 * MOST_TAKEOVER_MS, "nobody could take over");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Every row with its place and writer: equal means that nothing was written at all. Aside are the ledger, where a request
 * stands before it is sent, the log of events, which may tell of the waking, its own heartbeat, and who holds the schedule: a
 * process that is awake again may say that it is there, or takes its heartbeat with it.
 */
async function physicalRows(client: pg.Client): Promise<string[]> {
  const tables = await client.query(
    `select tablename as name from pg_tables
      where schemaname = 'public' and tablename not in ('request', 'run_event', 'heartbeat') order by 1`,
  );
  const lines: string[] = [];
  for (const { name } of tables.rows) {
    const line = name === "schedule"
      ? "(to_jsonb(t) - '{held_by,held_for,held_until}'::text[])::text"
      : "concat_ws(' ', ctid, xmin, t::text)";
    const { rows } = await client.query(`select ${line} as line from ${name} t order by 1`);
    lines.push(...rows.map(({ line }) => `${name} ${line}`));
  }
  return lines;
}

function startSleeper(orders: Orders) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "-A",
      new URL("./victim.ts", import.meta.url).pathname,
      JSON.stringify(orders),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const asleep = reader.read().then(({ value }) => {
    assert.match(new TextDecoder().decode(value), /asleep/, "it ended before its point");
  });
  let over = false;
  const ended = child.status.finally(() => over = true);
  return {
    asleep,
    ended,
    wake: () => child.kill("SIGCONT"),
    end: async () => {
      if (!over) child.kill("SIGKILL");
      await ended;
      await reader.cancel();
    },
  };
}
