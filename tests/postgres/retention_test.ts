import assert from "node:assert/strict";
import type { Database } from "../../src/postgres/connect.ts";
import { quotaState } from "../../src/postgres/quota.ts";
import {
  expireBackfills,
  expireEvents,
  expireIncidents,
  expireNotices,
  expireRequests,
  expireRuns,
  expireTicks,
  isQuiet,
} from "../../src/postgres/retention.ts";
import { seriesStates } from "../../src/postgres/states.ts";
import { owedTick } from "../../src/postgres/ticks.ts";
import { withDatabases } from "../support/database.ts";
import { NOW, startRun } from "../support/stored.ts";

const DAY = 86_400_000;
const at = (daysAgo: number) => new Date(NOW - daysAgo * DAY).toISOString();

interface OldRun {
  readonly daysAgo: number;
  /** Symbol to status. */
  readonly results?: Record<string, "stored" | "failed">;
  readonly tickId?: number;
  readonly outcome?: string;
}

async function putRun(db: Database, { daysAgo, results = {}, tickId, outcome = "complete" }: OldRun): Promise<number> {
  const { rows: [{ id }] } = await db.pool.query(
    `insert into run (trigger, tick_id, owner, lease_until, started_at, finished_at, outcome)
     values ('schedule', $1, 'old', $2, $2, $2, $3) returning id`,
    [tickId ?? null, at(daysAgo), outcome],
  );
  for (const [symbol, status] of Object.entries(results)) {
    await db.pool.query(
      `insert into series_result (run_id, symbol, "interval", status, kind, requests, inserted, revised, unchanged,
         provisional, quarantined, started_at, finished_at)
       values ($1, $2, 'daily', $3, $4, 1, 0, 0, 0, 0, 0, $5, $5)`,
      [id, symbol, status, status === "failed" ? "outage" : null, at(daysAgo)],
    );
  }
  await db.pool.query(
    `insert into run_event (run_id, seq, at, type, level, message, data) values ($1, 1, $2, 'x', 'info', 'x', '{}')`,
    [id, at(daysAgo)],
  );
  return id;
}

async function putTick(db: Database, daysAgo: number, state = "requested"): Promise<number> {
  await db.pool.query(
    `insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ('bars', '0 6 * * *', 'UTC', $1, $1)
     on conflict do nothing`,
    [at(0)],
  );
  const { rows: [{ id }] } = await db.pool.query(
    `insert into tick (schedule, due_at, state, trigger, reason, noticed_at)
     values ('bars', $1, $2, 'schedule', $3, $1) returning id`,
    [at(daysAgo), state, state === "requested" ? null : "for a reason"],
  );
  return id;
}

const ids = async (db: Database, table: string): Promise<number[]> =>
  (await db.pool.query(`select id from ${table} order by id`)).rows.map(({ id }) => id);
const series = ["AAA", "BBB"].map((symbol) => ({ symbol, interval: "daily" as const }));
const before = NOW - 400 * DAY;

withDatabases("old runs go with their results and events; what planning starts from stays as it was", async (db) => {
  await putRun(db, { daysAgo: 900, results: { AAA: "stored", BBB: "stored" } });
  const answered = await putRun(db, { daysAgo: 800, results: { BBB: "stored" } });
  await putRun(db, { daysAgo: 700, results: { BBB: "failed" } });
  const failed = await putRun(db, { daysAgo: 600, results: { BBB: "failed" } });
  const newest = await putRun(db, { daysAgo: 500, results: { AAA: "stored" } });
  const young = await putRun(db, { daysAgo: 399, outcome: "nothing-due" });
  // Older attempts only lengthen a rest, and the longest rest is a week: of those the newest is enough.
  const planned = async () =>
    (await seriesStates(db, series)).map((one) => ({ ...one, recent: one.recent.slice(0, 1) }));
  const states = await planned();
  assert.equal(await expireRuns(db, before), 2);
  assert.equal(await expireRuns(db, before), 0);
  assert.deepEqual(await ids(db, "run"), [answered, failed, newest, young]);
  assert.deepEqual(await planned(), states);
  const { rows } = await db.pool.query("select distinct run_id from run_event order by run_id");
  assert.deepEqual(rows.map(({ run_id }) => run_id), [answered, failed, newest, young]);
});

