import assert from "node:assert/strict";
import type { Incident } from "../../src/incident.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { forgetRun } from "../../src/postgres/forget.ts";
import { incidents } from "../../src/postgres/incidents.ts";
import { decideByClock, decideNotice, takesTurn, undecidedNotices } from "../../src/postgres/notices.ts";
import { outboxRows } from "../../src/postgres/outbox.ts";
import { claimRun, closeRun } from "../../src/postgres/runs.ts";
import { totalsOf } from "../../src/run.ts";
import { serverDatabase, withDatabases } from "../support/database.ts";
import { incident } from "../support/finished.ts";
import { losingOnce } from "../support/lossy.ts";
import { message } from "../support/outbox.ts";
import { NOW, startRun } from "../support/stored.ts";

const DAY = 86_400_000;
const NEW: Incident = incident("vendor", ["A daily"], { id: null });

async function closedRun(db: Database): Promise<number> {
  const { runId, owner } = await startRun(db);
  await closeRun(db, { runId, owner, outcome: "complete", message: null, totals: totalsOf([]), now: NOW });
  return runId;
}

withDatabases(
  "a run that closes leaves one notice, however often it is closed; one that is refused leaves none",
  async (db) => {
    const { runId, owner } = await startRun(db);
    assert.deepEqual(await undecidedNotices(db, 10), []);
    const ending = { runId, owner, outcome: "complete", message: null, totals: totalsOf([]), now: NOW } as const;
    assert.equal(await closeRun(db, { ...ending, owner: "other" }), false);
    assert.deepEqual(await undecidedNotices(db, 10), []);
    const lossy = losingOnce(db, { statement: /update run set outcome/, after: true });
    assert.equal(await closeRun(lossy, ending), true);
    assert.equal(await closeRun(db, ending), true);
    const notices = await undecidedNotices(db, 10);
    assert.deepEqual(notices, [{ id: notices[0]!.id, kind: "run", runId, backfillId: null, owner, at: NOW }]);
  },
);

withDatabases("a run that is found dead leaves a notice as well", async (db) => {
  const { runId } = await startRun(db, { leaseMs: 0 });
  await claimRun(db, { owner: "b", trigger: "manual", tickId: null, leaseMs: 9_000, now: NOW + 5, exclusive: false });
  assert.deepEqual((await undecidedNotices(db, 10)).map(({ runId, at }) => [runId, at]), [[runId, NOW + 5]]);
});

withDatabases(
  "a run that is forgotten leaves its notices: what is on its way arrives, and nothing holds it back",
  async (db) => {
    const [told, untold] = [await closedRun(db), await closedRun(db)];
    const [first] = await undecidedNotices(db, 10);
    await decideNotice(db, {
      noticeId: first!.id,
      now: NOW,
      decide: () => ({ incidents: [NEW], messages: [message("mail")] }),
    });
    for (const runId of [told, untold]) assert.equal(await forgetRun(db, { runId, by: "ann", now: NOW }), "forgotten");
    const [row] = await outboxRows(db, { limit: 9 });
    assert.deepEqual([row!.state, row!.runId], ["waiting", null]);
    const [left, ...more] = await undecidedNotices(db, 10);
    assert.deepEqual([left!.runId, left!.owner, more], [null, null, []]);
  },
);

withDatabases("a decision, its incidents and its messages are one: all or nothing, and once", async (db) => {
  await closedRun(db);
  const [notice] = await undecidedNotices(db, 10);
  const decide = () => ({ incidents: [NEW], messages: [message("mail"), message("ping")] });
  const broken = () => ({ incidents: [NEW], messages: [message("mail"), message("mail")] });
  await assert.rejects(decideNotice(db, { noticeId: notice!.id, now: NOW, decide: broken }), /outbox_once_per_channel/);
  assert.deepEqual(await outboxRows(db, { limit: 9 }), []);
  assert.deepEqual(await incidents(db, 9), []);
  assert.equal((await undecidedNotices(db, 10)).length, 1);
  const lossy = losingOnce(db, { statement: /^commit/, after: true });
  await decideNotice(lossy, { noticeId: notice!.id, now: NOW, decide });
  assert.equal(await decideNotice(db, { noticeId: notice!.id, now: NOW, decide }), false);
  assert.deepEqual((await outboxRows(db, { limit: 9 })).map(({ channel }) => channel).sort(), ["mail", "ping"]);
  assert.equal((await incidents(db, 9)).length, 1);
  assert.deepEqual(await undecidedNotices(db, 10), []);
});

Deno.test("of several deciders at once one decides, each sees what the one before has written (server)", async () => {
  await using at = await serverDatabase({ poolSize: 10 });
  await closedRun(at.db);
  const [notice] = await undecidedNotices(at.db, 1);
  const decide = () => ({ incidents: [], messages: [message("mail")] });
  const won = await Promise.all(
    Array.from({ length: 8 }, () => decideNotice(at.db, { noticeId: notice!.id, now: NOW, decide })),
  );
  assert.equal(won.filter((one) => one).length, 1);
  const once = (known: readonly Incident[]) =>
    known.length > 0 ? { incidents: [], messages: [] } : { incidents: [NEW], messages: [message("slack")] };
  const alarms = await Promise.all(
    Array.from({ length: 8 }, () => decideByClock(at.db, { kind: "alarm", now: NOW, decide: once })),
  );
  assert.equal(alarms.filter((id) => id !== null).length, 1);
  assert.equal((await outboxRows(at.db, { limit: 9 })).length, 2);
});

withDatabases(
  "by the clock a notice is made only when somebody is told; incidents are kept all the same",
  async (db) => {
    const quiet = () => ({ incidents: [NEW], messages: [] });
    assert.equal(await decideByClock(db, { kind: "alarm", now: NOW, decide: quiet }), null);
    assert.equal((await incidents(db, 9)).length, 1);
    const { rows } = await db.pool.query("select from notice");
    assert.equal(rows.length, 0);
  },
);

withDatabases(
  "the daily turn: set at first, taken once, skipped days are one, a time set anew begins anew",
  async (db) => {
    const turn = async (now: number, next: number) => {
      const decide = () => ({ incidents: [], messages: [message("mail")] });
      const begins = takesTurn({ name: "summary", now, next });
      return await decideByClock(db, { kind: "summary", now, decide, begins }) !== null;
    };
    const next = (now: number) => (Math.floor(now / DAY) + 1) * DAY;
    const midnight = next(NOW);
    const at = (now: number) => turn(now, next(now));
    assert.equal(await at(NOW), false, "the first time it is only set");
    assert.equal(await at(midnight - 1), false);
    assert.equal(await at(midnight + 60_000), true);
    assert.equal(await at(midnight + 120_000), false);
    assert.equal(await at(midnight + 5 * DAY), true, "for all the days it was off");
    assert.equal(await at(midnight + 5 * DAY + 1), false);
    // The summary is wanted an hour earlier from now on.
    const earlier = midnight + 6 * DAY - 3_600_000;
    assert.equal(await turn(midnight + 5 * DAY + 2, earlier), false);
    assert.equal(await turn(earlier, earlier + DAY), true);
  },
);
