/** Does the second of two say who is the first, since when, and what to do? */
import assert from "node:assert/strict";
import { openDatabase } from "../../src/postgres/connect.ts";
import { InUse } from "../../src/postgres/in_use.ts";
import { embeddedDir } from "../support/database.ts";

Deno.test("the second to open an embedded database is told who has it and since when; the first is not disturbed", async () => {
  await using dir = await embeddedDir();
  const open = () => openDatabase({ kind: "embedded", dataDir: dir.path }, { onError: () => {} });
  const before = Date.now();
  const first = await open();
  try {
    for (let times = 0; times < 2; times++) {
      const found: unknown = await open().catch((error) => error);
      assert.ok(found instanceof InUse);
      assert.deepEqual([found.dataDir, found.pid], [dir.path, Deno.pid]);
      assert.ok(Math.abs(found.since! - before) < 60_000, "looking does not touch the time");
      assert.match(found.message, /another process holds it \(pid \d+\); stop it, look at the page it serves/);
    }
    await first.pool.query("select 1");
  } finally {
    await first.close();
  }
  assert.match(new InUse({ dataDir: "d", pid: null, since: null }).message, /another process holds it; stop it/);
});
