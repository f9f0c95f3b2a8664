import assert from "node:assert/strict";
import { entitlements, rememberEntitlement } from "../../src/postgres/entitlements.ts";
import { withDatabases } from "../support/database.ts";

withDatabases("the newest answer about a form is the one that counts, key by key", async (db) => {
  const learn = (keyHash: string, form: string, allowed: boolean, learntAt: number) =>
    rememberEntitlement(db, { keyHash, form, allowed, learntAt, message: allowed ? null : "premium" });
  await learn("k", "TIME_SERIES_DAILY full", false, 1_000);
  await learn("k", "TIME_SERIES_DAILY compact", true, 1_000);
  await learn("other", "TIME_SERIES_DAILY full", true, 1_000);
  await learn("k", "TIME_SERIES_DAILY full", true, 3_000);
  await learn("k", "TIME_SERIES_DAILY full", false, 2_000);
  assert.deepEqual(await entitlements(db, "k"), [
    { form: "TIME_SERIES_DAILY compact", allowed: true, learntAt: 1_000 },
    { form: "TIME_SERIES_DAILY full", allowed: true, learntAt: 3_000 },
  ]);
  assert.deepEqual(await entitlements(db, "nobody"), []);
});
