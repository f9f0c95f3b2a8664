/** Which documents are made, and of what? `deno task docs` writes them, tests compare them. */
import { exampleEnvironment } from "../../src/variables.ts";
import { configurationDocument } from "./configuration.ts";
import { dataModelDocument } from "./data_model.ts";

const ROOT = new URL("../../", import.meta.url);

/** Path from the project's root → how its text is made. */
const MADE: Readonly<Record<string, () => Promise<string>>> = {
  ".env.example": () => Promise.resolve(exampleEnvironment()),
  "docs/configuration.md": () => formatted(configurationDocument()),
  "docs/data-model.md": async () => await formatted(dataModelDocument(await read("sql/schema.sql"))),
};

/** The documents that are made: where they stand, what they should say, what they say (`null`: not there). */
export async function documents(): Promise<{ path: string; made: string; found: string | null }[]> {
  return await Promise.all(
    Object.entries(MADE).map(async ([path, make]) => ({
      path,
      made: await make(),
      found: await read(path).catch(() => null),
    })),
  );
}

/** Writes those that are not what they should be. @returns their paths */
export async function writeDocuments(): Promise<string[]> {
  const stale = (await documents()).filter(({ made, found }) => made !== found);
  for (const { path, made } of stale) await Deno.writeTextFile(new URL(path, ROOT), made);
  return stale.map(({ path }) => path);
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

/** As `deno fmt` leaves it, or the check of the format would undo what was made. */
async function formatted(markdown: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext", "md", "--line-width", "120", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(markdown));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`Cannot format a document: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
