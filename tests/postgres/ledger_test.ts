/** Are requests counted in the hour they were sent in, and listed newest first? */
import assert from "node:assert/strict";
import { lastRequests, ledgerHours } from "../../src/postgres/ledger.ts";
import { withDatabases } from "../support/database.ts";
import { BEGAN, HOUR } from "../support/runs.ts";

withDatabases("by the hour of one key, and one by one of all", async (db) => {
  const sent: [string, number, string | null][] = [
    ["k", 0, "bars"],
    ["k", HOUR - 1, null],
    ["k", HOUR, "bars"],
    ["k", 25 * HOUR, "bars"],
    ["other", HOUR, "daily-limit"],
  ];
  for (const [key, after, kind] of sent) {
    const at = new Date(BEGAN + after).toISOString();
    await db.pool.query(
      `insert into request (key_hash, symbol, "interval", form, attempt, sent_at, finished_at, kind, http_status, bytes, duration_ms, message)
       values ($1, 'IBM', 'daily', 'D', 1, $2, $3, $4, 200, 10, 20, 'said')`,
      [key, at, kind === null ? null : at, kind],
    );
  }
  assert.deepEqual(await ledgerHours(db, { keyHash: "k", from: BEGAN, to: BEGAN + 24 * HOUR }), [
    { from: BEGAN, sent: 2, withBars: 1 },
    { from: BEGAN + HOUR, sent: 1, withBars: 1 },
  ]);
  const [newest, ...rest] = await lastRequests(db, { limit: 3 });
  const { id, ...row } = newest!;
  assert.deepEqual(row, {
    runId: null,
    symbol: "IBM",
    interval: "daily",
    form: "D",
    attempt: 1,
    sentAt: BEGAN + HOUR,
    kind: "daily-limit",
    httpStatus: 200,
    bytes: 10,
    durationMs: 20,
    message: "said",
  });
  assert.deepEqual(await lastRequests(db, { limit: 2, before: id }), rest);
});
