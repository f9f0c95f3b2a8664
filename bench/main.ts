// deno-lint-ignore-file no-console -- its output is what it is for
/**
 * `deno task bench`: how fast and how big is the main job? Figures as ratios to a floor measured side by side in the same
 * run, because machines differ and so do their minutes. Takes about a minute.
 */
import { classify } from "../src/alphavantage/answer.ts";
import { readSeries } from "../src/alphavantage/series.ts";
import { serverDatabase, testServer } from "../tests/support/database.ts";
import { duration, interleaved, median, table, timeRatio } from "./figures.ts";
import { bodyFor, requestFor, ROWS_PER_ANSWER } from "./sample.ts";
import { measureRivals } from "./rivals.ts";
import { measureStoring, SYMBOLS } from "./storing.ts";

const ROOT = new URL("../", import.meta.url);

async function deno(...args: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null", env: { NO_COLOR: "1" } });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`Cannot run "deno ${args.join(" ")}": ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function measureReading(): Promise<string[][]> {
  const request = requestFor("IBM");
  const body = bodyFor("IBM");
  const times = await interleaved({
    parse: () => JSON.parse(body),
    read: () => {
      const answer = classify(body, { httpStatus: 200, request });
      if (answer.kind !== "bars") throw new Error(answer.message);
      readSeries(answer.document, { request, now: Date.now(), settled: () => true });
    },
  }, { rounds: 25 });
  return [
    ["JSON.parse, the floor", duration(times.parse), "1"],
    ["classify and readSeries", duration(times.read), timeRatio(times.read, times.parse)],
  ];
}

async function measureStart(): Promise<string[][]> {
  const main = (flag: string) => () => deno("run", "--quiet", "--no-prompt", "-A", "main.ts", flag);
  const contenders = { floor: () => deno("eval", "1"), help: main("--help"), version: main("--version") };
  const times = await interleaved(contenders, { rounds: 9 });
  return [
    ["deno eval 1, the floor", duration(times.floor), "1"],
    ["--help", duration(times.help), timeRatio(times.help, times.floor)],
    ["--version", duration(times.version), timeRatio(times.version, times.floor)],
  ];
}

async function measureMemory(): Promise<string[][]> {
  const peaks: number[] = [];
  for (let round = 0; round < 3; round++) {
    await using database = await serverDatabase();
    peaks.push(Number(await deno("run", "-A", "bench/load.ts", database.url)) / 1024 / 1024);
  }
  return [[
    `${SYMBOLS.length} answers of ${ROWS_PER_ANSWER} rows, one after the other`,
    `${Math.round(median(peaks))} MB`,
  ]];
}

const server = await testServer();
console.log(
  `Deno ${Deno.version.deno}, PostgreSQL ${server.version}, ${navigator.hardwareConcurrency} cores. Median (best).\n`,
);
{
  await using database = await serverDatabase({ poolSize: 4 });
  const rows = await measureStoring(database, { binDir: server.binDir });
  const head = [`Storing ${SYMBOLS.length} × ${ROWS_PER_ANSWER} rows`, "rows/s", "time", "speed ÷ COPY"];
  console.log(table([...head, "server CPU", "client CPU", "client ÷ server"], rows) + "\n");
  const rivals = await measureRivals(database, { binDir: server.binDir });
  console.log(table(["Storing as others do", "rows/s", "time", "time per row ÷ ours"], rivals) + "\n");
}
console.log(
  table([`Reading an answer of ${ROWS_PER_ANSWER} rows`, "time", "÷ JSON.parse"], await measureReading()) + "\n",
);
console.log(table(["Peak memory of loading", "RSS"], await measureMemory()) + "\n");
console.log(table(["Start", "time", "÷ deno eval"], await measureStart()));
await server.stop();
