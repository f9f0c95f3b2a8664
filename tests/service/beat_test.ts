/** The heartbeat of `serve`: one at a time, none after a stop. */
import assert from "node:assert/strict";
import { prepareService, type Service } from "../../src/service.ts";
import { jumpingWorld } from "../support/app.ts";
import { serverDatabase } from "../support/database.ts";
import { fakeMachine } from "../support/machine.ts";
import { startCurrentVendor } from "../support/market.ts";

const DAY = 86_400_000;

/** A service that has looked at the clock once, and then slept over the tick of a day. */
async function owing() {
  // It is asked a day from now, when another session may have closed.
  const vendor = await startCurrentVendor(["AAA"], { now: Date.now() + DAY });
  const database = await serverDatabase();
  const stop = new AbortController();
  const clock = jumpingWorld(Date.now());
  const env = {
    ALPHAVANTAGE_API_KEY: "servekey",
    ALPHAVANTAGE_URL: vendor.url,
    STOCK_SYMBOLS: "AAA",
    STOCK_INTERVALS: "daily",
    LOG_DIR: "none",
    LOG_LEVEL: "error",
    DATABASE_URL: database.url,
  };
  const machine = fakeMachine(env, { ...clock, now: () => clock.now(), stop: stop.signal });
  const service: Service | null = prepareService({ name: "serve", host: null, port: null }, machine);
  assert.ok(service !== null, machine.told.err);
  await service.beat();
  assert.equal(vendor.requests.length, 0, "a first look owes nothing");
  clock.ahead += DAY;
  return {
    vendor,
    service,
    stop,
    runs: async () => (await database.db.pool.query("select outcome from run order by id")).rows,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      assert.equal(await service.untilStopped(() => Promise.resolve()), 0);
      await vendor.close();
      await database.close();
    },
  };
}

Deno.test("two beats at once are one: the tick that is owed is run once", async () => {
  await using at = await owing();
  const beats = [at.service.beat(), at.service.beat()];
  assert.equal(beats[0], beats[1], "the second is the first");
  await Promise.all(beats);
  assert.deepEqual(await at.runs(), [{ outcome: "complete" }]);
  assert.equal(at.vendor.requests.length, 1);
  await at.service.beat();
  assert.equal((await at.runs()).length, 1, "a later beat finds nothing owed");
});

Deno.test("after a stop no beat begins anything, and what is owed stays owed", async () => {
  await using at = await owing();
  at.stop.abort();
  await at.service.beat();
  assert.equal(await at.service.untilStopped(() => Promise.resolve()), 0, "its own first beat included");
  assert.deepEqual(await at.runs(), []);
  assert.equal(at.vendor.requests.length, 0);
});
