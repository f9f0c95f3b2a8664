/** When is the program unhealthy: not while its database is away, however long, but where its scheduler is stuck? */
import assert from "node:assert/strict";
import { afterFailure, healthOf, NO_BEAT, STUCK_MS } from "../src/health.ts";
import { prepareService } from "../src/service.ts";
import { jumpingWorld } from "./support/app.ts";
import { serverDatabase } from "./support/database.ts";
import { fakeMachine } from "./support/machine.ts";
import { startProxy } from "./support/proxy.ts";

const at = (now: number, beating = false) => ({ now, beating, version: "1" });

Deno.test("a beat that is missing or fails for long is unhealthy; one that starts, works or waits for its database is not", () => {
  assert.equal(healthOf(NO_BEAT, at(0)).message, "starting");
  const beaten = { ...NO_BEAT, lastBeat: 0 };
  assert.deepEqual(healthOf(beaten, at(STUCK_MS)), {
    healthy: true,
    message: "ok",
    lastBeat: "1970-01-01T00:00:00.000Z",
    version: "1",
  });
  assert.match(healthOf(beaten, at(STUCK_MS + 1)).message, /has not looked at the clock for 180 s/);
  assert.equal(healthOf(beaten, at(STUCK_MS + 1, true)).healthy, true, "a long run holds the beat");
  const failed = afterFailure(beaten, { error: "x", away: null, now: 0 });
  const again = afterFailure({ ...failed, lastBeat: STUCK_MS }, { error: "y", away: null, now: STUCK_MS });
  assert.equal(healthOf(again, at(STUCK_MS)).healthy, true);
  assert.match(healthOf(again, at(STUCK_MS + 1_000)).message, /has failed for 181 s: see the log/);
});

Deno.test("a database that is away is told and never unhealthy; what fails otherwise after it begins anew", () => {
  let vitals = afterFailure({ ...NO_BEAT, lastBeat: 0 }, { error: "x", away: null, now: 0 });
  for (let now = 60_000; now <= 10 * STUCK_MS; now += 60_000) {
    vitals = afterFailure({ ...vitals, lastBeat: now }, { error: "x", away: "the database does not answer", now });
    const health = healthOf(vitals, at(now));
    assert.deepEqual([health.healthy, health.message], [true, "waiting: the database does not answer"]);
  }
  const now = 10 * STUCK_MS;
  vitals = afterFailure(vitals, { error: "x", away: null, now });
  assert.equal(healthOf(vitals, at(now + 1)).healthy, true, "its three minutes begin now");
});

/** A service behind a proxy on a clock that jumps, that has beaten once. */
async function serving() {
  const database = await serverDatabase();
  const url = new URL(database.url);
  const proxy = await startProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  const stop = new AbortController();
  const clock = jumpingWorld(Date.now());
  const env = {
    ALPHAVANTAGE_API_KEY: "servekey",
    STOCK_SYMBOLS: "AAA",
    LOG_DIR: "none",
    LOG_LEVEL: "error",
    DATABASE_URL: url.href,
  };
  const machine = fakeMachine(env, { ...clock, now: () => clock.now(), stop: stop.signal });
  const service = prepareService({ name: "serve", host: null, port: null }, machine);
  assert.ok(service !== null, machine.told.err);
  await service.beat();
  return {
    proxy,
    pool: database.db.pool,
    /** Beats a minute apart, longer than a stuck scheduler is borne. */
    pass: async (beats: number) => {
      for (let beat = 0; beat < beats; beat++) {
        clock.ahead += STUCK_MS - 1_000;
        await service.beat();
      }
    },
    probe: async () => {
      const told = [];
      for (const path of ["healthz", "readyz"]) {
        const response = await service.fetch(
          new Request(`http://127.0.0.1/${path}`, { headers: { host: "127.0.0.1" } }),
        );
        const { message } = await response.json();
        told.push(`${response.status}${message === undefined ? "" : ` ${message}`}`);
      }
      return told;
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      proxy.mend();
      assert.equal(await service.untilStopped(() => Promise.resolve()), 0);
      await proxy[Symbol.asyncDispose]();
      await database.close();
    },
  };
}

Deno.test("a database that is away for longer than a stuck scheduler is borne: healthy and not ready, then both again", async () => {
  await using service = await serving();
  assert.deepEqual(await service.probe(), ["200 ok", "200"]);
  service.proxy.cut({ all: true });
  await service.pass(2);
  const away = "the database does not answer";
  assert.deepEqual(await service.probe(), [`200 waiting: ${away}`, `503 ${away}`]);
  service.proxy.mend();
  await service.pass(1);
  assert.deepEqual(await service.probe(), ["200 ok", "200"]);
});

Deno.test("a scheduler that fails for another reason for as long is unhealthy, while the database answers", async () => {
  await using service = await serving();
  await service.pool.query("alter table schedule rename to schedule_gone");
  await service.pass(3);
  const [healthz, readyz] = await service.probe();
  assert.match(healthz!, /^503 the scheduler has failed for \d+ s: see the log$/);
  assert.equal(readyz, "200");
  await service.pool.query("alter table schedule_gone rename to schedule");
  await service.pass(1);
  assert.deepEqual(await service.probe(), ["200 ok", "200"]);
});
