/** Is an answer that is no bars stored all or nothing, archived, and only by who holds the run? */
import assert from "node:assert/strict";
import { Implausible } from "../../src/postgres/reference.ts";
import { storeReference } from "../../src/postgres/store_reference.ts";
import { LeaseLost } from "../../src/run.ts";
import { dividend, storeActions } from "../support/actions.ts";
import { withDatabases } from "../support/database.ts";
import { nextRun, NOW, startRun } from "../support/stored.ts";

withDatabases("the body is in the archive once, each answer says what it was of", async (db) => {
  const run = await startRun(db);
  const dividends = [dividend("2025-02-10", "1.67")];
  await storeActions(db, run, { dividends });
  await storeActions(db, run, { dividends, now: NOW + 1000 });
  const { rows } = await db.pool.query(
    `select form, symbol, run_id as run, received_at as at, body, last_received_at as last
     from reference_answer join answer_body on answer_body.id = body_id where form = 'DIVIDENDS' order by reference_answer.id`,
  );
  const about = {
    form: "DIVIDENDS",
    symbol: "IBM",
    run: run.runId,
    body: JSON.stringify({ symbol: "IBM", dividends }),
    last: NOW + 1000,
  };
  assert.deepEqual(rows, [{ ...about, at: NOW }, { ...about, at: NOW + 1000 }]);
});

withDatabases(
  "nothing of a run that was found dead is stored, nothing of an answer that takes all away",
  async (db) => {
    const run = await startRun(db);
    await storeActions(db, run, { dividends: [dividend("2025-02-10", "1.67")] });
    await assert.rejects(
      storeActions(db, run, { splits: null, now: NOW + 1 }),
      (error) => error instanceof Implausible && /it has no row, where 1 are known/.test(error.message),
    );
    const next = await nextRun(db, run);
    await assert.rejects(storeActions(db, run, { splits: null, dividends: [dividend("2025-02-10", "9")] }), LeaseLost);
    await assert.rejects(
      storeReference(db, {
        ...next,
        request: { form: "SPLITS", symbol: "IBM" },
        document: { matches: [], refused: null, source: "x", requestId: null, receivedAt: NOW },
      }),
      RangeError,
    );
    const { rows: [found] } = await db.pool.query(
      `select (select count(*) from reference_answer) as answers, (select amount from dividend where dropped_at is null) as amount,
       (select asked_at from reference where form = 'DIVIDENDS') as at`,
    );
    assert.deepEqual(found, { answers: 2, amount: "1.67", at: NOW });
  },
);
