/** What the README says can be run, is run: its SQL on both engines, its tasks by name. */
import assert from "node:assert/strict";
import { withDatabases } from "./support/database.ts";

const README = await Deno.readTextFile(new URL("../README.md", import.meta.url));
const lines = README.split("\n").filter((line) => line.startsWith("    ")).map((line) => line.trim());

withDatabases("every statement of the README runs", async (db) => {
  const statements = lines.filter((line) => line.startsWith("SELECT"));
  assert.ok(statements.length >= 5);
  for (const statement of statements) await db.pool.query(statement);
});

Deno.test("every task the README names is there, at the version of Deno it names", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  const named = [...README.matchAll(/(?:deno@(\S+) |`deno )task (\w+)/g)];
  assert.ok(named.length >= 7);
  for (const [, version, task] of named) {
    assert.ok(task! in tasks, `${task}`);
    assert.equal(version ?? Deno.version.deno, Deno.version.deno);
  }
});

Deno.test("every setting the README names is known, and every path is there", async () => {
  const { knownNames } = await import("../src/variables.ts");
  const known = knownNames();
  for (const [, name] of README.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)) {
    if (!/_…$/.test(name!) && !["NAME_FILE"].includes(name!)) assert.ok(known.has(name!), `${name}`);
  }
  for (const [, path] of README.matchAll(/\]\(([^)#:]+)\)/g)) await Deno.stat(new URL(`../${path}`, import.meta.url));
});
