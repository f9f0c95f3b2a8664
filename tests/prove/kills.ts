/**
 * Kill matrix: a scheduled run is killed at every point where it waits for the database or the vendor. Whatever the
 * point: no bar lost, none doubled, no series stored by halves, the tick served once, the tables those of a run that was
 * left alone.
 */
import assert from "node:assert/strict";
import type { Series } from "../../src/bar.ts";
import { type App, openApp } from "../../src/app.ts";
import { type Config, parseConfig } from "../../src/config.ts";
import { embeddedDir, serverDatabase } from "../support/database.ts";
import { seededRandom } from "../support/random.ts";
import { row, sampleRows, startVendor, type Vendor } from "../support/vendor.ts";
import type { Proof } from "./main.ts";
import type { Orders } from "./victim.ts";
import { BARS_ONLY } from "../support/program.ts";

interface KillFigures {
  readonly kills: number;
  /** Points that the fault-free run passes, and how many of their names differ. */
  readonly points: number;
  readonly distinct: number;
  /** Kills by what they left: nothing, some series, all of them. */
  readonly left: Readonly<Record<"nothing" | "some" | "all", number>>;
  readonly seed: number;
}

interface KillOptions {
  readonly engine: "server" | "embedded";
  readonly count: number;
  /** Trials at once, each on a database of its own. */
  readonly atOnce: number;
}

/** The evening the recordings were made, a few seconds after the tick of 06:00 UTC. */
export const NOW = Date.parse("2023-07-04T06:00:05Z");
const DAILY: Series = { symbol: "AAA", interval: "daily" };
const WEEKLY: Series = { symbol: "BBB", interval: "weekly" };
const BROKEN: Series = { symbol: "CCC", interval: "daily" };

/** Dies with the message of the first trial that goes wrong, naming the seed, the point and the signal. */
async function proveKills({ engine, count, atOnce }: KillOptions): Promise<KillFigures> {
  const { random, seed } = seededRandom();
  const stages = await Promise.all(Array.from({ length: atOnce }, () => openStage(engine)));
  try {
    const first = stages[0]!;
    await first.reset();
    const names: string[] = JSON.parse(await runVictim(first, { dieAt: null, signal: "SIGKILL" }));
    await first.recover();
    const oracle = await first.dump();
    assert.ok(oracle.length > 60 && oracle.some((line) => line.startsWith("revision")), "the scenario is too poor");
    // Every point at least once before any twice.
    const todo = Array.from({ length: count }, (_, index) => ({
      dieAt: index < names.length ? index : Math.floor(random() * names.length),
      signal: random() < 0.75 ? "SIGKILL" as const : "SIGTERM" as const,
    })).reverse();
    const left = { nothing: 0, some: 0, all: 0 };
    await Promise.all(stages.map(async (stage) => {
      for (let trial = todo.pop(); trial !== undefined; trial = todo.pop()) {
        const where = `TEST_SEED=${seed}, ${trial.signal} at point ${trial.dieAt} (${names[trial.dieAt]})`;
        try {
          left[await killOnce(stage, trial, oracle)] += 1;
        } catch (error) {
          throw new Error(where, { cause: error });
        }
      }
    }));
    // A third of the points come after the last store: what is told, and the run's end.
    assert.ok(left.nothing + left.some > count * 0.5, `too few died in the middle: ${JSON.stringify(left)}`);
    return { kills: count, points: names.length, distinct: new Set(names).size, left, seed };
  } finally {
    await Promise.all(stages.map((stage) => stage.close()));
  }
}

function proofOn(engine: KillOptions["engine"], { short, long }: { short: number; long: number }): Proof {
  return {
    name: `kills-${engine}`,
    unit: "kills",
    short,
    long,
    prove: async (count) => {
      const { kills, points, distinct, left, seed } = await proveKills({ engine, count, atOnce: 2 });
      assert.ok(distinct >= 40, `only ${distinct} of the ${points} points differ`);
      return { kills, points, distinct, ...left, lost: 0, doubled: 0, seed };
    },
  };
}

