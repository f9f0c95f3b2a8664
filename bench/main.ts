// deno-lint-ignore-file no-console -- its output is what it is for
/**
 * `deno task bench`: how fast and how big is the main job? Figures as ratios to a floor measured side by side in the same
 * run, because machines differ and so do their minutes. It takes some minutes. `deno task bench pages`: how fast is the
 * page with years of runs in its database? `deno task bench partitions`: what would partitions of the bars change?
 */
import { classify } from "../src/alphavantage/answer.ts";
import { readSeries } from "../src/alphavantage/series.ts";
import { serverDatabase, testServer } from "../tests/support/database.ts";
import { duration, interleaved, table, timeRatio } from "./figures.ts";
import { measurePartitions, sizeOfPartitions } from "./partitions.ts";
import { fillPages, measurePages, sizeOfPages } from "./pages.ts";
import { measureMemory, measureRate } from "./running.ts";
import { bodyFor, requestFor, ROWS_PER_ANSWER } from "./sample.ts";
import { measureRivals } from "./rivals.ts";
import { measureScale } from "./scale.ts";
import { measureStart } from "./start.ts";
import { measureStoring, SYMBOLS } from "./storing.ts";

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

const server = await testServer();
console.log(
  `Deno ${Deno.version.deno}, PostgreSQL ${server.version}, ${navigator.hardwareConcurrency} cores. Median (best).\n`,
);
if (Deno.args[0] === "pages") {
  await using database = await serverDatabase();
  await fillPages(database.db);
  const rows = await measurePages(database);
  console.log(table([`Pages, ${sizeOfPages()}`, "median", "95 of 100 within", "weighs"], rows));
} else if (Deno.args[0] === "partitions") {
  await using whole = await serverDatabase();
  await using parted = await serverDatabase();
  const rows = await measurePartitions(whole, parted);
  console.log(table([`16 partitions by symbol, ${sizeOfPartitions()}`, "one table", "16", "time ÷ one table"], rows));
} else await measureAll();
await server.stop();

async function measureAll(): Promise<void> {
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
  {
    await using database = await serverDatabase();
    console.log(table(["Start", "time", "÷ deno eval"], await measureStart(database)) + "\n");
    const running = ["Backfill", "peak memory", "over the floor", "time"];
    console.log(table(running, await measureMemory(database)) + "\n");
    console.log(
      table(
        ["Rate", "sent ÷ allowed", "arrived ÷ allowed", "most arrived in any minute"],
        await measureRate(database),
      ) +
        "\n",
    );
    console.log(table(["Scale", "over", "time"], await measureScale(database)));
  }
}
