/** Launches, re-runs, forgetting and facts, by two programs on one database. */
import assert from "node:assert/strict";
import { type App, openApp } from "../src/app.ts";
import { Refused } from "../src/refused.ts";
import { configFor, jumpingWorld, runApp } from "./support/app.ts";
import { serverDatabase } from "./support/database.ts";
import { startCurrentVendor } from "./support/market.ts";
import { notice } from "./support/vendor.ts";

const NEVER = new AbortController().signal;
const beat = (app: App) => app.beat({ stop: NEVER, abort: NEVER, emit: () => {} });

async function stage() {
  const [vendor, at] = [await startCurrentVendor(["AAA", "BBB", "ZZZ"]), await serverDatabase()];
  const env = { STOCK_SYMBOLS: "AAA,BBB", STOCK_INTERVALS: "daily", API_POLITE_DELAY_SEC: "0" };
  const config = configFor(vendor.url, { kind: "server", url: at.url, poolSize: 3 }, env);
  let launched = 0;
  const open = () => openApp(config, jumpingWorld(Date.now()), { onLaunch: () => launched += 1 });
  const [page, server] = [await open(), await open()];
  return {
    vendor,
    pool: at.db.pool,
    page,
    server,
    launched: () => launched,
    asked: () => vendor.requests.map(({ parameters }) => parameters["symbol"]),
    [Symbol.asyncDispose]: async () => {
      await page.close();
      await server.close();
      await vendor.close();
      await at.close();
    },
  };
}

const refused = (reason: Refused["reason"], message: RegExp) => (error: unknown) =>
  error instanceof Refused && error.reason === reason && message.test(error.message);

Deno.test("what one program queues another serves, of any series, and only once", async () => {
  await using at = await stage();
  const launch = await at.page.steer.launch("ann", { series: [{ symbol: "zzz", interval: "daily" }], note: "new" });
  assert.deepEqual([launch.state, launch.series, launch.note], [
    "queued",
    [{ symbol: "ZZZ", interval: "daily" }],
    "new",
  ]);
  assert.equal(at.launched(), 1);
  assert.equal(await at.server.steer.isWorkWaiting(), true);
  await Promise.all([beat(at.server), beat(at.page)]);
  assert.deepEqual(at.asked(), ["ZZZ"]);
  const [served] = await at.page.steer.launches({ limit: 10 });
  assert.deepEqual([served?.state, served?.runs], ["served", [{ id: 1, outcome: "complete" }]]);
  const { rows } = await at.pool.query("select trigger, launch_id, outcome from run");
  assert.deepEqual(rows, [{ trigger: "manual", launch_id: launch.id, outcome: "complete" }]);
  await assert.rejects(at.page.steer.withdraw("ann", launch.id), refused("conflict", /run 1 has served it/));
});

Deno.test("a launch with force asks what is complete; one without does not", async () => {
  await using at = await stage();
  const series = [{ symbol: "AAA", interval: "daily" }];
  for (const force of [false, false, true]) {
    await at.page.steer.launch("ann", { series, force });
    await beat(at.server);
  }
  assert.deepEqual(at.asked(), ["AAA", "AAA"]);
});

Deno.test("a run again: all of it, what failed, or a choice; the new run says of which", async () => {
  await using at = await stage();
  at.vendor.answerBy(({ symbol }) => symbol === "BBB" ? notice("2") : null);
  const { runId } = await runApp(at.server, at.server.config.series);
  at.vendor.answerBy(null);
  assert.deepEqual((await at.page.steer.seriesAgain(runId, "all")).map(({ symbol }) => symbol).sort(), ["AAA", "BBB"]);
  const again = await at.page.steer.launch("ann", { of: { runId, again: "failed" }, force: true });
  assert.deepEqual([again.ofRun, again.series], [runId, [{ symbol: "BBB", interval: "daily" }]]);
  await at.page.steer.launch("ann", { of: { runId, again: "all" }, series: [{ symbol: "AAA", interval: "daily" }] });
  await beat(at.server);
  const { rows } = await at.pool.query("select of_run, outcome, series from run order by id");
  assert.deepEqual(rows, [
    { of_run: null, outcome: "partial", series: 2 },
    { of_run: runId, outcome: "complete", series: 1 },
    { of_run: runId, outcome: "nothing-due", series: 0 },
  ]);
  await assert.rejects(at.page.steer.launch("a", { of: { runId: 99, again: "all" } }), refused("unknown", /run 99/));
  const nothing = at.page.steer.launch("a", { of: { runId: 2, again: "failed" } });
  await assert.rejects(nothing, refused("invalid", /all 1 series of it were stored/));
});

Deno.test("wishes that make no sense are refused and queue nothing", async () => {
  await using at = await stage();
  const { steer } = at.page;
  const wrong: [() => Promise<unknown>, Refused["reason"], RegExp][] = [
    [() => steer.launch("ann", {}), "invalid", /no series was chosen/],
    [() => steer.launch("ann", { series: [{ symbol: "A B", interval: "daily" }] }), "invalid", /"A B" is not a symbol/],
    [() => steer.cancel("ann", 5), "unknown", /Cannot cancel run 5/],
    [() => steer.forget("ann", 5), "unknown", /Cannot forget run 5/],
    [() => steer.withdraw("ann", 5), "unknown", /Cannot withdraw launch 5/],
    [() => steer.release("ann", { id: 5 }), "unknown", /Cannot release row 5/],
  ];
  for (const [wish, reason, message] of wrong) await assert.rejects(wish(), refused(reason, message));
  assert.deepEqual(await steer.launches({ limit: 10 }), []);
  assert.equal(at.launched(), 0);
});

Deno.test("a forgotten run is gone with its results; one at work is not forgotten", async () => {
  await using at = await stage();
  at.vendor.fail("silent");
  const stop = new AbortController();
  const running = runApp(at.server, at.server.config.series, { stop: stop.signal, abort: stop.signal });
  await at.vendor.arrived(1);
  await assert.rejects(at.page.steer.forget("ann", 1), refused("conflict", /it is at work; cancel it first/));
  await assert.rejects(at.page.steer.seriesAgain(1, "all"), refused("conflict", /it is at work/));
  stop.abort();
  await running;
  await at.page.steer.forget("ann", 1);
  assert.equal((await at.pool.query("select from series_result")).rowCount, 0);
  assert.equal((await at.pool.query("select from request")).rowCount, 1);
  assert.equal((await at.page.steer.changes({ limit: 1 }))[0]?.subject, "run 1");
});

Deno.test("connections tell how the vendor answered last and that the database does", async () => {
  await using at = await serverDatabase();
  const { db, config } = at;
  const app = await openApp(configFor("http://127.0.0.1:9/", config), jumpingWorld(Date.now()));
  const { vendor, database } = await app.steer.connections();
  assert.equal(vendor, null);
  assert.ok(database.durationMs >= 0 && database.describe === db.describe);
  await app.pulse.beat("scheduler", "waits", "it broke");
  const [one] = await app.steer.heartbeats();
  assert.deepEqual([one?.name, one?.doing, one?.error?.message], ["scheduler", "waits", "it broke"]);
  await app.close();
});
