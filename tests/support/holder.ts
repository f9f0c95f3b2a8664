/** A process of its own that opens an embedded database, commits rows for ever and says so. Argument: the directory. */
import { openDatabase } from "../../src/postgres/connect.ts";

const db = await openDatabase({ kind: "embedded", dataDir: Deno.args[0]! }, { onError: () => {} });
await db.pool.query("create table if not exists written (n bigint primary key)");
for (let n = 1;; n++) {
  await db.pool.query("insert into written values ($1)", [n]);
  // Reported after the commit, so the reader knows at least this many are there.
  Deno.stdout.writeSync(new TextEncoder().encode(`${n}\n`));
}
