/**
 * Two to five processes on one database beat at the same due times, as fast as they can. Each tick gets exactly one run,
 * no two runs overlap by the database's own clock, and the vendor is asked as often as if there were one process.
 */
import assert from "node:assert/strict";
import type pg from "pg";
import { lastClosed } from "../../src/calendar.ts";
import { type Config, parseConfig } from "../../src/config.ts";
import { serverDatabase } from "../support/database.ts";
import { seededRandom } from "../support/random.ts";
import { sampleRows, startVendor, type Vendor } from "../support/vendor.ts";
import { TextLineStream } from "./lines.ts";
import type { Proof } from "./main.ts";
import type { Beat } from "./victim_beats.ts";
import { BARS_ONLY } from "../support/program.ts";

const HOUR = 3_600_000;
const START = Date.parse("2023-07-04T06:00:00Z");
const SYMBOLS = ["AAA", "BBB"];
const PROCESSES = 5;
/** Three years of daily rows; each hour the vendor shows those of the sessions that have closed. */
const ROWS = sampleRows("daily", { count: 800, until: "2025-12-31" });

async function prove(count: number): Promise<Record<string, number>> {
  const { random, seed } = seededRandom();
  await using vendor = await startVendor();
  await using at = await serverDatabase();
  const { pool } = at.db;
  await watch(pool);
  await pool.query(
    `insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ('ingest', '0 * * * *', 'UTC', $1, now())`,
    [new Date(START)],
  );
  const config = configOf(vendor, at.url);
  const processes = await Promise.all(Array.from({ length: PROCESSES }, () => startProcess(config)));
  const tally: Record<string, number> = {};
  let [ticks, contested, sessions, newest] = [0, 0, 0, ""];
  try {
    while (contested < count) {
      ticks += 1;
      assert.ok(ticks <= 3 * count + 20, `only ${contested} of ${ticks} ticks were contested`);
      const now = START + ticks * HOUR + Math.floor(random() * 60_000);
      const date = lastClosed("us", now - HOUR / 4, { extended: false }).date;
      if (date !== newest) {
        [newest, sessions] = [date, sessions + 1];
        for (const symbol of SYMBOLS) {
          vendor.bars({ symbol, interval: "daily" }, ROWS.filter(({ stamp }) => stamp <= date));
        }
      }
      const few = 2 + Math.floor(random() * (PROCESSES - 1));
      const rivals = processes.toSorted(() => random() - 0.5).slice(0, few);
      const beaten = await Promise.all(rivals.map((one) => one.beat({ now, waitMs: Math.floor(random() * 3) })));
      for (const one of beaten) tally[one] = (tally[one] ?? 0) + 1;
      const won = beaten.filter((one) => one === "complete" || one === "nothing-due").length;
      assert.equal(won, 1, `TEST_SEED=${seed}: ${beaten.join(", ")} at ${new Date(now).toISOString()}`);
      // Somebody else wanted this very tick, and was refused.
      if (beaten.some((one) => one === "busy" || one === "taken")) contested += 1;
    }
  } finally {
    await Promise.all(processes.map((one) => one.end()));
  }
  await judge(pool, ticks);
  assert.equal(vendor.requests.length, sessions * SYMBOLS.length, "a request that brought nothing");
  const { rows: [{ bars }] } = await pool.query("select count(*)::int as bars from stock_data");
  assert.equal(bars, SYMBOLS.length * ROWS.filter(({ stamp }) => stamp <= newest).length);
  return { ticks, contested, ...tally, requests: vendor.requests.length, overlaps: 0, doubled: 0, seed };
}

export const PROOF: Proof = { name: "processes", unit: "contested ticks", short: 60, long: 10_000, prove };

/** Every write of a run leaves the run's number and the instant by the database's clock. */
async function watch(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create table written (run_id bigint, at timestamptz not null default clock_timestamp());
    create function note_writing() returns trigger language plpgsql as
      $$ begin insert into written (run_id) values ((to_jsonb(new) ->> tg_argv[0])::bigint); return null; end $$;
    create trigger noted after insert or update on run for each row execute function note_writing('id');
    create trigger noted after insert or update on request for each row execute function note_writing('run_id');
    create trigger noted after insert or update on series_result for each row execute function note_writing('run_id');`);
}

async function judge(pool: pg.Pool, expected: number): Promise<void> {
  const { rows: [ticks] } = await pool.query(
    `select count(*)::int as seen, count(distinct due_at)::int as distinct,
            count(*) filter (where state = 'requested' and runs = 1)::int as served
       from (select t.*, (select count(*) from run where tick_id = t.id and outcome in ('complete', 'nothing-due')) as runs
               from tick t) as t`,
  );
  assert.deepEqual(ticks, { seen: expected, distinct: expected, served: expected });
  const { rows: [runs] } = await pool.query("select count(*)::int as runs from run");
  assert.equal(runs.runs, expected);
  const { rows: overlaps } = await pool.query(
    `with span as (select run_id, min(at) as began, max(at) as ended from written group by run_id),
          row_by_row as (select *, max(ended) over (order by began rows between unbounded preceding and 1 preceding) as before
                           from span)
     select * from row_by_row where before >= began`,
  );
  assert.deepEqual(overlaps, [], "two runs at once");
  const { rows: [{ spans }] } = await pool.query("select count(distinct run_id)::int as spans from written");
  assert.equal(spans, expected, "the watch was asleep");
}

function configOf(vendor: Vendor, url: string): Config {
  const env = {
    API_KEY: "beatskey",
    ...BARS_ONLY,
    ALPHAVANTAGE_URL: vendor.url,
    API_REQUESTS_PER_DAY: "0",
    API_POLITE_DELAY_SEC: "0",
    API_REQUESTS_PER_MINUTE: "6000",
    SCHEDULE_CRON: "0 * * * *",
    STOCK_SYMBOLS: SYMBOLS.join(","),
    STOCK_INTERVALS: "daily",
    DATABASE_URL: url,
    DATABASE_POOL_SIZE: "2",
  };
  const parsed = parseConfig(env, { readFile: () => "" });
  assert.ok("config" in parsed, JSON.stringify(parsed));
  return parsed.config;
}

interface Process {
  /** One beat at this time. @returns what it came to */
  beat(beat: Beat): Promise<string>;
  end(): Promise<void>;
}

async function startProcess(config: Config): Promise<Process> {
  const program = new URL("./victim_beats.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-A", program, JSON.stringify(config)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).getReader();
  const next = async () => {
    const { value, done } = await lines.read();
    assert.ok(!done, "a process has ended");
    return value!;
  };
  assert.equal(await next(), "ready");
  return {
    beat: async (beat) => {
      await writer.write(new TextEncoder().encode(`${JSON.stringify(beat)}\n`));
      return await next();
    },
    end: async () => {
      await writer.close().catch(() => {});
      await lines.cancel();
      await child.status;
    },
  };
}
