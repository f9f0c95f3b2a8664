import assert from "node:assert/strict";
import { type Config, parseConfig } from "../src/config.ts";
import { lookAtClock, servedBy } from "../src/heartbeat.ts";
import type { Database } from "../src/postgres/connect.ts";
import { releaseSchedule } from "../src/postgres/holder.ts";
import { type Launch, queueLaunch } from "../src/postgres/launches.ts";
import { claimRun, closeRun } from "../src/postgres/runs.ts";
import type { Tick } from "../src/postgres/ticks.ts";
import { totalsOf, type Trigger } from "../src/run.ts";
import type { Rooms } from "../src/wiring.ts";
import { withDatabases } from "./support/database.ts";
import { NOW } from "./support/stored.ts";

const MINUTE = 60_000;
const NEVER = new AbortController().signal;

function configOf(env: Record<string, string>): Config {
  const parsed = parseConfig({ SCHEDULE_CRON: "*/10 * * * *", LOG_DIR: "none", ...env }, { readFile: () => "" });
  assert.ok("config" in parsed);
  return parsed.config;
}

/** A program whose clock the test moves, and whose runs take as long as it says. */
function program(
  database: Database,
  { env = {}, runMs = 1_000, owner = "test", engine = database.engine }: {
    env?: Record<string, string>;
    runMs?: number;
    owner?: string;
    engine?: Database["engine"];
  } = {},
) {
  const errors: string[] = [];
  const world = {
    now: () => at.now,
    sleep: () => Promise.resolve(),
    random: () => 0.5,
    owner,
    onError: (message: string) => void errors.push(message),
  };
  const rooms: Rooms = { config: configOf(env), database: { ...database, engine }, keyHash: "k", world };
  const runFor = async (cause: { trigger: Trigger; tickId: number | null; launchId?: number }, name: string) => {
    const claim = await claimRun(database, {
      owner,
      ...cause,
      leaseMs: 60_000,
      now: at.now,
      exclusive: false,
    });
    if (!("runId" in claim)) return claim;
    at.now += runMs;
    const ending = { outcome: "complete", message: null, totals: totalsOf([]), now: at.now } as const;
    await closeRun(database, { runId: claim.runId, owner, ...ending });
    at.served.push(name);
    return { runId: claim.runId, outcome: "complete" };
  };
  const serve = ({ id, dueAt, trigger }: Tick) =>
    runFor({ trigger, tickId: id }, `${new Date(dueAt).toISOString().slice(11, 16)} ${trigger}`);
  const launch = ({ id }: Launch) => runFor({ trigger: "manual", tickId: null, launchId: id }, `launch ${id}`);
  const at = {
    now: NOW,
    served: [] as string[],
    errors,
    servedBy: () => servedBy(rooms),
    slices: 0,
    look: () =>
      lookAtClock(rooms, {
        stop: NEVER,
        serve,
        launch,
        backfill: () => Promise.resolve(void (at.slices += 1)),
        onRival: (warning) => void errors.push(warning),
      }),
  };
  return at;
}

const skipped = async (db: Database) =>
  (await db.pool.query("select due_at, reason from tick where state = 'skipped' order by due_at")).rows
    .map(({ due_at, reason }) => `${new Date(due_at).toISOString().slice(11, 16)} ${reason}`);

withDatabases("latest: half an hour away is one catch-up", async (db) => {
  const at = program(db);
  await at.look();
  at.now += 30 * MINUTE + 5 * MINUTE;
  await at.look();
  assert.deepEqual(at.served, ["22:00 catch-up"]);
  assert.equal(await at.look(), null);
});

withDatabases(
  "history has its turn when nothing is owed, one slice in each look, and none beside a rival",
  async (db) => {
    const at = program(db);
    await at.look();
    assert.equal(at.slices, 1);
    at.now += 35 * MINUTE;
    await at.look();
    assert.deepEqual([at.served.length, at.slices], [1, 2]);
    const rival = program(db, { env: { STOCK_SYMBOLS: "OTHER" }, owner: "rival:1:x" });
    rival.now = at.now;
    await rival.look();
    assert.deepEqual([rival.slices, rival.errors.length], [
      db.engine === "embedded" ? 1 : 0,
      db.engine === "embedded" ? 0 : 1,
    ]);
  },
);

withDatabases("all: each missed tick has its run, one after the other, in one look", async (db) => {
  const at = program(db, { env: { SCHEDULE_MISSED: "all" } });
  await at.look();
  at.now += 30 * MINUTE;
  await at.look();
  assert.deepEqual(at.served, ["21:40 catch-up", "21:50 catch-up", "22:00 schedule"]);
});

withDatabases("skip: what was missed is not made up for, what is in time runs", async (db) => {
  const at = program(db, { env: { SCHEDULE_MISSED: "skip" } });
  await at.look();
  at.now += 30 * MINUTE;
  await at.look();
  assert.deepEqual(at.served, ["22:00 schedule"]);
  assert.deepEqual(
    (await skipped(db)).map((tick) => tick.slice(6)),
    Array(2).fill("missed: the program was not running"),
  );
});

withDatabases("queue: a tick that comes due during a run is served right after it, in the same look", async (db) => {
  const at = program(db, { runMs: 7 * MINUTE });
  await at.look();
  at.now += 14 * MINUTE;
  await at.look();
  assert.deepEqual(at.served, ["21:40 catch-up", "21:50 schedule"]);
});

