/** Does a run end when an operator wants it to: at once in its own process, with its lease in another's? */
import assert from "node:assert/strict";
import { type App, openApp, type RunOptions } from "../src/app.ts";
import type { Series } from "../src/bar.ts";
import type { RunEvent } from "../src/event.ts";
import { configFor, jumpingWorld } from "./support/app.ts";
import { serverDatabase } from "./support/database.ts";
import { startCurrentVendor } from "./support/market.ts";

const SYMBOLS = ["AAA", "BBB", "CCC"];
const SERIES: Series[] = SYMBOLS.map((symbol) => ({ symbol, interval: "daily" }));
const NEVER = new AbortController().signal;

/** Two programs on one database; the vendor answers the first request when told to. */
async function stage({ leaseMs = 600, timeoutSec = 30 } = {}) {
  const [vendor, at] = [await startCurrentVendor(SYMBOLS), await serverDatabase()];
  const env = { API_TIMEOUT_SEC: String(timeoutSec), API_POLITE_DELAY_SEC: "0", STOCK_SYMBOLS: SYMBOLS.join(",") };
  const config = configFor(vendor.url, { kind: "server", url: at.url, poolSize: 3 }, env);
  const world = () => ({ ...jumpingWorld(Date.now()), leaseMs, now: Date.now });
  const [one, other] = [await openApp(config, world()), await openApp(config, world())];
  const events: RunEvent[] = [];
  const run = (app: App, change: Partial<RunOptions> = {}) =>
    app.run({
      series: SERIES,
      trigger: "manual",
      tickId: null,
      emit: (event) => void events.push(event),
      stop: NEVER,
      abort: NEVER,
      patient: false,
      ...change,
    });
  return {
    vendor,
    pool: at.db.pool,
    one,
    other,
    run,
    events,
    told: () => events.map(({ type }) => type),
    [Symbol.asyncDispose]: async () => {
      await one.close();
      await other.close();
      await vendor.close();
      await at.close();
    },
  };
}

Deno.test("cancelled by its own process: the request under way is finished, no further series is begun", async () => {
  await using at = await stage({ leaseMs: 60_000 });
  at.vendor.answerBy(() => {
    if (at.vendor.requests.length === 1) void at.one.steer.cancel("ann", 1);
    return null;
  });
  const report = await at.run(at.one);
  assert.ok("outcome" in report);
  assert.equal(report.outcome, "cancelled");
  assert.ok(at.vendor.requests.length < 3, `${at.vendor.requests.length} requests`);
  assert.ok(at.told().includes("run-cancelling"));
  const { rows } = await at.pool.query("select outcome, cancel_by, cancel_force from run");
  assert.deepEqual(rows, [{ outcome: "cancelled", cancel_by: "ann", cancel_force: false }]);
  await assert.rejects(at.other.steer.cancel("bob", 1), /^Refused: Cannot cancel run 1: it ended cancelled at 2/);
});

Deno.test("cancelled by another process with force: its owner learns of it with the lease and gives the request up", async () => {
  await using at = await stage();
  at.vendor.fail("silent");
  const running = at.run(at.one);
  await at.vendor.arrived(1);
  await at.other.steer.cancel("bob", 1, { force: true });
  const report = await running;
  assert.ok("outcome" in report);
  assert.equal(report.outcome, "cancelled");
  assert.equal(at.vendor.requests.length, 1);
  assert.deepEqual(report.results.map(({ status }) => status), ["cancelled", "cancelled", "cancelled"]);
  assert.equal(at.told().filter((type) => type === "run-cancelling").length, 1, "told once, however often it is heard");
});

Deno.test("cancelled by another process without force: what is under way is waited for", async () => {
  await using at = await stage({ timeoutSec: 2 });
  at.vendor.fail("silent");
  const running = at.run(at.one);
  await at.vendor.arrived(1);
  await at.other.steer.cancel("bob", 1);
  const report = await running;
  assert.ok("outcome" in report);
  assert.equal(report.outcome, "cancelled");
  // The first attempt ran into its time limit; the second, of the same series, was answered.
  assert.deepEqual(report.results.map(({ status }) => status), ["stored", "cancelled", "cancelled"]);
});

Deno.test("a tick whose run was cancelled is not served again; a stop alone leaves it owed", async () => {
  await using at = await stage();
  await at.one.beat({ stop: NEVER, abort: NEVER, emit: () => {} });
  await at.pool.query("update schedule set evaluated_to = evaluated_to - interval '2 days'");
  at.vendor.answerBy(() => {
    void at.one.steer.cancel("ann", 1);
    return null;
  });
  await at.one.beat({ stop: NEVER, abort: NEVER, emit: () => {} });
  await at.one.beat({ stop: NEVER, abort: NEVER, emit: () => {} });
  assert.deepEqual((await at.pool.query("select outcome from run")).rows, [{ outcome: "cancelled" }]);
});

Deno.test("the worker's heartbeat says which run it is at, and goes with the program", async () => {
  await using at = await stage();
  at.vendor.fail("silent");
  const stop = new AbortController();
  const running = at.run(at.one, { abort: stop.signal, stop: stop.signal });
  await at.vendor.arrived(1);
  const doing = async () => (await at.other.steer.heartbeats()).map(({ name, doing }) => `${name} ${doing}`);
  while ((await doing())[0] !== "worker run 1");
  stop.abort();
  await running;
  assert.deepEqual(await doing(), ["worker idle"]);
  await at.one.close();
  assert.deepEqual(await doing(), []);
  const again = await openApp(at.one.config, jumpingWorld(Date.now()));
  await again.close();
});
