import assert from "node:assert/strict";
import type { Database } from "../../src/postgres/connect.ts";
import { type Claim, claimRun, closeRun } from "../../src/postgres/runs.ts";
import { type NoticeOptions, noticeTicks, owedTick } from "../../src/postgres/ticks.ts";
import { decideTicks, type TickPolicy } from "../../src/missed.ts";
import { totalsOf } from "../../src/run.ts";
import { contestTicks } from "../support/contest.ts";
import { serverDatabase, withDatabases } from "../support/database.ts";
import { losingOnce } from "../support/lossy.ts";
import { seededRandom } from "../support/random.ts";
import { NOW } from "../support/stored.ts";

const SCHEDULE = { name: "bars", cron: "0 6 * * *", timezone: "UTC" };
const HOUR = 3_600_000;

/** Due on every full hour; of several the newest runs, as the program decides it by default. */
function hourly(now: number, policy: Partial<TickPolicy> = {}): Pick<NoticeOptions, "due" | "decide"> {
  return {
    due: (after) => {
      const ticks: number[] = [];
      for (let at = Math.floor(after / HOUR) * HOUR + HOUR; at <= now; at += HOUR) ticks.push(at);
      return { ticks, dropped: 0 };
    },
    decide: (due) => decideTicks(due, { missed: "latest", overlap: "queue", graceMs: 60_000, ...policy, now }),
  };
}

const notice = (db: Database, now: number, { schedule = SCHEDULE, queue = 1, ...policy }: NoticeOver = {}) =>
  noticeTicks(db, { schedule, now, queue, ...hourly(now, policy) });
type NoticeOver = Partial<TickPolicy & Pick<NoticeOptions, "schedule" | "queue">>;

const LATER = NOW + 1_000 * HOUR;
const owed = (db: Database, { now = LATER, queue = 1 } = {}) => owedTick(db, { schedule: "bars", now, queue });

async function ticks(db: Database): Promise<string[]> {
  const { rows } = await db.pool.query("select due_at, state, reason from tick order by due_at");
  return rows.map(({ due_at, state, reason }) =>
    `${new Date(due_at).toISOString().slice(11, 16)} ${state} ${reason ?? ""}`
  );
}

function claim(db: Database, owner: string, tickId: number, leaseMs = 60_000): Promise<Claim> {
  return claimRun(db, { owner, trigger: "schedule", tickId, leaseMs, now: NOW, exclusive: false });
}

withDatabases("a first start owes nothing, then every due time is decided once", async (db) => {
  assert.deepEqual(await notice(db, NOW), []);
  assert.equal(await owed(db), null);
  const later = NOW + 2 * HOUR;
  const [tick] = await notice(db, later);
  assert.equal(tick?.dueAt, Date.parse("2026-03-02T23:00Z"));
  assert.equal(tick?.trigger, "catch-up");
  assert.deepEqual(await ticks(db), [
    "22:00 skipped superseded by the tick of 2026-03-02T23:00:00.000Z",
    "23:00 requested ",
  ]);
  assert.deepEqual(await notice(db, later), []);
  assert.deepEqual(await owed(db), tick);
});

withDatabases("a clock that goes back decides nothing twice", async (db) => {
  await notice(db, NOW);
  await notice(db, NOW + HOUR);
  const decide = () => assert.fail("it was decided before");
  await noticeTicks(db, { schedule: SCHEDULE, now: NOW, queue: 1, ...hourly(NOW), decide });
  const { rows: [{ evaluated_to }] } = await db.pool.query("select evaluated_to from schedule");
  assert.equal(evaluated_to, NOW + HOUR);
});

withDatabases("another expression or zone starts from now and owes nothing of the old one's", async (db) => {
  await notice(db, NOW);
  for (const [hours, change] of [[5, { cron: "0 * * * *" }], [9, { timezone: "America/New_York" }]] as const) {
    const schedule = { ...SCHEDULE, cron: "0 * * * *", ...change };
    assert.deepEqual(await notice(db, NOW + hours * HOUR, { schedule }), []);
    const { rows: [row] } = await db.pool.query("select cron, timezone, evaluated_to from schedule");
    assert.deepEqual(row, { cron: schedule.cron, timezone: schedule.timezone, evaluated_to: NOW + hours * HOUR });
  }
  assert.deepEqual(await ticks(db), []);
});

withDatabases("a paused schedule skips its ticks and says so", async (db) => {
  await notice(db, NOW);
  await db.pool.query("update schedule set paused_at = now()");
  assert.deepEqual(await notice(db, NOW + HOUR), []);
  assert.deepEqual(await ticks(db), ["22:00 skipped the schedule is paused"]);
  assert.equal(await owed(db), null);
});

