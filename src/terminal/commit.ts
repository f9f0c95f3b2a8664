/** From which commit was this program made? What the build has said, else what the folder it runs from is at. */

interface Source {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the program; `undefined`: it runs from no folder. */
  readonly dir: string | undefined;
  readonly readTextFile: (path: string) => string;
}

const COMMIT = /^[0-9a-f]{7,64}$/;

/** Its full name or a short one; `null`: not known. Never throws. */
export function findCommit({ env, dir, readTextFile }: Source): string | null {
  const told = env["GIT_COMMIT"]?.trim().toLowerCase() ?? "";
  if (COMMIT.test(told)) return told;
  if (dir === undefined) return null;
  const read = (path: string): string | null => {
    try {
      return readTextFile(path).trim();
    } catch {
      // A program without its repository, as in an image: nothing is wrong with that.
      return null;
    }
  };
  const found = headOf(read, `${dir}/.git`);
  return found !== null && COMMIT.test(found) ? found : null;
}

function headOf(read: (path: string) => string | null, git: string): string | null {
  // In a second working tree `.git` is a file that names the folder.
  const [, elsewhere] = /^gitdir: (.+)$/.exec(read(git) ?? "") ?? [];
  const folder = elsewhere ?? git;
  const head = read(`${folder}/HEAD`);
  const [, ref] = /^ref: (refs\/\S+)$/.exec(head ?? "") ?? [];
  if (ref === undefined) return head;
  const common = read(`${folder}/commondir`);
  const shared = common === null ? folder : common.startsWith("/") ? common : `${folder}/${common}`;
  const packed = read(`${shared}/packed-refs`)?.split("\n").find((line) => line.endsWith(` ${ref}`));
  return read(`${folder}/${ref}`) ?? read(`${shared}/${ref}`) ?? packed?.split(" ")[0] ?? null;
}
