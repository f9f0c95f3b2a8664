import assert from "node:assert/strict";
import { changes, recordChange } from "../../src/postgres/audit.ts";
import { transaction } from "../../src/postgres/transaction.ts";
import { withDatabases } from "../support/database.ts";
import { NOW } from "../support/stored.ts";

withDatabases(
  "changes are told the newest first, of one subject or of all, and only those that were made",
  async (db) => {
    const change = { by: "ann", action: "set", subject: "schedule a", was: "x", became: null };
    await transaction(db, async (client) => {
      await recordChange(client, { ...change, now: NOW });
      await recordChange(client, { ...change, subject: "run 7", now: NOW + 1 });
    });
    const undone = transaction(db, async (client) => {
      await recordChange(client, { ...change, now: NOW + 2 });
      throw new Error("no");
    });
    await assert.rejects(undone, /no/);
    assert.deepEqual((await changes(db, { limit: 10 })).map(({ at, subject }) => [at, subject]), [
      [NOW + 1, "run 7"],
      [NOW, "schedule a"],
    ]);
    assert.deepEqual(await changes(db, { subject: "schedule a", limit: 10 }), [{ id: 1, at: NOW, ...change }]);
    assert.equal((await changes(db, { limit: 1 })).length, 1);
  },
);
