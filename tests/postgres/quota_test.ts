import assert from "node:assert/strict";
import fc from "fast-check";
import { type Database, openDatabase } from "../../src/postgres/connect.ts";
import { chargeRequest, quotaState, recordAnswer, sentLately } from "../../src/postgres/quota.ts";
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

function charge(
  db: Database,
  { keyHash = "k", now = NOW, perDay = 25 as number | null, runId = null as number | null },
) {
  return chargeRequest(db, { keyHash, runId, request: REQUEST, attempt: 1, now, perDay });
}

async function answered(db: Database, kind: AnswerKind, { now, runId }: { now: number; runId?: number }) {
  const charged = await charge(db, { now, perDay: null, runId });
  assert.ok("id" in charged);
  await recordAnswer(db, charged.id, { now, kind, httpStatus: 200, bytes: 10, durationMs: 12.4, message: null });
}

Deno.test("charges of two processes at once never pass the day's quota (server)", async () => {
  await using at = await serverDatabase({ poolSize: 10 });
  const other = await openDatabase(at.config, { onError: () => {} });
  try {
    const charges = await Promise.all(Array.from({ length: 60 }, (_, index) => charge(index % 2 ? other : at.db, {})));
    assert.equal(charges.filter((result) => "id" in result).length, 25);
    const refused = charges.filter((result) => "refused" in result);
    assert.equal(refused.length, 35);
    assert.deepEqual(refused[0], { refused: "25 of 25 requests used today", until: DAY_START + 24 * HOUR });
    assert.equal((await at.db.pool.query("select from request")).rowCount, 25);
  } finally {
    await other.close();
  }
});

withDatabases("the quota is the key's and the day's", async (db) => {
  const now = DAY_START - 1;
  for (let i = 0; i < 3; i++) assert.ok("id" in await charge(db, { now, perDay: 3 }));
  assert.ok("refused" in await charge(db, { now, perDay: 3 }));
  assert.ok("id" in await charge(db, { now, perDay: 3, keyHash: "other" }));
  assert.ok("id" in await charge(db, { now: DAY_START, perDay: 3 }), "a new day");
  assert.ok("id" in await charge(db, { perDay: null }), "no daily limit");
  assert.ok("refused" in await charge(db, { perDay: 0 }));
  const state = await quotaState(db, { keyHash: "k", now: NOW, perDay: 3 });
  assert.deepEqual(state, { perDay: 3, usedToday: 2, blockedUntil: null });
  assert.equal((await quotaState(db, { keyHash: "unknown", now: NOW, perDay: null })).usedToday, 0);
});

withDatabases("a request is in the ledger before it is answered, and whole afterwards", async (db) => {
  const charged = await charge(db, {});
  assert.ok("id" in charged);
  const row = async () => (await db.pool.query("select * from request")).rows[0];
  assert.equal((await row()).form, "TIME_SERIES_DAILY full");
  assert.equal((await row()).kind, null);
  assert.deepEqual(await sentLately(db, "k"), [NOW]);
  assert.deepEqual(await sentLately(db, "other"), []);
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

withDatabases("after a daily-limit answer the key rests longer with every probe, until bars come", async (db) => {
  const blockedFor = async (now: number) => {
    const { blockedUntil } = await quotaState(db, { keyHash: "k", now, perDay: 25 });
    return blockedUntil === null ? null : (blockedUntil - now) / HOUR;
  };
  await answered(db, "bars", { now: NOW - 1_000 });
  assert.equal(await blockedFor(NOW), null);
  let now = NOW;
  for (const hours of [1, 2, 4, 6, 6]) {
    const { rows: [{ id: runId }] } = await db.pool.query(
      `insert into run (trigger, owner, lease_until, started_at, finished_at, outcome)
       values ('manual', 'x', now(), now(), now(), 'deferred') returning id`,
    );
    // Three were under way when it came: one refusal.
    for (let i = 0; i < 3; i++) await answered(db, "daily-limit", { now, runId });
    assert.equal(await blockedFor(now), hours);
    await answered(db, "burst", { now: now + 1_000 });
    now += hours * HOUR;
    assert.notEqual(await blockedFor(now - 1), null);
    assert.equal(await blockedFor(now), null);
  }
  await answered(db, "daily-limit", { now });
  await answered(db, "bars", { now: now + 1_000 });
  assert.equal(await blockedFor(now + 1_000), null);
  await answered(db, "daily-limit", { now: now + 2_000 });
  assert.equal(await blockedFor(now + 2_000), 1);
});

/** One step of a day's work: the true time passes, and our clock is set behind it (or ahead) by so much. */
const step = (ahead: number) =>
  fc.record({ passes: fc.integer({ min: 0, max: 4 }), off: fc.integer({ min: -20, max: ahead }) });
const DAY = 24 * HOUR;

Deno.test("a clock set back, at any time and by up to a day, never gives a day twice its quota (server)", async () => {
  await using at = await serverDatabase();
  let key = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step(0), { minLength: 20, maxLength: 40 }), async (steps) => {
      const keyHash = `k${key++}`;
      const sent = new Map<number, number>();
      let time = DAY_START;
      for (const { passes, off } of steps) {
        const day = Math.floor((time += passes * HOUR) / DAY);
        // Each day begins with a clock that is right; what it is afterwards is anybody's guess.
        const now = sent.has(day) ? time + off * HOUR : time;
        if ("id" in await charge(at.db, { keyHash, now, perDay: 3 })) sent.set(day, (sent.get(day) ?? 0) + 1);
        const { usedToday } = await quotaState(at.db, { keyHash, now, perDay: 3 });
        assert.ok(usedToday <= 3 && usedToday >= sent.get(day)!, "the plan sees what the ledger counts");
      }
      assert.ok([...sent.values()].every((count) => count <= 3), [...sent.values()].join(" "));
    }),
    { numRuns: 25 },
  );
});

