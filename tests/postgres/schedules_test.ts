/** Does the schedule obey its operator, and does no tick fall between two of his wishes? */
import assert from "node:assert/strict";
import { decideTicks } from "../../src/missed.ts";
import { changes } from "../../src/postgres/audit.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { claimRun } from "../../src/postgres/runs.ts";
import {
  pauseSchedule,
  resetSchedule,
  resumeSchedule,
  scheduleState,
  setSchedule,
  ticksOf,
} from "../../src/postgres/schedules.ts";
import { type NoticeOptions, noticeTicks, owedTick } from "../../src/postgres/ticks.ts";
import { dueTicks } from "../../src/schedule.ts";
import { withDatabases } from "../support/database.ts";
import { losingOnce } from "../support/lossy.ts";
import { NOW } from "../support/stored.ts";

const MINUTE = 60_000;
const HOURLY = { cron: "0 * * * *", timezone: "UTC" };
const by = "ann";

function noticeAt(now: number, configured = HOURLY): NoticeOptions {
  return {
    schedule: { name: "bars", ...configured },
    now,
    queue: 1,
    due: (after, inForce) => dueTicks(inForce, { after, upTo: now, limit: 101 }),
    decide: (due) => decideTicks(due, { missed: "latest", overlap: "queue", graceMs: MINUTE, now }),
  };
}

/** A program and its operator, by a clock in minutes after 21:30. */
async function stage(db: Database) {
  const at = (minutes: number) => NOW + minutes * MINUTE;
  await noticeTicks(db, noticeAt(at(0)));
  return {
    look: (minutes: number, configured = HOURLY) => noticeTicks(db, noticeAt(at(minutes), configured)),
    owed: async (minutes: number) =>
      (await owedTick(db, { schedule: "bars", now: at(minutes), queue: 1 }))?.dueAt ?? null,
    pause: (minutes: number) => pauseSchedule(db, { notice: noticeAt(at(minutes)), by }),
    resume: (minutes: number, catchUp = false) => resumeSchedule(db, { notice: noticeAt(at(minutes)), by, catchUp }),
    set: (minutes: number, cron: string) =>
      setSchedule(db, { notice: noticeAt(at(minutes)), by, to: { ...HOURLY, cron } }),
    reset: (minutes: number) => resetSchedule(db, { notice: noticeAt(at(minutes)), by }),
    ticks: async () =>
      (await ticksOf(db, { schedule: "bars", limit: 10 })).map(({ dueAt, state, reason }) =>
        `${new Date(dueAt).toISOString().slice(11, 16)} ${state}${reason === null ? "" : ` ${reason}`}`
      ),
    audit: async () =>
      (await changes(db, { subject: "schedule bars", limit: 10 })).map(({ by, action, was, became }) =>
        `${by} ${action} ${was} -> ${became}`
      ),
  };
}

const TEN = Date.parse("2026-03-02T22:00Z");

withDatabases("ticks due during a pause are skipped, also those nobody had looked at when it ended", async (db) => {
  const at = await stage(db);
  assert.deepEqual((await at.pause(10)).paused, { by, at: NOW + 10 * MINUTE });
  await at.look(31);
  assert.equal(await at.owed(31), null);
  const state = await at.resume(100);
  assert.equal(state.paused, null);
  assert.deepEqual(await at.ticks(), ["23:00 skipped the schedule is paused", "22:00 skipped the schedule is paused"]);
  await at.look(101);
  assert.equal(await at.owed(101), null, "nothing of the pause is made up for");
  await at.look(150);
  assert.equal(await at.owed(150), Date.parse("2026-03-03T00:00Z"));
  assert.deepEqual(await at.audit(), ["ann resumed paused -> on", "ann paused on -> paused"]);
});

withDatabases("resumed with catch-up: the newest tick of the pause gets its run, as a catch-up", async (db) => {
  const at = await stage(db);
  await at.pause(10);
  await at.look(31);
  await at.resume(100, true);
  assert.deepEqual(await at.ticks(), ["23:00 requested", "22:00 skipped the schedule is paused"]);
  assert.equal(await at.owed(100), TEN + 60 * MINUTE);
  const [newest] = await ticksOf(db, { schedule: "bars", limit: 1 });
  assert.deepEqual([newest?.trigger, newest?.runs], ["catch-up", []]);
});