withDatabases("the newest run of all and one that is open stay, however old", async (db) => {
  await putRun(db, { daysAgo: 900 });
  const last = await putRun(db, { daysAgo: 800 });
  assert.equal(await expireRuns(db, before), 1);
  assert.deepEqual(await ids(db, "run"), [last]);
  await db.pool.query("update run set outcome = null, finished_at = null");
  await putRun(db, { daysAgo: 700 });
  assert.equal(await expireRuns(db, before), 0);
});

withDatabases("revisions, quarantined rows and requests outlive the run and forget it", async (db) => {
  const runId = await putRun(db, { daysAgo: 900 });
  await putRun(db, { daysAgo: 1 });
  await db.pool.query(
    `insert into revision (symbol, "interval", ts, open, high, low, close, volume, seen_at, run_id)
     values ('AAA', 'daily', $1, 1, 1, 1, 1, 1, $1, $2)`,
    [at(900), runId],
  );
  await db.pool.query(
    `insert into quarantine (run_id, symbol, "interval", stamp, rule, raw, first_seen_at, last_seen_at)
     values ($1, 'AAA', 'daily', 's', 'r', '{}', $2, $2)`,
    [runId, at(900)],
  );
  assert.equal(await expireRuns(db, before), 1);
  for (const table of ["revision", "quarantine"]) {
    assert.deepEqual((await db.pool.query(`select run_id from ${table}`)).rows, [{ run_id: null }]);
  }
});

withDatabases("a tick goes with its run and is not owed again; one whose run stays, stays", async (db) => {
  const [served, twice] = [await putTick(db, 900), await putTick(db, 800)];
  await putRun(db, { daysAgo: 900, tickId: served });
  await putRun(db, { daysAgo: 800, tickId: twice, outcome: "abandoned" });
  const kept = await putRun(db, { daysAgo: 799, tickId: twice, results: { AAA: "stored" } });
  const manual = await putRun(db, { daysAgo: 1 });
  assert.equal(await expireRuns(db, before), 2);
  assert.deepEqual(await ids(db, "run"), [kept, manual]);
  assert.deepEqual(await ids(db, "tick"), [twice]);
  assert.equal(await owedTick(db, { schedule: "bars", now: NOW, queue: 1 }), null);
  await putRun(db, { daysAgo: 0, results: { AAA: "stored" } });
  assert.equal(await expireRuns(db, before), 1);
  assert.deepEqual(await ids(db, "tick"), []);
  assert.equal(await owedTick(db, { schedule: "bars", now: NOW, queue: 100 }), null);
});

withDatabases(
  "ticks that were skipped or failed go by their own age; one that waits for its run does not",
  async (db) => {
    await putTick(db, 900, "skipped");
    await putTick(db, 899, "failed");
    const waiting = await putTick(db, 898);
    const withRun = await putTick(db, 897, "failed");
    await putRun(db, { daysAgo: 897, tickId: withRun });
    const young = await putTick(db, 399, "skipped");
    assert.equal(await expireTicks(db, before), 2);
    assert.deepEqual(await ids(db, "tick"), [waiting, withRun, young]);
  },
);

withDatabases("of each key the newest request and the last daily limit stay", async (db) => {
  const put = async (key: string, daysAgo: number, kind: string | null) => {
    const { rows: [{ id }] } = await db.pool.query(
      `insert into request (key_hash, symbol, "interval", form, attempt, sent_at, finished_at, kind)
       values ($1, 'AAA', 'daily', 'f', 1, $2, case when $3::text is null then null else $2::timestamptz end, $3)
       returning id`,
      [key, at(daysAgo), kind],
    );
    return id;
  };
  await put("a", 900, "daily-limit");
  const limit = await put("a", 890, "daily-limit");
  await put("a", 880, "bars");
  await put("a", 870, null);
  const other = await put("b", 860, "bars");
  const young = await put("a", 399, "bars");
  const quota = await quotaState(db, { keyHash: "a", now: NOW, perDay: 25 });
  assert.equal(await expireRequests(db, before), 3);
  assert.deepEqual(await ids(db, "request"), [limit, other, young]);
  assert.deepEqual(await quotaState(db, { keyHash: "a", now: NOW, perDay: 25 }), quota);
});

