/**
 * A root file system with nothing in it but what is named, and programs started inside: how far does something get on a
 * machine that has nothing of ours? Needs Linux and root.
 */
import { dirname, join } from "node:path";

export interface RootOptions {
  /** Copied with the libraries they need: a name on the path, or a path. */
  readonly programs?: readonly string[];
  /** Path inside → file or folder outside. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Fills the empty folder `root`. */
export async function fillRoot(root: string, { programs = [], files = {} }: RootOptions): Promise<void> {
  for (const name of ["dev", "proc", "tmp", "etc"]) await Deno.mkdir(join(root, name), { recursive: true });
  await Deno.chmod(join(root, "tmp"), 0o1777);
  for (const name of ["null", "zero", "urandom"]) await Deno.writeTextFile(join(root, "dev", name), "");
  await Deno.writeTextFile(join(root, "etc/passwd"), "root:x:0:0::/root:/bin/sh\ndeno:x:1993:1993::/state:/bin/sh\n");
  await Deno.writeTextFile(join(root, "etc/hosts"), "127.0.0.1 localhost\n");
  await copyFile("/etc/ld.so.cache", root);
  for (const program of programs) await addProgram(root, await placeOf(program));
  for (const [inside, outside] of Object.entries(files)) {
    await Deno.mkdir(join(root, dirname(inside)), { recursive: true });
    await output("cp", ["-a", "--reflink=auto", outside, join(root, inside)]);
  }
}

/** At `inside` instead of where it is here. */
export async function addProgram(root: string, outside: string, inside = outside): Promise<void> {
  await copyFile(outside, root, inside);
  const listed = await output("ldd", [outside]).catch(() => "");
  for (const [, library] of listed.matchAll(/(\/\S+) \(0x/g)) await copyFile(library!, root);
}

export interface Inside {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Nothing can be written but what `writable` names (paths inside). */
  readonly readOnly?: boolean;
  readonly writable?: readonly string[];
}

/** The words that start `command` inside `root`, as its process 1, for `Deno.Command`. */
export function enter(root: string, command: readonly string[], inside: Inside): [string, string[]] {
  const { cwd, env, uid = 0, readOnly = false, writable = [] } = inside;
  const id = String(uid);
  const mounts = [
    `mount --bind "$0" "$0"`,
    ...writable.map((path) => `mount --bind "$0${path}" "$0${path}"`),
    `mount -t proc proc "$0/proc"`,
    ...["null", "zero", "urandom"].map((name) => `mount --bind /dev/${name} "$0/dev/${name}"`),
    ...(readOnly ? [`mount -o remount,ro,bind "$0"`] : []),
    // Before it enters: inside there may be neither env nor shell.
    `cd /; exec env -i "$@"`,
  ];
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const into = ["/usr/bin/unshare", `--root=${root}`, `--wd=${cwd}`, `--setgid=${id}`, `--setuid=${id}`, "--"];
  const outer = ["--mount", "--pid", "--fork", "--kill-child=SIGKILL", "sh", "-e", "-c", mounts.join("\n"), root];
  return ["unshare", [...outer, ...settings, ...into, ...command]];
}

async function placeOf(program: string): Promise<string> {
  return program.startsWith("/") ? program : (await output("sh", ["-c", `command -v ${program}`])).trim();
}

async function copyFile(outside: string, root: string, inside = outside): Promise<void> {
  const target = join(root, inside);
  await Deno.mkdir(dirname(target), { recursive: true });
  await Deno.copyFile(await Deno.realPath(outside), target);
}

async function output(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  if (!success) throw new Error(`Cannot run "${program}": ${new TextDecoder().decode(stderr).trim()}`);
  return new TextDecoder().decode(stdout);
}
