/** Are the settings of a run kept once, found again, and gone with the last run that had them? */
import assert from "node:assert/strict";
import { expireSettings, keepSettings, settingsOfRun } from "../../src/postgres/run_settings.ts";
import { claimRun } from "../../src/postgres/runs.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { withDatabases } from "../support/database.ts";
import { NOW } from "../support/stored.ts";

const settings = (value: string) => [{ name: "STOCK_SYMBOLS", value, origin: ".env" } as const];

async function runWith(db: Database, settingsDigest: string | null): Promise<number> {
  await db.pool.query("update run set outcome = 'complete', finished_at = now() where outcome is null");
  const base = { owner: "test", trigger: "manual", tickId: null, leaseMs: 60_000, exclusive: false } as const;
  const claim = await claimRun(db, { ...base, now: NOW, settingsDigest });
  assert.ok("runId" in claim);
  return claim.runId;
}

withDatabases("the same settings are kept once, others beside them; each run finds its own", async (db) => {
  const keep = (value: string) => keepSettings(db, { settings: settings(value), now: NOW });
  const [one, same, other] = [await keep("IBM"), await keep("IBM"), await keep("MSFT")];
  assert.equal(one, same);
  assert.notEqual(one, other);
  const runs = [await runWith(db, one), await runWith(db, other), await runWith(db, null), await runWith(db, "gone")];
  const found = await Promise.all(runs.map((id) => settingsOfRun(db, id)));
  assert.deepEqual(found, [settings("IBM"), settings("MSFT"), null, null]);
  assert.equal(await settingsOfRun(db, 999), null);
  const { rows } = await db.pool.query("select count(*)::int as kept from run_settings");
  assert.equal(rows[0].kept, 2);
});

withDatabases("they stay while a run has them, and while they are new", async (db) => {
  const digest = await keepSettings(db, { settings: settings("IBM"), now: NOW });
  const run = await runWith(db, digest);
  assert.equal(await expireSettings(db, NOW + 1), 0);
  await db.pool.query("update run set outcome = 'complete', finished_at = now() where id = $1", [run]);
  await db.pool.query("delete from run where id = $1", [run]);
  assert.equal(await expireSettings(db, NOW), 0, "a run may be about to begin with them");
  assert.equal(await expireSettings(db, NOW + 1), 1);
});
