import assert from "node:assert/strict";
import { finishedRun, lookOfRun, standingNow, tellRun } from "../src/notice_facts.ts";
import { problemsOf } from "../src/incident.ts";
import { totalsOf } from "../src/run.ts";
import { runApp } from "./support/app.ts";
import { factsOf, failed, NO_NEWS, result } from "./support/finished.ts";
import { startTold } from "./support/told.ts";

Deno.test("how everything stands, and what a run says of it", async () => {
  await using at = await startTold({ kind: "embedded", dataDir: null }, { symbols: "IBM,NEW" });
  const { app, world, vendor } = at;
  vendor.answerBy(({ symbol }) => symbol === "NEW" ? "html-503" : null);
  const { runId } = await runApp(app, app.config.series);
  const rooms = { config: app.config, database: app.database, world, keyHash: "k" };
  const standing = await standingNow(rooms);
  assert.deepEqual([...standing.configured], ["IBM daily", "NEW daily"]);
  assert.deepEqual([...standing.complete], ["IBM daily"]);
  assert.equal(new Date(standing.nextTick!).toISOString().slice(11), "06:00:00.000Z");
  const closed = await finishedRun(rooms, { runId, redact: (text) => text.replaceAll("HTTP 503", "…") });
  assert.equal(closed!.run.outcome, "partial");
  const look = lookOfRun(closed!, standing);
  assert.equal(look.at, closed!.run.startedAt);
  assert.deepEqual(look.problems.map(({ key }) => key), ["vendor"]);
  assert.deepEqual(["IBM daily", "NEW daily", "GONE daily"].map(look.healed), [true, false, true]);
  const telling = tellRun(closed!, { news: NO_NEWS, standing });
  assert.equal(telling.runId, runId);
  assert.equal(telling.ping, "fail");
  assert.ok(!JSON.stringify(telling).includes(world.owner), "who holds a lease is nobody's business");
  assert.ok(!JSON.stringify(telling).includes("HTTP 503"), "redacted before anything is cut");
  assert.equal(await finishedRun(rooms, { runId: 999, redact: String }), null);
});

Deno.test("a run of nothing has no problems", () => {
  const { run } = factsOf([]);
  assert.deepEqual(problemsOf(run, []), []);
  assert.equal(totalsOf([failed("A daily", "outage"), result("B daily")]).failed, 1);
});
