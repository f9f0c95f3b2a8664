/** Does the slow clock remember when each thing was asked for, and how often it failed in a row? */
import assert from "node:assert/strict";
import { recordReferenceFailure, referenceStates } from "../../src/postgres/reference.ts";
import type { ReferenceRequest } from "../../src/request.ts";
import { LeaseLost } from "../../src/run.ts";
import { storeActions } from "../support/actions.ts";
import { withDatabases } from "../support/database.ts";
import { nextRun, NOW, startRun } from "../support/stored.ts";

const SPLITS: ReferenceRequest = { form: "SPLITS", symbol: "IBM" };
const LISTED: ReferenceRequest = { form: "LISTING_STATUS active", symbol: null };

withDatabases("states come in the order asked; failures add up until a good answer", async (db) => {
  const run = await startRun(db);
  const never = { askedAt: null, answeredAt: null, failures: 0, kind: null, message: null };
  assert.deepEqual(await referenceStates(db, [LISTED, SPLITS]), [{ request: LISTED, ...never }, {
    request: SPLITS,
    ...never,
  }]);
  const fail = (now: number) =>
    recordReferenceFailure(db, { ...run, request: SPLITS, kind: "empty", message: "it is empty", now });
  await fail(NOW);
  await fail(NOW + 1);
  await fail(NOW + 1);
  const failed = { askedAt: NOW + 1, answeredAt: null, failures: 2, kind: "empty", message: "it is empty" };
  assert.deepEqual(
    await referenceStates(db, [SPLITS]),
    [{ request: SPLITS, ...failed }],
    "the same failure told twice is one",
  );
  await storeActions(db, run, { dividends: null, now: NOW + 2 });
  const good = { askedAt: NOW + 2, answeredAt: NOW + 2, failures: 0, kind: null, message: null };
  assert.deepEqual(await referenceStates(db, [SPLITS, LISTED]), [{ request: SPLITS, ...good }, {
    request: LISTED,
    ...never,
  }]);
  await fail(NOW + 3);
  const [state] = await referenceStates(db, [SPLITS]);
  assert.deepEqual([state!.answeredAt, state!.failures], [NOW + 2, 1]);
});

withDatabases("a run that was found dead keeps no failure", async (db) => {
  const run = await startRun(db);
  await nextRun(db, run);
  const late = recordReferenceFailure(db, { ...run, request: SPLITS, kind: "outage", message: "x", now: NOW });
  await assert.rejects(late, LeaseLost);
  assert.equal((await referenceStates(db, [SPLITS]))[0]!.askedAt, null);
});
