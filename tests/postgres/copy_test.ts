import assert from "node:assert/strict";
import type { Bar } from "../../src/bar.ts";
import { openDatabase } from "../../src/postgres/connect.ts";
import { addBars } from "../../src/postgres/copy.ts";
import { claimRun, closeRun } from "../../src/postgres/runs.ts";
import { totalsOf } from "../../src/run.ts";
import { blockedUntil, holding } from "../support/blocked.ts";
import { serverDatabase, withDatabases } from "../support/database.ts";
import { bar, countsOf, IBM, NOW, startRun, store, stored } from "../support/stored.ts";

const MSFT = { symbol: "MSFT", interval: "30min" } as const;

function halfHours(count: number): Bar[] {
  return Array.from({ length: count }, (_, n) => bar(new Date(NOW + n * 1_800_000).toISOString(), `${10 + n}.50`));
}

withDatabases("bars are added as they are, however many", async (db) => {
  const client = await db.pool.connect();
  const { capabilities } = db;
  for (const count of [0, 1, 5_000, 5_001]) {
    await client.query("begin");
    await addBars(client, { series: IBM, answerId: 7, bars: halfHours(count), capabilities });
    const { rows: [found] } = await client.query(
      "select count(*) as n, max(ts) as last, max(close) as close, min(answer_id) as answer from stock_data",
    );
    const last = count === 0 ? null : NOW + (count - 1) * 1_800_000;
    const close = count === 0 ? null : `${9 + count}.50`;
    assert.deepEqual(found, { n: count, last, close, answer: count === 0 ? null : 7 });
    await client.query("rollback");
  }
  await client.query("begin");
  await addBars(client, { series: IBM, answerId: 7, bars: halfHours(1), capabilities });
  await assert.rejects(addBars(client, { series: IBM, answerId: 7, bars: halfHours(2), capabilities }), {
    code: "23505",
  });
  await client.query("rollback");
  const low = [bar("2026-03-02T14:30Z", "10", { high: "9" })];
  await assert.rejects(addBars(client, { series: IBM, answerId: 7, bars: low, capabilities }), { code: "23514" });
  client.release();
});

Deno.test("by COPY where the engine has it, else in statements of as many rows as it takes at once", async () => {
  await using at = await serverDatabase();
  const client = await at.db.pool.connect();
  const asked: string[] = [];
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  client.query = ((...given: [string | { text?: string }]) => {
    asked.push(typeof given[0] === "string" ? given[0] : String(given[0].text ?? "copy"));
    return query(...given);
  }) as typeof client.query;
  const stages: [number, typeof at.db.capabilities, string][] = [
    [0, at.db.capabilities, ""],
    [10_000, { ...at.db.capabilities, copy: { limitMs: 9_999 } }, "set copy copy"],
    [5_001, at.db.capabilities, "set copy copy"],
    [0, { ...at.db.capabilities, copy: null, batchRows: 2 }, ""],
    [4, { ...at.db.capabilities, copy: null, batchRows: 2 }, "insert insert"],
    [5, { ...at.db.capabilities, copy: null, batchRows: 2 }, "insert insert insert"],
  ];
  for (const [count, capabilities, expected] of stages) {
    await query("begin");
    asked.length = 0;
    await addBars(client, { series: IBM, answerId: 7, bars: halfHours(count), capabilities });
    assert.equal(asked.map((text) => text.trim().split(" ")[0]).join(" "), expected);
    assert.equal(asked.some((text) => text.includes("lock_timeout = 5000")), capabilities.copy !== null && count > 0);
    const { rows } = await client.query(
      `select count(*) as n, count(distinct (symbol, "interval", answer_id)) as series from stock_data`,
    );
    assert.deepEqual(rows, [{ n: count, series: Math.sign(count) }]);
    await query("rollback");
  }
  client.release();
});

