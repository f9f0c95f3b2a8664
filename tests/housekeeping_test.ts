import assert from "node:assert/strict";
import { type Config, parseConfig } from "../src/config.ts";
import { keepHouse, sweepsOf } from "../src/housekeeping.ts";
import { claimRun } from "../src/postgres/runs.ts";
import type { World } from "../src/wiring.ts";
import { withDatabases } from "./support/database.ts";
import { NOW } from "./support/stored.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const stop = new AbortController().signal;

function configOf(env: Record<string, string>): Config {
  const parsed = parseConfig({ LOG_DIR: "none", ...env }, { readFile: () => "" });
  assert.ok("config" in parsed);
  return parsed.config;
}

function worldAt(now: number, errors: string[]): World {
  return {
    now: () => now,
    sleep: () => Promise.resolve(),
    random: () => 0,
    owner: "me",
    onError: (message) => void errors.push(message),
  };
}

withDatabases("every sweep is on by default, and 0 keeps for ever", (db) => {
  const names = (env: Record<string, string>) => sweepsOf(configOf(env), db).map(({ name }) => name).join();
  assert.equal(
    names({ LOG_DIR: "logs" }),
    "events,requests,runs,settings of runs,ticks,launches,backfills,notices,healed gaps,incidents,answer bodies,log files",
  );
  assert.equal(
    names({}),
    "events,requests,runs,settings of runs,ticks,launches,backfills,notices,healed gaps,incidents,answer bodies",
    "no log files are written, none is looked for",
  );
  assert.equal(names({ RETENTION_RUNS_DAYS: "0", LOG_DIR: "logs" }), "events,answer bodies,log files");
  assert.equal(
    names({ RETENTION_EVENTS_DAYS: "0", LOG_RETENTION_DAYS: "0", ARCHIVE_DAYS: "0", LOG_DIR: "logs" }),
    "requests,runs,settings of runs,ticks,launches,backfills,notices,healed gaps,incidents",
  );
});

withDatabases("old things go once a day, from the second look on, unless a run is at work", async (db, { engine }) => {
  const dir = await Deno.makeTempDir({ prefix: "stocks-etl-house-" });
  try {
    await Deno.mkdir(`${dir}/2025-01`);
    await Deno.writeTextFile(`${dir}/2025-01/run-1-20250101T000000Z.log`, "x");
    const put = (daysAgo: number) =>
      db.pool.query(
        `insert into run (trigger, owner, lease_until, started_at, finished_at, outcome)
         values ('manual', 'x', $1, $1, $1, 'complete')`,
        [new Date(NOW - daysAgo * DAY).toISOString()],
      );
    for (const daysAgo of [500, 401, 1]) await put(daysAgo);
    for (const daysAgo of [8, 6, 0]) {
      await db.pool.query(
        `insert into request (key_hash, symbol, "interval", form, attempt, sent_at) values ('k', 'A', 'daily', 'f', 1, $1)`,
        [new Date(NOW - daysAgo * DAY).toISOString()],
      );
    }
    const errors: string[] = [];
    const config = configOf({ LOG_DIR: dir, RETENTION_RUNS_DAYS: "2" });
    const keep = (now: number) =>
      keepHouse({ config, database: db, keyHash: "k", world: worldAt(now, errors) }, { stop });
    const counts = async () => {
      const { rows } = await db.pool.query(
        "select (select count(*) from run)::int as runs, (select count(*) from request)::int as requests",
      );
      return rows[0];
    };
    await keep(NOW);
    assert.deepEqual(await counts(), { runs: 3, requests: 3 }, "the clock is not trusted yet");
    const options = { owner: "other", trigger: "manual", tickId: null, leaseMs: 60_000, now: NOW } as const;
    assert.ok("runId" in await claimRun(db, { ...options, exclusive: false }));
    await keep(NOW + HOUR);
    assert.deepEqual(await counts(), { runs: 4, requests: 3 }, "a run is at work");
    await db.pool.query("update run set outcome = 'complete', finished_at = started_at where outcome is null");
    await keep(NOW + 2 * HOUR);
    assert.deepEqual(await counts(), { runs: 2, requests: 2 }, "requests of a week stay, however short runs do");
    assert.deepEqual(await Array.fromAsync(Deno.readDir(dir)), []);
    const { rows: [chore] } = await db.pool.query("select note, done_at from housekeeping");
    const [swept, vacuumed] = chore.note.split(/, (?=\d+ tables vacuumed$)/);
    assert.match(vacuumed ?? "none", engine === "server" ? /^none$/ : /^[1-9]\d+ tables vacuumed$/);
    assert.equal(
      swept,
      "0 events, 1 requests, 2 runs, 0 settings of runs, 0 ticks, 0 launches, 0 backfills, 0 notices, 0 healed gaps, 0 incidents, 0 answer bodies, 1 log files",
    );
    assert.equal(chore.done_at, NOW + 2 * HOUR);
    await put(500);
    await keep(NOW + 3 * HOUR);
    assert.equal((await counts()).runs, 3, "once a day");
    assert.deepEqual(errors, []);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

withDatabases("the embedded engine's tables have their turn after the sweeps, and none if a run begins", async (db) => {
  const errors: string[] = [];
  const config = configOf({ RETENTION_RUNS_DAYS: "2" });
  const keep = (now: number) =>
    keepHouse({ config, database: db, keyHash: "k", world: worldAt(now, errors) }, { stop });
  const vacuumed = async () => {
    const { rows: [{ note }] } = await db.pool.query("select note from housekeeping");
    return note.endsWith("tables vacuumed");
  };
  const old = `insert into request (key_hash, symbol, "interval", form, attempt, sent_at)
    select 'k', 'A', 'daily', 'f', n, $1::timestamptz + n * interval '1 second' from generate_series(1, 3) n`;
  await keep(NOW - DAY);
  await db.pool.query(old, [new Date(NOW - 9 * DAY).toISOString()]);
  await keep(NOW);
  assert.equal(await vacuumed(), db.engine === "embedded");
  await db.pool.query(`
    create function begin_run() returns trigger language plpgsql as $$ begin
      insert into run (trigger, owner, lease_until, started_at) values ('manual', 'x', now() + interval '1 hour', now());
      return null;
    end $$;
    create trigger begin_run after delete on request for each statement execute function begin_run();
  `);
  await db.pool.query(old, [new Date(NOW - 8 * DAY).toISOString()]);
  await keep(NOW + DAY);
  assert.equal(await vacuumed(), false);
  assert.deepEqual(errors, []);
});
