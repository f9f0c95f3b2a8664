/** Are the commands, messages and statements in the operator's documents those of the program? */
import assert from "node:assert/strict";
import { parseCommand } from "../../src/terminal/commands.ts";
import { withDatabases } from "../support/database.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));
const DOCUMENTS = ["commands", "how-it-works", "operations", "security", "migrating", "configuration", "data-model"];

async function sources(dir: URL): Promise<string> {
  const texts = await Array.fromAsync(Deno.readDir(dir), async ({ name, isDirectory }) => {
    if (isDirectory) return await sources(new URL(`${name}/`, dir));
    return /\.tsx?$/.test(name) ? await Deno.readTextFile(new URL(name, dir)) : "";
  });
  return texts.join("\n");
}

/** The words of a command line, quotes taken off. */
function wordsOf(line: string): string[] {
  return [...line.replace(/\bN$/, "5").matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
}

Deno.test("every command of the operator's documents is understood", async () => {
  const lines = (await Promise.all(DOCUMENTS.map((name) => read(`docs/${name}.md`)))).flatMap((text) => [
    ...[...text.matchAll(/`stocks-etl ([^`]+)`/g)].map(([, line]) => line!),
    ...[...text.matchAll(/^ +stocks-etl (.+)$/gm)].map(([, line]) => line!),
  ]).filter((line) => line !== "NAME");
  assert.ok(lines.length > 30, `${lines.length} commands`);
  for (const line of lines) {
    // The bare word stands for the command that the text tells of.
    if (line === "import") continue;
    const found = parseCommand(wordsOf(line), { version: "1" });
    assert.notEqual(found.name, "usage", `${line}: ${"message" in found ? found.message : ""}`);
  }
});

Deno.test("docs/commands.md has every command", async () => {
  const help = parseCommand(["help"], { version: "1" });
  assert.ok(help.name === "print");
  const commands = [...help.text.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name!);
  assert.ok(commands.length >= 18);
  const text = await read("docs/commands.md");
  for (const name of commands) {
    assert.match(text, new RegExp(`\\| [^|]*\`${name}[ \`][^|]*\\|`), `${name} is not in it`);
  }
});

Deno.test("every message the operator is told about is one that the program gives", async () => {
  const text = await read("docs/operations.md");
  const table = text.slice(text.indexOf("## When something is wrong"), text.indexOf("## What grows"));
  const seen = table.split("\n").filter((line) => line.startsWith("| ")).slice(2).map((line) => line.split("|")[1]!);
  assert.ok(seen.length > 25);
  const program = await sources(new URL("src/", ROOT));
  for (const cell of seen) {
    for (const [, code, quoted] of cell.matchAll(/`([^`]+)`|"([^"]+)"/g)) {
      assert.ok(program.includes(code ?? quoted!), `${code ?? quoted}`);
    }
  }
});

withDatabases("every statement of the operator's documents runs", async (db) => {
  const text = await read("docs/operations.md") + await read("docs/security.md");
  const statements = [...text.matchAll(/^ {4}((?:select|grant|revoke|alter) .+;)$/gm)].map(([, line]) => line!);
  assert.ok(statements.length >= 7);
  // Roles are of the whole server, which other tests share.
  const role = `stocks_reader_${crypto.randomUUID().slice(0, 8)}`;
  await db.pool.query(`create role ${role}`);
  try {
    for (const statement of statements) {
      await db.pool.query(statement.replaceAll("stocks_reader", role)).catch((error) =>
        assert.fail(`${error}: ${statement}`)
      );
    }
  } finally {
    await db.pool.query(`drop owned by ${role}; drop role ${role}`);
  }
});