withDatabases("events go by their own age", async (db) => {
  await putRun(db, { daysAgo: 31 });
  const young = await putRun(db, { daysAgo: 29 });
  assert.equal(await expireEvents(db, NOW - 30 * DAY), 1);
  const { rows } = await db.pool.query("select run_id from run_event");
  assert.deepEqual(rows, [{ run_id: young }]);
});

withDatabases("a batch is bounded, and calls go on where the last one ended", async (db) => {
  for (let i = 0; i < 45; i++) await putRun(db, { daysAgo: 900 - i });
  const calls = [await expireRuns(db, before), await expireRuns(db, before), await expireRuns(db, before)];
  assert.deepEqual(calls, [20, 20, 4]);
});

withDatabases("a run at work is not quiet; one that is out of lease does not count", async (db) => {
  assert.equal(await isQuiet(db), true);
  await startRun(db);
  assert.equal(await isQuiet(db), false);
  await db.pool.query("update run set lease_until = now() - interval '1 second'");
  assert.equal(await isQuiet(db), true);
});

withDatabases("notices go with their messages, unless one is still on its way; tests go in any case", async (db) => {
  const put = async (daysAgo: number, state: string, kind = "alarm") => {
    const { rows: [notice] } = await db.pool.query(
      "insert into notice (kind, at, decided_at) values ($1, $2, case when $3 = 'undecided' then null else now() end) returning id",
      [kind, at(daysAgo), state],
    );
    if (state === "undecided") return notice.id;
    await db.pool.query(
      `insert into outbox (notice_id, channel, subject, content, recipients, most, due_at, created_at, state, sent_at)
       values ($1, 'mail', 's', '{}', '[]', 1, now(), now(), $2, case when $2 = 'sent' then now() end)`,
      [notice.id, state],
    );
    return notice.id;
  };
  await put(500, "sent");
  await put(500, "waiting", "test");
  const kept = [await put(500, "waiting"), await put(500, "undecided"), await put(399, "sent")];
  assert.equal(await expireNotices(db, before), 2);
  assert.deepEqual(await ids(db, "notice"), kept);
  assert.equal((await ids(db, "outbox")).length, 2);
});

withDatabases("ended problems go by when they ended, open ones stay", async (db) => {
  const put = (key: string, ended: number | null) =>
    db.pool.query(
      "insert into incident (key, title, series, opened_at, recovered_at) values ($1, 't', '[]', $2, $3)",
      [key, at(900), ended === null ? null : at(ended)],
    );
  await put("a", 500);
  await put("a", null);
  await put("b", 399);
  assert.equal(await expireIncidents(db, before), 1);
  assert.equal((await ids(db, "incident")).length, 2);
});

withDatabases(
  "a backfill goes when it has ended long ago, and its runs like any; they keep nothing from going",
  async (db) => {
    const ordinary = await putRun(db, { daysAgo: 100, results: { IBM: "stored" } });
    const slice = await putRun(db, { daysAgo: 90, results: { IBM: "stored", OLD: "stored" } });
    await putRun(db, { daysAgo: 1 });
    const ended = async (daysAgo: number | null) => {
      const { rows: [{ id }] } = await db.pool.query(
        `insert into backfill (from_date, to_date, asked_by, asked_at, state, finished_at)
       values ('2020-01-02', '2020-12-31', 'ann', $1, $2, $3) returning id`,
        [at(100), daysAgo === null ? "running" : "complete", daysAgo === null ? null : at(daysAgo)],
      );
      return Number(id);
    };
    const [long, lately, running] = [await ended(80), await ended(5), await ended(null)];
    await db.pool.query("update run set trigger = 'backfill', backfill_id = $2 where id = $1", [slice, long]);
    const before = await seriesStates(db, [{ symbol: "IBM", interval: "daily" }]);
    assert.equal(await expireBackfills(db, NOW - 30 * DAY), 1);
    assert.equal(await expireBackfills(db, NOW - 30 * DAY), 0);
    const left = async (table: string) =>
      (await db.pool.query(`select id from ${table} order by id`)).rows.map(({ id }) => Number(id));
    assert.deepEqual(await left("backfill"), [lately, running]);
    assert.equal(await expireRuns(db, NOW - 30 * DAY), 1);
    assert.ok((await left("run")).includes(Number(ordinary)), "what planning starts from went");
    assert.ok(!(await left("run")).includes(Number(slice)));
    assert.deepEqual(await seriesStates(db, [{ symbol: "IBM", interval: "daily" }]), before);
  },
);
