/** Whose work is in the bundle, and on what terms? Each package's own licence, as its terms ask of whoever passes it on. */
import { dirname, join } from "node:path";

/** Where the bundler found a module, below the folder it worked in: `node_modules/.deno/pg@8.23.1/node_modules/pg/`. */
const MODULE = /^\/\/ (node_modules\/\.deno\/[^\s/]*?@([\d.]+)[^\s/]*\/node_modules\/((?:@[^\s/]+\/)?[^\s/]+))\//gm;

/** A document of every package with a module in `scripts`, which the bundler wrote in the folder `stage`. */
export async function licencesOf(scripts: string, stage: string): Promise<string> {
  const packages = new Map(
    Array.from(scripts.matchAll(MODULE), ([, dir, version, name]) => [`${name} ${version}`, join(stage, dir!)]),
  );
  const parts: string[] = [];
  for (const [name, dir] of [...packages].sort(([a], [b]) => a < b ? -1 : 1)) {
    parts.push(`=== ${name}\n\n${(await licenceIn(dir)).trim()}\n`);
  }
  return parts.join("\n");
}

async function licenceIn(dir: string): Promise<string> {
  const names = await Array.fromAsync(Deno.readDir(dir), ({ name }) => name);
  const file = names.sort().find((name) => /^licen[cs]e(\.\w+)?$/i.test(name));
  if (file !== undefined) return await Deno.readTextFile(join(dir, file));
  const { license, author } = JSON.parse(await Deno.readTextFile(join(dir, "package.json")));
  if (typeof license !== "string") throw new Error(`Cannot ship "${dirname(dir)}": it names no licence`);
  return `${license}, ${typeof author === "string" ? author : author?.name ?? "its authors"}`;
}
