import assert from "node:assert/strict";
import type { Database } from "../../src/postgres/connect.ts";
import { chargeRequest, lastSentAt, quotaState, recordAnswer } from "../../src/postgres/quota.ts";
import type { BarRequest } from "../../src/request.ts";
import type { AnswerKind } from "../../src/run.ts";
import { serverDatabase, withDatabases } from "../support/database.ts";
import { NOW } from "../support/stored.ts";

const DAY_START = Date.parse("2026-03-02T00:00Z");
const HOUR = 3_600_000;
const REQUEST: BarRequest = {
  series: { symbol: "IBM", interval: "daily" },
  function: "TIME_SERIES_DAILY",
  size: "full",
  month: null,
};

function charge(db: Database, { keyHash = "k", now = NOW, perDay = 25 as number | null, dayStart = DAY_START } = {}) {
  return chargeRequest(db, { keyHash, runId: null, request: REQUEST, attempt: 1, now, perDay, dayStart });
}

async function answered(db: Database, kind: AnswerKind, now: number): Promise<void> {
  const charged = await charge(db, { now, perDay: null });
  assert.ok("id" in charged);
  await recordAnswer(db, charged.id, { now, kind, httpStatus: 200, bytes: 10, durationMs: 12.4, message: null });
}

Deno.test("forty charges at once never pass the day's quota (server)", async () => {
  await using at = await serverDatabase({ poolSize: 20 });
  const charges = await Promise.all(Array.from({ length: 40 }, () => charge(at.db)));
  assert.equal(charges.filter((result) => "id" in result).length, 25);
  const refused = charges.filter((result) => "refused" in result);
  assert.equal(refused.length, 15);
  assert.deepEqual(refused[0], { refused: "25 of 25 requests used today", until: DAY_START + 24 * HOUR });
  assert.equal((await at.db.pool.query("select from request")).rowCount, 25);
});

withDatabases("the quota is the key's and the day's", async (db) => {
  const now = DAY_START - 1;
  for (let i = 0; i < 3; i++) assert.ok("id" in await charge(db, { now, perDay: 3, dayStart: DAY_START - 24 * HOUR }));
  assert.ok("refused" in await charge(db, { now, perDay: 3, dayStart: DAY_START - 24 * HOUR }));
  assert.ok("id" in await charge(db, { now, perDay: 3, keyHash: "other", dayStart: DAY_START - 24 * HOUR }));
  assert.ok("id" in await charge(db, { now: DAY_START, perDay: 3 }), "a new day");
  assert.ok("id" in await charge(db, { perDay: null }), "no daily limit");
  assert.ok("refused" in await charge(db, { perDay: 0 }));
  const state = await quotaState(db, { keyHash: "k", now: NOW, perDay: 3 });
  assert.deepEqual(state, { perDay: 3, usedToday: 2, blockedUntil: null });
  assert.equal((await quotaState(db, { keyHash: "unknown", now: NOW, perDay: null })).usedToday, 0);
});

withDatabases("a request is in the ledger before it is answered, and whole afterwards", async (db) => {
  const charged = await charge(db);
  assert.ok("id" in charged);
  const row = async () => (await db.pool.query("select * from request")).rows[0];
  assert.equal((await row()).form, "TIME_SERIES_DAILY full");
  assert.equal((await row()).kind, null);
  assert.equal(await lastSentAt(db, "k"), NOW);
  assert.equal(await lastSentAt(db, "other"), null);
  const answer = { httpStatus: null, bytes: 0, durationMs: 10_000, message: "timeout" };
  await recordAnswer(db, charged.id, { ...answer, now: NOW + 10_000, kind: "outage" });
  const { kind, finished_at, message, duration_ms, interval } = await row();
  assert.deepEqual([kind, finished_at, message, duration_ms, interval], [
    "outage",
    NOW + 10_000,
    "timeout",
    10_000,
    "daily",
  ]);
});

withDatabases("after a daily-limit answer the key rests for an hour, unless bars came since", async (db) => {
  const blockedAt = async (now: number) => (await quotaState(db, { keyHash: "k", now, perDay: 25 })).blockedUntil;
  await answered(db, "bars", NOW - 1_000);
  assert.equal(await blockedAt(NOW), null);
  await answered(db, "daily-limit", NOW);
  assert.equal(await blockedAt(NOW), NOW + HOUR);
  assert.equal(await blockedAt(NOW + HOUR - 1), NOW + HOUR);
  assert.equal(await blockedAt(NOW + HOUR), null);
  await answered(db, "burst", NOW + 1_000);
  assert.equal(await blockedAt(NOW + 1_000), NOW + HOUR);
  await answered(db, "bars", NOW + 2_000);
  assert.equal(await blockedAt(NOW + 2_000), null);
  await answered(db, "daily-limit", NOW + 3_000);
  assert.equal(await blockedAt(NOW + 3_000), NOW + 3_000 + HOUR);
});
