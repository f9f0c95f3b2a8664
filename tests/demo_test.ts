/** The demo as a newcomer sees it: real bars with no key, no network and no server, and a second pass that asks nothing. */
import assert from "node:assert/strict";
import { playDemo } from "../src/demo.ts";
import { fakeMachine } from "./support/machine.ts";
import { workFolder } from "./support/program.ts";

Deno.test("the demo stores the recorded bars, ends with 0, and says that the second pass asked nothing", async () => {
  const machine = fakeMachine();
  assert.equal(await playDemo({ dir: null }, machine), 0);
  const { out } = machine.told;
  assert.match(out, /embedded PostgreSQL in memory/);
  assert.match(out, /Run 1 complete in .* series stored/);
  assert.match(out, /\nRun 2 nothing due/);
  assert.match(out, /\n0 requests in the second pass/);
  assert.doesNotMatch(out, /undefined|NaN|\[object/);
});

Deno.test("kept in a folder, a second demo finds its bars and asks nothing at all", async () => {
  await using folder = await workFolder();
  const dir = `${folder.path}/demo`;
  assert.equal(await playDemo({ dir }, fakeMachine()), 0);
  const again = fakeMachine();
  assert.equal(await playDemo({ dir }, again), 0);
  assert.match(again.told.out, /Run 3 nothing due/);
  assert.match(again.told.out, new RegExp(`DATA_DIR=${dir} `));
});
