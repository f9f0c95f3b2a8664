import assert from "node:assert/strict";
import type { RunEvent } from "../../src/event.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { eventsOf, openEventLog } from "../../src/postgres/events.ts";
import { createRedactor } from "../../src/redact.ts";
import { NO_ROWS, totalsOf } from "../../src/run.ts";
import { withDatabases } from "../support/database.ts";
import { losingOnce } from "../support/lossy.ts";
import { IBM, NOW, startRun } from "../support/stored.ts";

const KEY = "CANARYKEY1234567";

function open(db: Database) {
  const errors: string[] = [];
  const redact = createRedactor([KEY]);
  return { errors, ...openEventLog(db, { now: () => NOW, redact, onError: (message) => errors.push(message) }) };
}

const started = (runId: number): RunEvent => ({ type: "run-started", runId, trigger: "manual", at: NOW });
const stored = (runId: number): RunEvent => ({ type: "rows-stored", runId, series: IBM, counts: NO_ROWS });
const lost = (runId: number, message: string): RunEvent => ({ type: "lease-lost", runId, message });
const finished = (runId: number): RunEvent => {
  return { type: "run-finished", runId, outcome: "complete", message: null, totals: totalsOf([]), durationMs: 1 };
};

async function count(db: Database): Promise<number> {
  return (await db.pool.query("select count(*)::int as count from run_event")).rows[0].count;
}

/** The embedded engine answers without letting a timer in between: it is let in here. */
async function counted(db: Database, events: number): Promise<void> {
  while (await count(db) < events) await new Promise((resolve) => setTimeout(resolve, 5));
}

withDatabases("events become rows in order, with the words of the log and the facts beside them", async (db) => {
  const { runId } = await startRun(db);
  const log = open(db);
  for (const event of [started(runId), stored(runId), finished(runId)]) log.emit(event);
  await log.flush();
  const events = await eventsOf(db, { runId });
  assert.deepEqual(events.map(({ seq, type }) => `${seq} ${type}`), [
    "1 run-started",
    "2 rows-stored",
    "3 run-finished",
  ]);
  assert.deepEqual(events[1], {
    seq: 2,
    at: NOW,
    type: "rows-stored",
    level: "info",
    symbol: "IBM",
    interval: "30min",
    message: "IBM 30min: 0 new, 0 revised, 0 unchanged, 0 provisional",
    data: NO_ROWS as unknown as Record<string, unknown>,
  });
  assert.deepEqual((await eventsOf(db, { runId, after: 1, limit: 1 })).map(({ seq }) => seq), [2]);
  assert.deepEqual(log.errors, []);
});

withDatabases("a few are written within the second, a hundred at once, without anybody asking", async (db) => {
  const { runId } = await startRun(db);
  const log = open(db);
  log.emit(started(runId));
  await counted(db, 1);
  for (let i = 0; i < 100; i++) log.emit(stored(runId));
  await counted(db, 101);
  await log.flush();
});

withDatabases("the key is not in the table, and what the database refuses in a text is not in its way", async (db) => {
  const { runId } = await startRun(db);
  const log = open(db);
  const texts = [
    `apikey=${KEY}&x`,
    "a\0b",
    "half \ud83d a pair",
    "x".repeat(3_999) + "\ud83d\ude00",
    "-".repeat(3_990) + KEY,
  ];
  for (const text of texts) log.emit(lost(runId, text));
  log.emit({ type: "rows-refused", runId, series: IBM, rule: "r", count: 1, first: `\0${KEY}` });
  await log.flush();
  const { rows } = await db.pool.query("select message || data::text as row from run_event order by seq");
  assert.equal(rows.length, 6);
  assert.ok(!rows.some(({ row }) => row.includes("CANARY")), JSON.stringify(rows));
  assert.equal(rows[0].row, "apikey=[redacted]&x{}");
  assert.equal(rows[1].row, "a b{}");
});

withDatabases(
  "a run found dead gets its last event from the finder, whatever the dead one still writes",
  async (db) => {
    const { runId } = await startRun(db);
    const [dead, finder] = [open(db), open(db)];
    dead.emit(started(runId));
    await dead.flush();
    finder.emit({ type: "run-waiting", runId, owner: "test", until: NOW });
    finder.emit({ type: "run-abandoned", runId, owner: "test" });
    await finder.flush();
    dead.emit(lost(runId, "woken"));
    await dead.flush();
    const types = (await eventsOf(db, { runId })).map(({ type }) => type);
    assert.deepEqual(types, ["run-started", "lease-lost", "run-abandoned"]);
  },
);

withDatabases("a connection lost before or after the write loses and doubles nothing", async (db) => {
  const { runId } = await startRun(db);
  for (const after of [false, true]) {
    const log = open(losingOnce(db, { statement: /^insert into run_event/, after }));
    await db.pool.query("delete from run_event");
    log.emit(started(runId));
    await log.flush();
    assert.equal(await count(db), after ? 1 : 0);
    log.emit(stored(runId));
    await log.flush();
    assert.deepEqual((await eventsOf(db, { runId })).map(({ seq }) => seq), [1, 2]);
    assert.equal(log.errors.length, 1);
    assert.match(log.errors[0]!, /^Cannot keep the events of a run: read ECONNRESET; the run goes on/);
  }
});

withDatabases("a database that refuses is told once, costs the events, and memory stays bounded", async (db) => {
  const { runId } = await startRun(db);
  await db.pool.query("alter table run_event rename to gone");
  const log = open(db);
  log.emit(started(runId));
  await log.flush();
  for (let i = 0; i < 6_000; i++) log.emit(stored(runId));
  await log.flush();
  assert.equal(log.errors.length, 1, "told once");
  await db.pool.query("alter table gone rename to run_event");
  log.emit(finished(runId));
  await log.flush();
  assert.deepEqual((await eventsOf(db, { runId })).map(({ type }) => type), ["run-finished"]);
});

/** A database that answers as told, and counts the rows it was given. */
function scripted(answer: () => Promise<unknown>) {
  const at = { rows: 0, calls: 0 };
  const query = async (_text: string, [batch]: [string]) => {
    at.calls += 1;
    await answer();
    at.rows += JSON.parse(batch).length;
  };
  return { at, db: { pool: { query } } as unknown as Database };
}

Deno.test("a hundred events do not wait for the half second", async () => {
  const { at, db } = scripted(() => Promise.resolve());
  const log = open(db);
  for (let i = 0; i < 99; i++) log.emit(stored(7));
  assert.equal(at.calls, 0);
  log.emit(stored(7));
  assert.equal(at.calls, 1);
  await log.flush();
  assert.equal(at.rows, 100);
});

Deno.test("while the database is away so many events wait for it, and no more", async () => {
  let away = true;
  const gone = Object.assign(new Error("away"), { code: "ECONNREFUSED" });
  const { at, db } = scripted(() => away ? Promise.reject(gone) : Promise.resolve());
  const log = open(db);
  for (let i = 0; i < 6_000; i++) log.emit(stored(7));
  await log.flush();
  away = false;
  await log.flush();
  assert.equal(at.rows, 5_000);
  assert.equal(log.errors.length, 1);
});

Deno.test("waiting for another's run is an event of neither", async () => {
  const { at, db } = scripted(() => Promise.resolve());
  const log = open(db);
  log.emit({ type: "run-waiting", runId: 7, owner: "other", until: NOW });
  await log.flush();
  assert.equal(at.calls, 0);
});
