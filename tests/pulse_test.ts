/** Does a program that ends take back what its parts said, and one that said nothing leave the database alone? */
import assert from "node:assert/strict";
import { heartbeats } from "../src/postgres/heartbeats.ts";
import { createPulse } from "../src/pulse.ts";
import { jumpingWorld } from "./support/app.ts";
import { withDatabases } from "./support/database.ts";
import { NOW } from "./support/stored.ts";

withDatabases(
  "what the parts of a program said is taken back when it ends, and nothing of another's",
  async (database) => {
    const [ours, theirs] = [jumpingWorld(NOW), jumpingWorld(NOW)].map((world) => createPulse({ database, world }));
    await theirs!.beat("scheduler", "waits", null);
    await ours!.beat("scheduler", "waits", null);
    await ours!.beat("notifier", "waits for messages", "refused");
    assert.equal((await heartbeats(database)).length, 3);
    await ours!.end();
    assert.deepEqual((await heartbeats(database)).map(({ name }) => name), ["scheduler"]);
  },
);

withDatabases("nothing is thrown when the database refuses: a sign of life must not end the life", async (database) => {
  const pulse = createPulse({ database, world: jumpingWorld(NOW) });
  await database.pool.query("alter table heartbeat rename to away");
  await pulse.beat("worker", "run 1", null);
  await pulse.end();
  await database.pool.query("alter table away rename to heartbeat");
});
