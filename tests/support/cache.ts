/** Where do things live that are costly to make and the same for every test run (server binaries, an empty database)? */
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Our folder under the user's cache directory, made if absent. As root it is one every user can read, because the
 * server's binaries in it are run by somebody else.
 */
async function cacheDir(): Promise<string> {
  const base = Deno.uid() === 0 ? "/var/cache" : Deno.env.get("XDG_CACHE_HOME") || join(homedir(), ".cache");
  const dir = join(base, "stocks-etl-test");
  await Deno.mkdir(dir, { recursive: true });
  return dir;
}

/**
 * The directory `name` in the cache, filled by `fill` when it is not there yet.
 * Complete or absent: it is filled under another name and renamed, so a killed or a second maker does no harm.
 */
export async function cached(name: string, fill: (dir: string) => Promise<void>): Promise<string> {
  const cache = await cacheDir();
  const dir = join(cache, name);
  if (await exists(dir)) return dir;
  const draft = await Deno.makeTempDir({ dir: cache, prefix: `${name}.` });
  try {
    await fill(draft);
    // makeTempDir is private to its owner, a cached directory is not.
    await Deno.chmod(draft, 0o755);
    await Deno.rename(draft, dir);
  } catch (error) {
    await Deno.remove(draft, { recursive: true });
    if (!await exists(dir)) throw error;
  }
  return dir;
}

/** True when something is there that we may look at. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    const { NotFound, NotADirectory, PermissionDenied } = Deno.errors;
    if ([NotFound, NotADirectory, PermissionDenied].some((absent) => error instanceof absent)) return false;
    throw error;
  }
}
