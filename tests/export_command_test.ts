/** The command `export`, as the terminal calls it: what it writes, says and ends with; and killed in the middle. */
import assert from "node:assert/strict";
import { parquetReadObjects } from "hyparquet";
import { operate } from "../src/operate.ts";
import { parseCommand } from "../src/terminal/commands.ts";
import { type ServerDatabase, serverDatabase } from "./support/database.ts";
import { fakeMachine } from "./support/machine.ts";
import { runProgram, startProgram, workFolder } from "./support/program.ts";
import { bar, IBM, startRun, store } from "./support/stored.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;

async function stage() {
  const [database, folder] = [await serverDatabase(), await workFolder()];
  const env: Record<string, string> = { DATABASE_URL: database.url, LOG_DIR: "none" };
  return {
    ...database,
    env,
    path: folder.path,
    play: async (line: string, change: Parameters<typeof fakeMachine>[1] = {}) => {
      const machine = fakeMachine(env, change);
      const command = parseCommand(["export", ...line.split(" ")], { version: "1.2.3" });
      assert.ok(command.name !== "serve" && command.name !== "print");
      return { code: await operate(command, machine), ...machine.told };
    },
    names: async () => (await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name)).sort(),
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function fill({ db }: Pick<ServerDatabase, "db">): Promise<void> {
  const run = await startRun(db);
  await store(db, run, { series: DAILY, bars: [bar("2026-02-26", "1.50"), bar("2026-02-27", "2")] });
  await store(db, run, { series: IBM, bars: [bar("2026-02-27T14:30Z", "3", { settled: false })] });
}

async function fillMany({ db }: Pick<ServerDatabase, "db">, count: number): Promise<void> {
  await db.pool.query(
    `insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
     select 'IBM', '1min', '2006-01-01Z'::timestamptz + n * interval '1 minute', 1, 1, 1, 1, n, true
     from generate_series(1, ${count}) as n`,
  );
}

Deno.test("CSV and Parquet files of what is stored, said in one line; an existing file only by force", async () => {
  await using at = await stage();
  await fill(at);
  const done = await at.play(`--out ${at.path}/bars.csv`);
  assert.deepEqual([done.code, done.out, done.err], [0, `3 bars of 2 series are in "${at.path}/bars.csv"\n`, ""]);
  const text = await Deno.readTextFile(`${at.path}/bars.csv`);
  assert.deepEqual(text.trimEnd().split("\r\n").slice(1), [
    "IBM,30min,2026-02-27T14:30:00Z,2026-02-27,3,3,3,3,100,,,,false",
    "IBM,daily,2026-02-26T00:00:00Z,2026-02-26,1.50,1.50,1.50,1.50,100,,,,true",
    "IBM,daily,2026-02-27T00:00:00Z,2026-02-27,2,2,2,2,100,,,,true",
  ]);
  assert.equal((await at.play(`--out ${at.path}/bars.parquet --settled-only --from 2026-02-27`)).code, 0);
  const rows = await parquetReadObjects({ file: (await Deno.readFile(`${at.path}/bars.parquet`)).buffer });
  assert.deepEqual(rows.map(({ interval, close }) => [interval, close]), [["daily", 2]]);

  const again = await at.play(`--out ${at.path}/bars.csv`);
  assert.deepEqual([again.code, again.out], [1, ""]);
  assert.match(again.err, /Cannot write ".*bars\.csv": there is a file of that name; --force replaces it\n$/);
  assert.equal((await at.play(`--out ${at.path}/bars.csv --intervals daily --force`)).code, 0);
  assert.equal((await Deno.readTextFile(`${at.path}/bars.csv`)).split("\r\n").length, 4);
});

Deno.test("to standard output; a reader that has heard enough is no failure, a full disk is one", async () => {
  await using at = await stage();
  await fill(at);
  const taken: Uint8Array[] = [];
  const { code, err } = await at.play("--out - --intervals daily", {
    out: (given) => void taken.push(given as Uint8Array),
  });
  assert.deepEqual([code, err], [0, ""]);
  assert.match(await new Blob(taken as BlobPart[]).text(), /^symbol,[^]*IBM,daily,2026-02-27T00:00:00Z/);
  let asked = 0;
  const closing = (how: "closed" | "failed") => ({ out: () => (asked++, how) });
  assert.equal((await at.play("--out -", closing("closed"))).code, 0);
  assert.equal((await at.play("--out -", closing("failed"))).code, 1);
  assert.equal(asked, 2);
});

Deno.test("nothing stored, no such series, stopped: said, and no file", async () => {
  await using at = await stage();
  const nothing = "stocks-etl: Cannot export: nothing is stored of the series asked for\n";
  assert.deepEqual(await at.play(`--out ${at.path}/a.csv`), { code: 1, out: "", err: nothing });
  await fill(at);
  assert.deepEqual(await at.play(`--out ${at.path}/a.csv --symbols MSFT`), { code: 1, out: "", err: nothing });
  const stopped = await at.play(`--out ${at.path}/a.csv`, { stop: AbortSignal.abort() });
  assert.deepEqual([stopped.code, stopped.err], [1, "stocks-etl: Cannot finish the export: it was stopped\n"]);
  assert.deepEqual(await at.names(), []);
});

Deno.test("killed in the middle: nothing has the name; the next one is whole", async () => {
  await using at = await stage();
  await fillMany(at, 200_000);
  const command = ["export", "--out", "bars.csv"];
  {
    await using program = startProgram(command, { cwd: at.path, env: at.env });
    for (;;) {
      const unfinished = (await at.names()).find((name) => name.endsWith(".part"));
      if (unfinished !== undefined && (await Deno.stat(`${at.path}/${unfinished}`)).size > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    program.kill("SIGKILL");
    await program.ended;
  }
  assert.deepEqual((await at.names()).map((name) => name.replace(/\..*\.part$/, ".….part")), ["bars.….part"]);
  const { code, stdout, stderr } = await runProgram(command, { cwd: at.path, env: at.env });
  assert.deepEqual([code, stdout], [0, '200000 bars of 1 series are in "bars.csv"\n'], stderr);
  assert.equal((await Deno.readTextFile(`${at.path}/bars.csv`)).split("\n").length, 200_002);
});
