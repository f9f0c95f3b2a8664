/**
 * What is inside a file that is shipped? `main.ts` and all it imports as one script, and beside it the embedded engine's
 * three files, where that looks for them. Made from a copy of the source, so that nothing of this machine gets in.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ArchivedFile } from "./archive.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Everything the program is made of. */
const SOURCES = ["main.ts", "src", "sql", "deno.json", "deno.lock"];
/** Loaded by the embedded engine from the folder its script is in. */
const ENGINE_FILES = ["pglite.wasm", "pglite.data", "initdb.wasm"];

export interface ShippedProgram {
  /** `0.1.0+1a2b3c4d5e6f`: the manifest's, and after the plus sign the commit where it is known. */
  readonly version: string;
  /** `app.js` first. */
  readonly files: readonly ArchivedFile[];
  /** Deno's arguments from `run` to the script: what the task `serve` allows, and nothing that is fetched. */
  readonly flags: readonly string[];
}

/** @param commit what the version says of the source; default: what git says */
export async function shippedProgram({ commit }: { commit?: string } = {}): Promise<ShippedProgram> {
  const manifest = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const source = commit ?? await commitHere();
  const version = source === "" ? manifest.version : `${manifest.version}+${source}`;
  const script = await bundle({ ...manifest, version });
  const engine = dirname(fileURLToPath(import.meta.resolve("@electric-sql/pglite")));
  const files = [{ name: "app.js", bytes: new TextEncoder().encode(script) }];
  for (const name of ENGINE_FILES) files.push({ name, bytes: await Deno.readFile(join(engine, name)) });
  return { version, files, flags: flagsOf(manifest.tasks.serve.command) };
}

/** Permissions and V8's settings of a task, which the shipped program shall have no more of. */
export function flagsOf(task: string): string[] {
  const words = /^deno run (.+) main\.ts\b/.exec(task)?.[1]?.split(" ");
  if (words === undefined) throw new Error(`Cannot read Deno's flags from the task "${task}"`);
  return [...words, "--no-config", "--no-lock", "--no-remote", "--no-npm", "--cached-only", "--unstable-cron"];
}

/** The short hash, with `.changed` where the tree differs from it; empty where there is no repository. */
async function commitHere(): Promise<string> {
  const hash = await output("git", ["rev-parse", "--short=12", "HEAD"]);
  if (hash === null) return "";
  const changes = await output("git", ["status", "--porcelain", "--", ...SOURCES]);
  return changes === "" ? hash : `${hash}.changed`;
}

async function bundle(manifest: Record<string, unknown>): Promise<string> {
  const stage = await Deno.makeTempDir({ prefix: "stocks-etl-stage-" });
  try {
    for (const name of SOURCES) await copy(join(ROOT, name), join(stage, name));
    await Deno.writeTextFile(join(stage, "deno.json"), JSON.stringify(manifest));
    const args = ["bundle", "--quiet", "--platform", "deno", "-o", "app.js", "main.ts"];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: stage, stdin: "null" }).output();
    if (!success) throw new Error(`Cannot bundle main.ts: ${new TextDecoder().decode(stderr).trim()}`);
    return withoutPlaces(await Deno.readTextFile(join(stage, "app.js")));
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

/** The bundler names each module by where it lies on this machine; the same source shall be the same bytes anywhere. */
export function withoutPlaces(script: string): string {
  return script.replace(/^(\/\/ | {2}")[^\s"]*?\/npm\/[^\s"/]+\//gm, "$1npm/");
}

async function copy(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}

async function output(program: string, args: string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command(program, { args, cwd: ROOT, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