Deno.test("a clock that ran ahead costs the days it named, and no other once it is right (server)", async () => {
  await using at = await serverDatabase();
  let key = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step(24 * 400), { maxLength: 15 }), async (steps) => {
      const keyHash = `k${key++}`;
      const named = new Set<number>();
      let time = DAY_START;
      for (const { passes, off } of steps) {
        const now = (time += passes * HOUR) + off * HOUR;
        named.add(Math.floor(now / DAY));
        await charge(at.db, { keyHash, now, perDay: 3 });
      }
      // For a day the newest row is believed, as after a clock set back.
      let day = Math.floor(time / DAY) + 2;
      while (named.has(day)) day += 1;
      for (let i = 0; i < 3; i++) assert.ok("id" in await charge(at.db, { keyHash, now: day * DAY, perDay: 3 }));
      assert.ok("refused" in await charge(at.db, { keyHash, now: day * DAY, perDay: 3 }));
    }),
    { numRuns: 25 },
  );
});

/** The most that any `length` vendor's days in a row were sent. */
function mostIn(length: number, sent: ReadonlyMap<number, number>): number {
  const days = [...sent.keys()];
  const sum = (first: number) => Array.from({ length }, (_, i) => sent.get(first + i) ?? 0).reduce((a, b) => a + b);
  return Math.max(0, ...days.flatMap((day) => Array.from({ length }, (_, i) => sum(day - i))));
}

Deno.test("a clock that is wrong about midnight: what reliability.md says of it is the most that happens (server)", async () => {
  await using at = await serverDatabase();
  const [perDay, most] = [3, 11];
  let key = 0;
  const steps = fc.array(
    fc.record({ passes: fc.integer({ min: 0, max: 7 }), off: fc.integer({ min: -most, max: most }) }),
    { minLength: 8, maxLength: 16 },
  );
  const play = async (given: readonly { passes: number; off: number }[], far: number) => {
    const keyHash = `k${key++}`;
    const sent = new Map<number, number>();
    let time = DAY_START;
    for (const { passes, off } of given) {
      const hour = ((time += passes * HOUR) % DAY) / HOUR;
      if (Math.min(hour, 24 - hour) <= far) continue;
      for (let i = 0; i <= perDay; i++) {
        if (!("id" in await charge(at.db, { keyHash, now: time + off * HOUR, perDay }))) break;
        sent.set(Math.floor(time / DAY), (sent.get(Math.floor(time / DAY)) ?? 0) + 1);
      }
    }
    return sent;
  };
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: -most, max: most }), async (given, off) => {
      const changing = await play(given, 0);
      const constant = given.map(({ passes }) => ({ passes, off }));
      const steady = await play(constant, 0);
      for (const days of [1, 2, 3]) {
        assert.ok(mostIn(days, changing) <= (days + 2) * perDay, `${days} days, an error that changes`);
        assert.ok(mostIn(days, steady) <= (days + 1) * perDay, `${days} days, an error that stays`);
      }
      assert.ok(mostIn(1, await play(constant, Math.abs(off))) <= perDay, "far from midnight");
    }),
    { numRuns: 15 },
  );
  // And that much can happen: before, within and after a day of the vendor's.
  const worst = [{ passes: 1, off: -2 }, { passes: 10, off: 0 }, { passes: 12, off: 2 }];
  assert.equal(mostIn(1, await play(worst, 0)), 3 * perDay);
  assert.equal(mostIn(1, await play([{ passes: 10, off: 5 }, { passes: 10, off: 5 }], 0)), 2 * perDay);
});