withDatabases("a newer tick supersedes one that never got its run, but not one that is running", async (db) => {
  await notice(db, NOW);
  await notice(db, NOW + HOUR);
  const [second] = await notice(db, NOW + 2 * HOUR);
  assert.deepEqual(await ticks(db), [
    "22:00 skipped superseded by the tick of 2026-03-02T23:00:00.000Z",
    "23:00 requested ",
  ]);
  assert.ok("runId" in await claim(db, "a", second!.id));
  const [third] = await notice(db, NOW + 3 * HOUR);
  assert.deepEqual((await ticks(db)).slice(1), ["23:00 requested ", "00:00 requested "]);
  assert.deepEqual(await owed(db), third);
});

withDatabases("several ticks to run at once: the newest is the one", async (db) => {
  await notice(db, NOW);
  const run = [1, 2, 3].map((hours) => ({ dueAt: NOW + hours * HOUR, trigger: "schedule" as const }));
  const now = NOW + 4 * HOUR;
  const decide = () => ({ run, skip: [] });
  const inserted = await noticeTicks(db, { schedule: SCHEDULE, now, queue: 1, ...hourly(now), decide });
  assert.deepEqual(inserted.map(({ dueAt }) => dueAt), [NOW + 3 * HOUR]);
});

Deno.test("ten processes notice at once: one inserts; ten claim at once: one runs (server)", async () => {
  await using at = await serverDatabase({ poolSize: 10 });
  const ten = Array.from({ length: 10 }, (_, i) => i);
  await Promise.all(ten.map(() => notice(at.db, NOW)));
  let decided = 0;
  const { due, decide } = hourly(NOW + HOUR);
  const counted: typeof due = (...looked) => {
    decided++;
    return due(...looked);
  };
  const options = { schedule: SCHEDULE, now: NOW + HOUR, queue: 1, due: counted, decide };
  const notices = ten.map(() => noticeTicks(at.db, options));
  const noticed = (await Promise.all(notices)).flat();
  assert.equal(decided, 1, "the others found it decided");
  assert.equal(noticed.length, 1);
  const claims = await Promise.all(ten.map((i) => claim(at.db, `owner ${i}`, noticed[0]!.id)));
  assert.equal(claims.filter((result) => "runId" in result).length, 1);
  assert.equal(claims.filter((result) => "taken" in result).length, 9);
  assert.equal((await at.db.pool.query("select from run")).rowCount, 1);
});

withDatabases("a tick is owed until one of its runs closes", async (db) => {
  await notice(db, NOW);
  const [tick] = await notice(db, NOW + HOUR);
  const first = await claim(db, "a", tick!.id);
  assert.ok("runId" in first);
  assert.equal(await owed(db), null, "it runs");
  assert.ok("taken" in await claim(db, "b", tick!.id));
  const { runId } = first;
  await closeRun(db, { runId, owner: "a", outcome: "failed", message: null, totals: totalsOf([]), now: NOW });
  assert.equal(await owed(db), null, "it ran");
  assert.ok("taken" in await claim(db, "b", tick!.id));
});

withDatabases("a tick whose runs die is owed three times, then failed", async (db) => {
  await notice(db, NOW);
  const [tick] = await notice(db, NOW + HOUR);
  for (const owner of ["a", "b", "c"]) {
    // Out of lease at once, and nobody has found it dead yet when the tick is looked for.
    assert.deepEqual(await owed(db), tick, owner);
    assert.ok("runId" in await claim(db, owner, tick!.id, 0), owner);
  }
  assert.ok("taken" in await claim(db, "d", tick!.id), "a fourth may not start, even before the tick is failed");
  assert.equal(await owed(db), null);
  assert.deepEqual(await ticks(db), ["22:00 failed 3 runs of it died"]);
  assert.equal(await owed(db), null);
  assert.ok("taken" in await claim(db, "d", tick!.id));
});

withDatabases("an answer lost after the commit: a tick is still requested once", async (db) => {
  await notice(db, NOW);
  await notice(losingOnce(db, { statement: /^commit/, after: true }), NOW + HOUR);
  assert.deepEqual(await ticks(db), ["22:00 requested "]);
  assert.equal((await owed(db))?.trigger, "catch-up");
});

withDatabases("a decision that throws decides nothing", async (db) => {
  await notice(db, NOW);
  const due = () => {
    throw new Error("no such zone");
  };
  const broken = noticeTicks(db, { schedule: SCHEDULE, now: NOW + HOUR, queue: 1, ...hourly(NOW), due });
  await assert.rejects(broken, { message: "no such zone" });
  assert.equal((await notice(db, NOW + HOUR)).length, 1);
});

