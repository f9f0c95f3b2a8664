/** What is the floor? A raw COPY of the same rows into a table with the same keys, checks and indexes, by psql. */
import { join } from "node:path";
import type { Bar, Series } from "../src/bar.ts";
import type { Database } from "../src/postgres/connect.ts";

/** The columns that a plain answer fills. */
const COLUMNS = `symbol, "interval", ts, open, high, low, close, volume, settled`;

export interface Copying {
  readonly name: string;
  readonly csv: string;
  run(): Promise<unknown>;
  remove(): Promise<void>;
}

/** COPY into `copy_target` by psql if there is one, else by the server itself from a file it can read. */
export async function rawCopy(
  answers: readonly { readonly series: Series; readonly reading: { readonly bars: readonly Bar[] } }[],
  { db, url, binDir }: { db: Database; url: string; binDir: string | null },
): Promise<Copying> {
  const dir = await Deno.makeTempDir({ prefix: "stocks-etl-bench-" });
  await Deno.chmod(dir, 0o755);
  const csv = join(dir, "rows.csv");
  const lines = answers.flatMap(({ series: { symbol, interval }, reading }) =>
    reading.bars.map(({ ts, open, high, low, close, volume, settled }) =>
      [symbol, interval, new Date(ts).toISOString(), open, high, low, close, volume, settled ? "t" : "f"].join(",")
    )
  );
  await Deno.writeTextFile(csv, lines.join("\n") + "\n");
  const remove = () => Deno.remove(dir, { recursive: true });
  const psql = binDir === null ? "psql" : join(binDir, "psql");
  const from = `copy copy_target (${COLUMNS}) from '${csv}' (format csv)`;
  if (!await starts(psql)) {
    return { name: "COPY from a file on the server", csv, run: () => db.pool.query(from), remove };
  }
  const run = () => ran(psql, ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", `\\${from}`, url]);
  return { name: "psql \\copy", csv, run, remove };
}

/** What it printed. */
export async function ran(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], stdin: "null" }).output();
  if (!success) throw new Error(`Cannot run "${program}": ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

export async function starts(program: string, args: readonly string[] = ["--version"]): Promise<boolean> {
  try {
    const quiet = { stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(program, { args: [...args], ...quiet }).output()).success;
  } catch {
    return false;
  }
}
