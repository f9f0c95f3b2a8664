/** Do the documents that are made of code and schema say what those say today? */
import assert from "node:assert/strict";
import { VARIABLES } from "../../src/variables.ts";
import { dataModelDocument } from "../../tools/docs/data_model.ts";
import { documents } from "../../tools/docs/documents.ts";

Deno.test("the documents that are made are up to date", async () => {
  const all = await documents();
  assert.deepEqual(all.map(({ path }) => path), [".env.example", "docs/configuration.md", "docs/data-model.md"]);
  for (const { path, made, found } of all) assert.equal(found, made, `${path} is not: deno task docs`);
  const configuration = all.find(({ path }) => path === "docs/configuration.md")!.made;
  for (const { name, aliases } of VARIABLES) {
    for (const one of [name, ...aliases]) assert.ok(configuration.includes(`\`${one}\``), one);
  }
});

Deno.test("a table that nobody described is missed by its name, and so is one that is gone", async () => {
  const schema = await Deno.readTextFile(new URL("../../sql/schema.sql", import.meta.url));
  const added = `${schema}\ncreate table novelty (\n  id bigint\n);\ncomment on table novelty is 'New.';\n` +
    "create function sight(id bigint) returns bigint;\n";
  assert.throws(() => dataModelDocument(added), {
    message: 'Cannot describe the tables (tools/docs/data_model.ts): "novelty" of the schema is in no group; ' +
      '"sight" of the schema is in no group; "sight" has no comment',
  });
  const removed = schema.replace(/^create table tick \(/m, "create table tock (");
  assert.throws(() => dataModelDocument(removed), /"tock" of the schema is in no group; "tick" is not in the schema/);
});
