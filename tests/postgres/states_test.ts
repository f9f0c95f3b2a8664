import assert from "node:assert/strict";
import { recordResult } from "../../src/postgres/results.ts";
import { pastAnswers, seriesHeads, seriesStates } from "../../src/postgres/states.ts";
import { NO_ROWS } from "../../src/run.ts";
import { withDatabases } from "../support/database.ts";
import { bar, IBM, nextRun, NOW, startRun, store } from "../support/stored.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;
const UNKNOWN = { symbol: "NONE", interval: "daily" } as const;

withDatabases("states come in the order asked, also for a series that has nothing", async (db) => {
  const run = await startRun(db);
  await store(db, run, {
    bars: [
      bar("2026-03-02T14:30Z", "1"),
      bar("2026-03-02T15:00Z", "1"),
      bar("2026-03-02T15:30Z", "1", { settled: false }),
    ],
  });
  const known = {
    series: IBM,
    first: Date.parse("2026-03-02T14:30Z"),
    watermark: Date.parse("2026-03-02T15:00Z"),
    newest: Date.parse("2026-03-02T15:30Z"),
    answeredAt: NOW - 2_000,
    last: { status: "stored", kind: null, at: NOW },
    recent: [{ kind: null, at: NOW, brought: true }],
    gaps: [],
    delistedOn: null,
  };
  const nothing = {
    delistedOn: null,
    first: null,
    watermark: null,
    newest: null,
    answeredAt: null,
    last: null,
    recent: [],
    gaps: [],
  };
  assert.deepEqual(await seriesStates(db, [UNKNOWN, IBM, DAILY]), [
    { series: UNKNOWN, ...nothing },
    known,
    { series: DAILY, ...nothing },
  ]);
  assert.deepEqual(await seriesStates(db, []), []);
});

withDatabases("only what was stored counts as answered, the last result is the last of any kind", async (db) => {
  const first = await startRun(db);
  await store(db, first, { bars: [bar("2026-03-02T14:30Z", "1", { settled: false })], now: NOW });
  const second = await nextRun(db, first);
  const failed = {
    series: IBM,
    status: "failed",
    kind: "database",
    message: "x",
    requests: 1,
    counts: NO_ROWS,
    watermark: null,
    startedAt: NOW + 60_000,
    finishedAt: NOW + 61_000,
  } as const;
  await recordResult(db, { ...second, result: failed });
  const [state] = await seriesStates(db, [IBM]);
  assert.equal(state?.watermark, null, "a provisional bar is no watermark");
  assert.equal(state?.answeredAt, NOW - 2_000);
  assert.deepEqual(state?.last, { status: "failed", kind: "database", at: NOW + 61_000 });
});

withDatabases("what was not really asked is no attempt, and the newest ten are remembered", async (db) => {
  let run = await startRun(db);
  const result = (minute: number) => ({
    series: IBM,
    status: "failed",
    kind: "bad-symbol",
    message: "x",
    requests: 2,
    counts: NO_ROWS,
    watermark: null,
    startedAt: NOW,
    finishedAt: NOW + minute * 60_000,
  } as const);
  for (let minute = 0; minute < 14; minute++) {
    run = await nextRun(db, run);
    await recordResult(db, { ...run, result: result(minute) });
  }
  run = await nextRun(db, run);
  await recordResult(db, { ...run, result: { ...result(20), status: "deferred", requests: 0 } });
  run = await nextRun(db, run);
  await recordResult(db, { ...run, result: { ...result(21), kind: "outage", requests: 0 } });
  const [state] = await seriesStates(db, [IBM]);
  assert.equal(state?.last?.at, NOW + 21 * 60_000);
  const minutes = state!.recent.map(({ kind, at }) => `${kind} ${(at - NOW) / 60_000}`);
  assert.deepEqual(minutes, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4].map((minute) => `bad-symbol ${minute}`));
});

withDatabases("answers with bars are the history habits are learnt from", async (db) => {
  assert.deepEqual(await pastAnswers(db), []);
  const first = await startRun(db);
  await store(db, first, { bars: [bar("2026-03-02T14:30Z", "1")], now: NOW });
  const second = await nextRun(db, first);
  const failed = { series: DAILY, status: "failed", kind: "empty", message: null, requests: 1 } as const;
  const times = { counts: NO_ROWS, watermark: null, startedAt: NOW, finishedAt: NOW };
  await recordResult(db, { ...second, result: { ...failed, ...times } });
  const late = { ...failed, series: UNKNOWN, status: "late", kind: "stale", ...times, startedAt: NOW + 5 } as const;
  await recordResult(db, { ...second, result: late });
  assert.deepEqual(await pastAnswers(db), [
    { series: UNKNOWN, askedAt: NOW + 5, late: true },
    { series: IBM, askedAt: NOW - 2_000, late: false },
  ]);
});

withDatabases("however many bars there are, each newest one is a probe of an index", async (db) => {
  await db.pool.query(
    `insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
     select 'S' || series, '1min', timestamptz '2026-03-02 00:00Z' + minute * interval '1 minute', 1, 1, 1, 1, 1, true
     from generate_series(1, 40) as series, generate_series(1, 500) as minute`,
  );
  await db.pool.query("vacuum analyze stock_data");
  const asked = Array.from({ length: 40 }, (_, index) => ({ symbol: `S${index + 1}`, interval: "1min" } as const));
  const plan: string[] = [];
  const explained = new Proxy(db.pool, {
    get: (pool, name) =>
      name !== "query" ? Reflect.get(pool, name) : async (text: string, values: unknown[]) => {
        const { rows } = await pool.query(`explain (analyze, costs off, timing off) ${text}`, values);
        plan.push(...rows.map((row) => row["QUERY PLAN"]));
        return { rows: [] };
      },
  });
  await seriesStates({ ...db, pool: explained }, asked);
  const bars = plan.filter((line) => line.includes(" on stock_data"));
  assert.equal(bars.length, 3, plan.join("\n"));
  for (const line of bars) {
    assert.match(line, /Index (?:Only )?Scan .*stock_data_pkey.*actual rows=1(?:\.00)? loops=40/);
  }
  assert.ok(!plan.some((line) => /\bSort\b.*loops=40/.test(line)), plan.join("\n"));
});

withDatabases("the heads of series are what their states say", async (db) => {
  const run = await startRun(db);
  const bars = [bar("2026-03-02T14:30Z", "1"), bar("2026-03-02T15:00Z", "1", { settled: false })];
  await store(db, run, { bars });
  const series = [{ symbol: "NONE", interval: "daily" } as const, IBM];
  const states = await seriesStates(db, series);
  const heads = states.map(({ series, watermark, newest, answeredAt }) => ({ series, watermark, newest, answeredAt }));
  assert.deepEqual(await seriesHeads(db, series), heads);
  assert.ok(heads[1]!.watermark! < heads[1]!.newest!);
});

withDatabases("what a backfill brought says nothing of how the series fares", async (db) => {
  const first = await startRun(db);
  await store(db, first, { bars: [bar("2026-03-02T14:30Z", "1")], now: NOW });
  const [before] = await seriesStates(db, [IBM]);
  const past = await pastAnswers(db);
  const second = await nextRun(db, first);
  await db.pool.query("update run set trigger = 'backfill' where id = $1", [second.runId]);
  await store(db, second, { bars: [bar("2025-03-03T14:30Z", "1")], now: NOW + 60_000 });
  const oldest = Date.parse("2025-03-03T14:30Z");
  assert.deepEqual(await seriesStates(db, [IBM]), [{ ...before!, first: oldest }]);
  assert.deepEqual(await pastAnswers(db), past);
});
