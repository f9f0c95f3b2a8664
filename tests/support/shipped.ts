/**
 * The file that is shipped, built once for all the tests of a source, and started as on a machine that has nothing of ours:
 * no Deno on the path, no cache but its own.
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cached } from "./cache.ts";
import { type Ended, type Program, startFile } from "./program.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SOURCES = ["main.ts", "src", "sql", "deno.json", "deno.lock", "tools"];
/** What `--version` of it says after the plus sign. */
export const COMMIT = "tested";
const DAY_MS = 86_400_000;

let built: Promise<string> | null = null;

/** Its path. Another run of the same source finds it made. */
export function shippedFile(): Promise<string> {
  return built ??= build();
}

async function build(): Promise<string> {
  const hash = createHash("sha256").update(Deno.version.deno);
  for (const name of SOURCES) await digest(join(ROOT, name), hash);
  const dir = await cached(`shipped-${hash.digest("hex").slice(0, 16)}`, async (out) => {
    const { code, stdout, stderr } = await compile(["--kind", "launcher", "--commit", COMMIT, "--out", out]);
    if (code !== 0) throw new Error(`Cannot build the file: ${stdout}${stderr}`);
  });
  await forgetOld(dir);
  return join(dir, "stocks-etl");
}

/** `deno task compile` with these words. */
export async function compile(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const words = ["run", "-A", join(ROOT, "tools/compile.ts"), ...args];
  await using program = startFile(Deno.execPath(), words, { cwd: ROOT, env: { ...Deno.env.toObject(), ...env } });
  return await program.ended;
}

async function digest(path: string, hash: ReturnType<typeof createHash>): Promise<void> {
  if ((await Deno.stat(path)).isFile) {
    return void hash.update(path.slice(ROOT.length)).update(await Deno.readFile(path));
  }
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  for (const name of names.sort()) await digest(join(path, name), hash);
}

/** Each is 50 MB, and a source that has changed is rarely tested again. */
async function forgetOld(dir: string): Promise<void> {
  const parent = dirname(dir);
  for await (const { name } of Deno.readDir(parent)) {
    if (!name.startsWith("shipped-")) continue;
    const age = Date.now() - ((await Deno.stat(join(parent, name)).catch(() => null))?.mtime?.getTime() ?? Date.now());
    if (age > DAY_MS) await Deno.remove(join(parent, name), { recursive: true }).catch(() => {});
  }
}

export interface BareMachine extends AsyncDisposable {
  /** Empty at first: where it is started, and its HOME. */
  readonly folder: string;
  /** Where it unpacks itself. */
  readonly cache: string;
  start(args: readonly string[], env?: Record<string, string>): Program;
  /** To its end. */
  run(args: readonly string[], env?: Record<string, string>): Promise<Ended>;
}

/** A machine to start the file on. `unpacked`: it was started there before. */
export async function bareMachine(file: string, { unpacked = false } = {}): Promise<BareMachine> {
  const folder = await Deno.makeTempDir({ prefix: "stocks-etl-bare-" });
  const cache = join(folder, ".cache", "stocks-etl");
  const start = (args: readonly string[], env: Record<string, string> = {}) =>
    startFile(file, args, { cwd: folder, env: { PATH: "/usr/bin:/bin", HOME: folder, ...env } });
  const run = async (args: readonly string[], env?: Record<string, string>) => {
    await using program = start(args, env);
    return await program.ended;
  };
  if (unpacked) await run(["--version"]);
  return { folder, cache, start, run, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}
