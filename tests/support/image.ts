/**
 * The Dockerfile without Docker: its steps carried out in root file systems that hold what the base images bring (Deno and
 * its libraries, a shell in the first stage only). What a layer is, and what a base image has besides, is not replayed.
 */
import { join } from "node:path";
import { addProgram, enter, fillRoot, type Inside } from "../../tools/ship/root.ts";
import { ROOT } from "../../tools/ship/program.ts";

export interface Instruction {
  readonly name: string;
  readonly value: string;
}

/** Where Deno keeps what it fetched here: a builder would fetch it. */
export interface ReplayOptions {
  readonly denoDir: string;
}

export interface Image {
  readonly root: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly health: readonly string[];
  readonly stopSignal: string;
  /** How the container is started: its user, folder and environment, everything but the volume read-only. */
  readonly inside: Inside;
}

/** Comments and continued lines are gone. */
export function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile.replace(/^\s*#.*\n/gm, "").replace(/\\\n\s*/g, "").split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [, name, value] = /^([A-Z]+)\s+(.+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`Cannot read "${line}" of the Dockerfile`);
    return { name, value };
  });
}

interface Stage {
  readonly root: string;
  readonly shell: boolean;
  cwd: string;
  readonly env: Record<string, string>;
  readonly said: Record<string, string>;
}

/** Builds below the empty folder `dir`. */
export async function replayImage(dir: string, { denoDir }: ReplayOptions): Promise<Image> {
  const stages = new Map<string, Stage>();
  let stage: Stage | null = null;
  const allowed = (await Deno.readTextFile(join(ROOT, ".dockerignore"))).split("\n");
  for (const { name, value } of instructionsOf(await Deno.readTextFile(join(ROOT, "Dockerfile")))) {
    if (name === "FROM") {
      const [image = "", , as = "final"] = value.replace(/^--platform=\S+ /, "").split(" ");
      stages.set(as, stage = await baseOf(image, join(dir, as)));
      if (stage.shell) await fillCache(stage, denoDir);
    } else await carryOut({ name, value }, { stage: stage!, stages, allowed });
  }
  const { root, cwd, env, said } = stage!;
  const uid = Number(said.USER!.split(":")[0]);
  const health = JSON.parse(/CMD (\[.*\])$/.exec(said.HEALTHCHECK!)![1]!);
  return {
    root,
    entrypoint: JSON.parse(said.ENTRYPOINT!),
    command: JSON.parse(said.CMD!),
    health,
    stopSignal: said.STOPSIGNAL!,
    inside: { cwd, env, uid, readOnly: true, writable: [said.VOLUME!] },
  };
}

async function baseOf(image: string, root: string): Promise<Stage> {
  const [, distroless, version] = /^denoland\/deno:(distroless-)?([\d.]+)$/.exec(image) ?? [];
  if (version !== Deno.version.deno) throw new Error(`Cannot replay "${image}": Deno here is ${Deno.version.deno}`);
  await Deno.mkdir(root, { recursive: true });
  const shell = distroless === undefined;
  await fillRoot(root, { programs: shell ? ["/bin/sh", "/bin/mkdir"] : [] });
  await addProgram(root, Deno.execPath(), "/bin/deno");
  return { root, shell, cwd: "/", env: { PATH: "/usr/bin:/bin" }, said: {} };
}

async function fillCache({ root }: Stage, denoDir: string): Promise<void> {
  await Deno.mkdir(join(root, "deno-dir"));
  for (const name of ["npm", "dl"]) {
    await new Deno.Command("cp", { args: ["-a", join(denoDir, name), join(root, "deno-dir", name)] }).output();
  }
}

interface Site {
  readonly stage: Stage;
  readonly stages: ReadonlyMap<string, Stage>;
  /** The lines of `.dockerignore`. */
  readonly allowed: readonly string[];
}

async function carryOut({ name, value }: Instruction, { stage, stages, allowed }: Site): Promise<void> {
  if (name === "WORKDIR") {
    stage.cwd = value;
    await Deno.mkdir(join(stage.root, value), { recursive: true });
  } else if (name === "ENV" || name === "ARG") {
    for (const [, key, given] of value.matchAll(/(\w+)=("[^"]*"|\S+)/g)) stage.env[key!] = given!.replaceAll('"', "");
  } else if (name === "RUN") await runStep(stage, value);
  else if (name === "COPY") await copyStep(value, { stage, stages, allowed });
  else stage.said[name] = value;
}

async function runStep({ root, cwd, env }: Stage, step: string): Promise<void> {
  const [program, args] = enter(root, ["/bin/sh", "-c", step], { cwd, env });
  const { success, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  if (!success) throw new Error(`Cannot carry out "RUN ${step}": ${new TextDecoder().decode(stderr)}`);
}

async function copyStep(value: string, { stage, stages, allowed }: Site): Promise<void> {
  const words = value.split(" ");
  const flag = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.split("=")[1];
  const paths = words.filter((word) => !word.startsWith("--"));
  const target = paths.pop()!;
  const from = stages.get(flag("from") ?? "");
  for (const path of paths) {
    if (from === undefined && !allowed.includes(`!${path}`)) throw new Error(`Cannot copy "${path}": it is ignored`);
    const source = join(from?.root ?? ROOT, path);
    const place = join(stage.root, target.startsWith("/") ? target : join(stage.cwd, target));
    await new Deno.Command("cp", { args: ["-a", source, place] }).output();
    const owner = flag("chown");
    if (owner !== undefined) await new Deno.Command("chown", { args: ["-R", owner, place] }).output();
  }
}