export const PROOFS = [proofOn("server", { short: 60, long: 4_000 }), proofOn("embedded", { short: 4, long: 1_000 })];

type Left = keyof KillFigures["left"];

async function killOnce(
  stage: Stage,
  trial: Pick<Orders, "dieAt" | "signal">,
  oracle: readonly string[],
): Promise<Left> {
  await stage.reset();
  const asked = stage.vendor.requests.length;
  await runVictim(stage, trial);
  await stage.expireLeases();
  const bars = (await stage.dump()).filter((line) => line.startsWith("bar"));
  const allBars = oracle.filter((line) => line.startsWith("bar"));
  let whole = 0;
  for (const { symbol } of [DAILY, WEEKLY, BROKEN]) {
    const of = (lines: readonly string[]) => lines.filter((line) => line.startsWith(`bar ${symbol} `));
    const found = of(bars);
    const before = symbol === DAILY.symbol ? stage.baseline : [];
    if (JSON.stringify(found) === JSON.stringify(of(allBars))) whole += 1;
    else assert.deepEqual(found, before, `${symbol} was stored by halves`);
  }
  assert.deepEqual(await stage.ahead(), [], "a watermark is ahead of the bars");
  await stage.recover();
  assert.deepEqual(await stage.dump(), oracle);
  assert.deepEqual(await stage.ticks(), [{ due: "2023-07-04 06:00:00", state: "requested", served: 1, open: 0 }]);
  const sent = stage.vendor.requests.length - asked;
  assert.ok(await stage.ledger() >= sent, `${sent} requests were sent, ${await stage.ledger()} are in the ledger`);
  return whole === 0 ? "nothing" : whole === 3 ? "all" : "some";
}

export interface Stage {
  readonly config: Config;
  readonly vendor: Vendor;
  /** The bars that are there before the run, as {@link dump} writes them. */
  readonly baseline: readonly string[];
  reset(): Promise<void>;
  /** As if the time a lease lasts had passed. */
  expireLeases(): Promise<void>;
  recover(): Promise<void>;
  dump(): Promise<string[]>;
  ahead(): Promise<unknown[]>;
  ticks(): Promise<unknown[]>;
  ledger(): Promise<number>;
  close(): Promise<void>;
}

export async function openStage(engine: KillOptions["engine"]): Promise<Stage> {
  const vendor = await startScene();
  const place = engine === "server" ? await serverDatabase() : await embeddedDir();
  const database = "url" in place
    ? { kind: "server", url: place.url, poolSize: 2 } as const
    : { kind: "embedded", dataDir: place.path } as const;
  const config = configOf(vendor, database);
  // The embedded engine lets one process in: it is opened anew around every victim.
  let app: App | null = null;
  const opened = async () => app ??= await openApp(config, heirsWorld());
  const away = async () => {
    if (engine === "server") return;
    await app?.close();
    app = null;
  };
  const rows = async (sql: string, values: unknown[] = []) =>
    (await (await opened()).database.pool.query(sql, values)).rows;
  const signal = new AbortController().signal;
  return {
    config,
    vendor,
    baseline: BASELINE.map((one) =>
      `bar AAA daily ${one.stamp} 00:00:00 ${one.open} ${one.high} ${one.low} ${one.close} ${one.volume} t`
    ),
    reset: async () => {
      await rows(
        "truncate notice, outbox, incident, run, series_result, run_event, stock_data, revision, quarantine, answer, answer_body, request, entitlement, tick, schedule restart identity cascade",
      );
      await rows(
        "insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ('ingest', '0 6 * * *', 'UTC', '2023-07-03T12:00Z', now())",
      );
      const column = (field: keyof typeof BASELINE[number]) => BASELINE.map((one) => one[field]);
      await rows(
        `insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
         select 'AAA', 'daily', (d || 'T00:00Z')::timestamptz, o::numeric, h::numeric, l::numeric, c::numeric, v::bigint, true
           from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as bar (d, o, h, l, c, v)`,
        (["stamp", "open", "high", "low", "close", "volume"] as const).map(column),
      );
      await away();
    },
    expireLeases: async () =>
      void await rows("update run set lease_until = clock_timestamp() - interval '1 second' where outcome is null"),
    recover: async () => {
      const { beat } = await opened();
      while (await beat({ stop: signal, abort: signal, emit: () => {} }) !== null);
    },
    dump: async () => {
      const lines = await rows(DUMP);
      return lines.map(({ line }) => line).sort();
    },
    ahead: () =>
      rows(
        `select r.symbol, r.watermark from series_result r where r.watermark > coalesce(
           (select max(ts) from stock_data d where d.symbol = r.symbol and d."interval" = r."interval" and settled), '-infinity')`,
      ),
    ticks: () =>
      rows(
        `select (due_at at time zone 'UTC')::text as due, state,
                (select count(*)::int from run where tick_id = tick.id and outcome in ('complete', 'nothing-due')) as served,
                (select count(*)::int from run where tick_id = tick.id and outcome is null) as open
           from tick`,
      ),
    ledger: async () => Number((await rows("select count(*) as count from request"))[0].count),
    close: async () => {
      await app?.close();
      await place[Symbol.asyncDispose]();
      await vendor.close();
    },
  };
}