withDatabases("skip: a tick that comes due during a run is not served, and says during which", async (db) => {
  const at = program(db, { env: { SCHEDULE_OVERLAP: "skip" }, runMs: 15 * MINUTE });
  await at.look();
  at.now += 10 * MINUTE;
  await at.look();
  assert.deepEqual(at.served, ["21:40 schedule"]);
  assert.match((await skipped(db)).join(), /^21:50 run \d+ was at work$/);
  at.now += 5 * MINUTE;
  await at.look();
  assert.deepEqual(at.served, ["21:40 schedule", "22:00 schedule"]);
});

withDatabases(
  "years away under all: a hundred runs, a hundred and one rows, and one row tells of the rest",
  async (db) => {
    const at = program(db, { env: { SCHEDULE_MISSED: "all" }, runMs: 1 });
    await at.look();
    at.now += 5 * 365 * 24 * 60 * MINUTE;
    await at.look();
    assert.equal(at.served.length, 100);
    assert.equal((await db.pool.query("select from tick")).rowCount, 101);
    assert.match((await skipped(db)).join(), /missed too long ago, as were 1000 or more ticks before it/);
  },
);

withDatabases(
  "launches go before a tick that is owed, in their order, and the tick is noticed all the same",
  async (db) => {
    const at = program(db);
    await at.look();
    const order = { series: [{ symbol: "IBM", interval: "daily" }], force: false, ofRun: null, note: null } as const;
    for (let n = 0; n < 2; n++) await queueLaunch(db, { ...order, askedBy: "ann", now: at.now });
    at.now += 10 * MINUTE;
    await at.look();
    assert.deepEqual(at.served, ["launch 1", "launch 2", "21:40 schedule"]);
    assert.equal(await at.look(), null);
  },
);

withDatabases("another run at work ends the look, and the tick stays owed", async (db) => {
  const at = program(db);
  await at.look();
  at.now += 10 * MINUTE;
  const options = { owner: "other", trigger: "manual", tickId: null, leaseMs: 60_000, now: at.now } as const;
  const other = await claimRun(db, { ...options, exclusive: false });
  assert.ok("runId" in other);
  assert.ok("busy" in (await at.look())!);
  const ending = { outcome: "complete", message: null, totals: totalsOf([]), now: at.now } as const;
  await closeRun(db, { runId: other.runId, owner: "other", ...ending });
  await at.look();
  assert.deepEqual(at.served, ["21:40 schedule"]);
});

withDatabases(
  "the house is kept when nothing is owed, and what goes wrong there does not reach the schedule",
  async (db) => {
    const at = program(db);
    await at.look();
    const { rows: [{ due_at }] } = await db.pool.query("select due_at from housekeeping");
    assert.equal(due_at, NOW + 60 * MINUTE);
    await db.pool.query("alter table housekeeping rename to gone");
    assert.equal(await at.look(), null);
    assert.match(at.errors.join(), /^Cannot remove what is too old: relation "housekeeping" does not exist$/);
  },
);

withDatabases(
  "two programs that disagree: one serves every tick once, the other none, and says why and what to do",
  async (db) => {
    // As on a server: on the embedded engine there can be no other program.
    const first = program(db, { owner: "first", engine: "server" });
    const changes: Record<string, string>[] = [
      { SCHEDULE_CRON: "*/15 * * * *" },
      { SCHEDULE_TIMEZONE: "Asia/Tokyo" },
      { STOCK_SYMBOLS: "MSFT" },
    ];
    const others = changes.map((env, index) => program(db, { env, owner: `other ${index}`, engine: "server" }));
    const same = program(db, { owner: "same", engine: "server" });
    for (let minute = 0; minute <= 60; minute++) {
      for (const one of [first, ...others, ...(minute % 20 < 10 ? [same] : [])]) {
        one.now = Math.max(one.now, NOW + minute * MINUTE);
        await one.look();
      }
    }
    assert.deepEqual([...first.served, ...same.served].map((line) => line.slice(0, 5)).sort(), [
      ...["21:40", "21:50", "22:00", "22:10", "22:20", "22:30"],
    ]);
    for (const { served, errors } of others) assert.deepEqual([served, errors.length], [[], 61]);
    assert.deepEqual([first.errors, same.errors], [[], []]);
    for (const one of [first, same]) assert.equal(await one.servedBy(), "ours");
    for (const one of others) assert.equal(await one.servedBy(), "theirs");
    const { rows: [row] } = await db.pool.query("select cron, timezone, updated_at from schedule");
    assert.deepEqual(row, { cron: "*/10 * * * *", timezone: "UTC", updated_at: NOW });
    assert.match(
      others[0]!.errors[0]!,
      /^Cannot serve "\*\/15 \* \* \* \*" in UTC for 2 series: IBM 30min, IBM daily: first serves "\*\/10 \* \* \* \*" in UTC for 2 series: IBM 30min, IBM daily on the same database; give both the same SCHEDULE_CRON, .* takes over after \d{4}-\d\d-\d\dT\d\d:\d\dZ$/,
    );
    // They end, and are forgotten after their last look: the next in line takes over, from then on.
    await db.pool.query("update schedule set held_until = now()");
    const [heir] = others;
    assert.deepEqual([await first.servedBy(), await heir!.servedBy()], ["ours", "nobody"], "killed");
    await heir!.look();
    assert.equal(heir!.errors.length, 61);
    heir!.now += 15 * MINUTE;
    await heir!.look();
    assert.deepEqual(heir!.served, ["22:45 schedule"]);
    await first.look();
    assert.match(first.errors.join(), /^Cannot serve "\*\/10.*: other 0 serves "\*\/15/);
    await releaseSchedule(db, "other 0");
    assert.equal(await heir!.servedBy(), "nobody", "stopped");
  },
);
