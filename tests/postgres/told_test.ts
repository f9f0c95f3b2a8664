/** Is it known of a run whether anybody was told, and whether it arrived? */
import assert from "node:assert/strict";
import { toldOf } from "../../src/postgres/told.ts";
import { withDatabases } from "../support/database.ts";
import { history } from "../support/runs.ts";

withDatabases("messages of a run by what became of them; of another run's notice none", async (db) => {
  const [one, other, third] = await history(db, ["complete", "failed", "partial"]);
  await db.pool.query("delete from notice");
  assert.equal(await toldOf(db, one!), null);
  await db.pool.query(
    `insert into notice (kind, run_id, at, decided_at) values ('run', $1, now(), now()), ('run', $2, now(), null)`,
    [one, other],
  );
  await db.pool.query("insert into notice (kind, run_id, at, decided_at) values ('alarm', $1, now(), now())", [third]);
  await db.pool.query(
    `insert into outbox (notice_id, channel, subject, content, recipients, state, most, due_at, created_at, sent_at, error)
     select n.id, c.channel, '', '{}', '[]', c.state, 3, now(), now(), case c.state when 'sent' then now() end,
       case c.state when 'undeliverable' then 'x' end
     from notice n, (values ('mail', 'sent'), ('slack', 'waiting'), ('ping', 'sent'), ('webhook', 'undeliverable'))
       as c (channel, state) where n.run_id = $1`,
    [one],
  );
  assert.deepEqual(await toldOf(db, one!), { decided: true, sent: 2, waiting: 1, undeliverable: 1 });
  assert.deepEqual(await toldOf(db, other!), { decided: false, sent: 0, waiting: 0, undeliverable: 0 });
  assert.equal(await toldOf(db, third!), null, "an alarm is not the notice of a run");
});