withDatabases(
  "what was due before the pause and waits for its run waits on, and is dropped or kept at its end",
  async (db) => {
    const at = await stage(db);
    await at.pause(40);
    assert.deepEqual(await at.ticks(), ["22:00 requested"], "due at 22:00, paused at 22:10");
    assert.equal(await at.owed(41), null, "but it is not served");
    await at.resume(50, true);
    assert.equal(await at.owed(50), TEN);
    await at.pause(51);
    await at.resume(52);
    assert.deepEqual(await at.ticks(), ["22:00 skipped the schedule was paused"]);
  },
);

withDatabases(
  "paused twice is paused once, by the first; a resume of what is not paused changes nothing",
  async (db) => {
    const at = await stage(db);
    assert.equal((await at.resume(1)).paused, null);
    await at.pause(2);
    assert.equal((await at.pause(3)).paused?.at, NOW + 2 * MINUTE);
    assert.equal((await at.audit()).length, 1);
  },
);

withDatabases(
  "a schedule that was set wins over the configuration until it is reset, and owes nothing of before",
  async (db) => {
    const at = await stage(db);
    const state = await at.set(31, "*/10 * * * *");
    assert.deepEqual([state.cron, state.overridden], ["*/10 * * * *", { by, at: NOW + 31 * MINUTE }]);
    assert.deepEqual(await at.ticks(), ["22:00 requested"], "what was due under the old one is still owed");
    await at.look(41);
    assert.deepEqual((await at.ticks())[0], "22:10 requested", "the new one is obeyed");
    await at.look(42, { ...HOURLY, cron: "5 5 * * *" });
    assert.equal((await scheduleState(db, "bars"))?.cron, "*/10 * * * *", "a new configuration does not change that");
    assert.deepEqual((await at.reset(45)).overridden, null);
    await at.look(89);
    assert.deepEqual((await at.ticks())[0], "22:10 requested");
    await at.look(91);
    assert.deepEqual((await at.ticks())[0], "23:00 requested");
    assert.deepEqual(await at.audit(), [
      "ann reset */10 * * * * UTC -> 0 * * * * UTC",
      "ann set 0 * * * * UTC -> */10 * * * * UTC",
    ]);
    await at.reset(92);
    assert.equal((await at.audit()).length, 2, "a reset of what is configured is none");
  },
);

withDatabases("an operator whose own configuration is another pauses and resumes what is in force", async (db) => {
  const at = await stage(db);
  const other = noticeAt(NOW + 40 * MINUTE, { ...HOURLY, cron: "5 5 * * *" });
  await pauseSchedule(db, { notice: other, by });
  assert.deepEqual(await at.ticks(), ["22:00 requested"], "decided by what is in force");
  assert.equal((await resumeSchedule(db, { notice: other, by, catchUp: true })).cron, HOURLY.cron);
});

withDatabases("an answer that is lost changes nothing twice", async (db) => {
  await stage(db);
  const lossy = losingOnce(db, { statement: /^commit/, after: true });
  await setSchedule(lossy, { notice: noticeAt(NOW), by, to: { ...HOURLY, cron: "1 1 * * *" } });
  assert.equal((await changes(db, { limit: 10 })).length, 1);
});

withDatabases("ticks can be paged and picked by state, each with its runs", async (db) => {
  const at = await stage(db);
  await at.look(31);
  const [tick] = await ticksOf(db, { schedule: "bars", limit: 1 });
  const cause = { trigger: "schedule", tickId: tick!.id, leaseMs: 60_000, exclusive: false } as const;
  const run = await claimRun(db, { owner: "a", ...cause, now: NOW });
  assert.ok("runId" in run);
  await at.look(151);
  const all = await ticksOf(db, { schedule: "bars", limit: 10 });
  assert.deepEqual(all.map(({ state }) => state), ["requested", "skipped", "requested"]);
  assert.deepEqual(all.at(-1)?.runs, [{ id: run.runId, outcome: null, startedAt: NOW, finishedAt: null }]);
  assert.equal((await ticksOf(db, { schedule: "bars", limit: 10, state: "skipped" })).length, 1);
  assert.deepEqual((await ticksOf(db, { schedule: "bars", limit: 1, before: all[0]!.dueAt }))[0], all[1]);
});
