/** Is what the vendor said to a part kept with the bars, once for each part, and does it move the figures? */
import assert from "node:assert/strict";
import type { PartAnswer } from "../../src/backfill_left.ts";
import type { Series } from "../../src/bar.ts";
import { partsOf } from "../../src/postgres/backfill_answers.ts";
import { addBackfill, backfillById, seriesOfBackfill } from "../../src/postgres/backfills.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { recordResult } from "../../src/postgres/results.ts";
import { storeSeries } from "../../src/postgres/bars.ts";
import { claimRun } from "../../src/postgres/runs.ts";
import { NO_ROWS } from "../../src/run.ts";
import { progress } from "../support/backfill.ts";
import { withDatabases } from "../support/database.ts";
import { bar } from "../support/stored.ts";

const NOW = Date.parse("2023-07-05T22:30Z");
const IBM: Series = { symbol: "IBM", interval: "1min" };

async function begun(db: Database) {
  const wish = { from: "2023-01-01", to: "2023-06-30", note: null, askedBy: "ann", now: NOW };
  const backfillId = (await addBackfill(db, { ...wish, progress: [progress({ held: 10, requests: 2 })] }))!;
  const claim = await claimRun(db, {
    owner: "me",
    trigger: "backfill",
    tickId: null,
    backfillId,
    leaseMs: 60_000,
    now: NOW,
    exclusive: false,
  });
  assert.ok("runId" in claim);
  const keep = (part: Partial<PartAnswer>, owner = "me") =>
    recordResult(db, {
      runId: claim.runId,
      owner,
      leaseMs: 60_000,
      result: {
        series: IBM,
        status: "stored",
        kind: null,
        message: null,
        requests: 1,
        counts: NO_ROWS,
        watermark: null,
        startedAt: NOW,
        finishedAt: NOW + (part.at ?? 0),
      },
      part: {
        backfillId,
        name: "2023-02",
        from: "2023-02-01",
        to: "2023-02-28",
        kind: "empty",
        message: "nothing",
        at: NOW,
        brought: 0,
        none: 0,
        ...part,
      },
    });
  const figures = async () => {
    const [one] = await seriesOfBackfill(db, { backfillId, limit: 5 });
    return { held: one!.held, none: one!.none, requests: one!.requests };
  };
  return { backfillId, runId: claim.runId, keep, figures, parts: () => partsOf(db, { backfillId, series: IBM }) };
}

withDatabases("a part has one row, its tries are counted, and the newest answer stands", async (db) => {
  const { keep, figures, parts } = await begun(db);
  await keep({});
  await keep({ at: NOW + 1, kind: "malformed", message: "cut short" });
  assert.deepEqual(await parts(), [{
    name: "2023-02",
    from: "2023-02-01",
    to: "2023-02-28",
    kind: "malformed",
    tries: 2,
    at: NOW + 1,
    message: "cut short",
  }]);
  await keep({ at: NOW + 2, kind: "bars", message: null, brought: 18, none: 1 });
  assert.deepEqual((await parts()).map(({ kind, tries }) => [kind, tries]), [["bars", 3]]);
  assert.deepEqual(await figures(), { held: 28, none: 1, requests: 0 });
});

withDatabases("who is not the run's owner keeps nothing", async (db) => {
  const { keep, figures, parts } = await begun(db);
  await assert.rejects(keep({}, "somebody else"), /lease ran out/);
  assert.deepEqual([await parts(), await figures()], [[], { held: 10, none: 0, requests: 2 }]);
});

withDatabases("a run that is forgotten leaves the answer, a backfill that is gone takes it along", async (db) => {
  const { backfillId, runId, keep, parts } = await begun(db);
  await keep({});
  await db.pool.query("delete from run where id = $1", [runId]);
  assert.equal((await parts()).length, 1);
  await db.pool.query("delete from backfill");
  assert.deepEqual([await parts(), await backfillById(db, backfillId)], [[], null]);
});

withDatabases("the bars of a part go in with what was said to it, and the run's lease goes on", async (db) => {
  const { backfillId, runId, figures, parts } = await begun(db);
  await db.pool.query("update run set lease_until = clock_timestamp() + interval '1 second'");
  const answer = { requestId: null, form: "TEST", zone: "UTC", receivedAt: NOW, reachesTo: NOW, body: "{}" };
  const part = { backfillId, name: "2023-02", from: "2023-02-01", to: "2023-02-28", at: NOW, brought: 1, none: 0 };
  await storeSeries(db, {
    ...{
      runId,
      owner: "me",
      leaseMs: 600_000,
      series: IBM,
      answer,
      bars: [bar("2023-02-01T14:30Z", "1")],
      rejects: [],
    },
    result: { status: "stored", kind: null, message: null, requests: 1, startedAt: NOW, finishedAt: NOW },
    part: { ...part, kind: "bars", message: null },
  });
  assert.deepEqual((await parts()).map(({ name, kind, tries }) => [name, kind, tries]), [["2023-02", "bars", 1]]);
  assert.deepEqual(await figures(), { held: 11, none: 0, requests: 1 });
  const { rows: [run] } = await db.pool.query(
    "select lease_until > clock_timestamp() + interval '5 minutes' as goes_on from run",
  );
  assert.equal(run.goes_on, true);
});
