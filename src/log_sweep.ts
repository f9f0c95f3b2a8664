/**
 * Which log files are too old, and how do they go without anything else going with them?
 *
 * LOG_DIR may be a folder that others use too, or that somebody else may write to: only files named as ours, in folders
 * named as ours, are removed; no link is followed, no folder removed that holds anything.
 */
import { isMonth, startOf } from "./log_name.ts";

/**
 * Removes run files of runs that began before `before` (epoch ms), at most `limit`, and the month folders that this
 * leaves empty. One that cannot be removed does not keep the others.
 *
 * @returns how many files were removed
 * @throws Error when nothing was removed and something could not be: how much, and why
 */
export async function sweepLogs(dir: string, { before, limit }: { before: number; limit: number }): Promise<number> {
  let removed = 0;
  const failures: string[] = [];
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  };
  await attempt(async () => {
    for (const month of await monthsOf(dir)) {
      const folder = `${dir}/${month}`;
      await attempt(async () => {
        for (const name of await oldFiles(folder, { month, before })) {
          if (removed >= limit) return;
          await attempt(async () => {
            await Deno.remove(`${folder}/${name}`);
            removed += 1;
          });
        }
        await removeIfOver(folder, { month, before });
      });
    }
  });
  if (removed === 0 && failures.length > 0) {
    throw new Error(`Cannot remove ${failures.length} old log files from "${dir}": ${failures[0]}`);
  }
  return removed;
}

/** Real folders only: an entry that is a link says so, and is passed by. */
async function monthsOf(dir: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(dir));
  return entries.filter(({ isDirectory, name }) => isDirectory && isMonth(name)).map(({ name }) => name).sort();
}

async function oldFiles(folder: string, { month, before }: { month: string; before: number }): Promise<string[]> {
  // Between reading the parent and now somebody may have put a link in its place.
  if (!(await Deno.lstat(folder)).isDirectory) return [];
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries
    .filter(({ isFile, name }) => isFile && (startOf({ month, name }) ?? before) < before)
    .map(({ name }) => name)
    .sort();
}

/** A month that is not over may get a file this moment. */
async function removeIfOver(folder: string, { month, before }: { month: string; before: number }): Promise<void> {
  if (month >= new Date(before).toISOString().slice(0, 7)) return;
  for await (const _entry of Deno.readDir(folder)) return;
  // Not recursive: should a file have come meanwhile, this fails and the folder stays.
  await Deno.remove(folder);
}
