/** Does the page of the schedule read and steer what the commands do, in the database? */
import assert from "node:assert/strict";
import { openApp } from "../src/app.ts";
import { Refused } from "../src/refused.ts";
import { scheduleReads, scheduleSteps } from "../src/pages_schedule.ts";
import { configFor, jumpingWorld } from "./support/app.ts";
import { withDatabases } from "./support/database.ts";

const NOW = Date.parse("2026-11-20T12:00:30Z");
const MINUTE = 60_000;

withDatabases("read, previewed, set, paused, tested and launched; ticks by state and page", async (_, { config }) => {
  const world = jumpingWorld(NOW);
  const env = {
    SCHEDULE_CRON: "*/10 * * * *",
    SCHEDULE_TIMEZONE: "UTC",
    STOCK_SYMBOLS: "IBM",
    STOCK_INTERVALS: "daily",
  };
  // The embedded engine lives in one process and memory: the app opens its own.
  const app = await openApp(configFor("http://127.0.0.1:9", config, env), world);
  try {
    const [reads, steps] = [scheduleReads(Promise.resolve(app)), scheduleSteps(Promise.resolve(app))];
    assert.equal(await reads.lastBeat(), null);
    await app.pulse.beat("scheduler", "waits", null);
    assert.ok(Math.abs((await reads.lastBeat())! - NOW) < 5 * MINUTE);

    const preview = await reads.preview({ cron: "@hourly", timezone: "" });
    assert.deepEqual(preview.schedule, { cron: "@hourly", timezone: "UTC" });
    await assert.rejects(reads.preview({ cron: "x" }), Refused);
    assert.equal((await reads.schedule()).schedule.cron, "*/10 * * * *", "a preview saves nothing");

    await steps.setSchedule("ann", { cron: "*/5 * * * *", timezone: undefined });
    await steps.pause("ann");
    const { schedule, paused, overridden, next, changes } = await reads.schedule();
    assert.deepEqual([schedule.cron, paused?.by, overridden?.by, next.length], ["*/5 * * * *", "ann", "ann", 10]);
    assert.deepEqual(changes.map(({ action }) => action), ["paused", "set"]);
    assert.match((await reads.testTick(next[0]!)).skipped ?? "", /paused by ann/);

    world.ahead += 20 * MINUTE;
    await steps.resume("ann", { catchUp: true });
    const page = { before: null, limit: 9 };
    const all = await reads.ticks({ state: null, ...page });
    assert.deepEqual(all.map(({ state }) => state), ["requested", "skipped", "skipped", "skipped"]);
    assert.equal((await reads.ticks({ state: "requested", ...page })).length, 1);
    assert.deepEqual(await reads.ticks({ state: null, before: all[1]!.dueAt, limit: 1 }), [all[2]]);

    const now = world.now();
    const drawn = await reads.timeline({ now, from: NOW - MINUTE, to: now + 12 * MINUTE });
    assert.deepEqual([drawn.ticks.length, drawn.next.length], [4, 2]);
    await steps.resetSchedule("ann");
    assert.equal((await reads.schedule()).schedule.cron, "*/10 * * * *");
    assert.deepEqual([(await steps.launchAll("ann")).id, (await app.steer.launches({ limit: 9 })).length], [1, 1]);
  } finally {
    await app.close();
  }
});
