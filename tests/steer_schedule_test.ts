/** What an operator sees of the schedule, and that a program obeys what was set, also one that was started differently. */
import assert from "node:assert/strict";
import { openApp } from "../src/app.ts";
import { Refused } from "../src/refused.ts";
import { configFor, type JumpingWorld, jumpingWorld } from "./support/app.ts";
import { serverDatabase } from "./support/database.ts";
import { startCurrentVendor } from "./support/market.ts";

const NEVER = new AbortController().signal;
const MINUTE = 60_000;

async function stage() {
  const [vendor, at] = [await startCurrentVendor(["AAA"]), await serverDatabase()];
  const env = { STOCK_SYMBOLS: "AAA", STOCK_INTERVALS: "daily", SCHEDULE_CRON: "0 6 * * *" };
  const config = configFor(vendor.url, { kind: "server", url: at.url, poolSize: 3 }, env);
  // A minute after a multiple of five: how many ticks six minutes hold must not depend on when the test runs.
  const clock: JumpingWorld = jumpingWorld(Math.floor(Date.now() / (5 * MINUTE)) * 5 * MINUTE + MINUTE);
  const [app, other] = [await openApp(config, clock), await openApp(config, { ...clock, owner: "other" })];
  return {
    vendor,
    clock,
    app,
    other,
    beat: () => app.beat({ stop: NEVER, abort: NEVER, emit: () => {} }),
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await other.close();
      await vendor.close();
      await at.close();
    },
  };
}

Deno.test("before anything has happened it is the configured one, in words, with ten ticks to come", async () => {
  await using at = await stage();
  const view = await at.app.steer.schedule();
  assert.equal(view.words, "At 06:00, UTC time");
  assert.deepEqual([view.overridden, view.paused, view.ticks, view.changes], [null, null, [], []]);
  assert.equal(view.next.length, 10);
  assert.ok(view.next.every((tick) => new Date(tick).toISOString().endsWith("T06:00:00.000Z")));
});

Deno.test("set by one program, obeyed by another within one look, until it is reset", async () => {
  await using at = await stage();
  await at.beat();
  const view = await at.other.steer.setSchedule("ann", { cron: "*/5 * * * *" });
  assert.deepEqual(view.schedule, { cron: "*/5 * * * *", timezone: "UTC" });
  assert.deepEqual([view.configured.cron, view.overridden?.by], ["0 6 * * *", "ann"]);
  assert.deepEqual(await at.app.steer.scheduleInForce(), view.schedule);
  at.clock.ahead += 6 * MINUTE;
  await at.beat();
  const { ticks: [tick] } = await at.app.steer.schedule();
  assert.deepEqual(tick?.runs.map(({ outcome }) => outcome), ["complete"]);
  assert.equal((await at.app.steer.ticks({ limit: 5, state: "skipped" })).length, 0);
  await at.other.steer.resetSchedule("bob");
  assert.equal((await at.app.steer.scheduleInForce()).cron, "0 6 * * *");
  assert.deepEqual((await at.app.steer.schedule()).changes.map(({ by, action }) => `${by} ${action}`), [
    "bob reset",
    "ann set",
  ]);
});

Deno.test("what is wrong with a schedule is refused with the same words as in the configuration, and changes nothing", async () => {
  await using at = await stage();
  const { steer } = at.app;
  for (
    const [change, message] of [
      [{ cron: "61 * * * *" }, /minute "61" is not 0-59/],
      [{ cron: "0 0 30 2 *" }, /it would never fire/],
      [{ timezone: "Mars/Base" }, /not a known IANA time zone/],
      [{}, /neither an expression nor a zone/],
    ] as const
  ) {
    for (const wish of [() => steer.setSchedule("ann", change), () => steer.preview(change)]) {
      await assert.rejects(wish(), (error) => error instanceof Refused && message.test(error.message));
    }
  }
  assert.deepEqual((await steer.schedule()).overridden, null);
  const preview = await steer.preview({ timezone: "Asia/Tokyo" });
  assert.deepEqual([preview.words, preview.next.length], ["At 06:00, Asia/Tokyo time", 10]);
  assert.deepEqual((await steer.schedule()).schedule.timezone, "UTC", "a preview sets nothing");
});

Deno.test("paused by one program, another serves nothing; resumed with catch-up, one run makes up for it", async () => {
  await using at = await stage();
  await at.beat();
  assert.equal((await at.other.steer.pause("ann")).paused?.by, "ann");
  at.clock.ahead += 2 * 24 * 60 * MINUTE;
  assert.equal(await at.beat(), null);
  const test = await at.app.steer.testTick(at.clock.now() + MINUTE);
  assert.equal(test.skipped, "the schedule is paused by ann");
  await at.app.steer.resume("bob", { catchUp: true });
  const report = await at.beat();
  assert.ok(report !== null && "outcome" in report, JSON.stringify(report));
  const states = (await at.app.steer.schedule()).ticks.map(({ state, trigger }) => `${state} ${trigger}`);
  assert.equal(states[0], "requested catch-up");
  assert.ok(states.slice(1).every((one) => one.startsWith("skipped")));
});

Deno.test("the test of a tick says what it would do, and does nothing", async () => {
  await using at = await stage();
  const { next: [next] } = await at.app.steer.schedule();
  const test = await at.app.steer.testTick(next!);
  assert.deepEqual([test.isTick, test.skipped, test.plan.now], [true, null, next]);
  assert.deepEqual(test.plan.entries.map(({ action }) => action), ["ask"]);
  assert.equal((await at.app.steer.testTick(next! + MINUTE)).isTick, false);
  await assert.rejects(at.app.steer.testTick(at.clock.now() - 2 * MINUTE), /Cannot test a tick at ".*Z": that is over/);
  assert.equal(at.vendor.requests.length, 0);
});