/** What is stored, line by line, with nothing in it that depends on when or by which run. */
export const DUMP =
  `select concat_ws(' ', 'bar', symbol, "interval", ts at time zone 'UTC', open, high, low, close, volume, settled) as line from stock_data
   union all select concat_ws(' ', 'revision', symbol, "interval", ts at time zone 'UTC', open, high, low, close, volume) from revision
   union all select concat_ws(' ', 'quarantine', symbol, "interval", stamp, rule, raw, times) from quarantine`;

const AAA = sampleRows("daily", { count: 30, until: "2023-07-03" });
/** What was stored on an earlier day; the vendor has corrected one of them since. */
const BASELINE = AAA.slice(0, 20).map((one, index) => index === 15 ? { ...one, volume: "777" } : one);

async function startScene(): Promise<Vendor> {
  const vendor = await startVendor();
  vendor.bars(DAILY, AAA);
  // Long enough to be copied straight into the table.
  vendor.bars(WEEKLY, [...sampleRows("weekly", { count: 600, until: "2023-06-30" }), row("2023-07-03", "99.0000")]);
  const rows = sampleRows("daily", { count: 30, until: "2023-07-03" });
  vendor.bars(BROKEN, rows.map((one, index) => index === 7 ? { ...one, high: "0.5000" } : one));
  return vendor;
}

function configOf(vendor: Vendor, database: Config["database"]): Config {
  const env = {
    API_KEY: "killkey1",
    ...BARS_ONLY,
    ALPHAVANTAGE_URL: vendor.url,
    API_REQUESTS_PER_DAY: "0",
    API_POLITE_DELAY_SEC: "0",
    API_REQUESTS_PER_MINUTE: "6000",
  };
  const parsed = parseConfig(env, { readFile: () => "" });
  assert.ok("config" in parsed);
  return { ...parsed.config, database, series: [DAILY, WEEKLY, BROKEN] };
}

export function heirsWorld() {
  return {
    now: () => NOW,
    sleep: () => Promise.resolve(),
    random: () => 0.5,
    owner: `heir:${crypto.randomUUID()}`,
    onError: () => {},
  };
}

export async function runVictim(stage: Stage, trial: Pick<Orders, "dieAt" | "signal">): Promise<string> {
  const orders: Orders = { config: stage.config, now: NOW, ...trial };
  const { code, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "-A",
      new URL("./victim.ts", import.meta.url).pathname,
      JSON.stringify(orders),
    ],
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stderr);
  if (trial.dieAt === null || trial.signal === "SIGTERM") assert.equal(code, 0, said);
  // How often a run's events are written depends on the time it takes: the last points are not reached every time.
  else assert.ok(signal === "SIGKILL" || code === 0, said);
  return new TextDecoder().decode(stdout);
}
