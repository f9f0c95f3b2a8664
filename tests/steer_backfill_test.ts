/** May an operator ask, begin, pause, resume and cancel, is nonsense refused, and is the slice under way told? */
import assert from "node:assert/strict";
import { Refused } from "../src/refused.ts";
import { AAA, startBackfilling } from "./support/backfilling.ts";
import { withDatabases } from "./support/database.ts";
import { historyAnswer } from "./support/history.ts";
import { HISTORY } from "./support/backfilling.ts";

const refused = (reason: Refused["reason"], message: RegExp) => (error: unknown) =>
  error instanceof Refused && error.reason === reason && message.test(error.message);
const RANGE = { from: "2023-01-01", to: "2023-05-31" };

withDatabases("the cost: what is there, requests, and days beside the schedule", async (_db, { config }) => {
  const env = { API_REQUESTS_PER_DAY: "10", SCHEDULE_CRON: "0 6 * * *" };
  await using at = await startBackfilling(config, { env });
  const { steer } = at.app;
  const cost = await steer.costOfBackfill({ series: [AAA], ...RANGE });
  assert.deepEqual([cost.total.wished, cost.total.held, cost.total.requests], [103, 0, 5]);
  // No tick is left today; one tomorrow, of one series that has no bars yet.
  assert.deepEqual(cost.allowance, { perDay: 10, reserve: 2, today: 9, paceMs: 2_000 });
  assert.equal(cost.takesMs, 5 * 2_000);
  const long = await steer.costOfBackfill({ series: [AAA], from: "2000-01-01", to: "2023-05-31" });
  // 281 months: nine today, seven a day from then on.
  assert.deepEqual([long.total.requests, long.takesMs], [281, Math.ceil(272 / 7) * 86_400_000]);
  assert.equal(at.vendor.requests.length, 0, "a cost asks nobody");
  assert.deepEqual(await steer.backfills({ limit: 5 }), []);
});

withDatabases("nonsense is refused, in words about a backfill", async (_db, { config }) => {
  await using at = await startBackfilling(config);
  const start = (asked: object) => at.app.steer.startBackfill("ann", { series: [AAA], ...RANGE, ...asked });
  await assert.rejects(start({ to: "2023-07-09" }), refused("invalid", /"2023-07-09" has not been yet/));
  await assert.rejects(start({ from: "2023-06-01" }), refused("invalid", /"2023-06-01" is after "2023-05-31"/));
  await assert.rejects(start({ series: [] }), refused("invalid", /^Cannot backfill: no series was chosen/));
  await assert.rejects(
    start({ series: [{ symbol: "A", interval: "2min" }] }),
    refused("invalid", /^Cannot backfill: "2min"/),
  );
  await assert.rejects(start({ note: "n".repeat(501) }), refused("invalid", /^Cannot backfill: the note has 501/));
  const many = Array.from({ length: 2_000 }, (_, index) => ({ symbol: `S${index}`, interval: "daily" }));
  await assert.rejects(start({ series: many, from: "2000-01-01" }), refused("invalid", /make several/));
  assert.equal((await at.app.database.pool.query("select from backfill")).rowCount, 0);
});

withDatabases(
  "paused while a slice is at work: it ends after the request under way, and stays paused",
  async (_db, { config }) => {
    await using at = await startBackfilling(config);
    const { id } = await at.start(RANGE.from, RANGE.to);
    const paused = Promise.withResolvers<void>();
    at.vendor.answerBy((parameters) => {
      if (at.vendor.requests.length === 2) {
        at.app.steer.pauseBackfill("ann", id).then(() => paused.resolve(), paused.reject);
      }
      return historyAnswer(parameters, HISTORY);
    });
    const found = await at.work(id);
    await paused.promise;
    assert.equal(found.state, "paused");
    assert.ok(at.vendor.requests.length < 5, "it went on");
    assert.match((await at.app.steer.backfill(id))!.reason!, /^paused by ann$/);
    await assert.rejects(at.work(id), "a paused one has no slice");
    const before = at.vendor.requests.length;
    await at.app.steer.resumeBackfill("ann", id);
    assert.equal((await at.work(id)).state, "complete");
    assert.equal(at.vendor.requests.length, before + 5 - before, "a month was asked for twice");
  },
);

withDatabases("its run is cancelled by itself: the backfill is paused, not begun anew", async (_db, { config }) => {
  await using at = await startBackfilling(config);
  const { id } = await at.start(RANGE.from, RANGE.to);
  at.vendor.answerBy((parameters) => {
    if (at.vendor.requests.length === 2) void at.app.steer.cancel("bob", 1);
    return historyAnswer(parameters, HISTORY);
  });
  const found = await at.work(id);
  assert.deepEqual([found.state, found.reason], ["paused", "paused by bob"]);
});

withDatabases("said twice it is no mistake; what cannot be is refused", async (_db, { config }) => {
  await using at = await startBackfilling(config);
  const { steer } = at.app;
  const { id } = await at.start(RANGE.from, RANGE.to);
  assert.equal((await steer.pauseBackfill("ann", id)).state, "paused");
  assert.equal((await steer.pauseBackfill("bob", id)).reason, "paused by ann");
  assert.equal((await steer.cancelBackfill("ann", id)).state, "cancelled");
  await assert.rejects(
    steer.pauseBackfill("ann", id),
    refused("conflict", /^Cannot pause backfill 1: it is cancelled$/),
  );
  assert.equal((await steer.resumeBackfill("ann", id)).state, "running");
  assert.equal((await at.work(id)).state, "complete");
  await assert.rejects(
    steer.resumeBackfill("ann", id),
    refused("conflict", /^Cannot resume backfill 1: it is complete$/),
  );
  await assert.rejects(steer.cancelBackfill("ann", 9), refused("unknown", /^Cannot cancel backfill 9: there is none/));
  assert.equal(await steer.backfill(9), null);
});
