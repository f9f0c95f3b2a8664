// deno-lint-ignore-file no-console -- its output is what it is for
/**
 * `deno task compile`: one executable file in `dist/` with everything inside. The real `deno compile` where its base
 * runtime can be had; else, for this machine, a launcher with this very Deno in it. It says which of the two it made.
 */
import { parseArgs } from "node:util";
import { join, resolve } from "node:path";
import { type ArchivedFile } from "./ship/archive.ts";
import { launcherOf } from "./ship/launcher.ts";
import { compileNative, targetHere, TARGETS } from "./ship/native.ts";
import { ROOT, type ShippedProgram, shippedProgram } from "./ship/program.ts";

const USAGE = `Usage: deno task compile [options]

  --target <name>  one of ${Object.keys(TARGETS).join(", ")}, or all (default: this machine)
  --kind <kind>    native: the real deno compile or nothing; launcher: without it (default: native, else launcher)
  --out <folder>   where the files go (default: dist)
  --commit <hash>  what --version says of the source (default: what git says; "" for nothing)
  --folder         app.js and the engine's files instead of an executable, for whoever brings a Deno (the Dockerfile)
`;

interface Options {
  /** `null`: this machine, in a file that is not named after it. */
  readonly targets: readonly (string | null)[];
  readonly kind: "native" | "launcher" | "either";
  readonly out: string;
  readonly commit: string | undefined;
  readonly folder: boolean;
}

function optionsOf(args: string[]): Options {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: { target: text, kind: text, out: text, commit: text, folder: { type: "boolean" } },
  });
  const { target, kind = "either", out = join(ROOT, "dist"), commit, folder = false } = values;
  if (target !== undefined && target !== "all" && !(target in TARGETS)) throw new Error(`"${target}" is not a target`);
  if (kind !== "native" && kind !== "launcher" && kind !== "either") throw new Error(`"${kind}" is not a kind`);
  if (commit !== undefined && !/^[\w.-]*$/.test(commit)) throw new Error(`"${commit}" is not a commit`);
  const targets = target === "all" ? Object.keys(TARGETS) : [target ?? null];
  return { targets, kind, out: resolve(out), commit, folder };
}

/** @returns what was made; @throws Error when nothing could be */
async function make(named: string | null, program: ShippedProgram, { kind, out }: Options): Promise<string> {
  const target = named ?? targetHere();
  const windows = Deno.build.os === "windows" && named === null || target?.startsWith("windows");
  const path = join(out, `stocks-etl${named === null ? "" : `-${named}`}${windows ? ".exe" : ""}`);
  const missing = kind === "launcher"
    ? ""
    : target === null
    ? `it knows no ${Deno.build.target}`
    : await compileNative(program, { target, path });
  if (missing === null) return `${path}: a native executable, made by deno compile`;
  if (kind === "native") throw new Error(`Cannot compile for ${target ?? "this machine"}: ${missing}`);
  if (target !== targetHere() || windows) {
    const why = missing === "" ? "" : `: deno compile has no base runtime for it (${missing})`;
    throw new Error(
      `Cannot make a file for ${target}${why}; let deno download that runtime or set DENORT_BIN to it; without it only ` +
        "Linux and macOS make a file, each for itself",
    );
  }
  // Put in place when complete; a program that runs from the old file keeps it.
  await Deno.writeFile(`${path}.part`, await launcherHere(program), { mode: 0o755 });
  await Deno.rename(`${path}.part`, path);
  const why = missing === "" ? "" : ` (deno compile has no base runtime: ${missing})`;
  return `${path}: a launcher with Deno ${Deno.version.deno} and the program inside${why}`;
}

async function launcherHere({ files, flags, version }: ShippedProgram): Promise<Uint8Array> {
  const deno: ArchivedFile = { name: "deno", bytes: await Deno.readFile(Deno.execPath()), executable: true };
  const { stdout } = await new Deno.Command("uname", { args: ["-s", "-m"] }).output();
  return launcherOf([deno, ...files], { version, flags, system: new TextDecoder().decode(stdout).trim() });
}

async function main(args: string[]): Promise<number> {
  let options: Options;
  try {
    options = optionsOf(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  try {
    const program = await shippedProgram(options);
    await Deno.mkdir(options.out, { recursive: true });
    if (options.folder) {
      for (const { name, bytes } of program.files) await Deno.writeFile(join(options.out, name), bytes);
      console.log(
        `${options.out}: version ${program.version}, to be started with: deno run ${program.flags.join(" ")}`,
      );
      return 0;
    }
    for (const target of options.targets) console.log(`${await make(target, program, options)}; ${program.version}`);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

Deno.exit(await main([...Deno.args]));
