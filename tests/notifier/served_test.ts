/** Who may raise an alarm, and end a problem: with a schedule that was steered, a program that was stopped, and a rival. */
import assert from "node:assert/strict";
import { incidents } from "../../src/postgres/incidents.ts";
import { runApp } from "../support/app.ts";
import { serverDatabase } from "../support/database.ts";
import { EVENING, startTold, type Told } from "../support/told.ts";
import { notice } from "../support/vendor.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Programs that share a database, each with its own vendor and mail server. */
async function onOneServer(
  test: (start: (options?: Parameters<typeof startTold>[1]) => Promise<Told>) => Promise<void>,
) {
  await using database = await serverDatabase();
  await test((options) => startTold({ kind: "server", url: database.url, poolSize: 3 }, options));
}

const openOnes = async (at: Told) =>
  (await incidents(at.app.database, 9)).filter(({ recoveredAt }) => recoveredAt === null).map(({ key }) => key);
const down = () => "html-503" as const;

Deno.test("alarms go by the schedule in force, and a paused one raises none", async () => {
  await using at = await startTold({ kind: "embedded", dataDir: null });
  const { steer } = at.app;
  await at.run();
  await at.beat();
  await steer.setSchedule("ann", { cron: "0 6 * * 1" });
  at.wait(12 * HOUR);
  await at.pass();
  assert.deepEqual(at.subjects(), [], "configured for every day, but set to Mondays");
  await steer.setSchedule("ann", { cron: "0 * * * *" });
  await steer.pause("ann");
  at.wait(3 * HOUR);
  await at.pass();
  assert.deepEqual(at.subjects(), [], "paused");
  await steer.resume("ann");
  at.wait(2 * HOUR);
  await at.pass();
  assert.match(at.subjects().join(), /^alarm: the schedule does not fire/);
  assert.match(at.mailbox.mails[0]!.text, /Next tick: 2023-07-04 16:00Z/);
});

Deno.test("what a stopped program left is no alarm to who runs by hand; what a killed one left is", async () => {
  for (const stopped of [true, false]) {
    await onOneServer(async (start) => {
      const serving = await start();
      await serving.run();
      await serving.beat();
      if (stopped) await serving[Symbol.asyncDispose]();
      {
        await using byHand = await start({ now: EVENING + 3 * DAY + 10 * HOUR });
        await byHand.pass();
        const alarms = byHand.subjects().map((subject) => subject.replace(/ and .*/, ""));
        assert.deepEqual(alarms, stopped ? [] : ["alarm: the schedule does not fire"]);
      }
      if (!stopped) await serving[Symbol.asyncDispose]();
    });
  }
});

Deno.test("a rival raises no alarm, decides of its own runs alone, and opens and ends no problem", async () => {
  await onOneServer(async (start) => {
    const serving = await start();
    await using rival = await start({ symbols: "MSFT", now: EVENING + HOUR, env: { EMAIL_ON: "always" } });
    {
      await using first = serving;
      await first.beat();
      first.vendor.answerBy(down);
      await runApp(first.app, first.app.config.series);
      assert.equal((await rival.pass()).decided, 0);
      assert.equal((await first.pass({ look: false })).decided, 1);
      assert.deepEqual(await openOnes(first), ["vendor"]);
      await rival.run();
      rival.vendor.answerBy(() => notice("2"));
      await rival.run({ force: true });
      assert.deepEqual(rival.subjects().map((subject) => subject.replace(/:.*/, "")), ["complete", "failed"]);
      assert.deepEqual(await openOnes(first), ["vendor"]);
      rival.wait(3 * DAY);
      await rival.pass();
      assert.equal(rival.subjects().length, 2);
      first.wait(3 * DAY + 10 * HOUR);
      await first.pass();
      assert.match(first.subjects()[1]!, /the schedule does not fire/);
    }
    // The other has stopped: its series and its ticks are nobody's business any more.
    await rival.pass();
    assert.deepEqual(await openOnes(rival), []);
  });
});

Deno.test("who can tell nobody leaves what his runs came to for a program that can", async () => {
  await onOneServer(async (start) => {
    const silent = { EMAIL_SENDER_ADDRESS: "", EMAIL_RECIPIENT_ADDRESS: "" };
    const telling = await start();
    await using byHand = await start({ env: silent });
    {
      await using first = telling;
      await first.app.pulse.beat("notifier", "waits for messages", null);
      byHand.vendor.answerBy(down);
      assert.deepEqual(await byHand.run(), { decided: 0, sent: 0, failed: 0, undeliverable: 0 });
      await byHand.pass();
      assert.deepEqual(await openOnes(byHand), []);
      await first.pass({ look: false });
      assert.equal(first.subjects().length, 1);
    }
    await runApp(byHand.app, byHand.app.config.series, { force: true });
    assert.equal((await byHand.pass({ look: false })).decided, 1, "nobody is there to tell it");
  });
});

Deno.test("what was asked for once, of a series that is not configured, opens no problem that nothing would end", async () => {
  await using at = await startTold({ kind: "embedded", dataDir: null });
  at.vendor.answerBy(({ symbol }) => symbol === "BAD" ? notice("2") : null);
  const { outcome } = await runApp(at.app, [{ symbol: "BAD", interval: "daily" }]);
  assert.equal(outcome, "failed");
  await at.pass({ look: false });
  await at.run();
  assert.deepEqual(at.subjects(), []);
  assert.deepEqual(await incidents(at.app.database, 9), []);
});
