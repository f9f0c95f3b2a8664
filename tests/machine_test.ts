import assert from "node:assert/strict";
import { lookOf } from "../src/machine.ts";

Deno.test("tables are never narrower than they can be read, however small the terminal says it is", () => {
  assert.deepEqual(lookOf({ colour: true, columns: 200 }), { colour: true, width: 200 });
  for (const columns of [0, 1, 59]) assert.deepEqual(lookOf({ colour: false, columns }), { colour: false, width: 60 });
});
