/** The lines that the documents give an operator, played as they stand there; what asks Docker and the like is answered by a stand-in. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { localBinaries, unprivilegedUser } from "./binaries.ts";
import { exists } from "./cache.ts";

/** A document of docs/. */
export const read = (path: string) => Deno.readTextFile(new URL(`../../docs/${path}`, import.meta.url));

/** npm's servers bring no `pg_dump`; an older one refuses a newer server. */
export async function hasTools(): Promise<boolean> {
  if (Deno.build.os === "windows" || Deno.env.get("TEST_POSTGRES") === "npm") return false;
  const dir = (await localBinaries(await unprivilegedUser()))?.dir;
  if (dir === undefined) return false;
  const found = ["pg_dump", "pg_restore", "createdb", "psql"].map((name) => exists(join(dir, name)));
  return (await Promise.all(found)).every(Boolean);
}

/** The indented blocks of a chapter, in order, each a script. */
export async function blocksOf(path: string, chapter: string): Promise<string[]> {
  const text = (await read(path)).split(/^## /m).find((one) => one.startsWith(`${chapter}\n`))!;
  return [...text.matchAll(/(?:^ {4}.+\n)+/gm)].map(([block]) => block.replace(/^ {4}/gm, ""));
}

export interface Place {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** @param standIns functions of the shell, in the place of programs. @returns standard output */
export async function play(script: string, standIns: string, { folder, env }: Place): Promise<string> {
  const child = new Deno.Command("bash", {
    args: ["-e", "-o", "pipefail", "-c", `${standIns}\n${script}`],
    cwd: folder,
    clearEnv: true,
    env,
    stdin: "null",
  });
  const { success, stdout, stderr } = await child.output();
  assert.ok(success, `${script}\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