Deno.test("a bar that a stranger stores meanwhile is compared after all, and the answer stored once", async () => {
  await using at = await serverDatabase();
  const run = await startRun(at.db);
  const bars = halfHours(700);
  const body = "the answer";
  await using stranger = await holding(at, (client) =>
    client.query(
      `insert into stock_data values ('IBM', '30min', $1, 1, 1, 1, 1, 0, null, null, null, true, null)`,
      [new Date(bars[650]!.ts).toISOString()],
    ));
  const storing = store(at.db, run, { bars, body });
  await blockedUntil(at, 1);
  await stranger.end("commit");
  const result = await storing;
  assert.equal(countsOf(result), "699 1 0 0 0");
  assert.equal(result.requests, 1);
  assert.equal((await stored(at.db, "30min")).length, 700);
  const { rows } = await at.db.pool.query(
    "select (select count(*) from answer) as answers, (select count(*) from answer_body) as bodies, close from revision",
  );
  assert.deepEqual(rows, [{ answers: 1, bodies: 1, close: "1" }]);
});

Deno.test("one run stores several series at once, one series once at a time, and is not closed or taken meanwhile", async () => {
  await using at = await serverDatabase({ poolSize: 6 });
  const run = await startRun(at.db, { leaseMs: 0 });
  const bars = halfHours(700);
  await using stranger = await holding(at, (client) =>
    client.query(
      `insert into stock_data values ('IBM', '30min', $1, 1, 1, 1, 1, 0, null, null, null, true, null)`,
      [new Date(bars[650]!.ts).toISOString()],
    ));
  const order: string[] = [];
  const told = (name: string) => () => order.push(name);
  const first = store(at.db, run, { bars }).finally(told("first"));
  await blockedUntil(at, 1);
  const second = store(at.db, run, { bars, now: NOW + 1 }).finally(told("second"));
  await blockedUntil(at, 2);
  const { rows: [queued] } = await at.db.pool.query(
    "select count(*) as n from pg_stat_activity where datname = current_database() and wait_event = 'advisory'",
  );
  assert.equal(queued.n, 1, "the second waits for the series, before it has done anything");
  const another = await store(at.db, run, { series: MSFT, bars, body: "of MSFT" });
  assert.equal(countsOf(another), "700 0 0 0 0", "another series waits for none");
  await at.db.pool.query("update run set lease_until = clock_timestamp() - interval '1 hour'");
  const other = { owner: "other", trigger: "manual", tickId: null, leaseMs: 1, now: NOW, exclusive: false } as const;
  const claim = await claimRun(at.db, other);
  assert.ok("busy" in claim, "a run that is storing is not dead");
  const ending = { outcome: "complete", message: null, totals: totalsOf([]), now: NOW } as const;
  const closing = closeRun(at.db, { ...run, ...ending }).finally(told("closed"));
  await blockedUntil(at, 3);
  assert.deepEqual(order, []);
  await stranger.end("rollback");
  assert.equal(countsOf(await first), "700 0 0 0 0");
  await second.catch(() => {});
  assert.equal(await closing, true);
  const rows = await stored(at.db, "30min");
  assert.equal(rows.length, 700);
});

Deno.test("a process that falls silent in the middle of a COPY does not hold its run for longer than when idle", async () => {
  await using at = await serverDatabase();
  const url = at.url;
  const db = await openDatabase({ kind: "server", url, poolSize: 1, timeoutMs: 60_000 }, { onError: () => {} });
  const client = await db.pool.connect();
  await client.query("begin");
  await addBars(client, { series: IBM, answerId: 1, bars: halfHours(1), capabilities: db.capabilities });
  const limits = async () =>
    (await client.query("select current_setting('statement_timeout') || ' ' || current_setting('lock_timeout') as is"))
      .rows[0].is;
  assert.equal(await limits(), "10s 5s");
  await client.query("commit");
  assert.equal(await limits(), "1min 15s");
  client.release();
  await db.close();
});
