/** Does a heartbeat say since when a part lives, what it does, and what went wrong last? */
import assert from "node:assert/strict";
import { endHeartbeats, heartbeats, lastAnswer, recordHeartbeat } from "../../src/postgres/heartbeats.ts";
import { chargeRequest, recordAnswer } from "../../src/postgres/quota.ts";
import { withDatabases } from "../support/database.ts";
import { IBM, NOW } from "../support/stored.ts";

const DAY = 86_400_000;

withDatabases(
  "a part beats; an error stays with its time until all is well; the end takes its rows and dead ones",
  async (db) => {
    const beat = (owner: string, seconds: number, error: string | null = null) =>
      recordHeartbeat(db, { name: "scheduler", owner, doing: `step ${seconds}`, error, now: NOW + seconds * 1_000 });
    await beat("a", 0);
    await beat("a", 5, "it broke");
    await beat("a", 9, "it broke");
    const [one] = await heartbeats(db);
    assert.deepEqual(one, {
      name: "scheduler",
      owner: "a",
      startedAt: NOW,
      beatAt: NOW + 9_000,
      doing: "step 9",
      error: { message: "it broke", at: NOW + 5_000 },
    });
    await beat("b", 10);
    await beat("a", 11);
    assert.deepEqual((await heartbeats(db)).map(({ owner, error }) => [owner, error]), [["a", null], ["b", null]]);
    await endHeartbeats(db, { owner: "a", now: NOW + 60_000 });
    assert.deepEqual((await heartbeats(db)).map(({ owner }) => owner), ["b"]);
    await endHeartbeats(db, { owner: "c", now: NOW + 2 * DAY });
    assert.deepEqual(await heartbeats(db), []);
  },
);

withDatabases("the last answer of the vendor is the newest that came", async (db) => {
  assert.equal(await lastAnswer(db), null);
  const request = { series: IBM, function: "TIME_SERIES_INTRADAY", size: "compact", month: null } as const;
  const ask = async (at: number) => {
    const charged = await chargeRequest(db, { keyHash: "k", runId: null, request, attempt: 1, now: at, perDay: null });
    assert.ok("id" in charged);
    return charged.id;
  };
  const answer = { kind: "outage", httpStatus: 503, bytes: 1, durationMs: 5, message: "down" } as const;
  await recordAnswer(db, await ask(NOW), { ...answer, now: NOW + 5 });
  await ask(NOW + 10);
  assert.deepEqual(await lastAnswer(db), { at: NOW + 5, kind: "outage", httpStatus: 503, message: "down" });
});
