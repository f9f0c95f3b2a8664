/** Do the rows say what is queued, stuck, killed, late and given up, on both engines, and without a look at the bars? */
import assert from "node:assert/strict";
import { metricFacts } from "../../src/postgres/metrics.ts";
import { withDatabases } from "../support/database.ts";
import { bar, startRun, store } from "../support/stored.ts";

const NOW = Date.parse("2026-03-02T21:30:00Z");
const at = (minutesAgo: number) => new Date(NOW - minutesAgo * 60_000).toISOString();
const facts = (db: Parameters<typeof metricFacts>[0]) => metricFacts(db, { schedule: "ingest", now: NOW });

withDatabases("an empty database: nothing, and no failure", async (db) => {
  const { bars, databaseBytes, outbox, ...found } = await facts(db);
  assert.deepEqual(found, {
    now: NOW,
    runs: {},
    lastRuns: {},
    running: null,
    inserted: 0,
    revised: 0,
    quarantined: 0,
    queued: [],
    ticks: { requested: 0, skipped: 0, failed: 0, late: 0 },
    owed: [],
    schedule: null,
    requests: {},
    incidents: 0,
    heartbeats: {},
  });
  assert.ok(bars >= 0 && databaseBytes > 1_000_000);
  assert.deepEqual(
    outbox.map(({ waiting, undeliverable, oldest }) => [waiting, undeliverable, oldest]),
    Array(4).fill([0, 0, null]),
  );
});

withDatabases("runs of the day, the last of each outcome, a run that was killed", async (db) => {
  await db.pool.query(
    `insert into run (trigger, owner, lease_until, started_at, finished_at, outcome, inserted, revised, quarantined) values
       ('manual', 'a', $1, $1, $1, 'complete', 5, 0, 0), ('manual', 'a', $2, $2, $3, 'partial', 7, 1, 2),
       ('manual', 'a', $3, $3, $3, 'partial', 1, 0, 0)`,
    [at(2 * 1440), at(60), at(50)],
  );
  const { runs, lastRuns, inserted, revised, quarantined } = await facts(db);
  assert.deepEqual([runs, inserted, revised, quarantined], [{ partial: 2 }, 8, 1, 2]);
  assert.deepEqual(lastRuns, { complete: Date.parse(at(2 * 1440)), partial: Date.parse(at(50)) });

  const { runId } = await startRun(db);
  assert.equal((await facts(db)).running?.alive, true);
  await db.pool.query("update run set lease_until = clock_timestamp() - interval '1 second' where id = $1", [runId]);
  assert.deepEqual((await facts(db)).running?.alive, false);
});

withDatabases("ticks by state, those noticed late, those owed a run; the launches that wait", async (db) => {
  await db.pool.query(
    "insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ('ingest', '* * * * *', 'UTC', $1, $1)",
    [at(1)],
  );
  await db.pool.query(
    `insert into tick (schedule, due_at, state, trigger, reason, noticed_at) values
       ('ingest', $1, 'requested', 'schedule', null, $1), ('ingest', $2, 'skipped', 'schedule', 'paused', $2),
       ('ingest', $3, 'requested', 'catch-up', null, $1), ('ingest', $4, 'failed', 'schedule', 'died', $4)`,
    [at(10), at(20), at(30), at(2 * 1440)],
  );
  await db.pool.query(
    `insert into launch (series, force, asked_by, asked_at) values ('[{"symbol":"IBM","interval":"daily"}]', false, 'ann', $1)`,
    [at(3)],
  );
  const found = await facts(db);
  assert.deepEqual(found.ticks, { requested: 2, skipped: 1, failed: 0, late: 1 });
  assert.deepEqual(found.owed.toSorted(), [Date.parse(at(30)), Date.parse(at(10))]);
  assert.deepEqual(found.schedule, { evaluatedTo: Date.parse(at(1)), paused: false });
  assert.deepEqual(found.queued, [Date.parse(at(3))]);
});

withDatabases("requests by answer, messages that wait or were given up, open problems, heartbeats", async (db) => {
  await db.pool.query(
    `insert into request (key_hash, symbol, "interval", form, attempt, sent_at, finished_at, kind) values
       ('k', 'IBM', 'daily', 'F', 1, $1, $1, 'bars'), ('k', 'IBM', 'daily', 'F', 1, $1, null, null),
       ('k', 'IBM', 'daily', 'F', 1, $2, $2, 'bars')`,
    [at(5), at(3 * 1440)],
  );
  await db.pool.query("insert into notice (kind, at) select 'alarm', $1 from generate_series(1, 3)", [at(5)]);
  await db.pool.query(
    `insert into outbox (notice_id, channel, subject, content, recipients, state, most, due_at, created_at, tried_at, error)
     select id, 'mail', 's', '{}', '[]', case when id % 3 = 0 then 'undeliverable' else 'waiting' end, 5, $1, $1, $1, 'e'
     from notice`,
    [at(5)],
  );
  await db.pool.query(
    "insert into incident (key, title, series, opened_at, recovered_at) values ('a', 'a', '[]', $1, null), ('b', 'b', '[]', $1, $1)",
    [at(5)],
  );
  await db.pool.query(
    "insert into heartbeat (name, owner, started_at, beat_at, doing) values ('scheduler', 'old', $1, $1, ''), ('scheduler', 'new', $2, $2, '')",
    [at(500), at(1)],
  );
  const found = await facts(db);
  assert.deepEqual(found.requests, { bars: 1, unanswered: 1 });
  assert.deepEqual(found.outbox[0], { channel: "mail", waiting: 2, undeliverable: 1, oldest: Date.parse(at(5)) });
  assert.equal(found.incidents, 1);
  assert.deepEqual(found.heartbeats, { scheduler: Date.parse(at(1)) });
});

withDatabases("bars as the planner estimates them", async (db) => {
  await store(db, await startRun(db), { bars: [bar("2026-02-27T14:30Z", "1")] });
  await db.pool.query(
    `insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
     select 'IBM', '1min', '2020-01-01Z'::timestamptz + n * interval '1 minute', 1, 1, 1, 1, n, true
     from generate_series(1, 20000) as n`,
  );
  await db.pool.query("analyze stock_data");
  assert.equal((await facts(db)).bars, 20_001);
});
