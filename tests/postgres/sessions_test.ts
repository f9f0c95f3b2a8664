import assert from "node:assert/strict";
import { beginSession, endSession, findSession } from "../../src/postgres/sessions.ts";
import { withDatabases } from "../support/database.ts";

const NOW = Date.parse("2026-03-02T21:30:00Z");
const [A, B] = ["a".repeat(64), "b".repeat(64)];

withDatabases("a log-in is found by its hash until it expires or ends", async (db) => {
  await beginSession(db, { hash: A, role: "view", now: NOW, expiresAt: NOW + 1_000 });
  await beginSession(db, { hash: B, role: "operate", now: NOW, expiresAt: NOW + 9_000 });
  assert.deepEqual(await findSession(db, { hashes: ["x", A], now: NOW + 999 }), { hash: A, role: "view" });
  assert.equal(await findSession(db, { hashes: [A], now: NOW + 1_000 }), null);
  assert.equal(await findSession(db, { hashes: [], now: NOW }), null);
  await endSession(db, B);
  assert.equal(await findSession(db, { hashes: [B], now: NOW }), null);
});

withDatabases("a new log-in takes away the expired ones, and no others", async (db) => {
  await beginSession(db, { hash: A, role: "view", now: NOW, expiresAt: NOW + 1_000 });
  await beginSession(db, { hash: B, role: "view", now: NOW + 2_000, expiresAt: NOW + 9_000 });
  const { rows } = await db.pool.query("select token_hash from session");
  assert.deepEqual(rows, [{ token_hash: B }]);
});
