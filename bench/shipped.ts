// deno-lint-ignore-file no-console -- its output is what it is for
/**
 * `deno run -A bench/shipped.ts`: how big is the single file, how fast does it start, how much memory does it take, beside
 * the same program run from its source?
 */
import { type ServerDatabase, serverDatabase, testServer } from "../tests/support/database.ts";
import { ROOT } from "../tools/ship/program.ts";
import { bareMachine, shippedFile } from "../tests/support/shipped.ts";
import { duration, interleaved, table, timeRatio } from "./figures.ts";
import { type Program, startFile } from "../tests/support/program.ts";
import { freePort } from "./start.ts";

const SOURCE = [
  "run",
  "--quiet",
  "--no-prompt",
  "-A",
  "--v8-flags=--heap-growing-percent=50,--max-semi-space-size=4",
  "main.ts",
];
const ROUNDS = 9;

/** `serve` by this program on this database (none: the embedded one), once it keeps its series. */
async function serving(file: string, words: readonly string[], url: string): Promise<Program> {
  const settings = { DATABASE_URL: url, STOCK_SYMBOLS: "IBM", STOCK_INTERVALS: "daily", LOG_DIR: "none" };
  const env = { ...Deno.env.toObject(), ...settings, PORT: String(freePort()) };
  const program = startFile(file, [...words, "serve"], { cwd: ROOT, env });
  await program.said(/Keeping/);
  return program;
}

async function measureStarts(file: string, { url }: ServerDatabase): Promise<string[][]> {
  await using machine = await bareMachine(file, { unpacked: true });
  Deno.env.set("STOCKS_ETL_CACHE", machine.cache);
  const first = async () => {
    await using fresh = await bareMachine(file);
    await fresh.run(["--version"]);
  };
  const killed = async (program: string, words: readonly string[]) => {
    await using service = await serving(program, words, url);
    service.kill("SIGKILL");
  };
  const times = await interleaved({
    floor: async () => void await new Deno.Command(Deno.execPath(), { args: ["eval", "1"] }).output(),
    first,
    later: async () => void await machine.run(["--version"]),
    source: async () =>
      void await new Deno.Command(Deno.execPath(), { args: [...SOURCE, "--version"], cwd: ROOT }).output(),
    serve: () => killed(file, []),
    serveSource: () => killed(Deno.execPath(), SOURCE),
  }, { rounds: ROUNDS });
  return [
    ["deno eval 1, the floor", duration(times.floor), "1"],
    ["--version, first start (unpacks)", duration(times.first), timeRatio(times.first, times.floor)],
    ["--version, later", duration(times.later), timeRatio(times.later, times.floor)],
    ["--version, from source", duration(times.source), timeRatio(times.source, times.floor)],
    ["serve, until it keeps its series", duration(times.serve), timeRatio(times.serve, times.floor)],
    ["serve, from source", duration(times.serveSource), timeRatio(times.serveSource, times.floor)],
  ];
}

/** MB resident once it is ready, and at most until then. */
async function memoryOf(program: string, words: readonly string[], url: string): Promise<[string, string]> {
  await using service = await serving(program, words, url);
  const status = await Deno.readTextFile(`/proc/${service.pid}/status`);
  const megabytes = (name: string) =>
    `${Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024)} MB`;
  return [megabytes("VmRSS"), megabytes("VmHWM")];
}

async function sizeOf(file: string): Promise<string[][]> {
  await using machine = await bareMachine(file, { unpacked: true });
  const rows = [["the file", await bytes(file)]];
  for await (const { name } of Deno.readDir(machine.cache)) {
    for (const part of ["deno", "app.js", "pglite.wasm", "pglite.data", "initdb.wasm"]) {
      rows.push([`in it: ${part}`, await bytes(`${machine.cache}/${name}/${part}`)]);
    }
  }
  return rows;
}

async function bytes(path: string): Promise<string> {
  return `${((await Deno.stat(path)).size / 1e6).toFixed(1)} MB`;
}

const server = await testServer();
{
  await using database = await serverDatabase();
  const file = await shippedFile();
  console.log(table(["Size", "MB"], await sizeOf(file)) + "\n");
  console.log(table(["Start", "time, median (best)", "÷ deno eval"], await measureStarts(file, database)) + "\n");
  // No URL: the embedded engine, in a folder of its own.
  const [embedded, dataDir] = ["", await Deno.makeTempDir()];
  Deno.env.set("DATA_DIR", dataDir);
  const memory = [
    ["serve, on a server", ...await memoryOf(file, [], database.url)],
    ["serve, on a server, from source", ...await memoryOf(Deno.execPath(), SOURCE, database.url)],
    ["serve, embedded", ...await memoryOf(file, [], embedded)],
  ];
  console.log(table(["Memory", "when ready", "at most until then"], memory));
  await Deno.remove(dataDir, { recursive: true });
}
await server.stop();
