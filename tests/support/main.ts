// deno-lint-ignore-file no-console -- its output is what it is for
/**
 * `deno task test [files or flags …]`: the tests on a real PostgreSQL server, which is found or started here and handed to
 * them. The last line is `N passed, N failed`; the exit code says the same.
 */
import { join } from "node:path";
import { exists } from "./cache.ts";
import { startServer } from "./server.ts";
import { closingLine, type Tally, tallyOf } from "./tally.ts";

const ROOT = new URL("../../", import.meta.url);

/** Runs `deno test` to its end; `signal` ends it as a terminal's Ctrl-C would. */
async function runTests(
  args: readonly string[],
  { url, signal }: { url: string; signal: AbortSignal },
): Promise<Tally> {
  const dir = await Deno.makeTempDir({ prefix: "stocks-etl-report-" });
  const report = join(dir, "report.xml");
  try {
    const paths = await Promise.all(args.map((arg) => exists(arg)));
    const where = paths.includes(true) ? [] : ["tests/"];
    const child = new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-prompt", "-A", "--parallel", `--junit-path=${report}`, ...where, ...args],
      cwd: ROOT,
      env: { TEST_DATABASE_URL: url, TEST_POSTGRES: "" },
      stdin: "null",
    }).spawn();
    const interrupt = () => child.kill("SIGTERM");
    signal.addEventListener("abort", interrupt);
    const { code } = await child.status;
    signal.removeEventListener("abort", interrupt);
    const found = await exists(report);
    const filtered = args.some((arg) => /^--(filter|shard|changed)/.test(arg));
    return tallyOf(found ? await Deno.readTextFile(report) : null, { exitCode: code, filtered });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function main(args: readonly string[]): Promise<Tally> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());
  try {
    await using server = await startServer();
    console.log(`PostgreSQL ${server.version} ${server.binDir === null ? "as given" : `from ${server.binDir}`}`);
    if (stop.signal.aborted) return { passed: 0, failed: 1 };
    return await runTests(args, { url: server.url, signal: stop.signal });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { passed: 0, failed: 1 };
  }
}

const tally = await main(Deno.args);
console.log(closingLine(tally));
Deno.exit(tally.failed === 0 ? 0 : 1);
