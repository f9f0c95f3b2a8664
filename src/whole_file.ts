/** How does a file come to be there whole or not at all, whatever happens while it is written? */

export interface WholeFileOptions {
  /** Replace what is there. */
  readonly force: boolean;
  /** Something no other process uses: part of the name of the unfinished file. */
  readonly tag: string;
}

/**
 * Writes the pieces to a file beside `path`, named `<path>.<tag>.part`, and gives it its name when all of it is on the
 * disk. On a failure the unfinished file is removed; after a kill it stays, under a name of its own.
 *
 * @throws Error when the place is taken, when a piece cannot be had (that error itself), or when it cannot be written
 */
export async function writeWholeFile(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  { force, tag }: WholeFileOptions,
): Promise<void> {
  await requirePlace(path, { force });
  const unfinished = `${path}.${tag}.part`;
  const file = await Deno.open(unfinished, { write: true, createNew: true }).catch((error) => {
    throw failed(path, error);
  });
  try {
    try {
      for await (const piece of pieces) await writeAll(file, piece, path);
      await file.sync().catch((error) => {
        throw failed(path, error);
      });
    } finally {
      file.close();
    }
    await giveName(unfinished, path, { force });
  } catch (error) {
    await Deno.remove(unfinished).catch(() => {});
    throw error;
  }
}

/** @throws Error when something is there that must not be replaced. Asked before the work is begun, and again at its end */
export async function requirePlace(path: string, { force }: { force: boolean }): Promise<void> {
  const there = await Deno.stat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw failed(path, error);
  });
  if (there === null) return;
  // Renaming over a device would take it away from everybody.
  if (!there.isFile) throw new Error(`Cannot write "${path}": there is a folder or device of that name; name a file`);
  if (!force) throw taken(path);
}

async function writeAll(file: Deno.FsFile, piece: Uint8Array, path: string): Promise<void> {
  try {
    for (let done = 0; done < piece.length;) done += await file.write(piece.subarray(done));
  } catch (error) {
    throw failed(path, error);
  }
}

async function giveName(unfinished: string, path: string, { force }: { force: boolean }): Promise<void> {
  if (!force && await isLinked(unfinished, path)) return await Deno.remove(unfinished);
  await requirePlace(path, { force });
  await Deno.rename(unfinished, path).catch((error) => {
    throw failed(path, error);
  });
}

/** A link, unlike a rename, never replaces what has come to be there meanwhile. False: this file system has no links. */
async function isLinked(unfinished: string, path: string): Promise<boolean> {
  try {
    await Deno.link(unfinished, path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw taken(path);
    return false;
  }
}

function taken(path: string): Error {
  return new Error(`Cannot write "${path}": there is a file of that name; --force replaces it`);
}

function failed(path: string, cause: unknown): Error {
  const found = cause instanceof Error ? cause.message : String(cause);
  return new Error(`Cannot write "${path}": ${found}; nothing of it was kept, make room or choose another place`, {
    cause,
  });
}
