/**
 * How is the real `deno compile` asked for a target, and was what it made good? Its base runtime comes from `DENORT_BIN`,
 * Deno's cache or a download; where none of them is to be had, it says so.
 */
import { join } from "node:path";
import type { ShippedProgram } from "./program.ts";

/** What Deno compiles for, and how the files are called. */
export const TARGETS: Readonly<Record<string, string>> = {
  "linux-x64": "x86_64-unknown-linux-gnu",
  "linux-arm64": "aarch64-unknown-linux-gnu",
  "macos-x64": "x86_64-apple-darwin",
  "macos-arm64": "aarch64-apple-darwin",
  "windows-x64": "x86_64-pc-windows-msvc",
};

/** The target this machine is; `null`: Deno compiles for none like it. */
export function targetHere(): string | null {
  return Object.keys(TARGETS).find((name) => TARGETS[name] === Deno.build.target) ?? null;
}

/** Writes the executable. @returns `null`, or why there is none */
export async function compileNative(
  { files, flags, version }: ShippedProgram,
  { target, path }: { target: string; path: string },
): Promise<string | null> {
  const stage = await Deno.makeTempDir({ prefix: "stocks-etl-stage-" });
  try {
    for (const { name, bytes } of files) await Deno.writeFile(join(stage, name), bytes);
    const included = files.slice(1).flatMap(({ name }) => ["--include", name]);
    const args = [
      "compile",
      ...compileFlags(flags),
      "--target",
      TARGETS[target]!,
      ...included,
      "--output",
      path,
      "app.js",
    ];
    const { success, stderr } = await run(Deno.execPath(), { args, cwd: stage });
    if (!success) return reasonOf(stderr);
    return target === targetHere() ? await wrongAnswer(path, version) : null;
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

/** `--cached-only` is about fetching, which a compiled program cannot. */
function compileFlags(flags: readonly string[]): string[] {
  return flags.filter((flag) => flag !== "--cached-only");
}

/** A base that is none (`DENORT_BIN` naming something else) still makes a file. */
async function wrongAnswer(path: string, version: string): Promise<string | null> {
  const { success, stdout, stderr } = await run(path, { args: ["--version"] });
  if (success && stdout.trim() === version) return null;
  await Deno.remove(path);
  return `what was made does not start: ${reasonOf(stderr) || `it says "${stdout.trim()}", not "${version}"`}`;
}

async function run(program: string, { args, cwd }: { args: string[]; cwd?: string }) {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd, stdin: "null" }).output();
  return { success, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Deno's chain of causes, the first one: what it was doing comes before, the machine's own words after it. */
function reasonOf(stderr: string): string {
  // deno-lint-ignore no-control-regex -- colours
  const lines = stderr.replace(/\x1b\[[\d;]*m/g, "").split("\nStack backtrace")[0]!.split("\n");
  const cause = lines.find((line) => /^\s+1: /.test(line)) ?? lines.findLast((line) => line.trim() !== "") ?? "";
  return cause.replace(/^\s+\d+: |^error:? /, "").trim();
}
