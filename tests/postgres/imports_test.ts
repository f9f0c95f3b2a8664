/** Are bars of another program written only where nothing stands, and only by whoever holds the run? */
import assert from "node:assert/strict";
import type { Bar, Interval, Reject } from "../../src/bar.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { barsMet, type ImportedRows, importRows } from "../../src/postgres/imports.ts";
import type { Holder } from "../../src/postgres/runs.ts";
import { LeaseLost } from "../../src/run.ts";
import { withDatabases } from "../support/database.ts";
import { bar, NOW, placesOf, startRun, store, stored } from "../support/stored.ts";

const never = new AbortController().signal;

/** @returns how many bars were written: settled, provisional */
async function bring(
  db: Database,
  holder: Holder,
  { interval = "daily", bars = [], rejects = [], now = NOW, stop = never }: {
    interval?: Interval;
    bars?: Bar[];
    rejects?: Reject[];
    now?: number;
    stop?: AbortSignal;
  },
): Promise<[number, number]> {
  const series = { symbol: "IBM", interval } as const;
  const written: [number, number] = [0, 0];
  const wrote = ({ inserted, provisional }: ImportedRows) => {
    written[0] += inserted;
    written[1] += provisional;
  };
  await importRows(db, { holder, series, bars, rejects, now, stop, wrote });
  return written;
}

withDatabases("what is stored stays, whatever the other program has; doing it again writes nothing", async (db) => {
  const holder = await startRun(db);
  const series = { symbol: "IBM", interval: "daily" } as const;
  await store(db, holder, {
    series,
    bars: [bar("2026-02-24", "1"), bar("2026-02-25", "2"), bar("2026-02-26", "3", { settled: false })],
  });
  const bars = [
    bar("2026-02-23", "9"),
    bar("2026-02-24", "1.00"),
    bar("2026-02-25", "8"),
    bar("2026-02-26", "7"),
    bar("2026-02-27", "6", { settled: false }),
  ];
  const met = await barsMet(db, { series, bars });
  assert.deepEqual(met.map(({ ts, same, stored }) => [ts, same, stored.close, stored.settled]), [
    [bars[1]!.ts, true, "1", true],
    [bars[2]!.ts, false, "2", true],
    [bars[3]!.ts, false, "3", false],
  ]);
  assert.deepEqual(await bring(db, holder, { bars }), [1, 1]);
  const now = ["2026-02-23 9", "2026-02-24 1", "2026-02-25 2", "2026-02-26 3*", "2026-02-27 6*"];
  assert.deepEqual(await stored(db, "daily"), now);
  const places = await placesOf(db, "stock_data");
  assert.deepEqual(await bring(db, holder, { bars }), [0, 0]);
  assert.deepEqual(await placesOf(db, "stock_data"), places);
  const { rows } = await db.pool.query("select count(*)::int as n from stock_data where answer_id is null");
  assert.deepEqual(rows, [{ n: 2 }]);
});

withDatabases("a week and a month are met by any date in them", async (db) => {
  const holder = await startRun(db);
  for (const interval of ["weekly", "monthly"] as const) {
    const series = { symbol: "IBM", interval };
    await store(db, holder, { series, bars: [bar("2026-02-27", "2")] });
    const bars = [bar("2026-01-30", "5"), bar("2026-02-26", "3")];
    const met = await barsMet(db, { series, bars });
    assert.deepEqual(met.map(({ ts, same, stored }) => [ts, same, stored.ts]), [
      [bars[1]!.ts, false, Date.parse("2026-02-27")],
    ]);
    assert.deepEqual(await bring(db, holder, { interval, bars }), [1, 0]);
    assert.deepEqual(await stored(db, interval), ["2026-01-30 5", "2026-02-27 2"]);
  }
});

withDatabases("a later answer revises an imported bar and keeps what it said", async (db) => {
  const holder = await startRun(db);
  await bring(db, holder, { bars: [bar("2026-02-25", "2")] });
  await store(db, holder, { series: { symbol: "IBM", interval: "daily" }, bars: [bar("2026-02-25", "3")] });
  const { rows } = await db.pool.query("select close, answer_id, changed_by is not null as changed from revision");
  assert.deepEqual(rows, [{ close: "2", answer_id: null, changed: true }]);
  assert.deepEqual(await stored(db, "daily"), ["2026-02-25 3"]);
});

withDatabases("a bad row goes to quarantine once, however often it is brought", async (db) => {
  const holder = await startRun(db);
  const rejects: Reject[] = [{ stamp: "2026-02-25", rule: "zero-price", raw: { close: "0" } }];
  for (const later of [0, 1, 2]) {
    await bring(db, holder, { rejects, now: NOW + later });
  }
  const { rows } = await db.pool.query("select rule, times, raw, run_id from quarantine");
  assert.deepEqual(rows, [{ rule: "zero-price", times: 1, raw: '{"close":"0"}', run_id: holder.runId }]);
});

withDatabases("a run that is no longer ours writes nothing; stopped, no further batch is begun", async (db) => {
  const holder = await startRun(db);
  const many = Array.from(
    { length: db.capabilities.batchRows + 1 },
    (_, index) => bar("2026-02-25", "5", { ts: NOW - index * 60_000 }),
  );
  const stop = AbortSignal.abort();
  assert.deepEqual(await bring(db, holder, { interval: "1min", bars: many, stop }), [0, 0]);
  await db.pool.query("update run set outcome = 'abandoned', finished_at = now()");
  await assert.rejects(bring(db, holder, { interval: "1min", bars: many }), LeaseLost);
  const rejects: Reject[] = [{ stamp: "", rule: "bad-stamp", raw: {} }];
  await assert.rejects(bring(db, holder, { rejects }), LeaseLost);
  assert.equal((await db.pool.query("select from stock_data union all select from quarantine")).rowCount, 0);
  const mine = await startRun(db);
  assert.deepEqual(await bring(db, mine, { interval: "1min", bars: many }), [many.length, 0]);
});