withDatabases(
  "all: every missed tick waits for its own run, the oldest first, and too many are not kept",
  async (db) => {
    await notice(db, NOW);
    const inserted = await notice(db, NOW + 5 * HOUR, { missed: "all", queue: 3 });
    assert.equal(inserted.length, 3);
    const reason = "superseded by the tick of 2026-03-03T02:00:00.000Z";
    assert.deepEqual(await ticks(db), [
      `22:00 skipped ${reason}`,
      `23:00 skipped ${reason}`,
      "00:00 requested ",
      "01:00 requested ",
      "02:00 requested ",
    ]);
    const served: number[] = [];
    for (let tick = await owed(db, { queue: 3 }); tick !== null; tick = await owed(db, { queue: 3 })) {
      served.push(tick.dueAt);
      const run = await claim(db, "a", tick.id);
      assert.ok("runId" in run);
      await closeRun(db, {
        runId: run.runId,
        owner: "a",
        outcome: "complete",
        message: null,
        totals: totalsOf([]),
        now: NOW,
      });
    }
    assert.deepEqual(served, [3, 4, 5].map((hours) => Math.floor(NOW / HOUR) * HOUR + hours * HOUR));
  },
);

withDatabases(
  "a tick of a time at which a run was at work is skipped with its number, if that is wanted",
  async (db) => {
    const ten = Date.parse("2026-03-03T10:00Z");
    await notice(db, ten - HOUR / 2);
    const put = (from: number, to: number | null, outcome: string | null, lease: number) =>
      db.pool.query(
        `insert into run (trigger, owner, lease_until, started_at, finished_at, outcome)
       values ('manual', 'x', $3, $1, $2, $4)`,
        [...[from, to, lease].map((ms) => ms === null ? null : new Date(ms).toISOString()), outcome],
      );
    await put(ten - 1, ten + 1, "complete", ten);
    await put(ten + 2, ten + HOUR, "complete", ten);
    await put(ten + 2 * HOUR - 5, ten + 9 * HOUR, "abandoned", ten + 2 * HOUR);
    await put(ten + 3 * HOUR - 5, ten + 9 * HOUR, "abandoned", ten + 3 * HOUR + 1);
    await put(ten + 4 * HOUR, null, null, Date.now() + 60_000);
    await notice(db, ten + 5 * HOUR, { missed: "all", overlap: "skip", queue: 99 });
    const { rows: runs } = await db.pool.query("select id from run order by id");
    const [first, , , dead, open] = runs.map(({ id }) => id);
    assert.deepEqual(await ticks(db), [
      `10:00 skipped run ${first} was at work`,
      "11:00 requested ", // the second had ended that very instant
      "12:00 requested ", // the third was dead by then
      `13:00 skipped run ${dead} was at work`,
      "14:00 requested ", // the last began that very instant
      `15:00 skipped run ${open} was at work`,
    ]);
  },
);

withDatabases("a clock that was far ahead and is put right: no tick runs twice, none is missed for it", async (db) => {
  await notice(db, NOW);
  const [wrong] = await notice(db, NOW + 50 * HOUR);
  const run = await claim(db, "a", wrong!.id);
  assert.ok("runId" in run);
  await closeRun(db, {
    runId: run.runId,
    owner: "a",
    outcome: "complete",
    message: null,
    totals: totalsOf([]),
    now: NOW,
  });
  const served: number[] = [];
  for (let now = NOW; now <= NOW + 60 * HOUR; now += HOUR / 2) {
    await notice(db, now);
    const tick = await owed(db, { now });
    if (tick === null) continue;
    assert.ok(tick.dueAt <= now, "ahead of the clock");
    served.push(tick.dueAt);
    const next = await claim(db, "a", tick.id);
    assert.ok("runId" in next);
    await closeRun(db, {
      runId: next.runId,
      owner: "a",
      outcome: "complete",
      message: null,
      totals: totalsOf([]),
      now,
    });
  }
  const first = Math.ceil(NOW / HOUR) * HOUR;
  const expected = Array.from({ length: 60 }, (_, hours) => first + hours * HOUR).filter((at) => at !== wrong!.dueAt);
  assert.deepEqual(served, expected);
});

withDatabases("a small step back is not a clock put right: nothing is decided again", async (db) => {
  await notice(db, NOW);
  await notice(db, NOW + 5 * HOUR);
  const before = await ticks(db);
  for (const back of [1, 60_000, HOUR]) assert.deepEqual(await notice(db, NOW + 5 * HOUR - back), []);
  assert.deepEqual(await ticks(db), before);
});

Deno.test("processes that contest each tick, some dying over it: one run of it closes, without a deadlock", async () => {
  const { random, seed } = seededRandom();
  try {
    const { closed, died } = await contestTicks({ processes: 5, ticks: 100, random });
    assert.equal(closed, 100);
    assert.ok(died > 5, `${died} died: too few to prove anything`);
  } catch (error) {
    throw new Error(`with TEST_SEED=${seed}`, { cause: error });
  }
});
