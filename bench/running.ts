/**
 * The program itself, as its users run it, against a vendor on this machine: how much memory does a long backfill take, and
 * how much of a fast key's rate does a run use?
 */
import manifest from "../deno.json" with { type: "json" };
import type { ServerDatabase } from "../tests/support/database.ts";
import { startVendor, type Vendor } from "../tests/support/vendor.ts";
import { bodyFor, ROWS_PER_ANSWER } from "./sample.ts";

const ROOT = new URL("../", import.meta.url);
const MB = 1024 * 1024;
const BACKFILL_BARS = 1_000_000;
const PER_MINUTE = 1_200;
/** More than a minute of them, so that one is counted from end to end. */
const DUE = 1_500;
const MINUTE_MS = 60_000;

interface Ended {
  /** Of the process at its biggest, bytes; `null` where the system does not tell. */
  readonly peak: number | null;
  readonly seconds: number;
}

/** Peak memory of runs that store a million bars of answers as long as the vendor's longest. */
export async function measureMemory({ url, db }: ServerDatabase): Promise<string[][]> {
  const idle = await watched(["eval", "await new Promise((resolve) => setTimeout(resolve, 500))"], {});
  await using vendor = await startVendor();
  const body = bodyFor("IBM");
  vendor.answerBy(({ symbol }) => ({ body: body.replace('"2. Symbol": "IBM"', `"2. Symbol": "${symbol}"`) }));
  const rows: string[][] = [["deno, doing nothing, the floor", told(idle.peak), "", ""]];
  for (const concurrency of [1, 4]) {
    await db.pool.query("truncate stock_data, answer, answer_body, run cascade");
    const symbols = named(BACKFILL_BARS / ROWS_PER_ANSWER);
    const run = await runProgram({ vendor, url, symbols, interval: "1min", concurrency, perMinute: 10_000 });
    const { rows: [stored] } = await db.pool.query("select count(*) as bars from stock_data");
    const over = run.peak === null || idle.peak === null ? null : run.peak - idle.peak;
    const name = `${stored.bars} bars in answers of ${ROWS_PER_ANSWER}, ${concurrency} at once`;
    rows.push([name, told(run.peak), told(over), `${run.seconds.toFixed(1)} s`]);
  }
  return rows;
}

function told(bytes: number | null): string {
  return bytes === null ? "not told here" : `${Math.round(bytes / MB)} MB`;
}

/** How fast a run sends when its key may send 1,200 a minute, seen by the vendor. */
export async function measureRate({ url, db }: ServerDatabase): Promise<string[][]> {
  await using vendor = await startVendor();
  const symbols = named(DUE);
  await db.pool.query("truncate request cascade");
  await runProgram({ vendor, url, symbols, interval: "daily", concurrency: 16, perMinute: PER_MINUTE });
  const arrived = vendor.requests.map(({ at }) => at);
  if (arrived.length < DUE) throw new Error(`Cannot trust this run: ${arrived.length} requests for ${DUE} series`);
  const { rows } = await db.pool.query("select extract(epoch from sent_at) * 1000 as at from request order by sent_at");
  const sent = rows.map(({ at }) => Number(at));
  return [[`${DUE} requests at ${PER_MINUTE} a minute`, usedOf(sent), usedOf(arrived), String(mostInAMinute(arrived))]];
}

/** Share of what was allowed between the first and the last. */
function usedOf(times: readonly number[]): string {
  const minutes = (times.at(-1)! - times[0]!) / MINUTE_MS;
  return ((times.length - 1) / minutes / PER_MINUTE).toFixed(3);
}

function mostInAMinute(times: readonly number[]): number {
  let [most, first] = [0, 0];
  for (const [index, at] of times.entries()) {
    while (times[first]! <= at - MINUTE_MS) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

function named(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `B${String(index).padStart(3, "0")}`);
}

interface RunOptions {
  readonly vendor: Vendor;
  readonly url: string;
  readonly symbols: readonly string[];
  readonly interval: string;
  readonly concurrency: number;
  readonly perMinute: number;
}

async function runProgram({ vendor, url, symbols, interval, concurrency, perMinute }: RunOptions): Promise<Ended> {
  // As the task starts it.
  const [, ...args] = manifest.tasks.run.command.split(" ");
  return await watched([...args, "--quiet"], {
    DATABASE_URL: url,
    ALPHAVANTAGE_API_KEY: "BENCHKEY00000000",
    ACTIONS_DAYS: "0",
    LISTING_DAYS: "0",
    ALPHAVANTAGE_URL: vendor.url,
    API_POLITE_DELAY_SEC: "0",
    API_REQUESTS_PER_DAY: "unlimited",
    API_REQUESTS_PER_MINUTE: String(perMinute),
    API_CONCURRENCY: String(concurrency),
    STOCK_SYMBOLS: symbols.join(","),
    STOCK_INTERVALS: interval,
    LOG_DIR: "none",
  });
}

/** Linux keeps a process's peak for as long as the process lives: so it is asked for again and again. */
async function watched(args: string[], env: Record<string, string>): Promise<Ended> {
  const started = performance.now();
  const options = { args, env, cwd: ROOT, stdin: "null", stdout: "null", stderr: "piped" } as const;
  const program = new Deno.Command(Deno.execPath(), options).spawn();
  let peak: number | null = null;
  const timer = setInterval(async () => {
    const status = await Deno.readTextFile(`/proc/${program.pid}/status`).catch(() => "");
    const found = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
    if (found !== undefined) peak = Number(found) * 1024;
  }, 20);
  const { code, stderr } = await program.output();
  clearInterval(timer);
  // 3: partial. The sample is older than today, so its series are late.
  if (code !== 0 && code !== 3) {
    throw new Error(`Cannot measure "${args.join(" ")}": ${new TextDecoder().decode(stderr)}`);
  }
  return { peak, seconds: (performance.now() - started) / 1000 };
}
