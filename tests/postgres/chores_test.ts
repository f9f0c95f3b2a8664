import assert from "node:assert/strict";
import { claimChore, noteChore } from "../../src/postgres/chores.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { serverDatabase, withDatabases } from "../support/database.ts";
import { NOW } from "../support/stored.ts";

const HOUR = 3_600_000;
/** Begins whenever it is due or was never done, and then hourly. */
const hourly = (now: number) => (dueAt: number | null) =>
  dueAt === null || dueAt <= now ? { begin: true, dueAt: now + HOUR } : { begin: false, dueAt };
const claim = (db: Database, now: number, name = "retention") => claimChore(db, { name, now, decide: hourly(now) });

async function row(db: Database) {
  const { rows } = await db.pool.query("select due_at, done_at, note from housekeeping where name = 'retention'");
  return rows[0];
}

withDatabases("a chore begins when it is due, each by its own name, and keeps what it came to", async (db) => {
  assert.equal(await claim(db, NOW), true);
  assert.equal(await claim(db, NOW + 1), false);
  assert.equal(await claim(db, NOW + 1, "other"), true);
  await noteChore(db, { name: "retention", note: "3 runs" });
  assert.deepEqual(await row(db), { due_at: NOW + HOUR, done_at: NOW, note: "3 runs" });
  assert.equal(await claim(db, NOW + HOUR), true);
  assert.equal((await row(db)).done_at, NOW + HOUR);
});

withDatabases("a new due time without a beginning keeps when it was last done", async (db) => {
  await claim(db, NOW);
  const decide = () => ({ begin: false, dueAt: NOW + 9 * HOUR });
  assert.equal(await claimChore(db, { name: "retention", now: NOW + 1, decide }), false);
  assert.deepEqual(await row(db), { due_at: NOW + 9 * HOUR, done_at: NOW, note: null });
});

Deno.test("ten processes ask at once, also the first time: one begins (server)", async () => {
  await using at = await serverDatabase({ poolSize: 10 });
  for (const now of [NOW, NOW + HOUR]) {
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(at.db, now)));
    assert.equal(claims.filter(Boolean).length, 1);
  }
});
