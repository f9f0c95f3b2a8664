/** Is a released row stored once, kept as released, and still there after a replay, at its place among the answers? */
import assert from "node:assert/strict";
import type { Bar, Reject, Series } from "../../src/bar.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { rebuildSeries } from "../../src/postgres/rebuild.ts";
import { heldStamps, originOf, quarantinedRow, quarantinedRows, releaseRow } from "../../src/postgres/releases.ts";
import type { Holder } from "../../src/postgres/runs.ts";
import { LeaseLost } from "../../src/run.ts";
import { withDatabases } from "../support/database.ts";
import { bar, nextRun, NOW, startRun, store, stored, tablesOf } from "../support/stored.ts";

const DAY = 86_400_000;
const DAILY: Series = { symbol: "IBM", interval: "daily" };
const future: Reject = { stamp: "2026-03-03", rule: "future", raw: { "4. close": "7" } };

async function release(db: Database, { holder, now, released }: { holder: Holder; now: number; released: Bar }) {
  const [newest] = await quarantinedRows(db, { limit: 1 });
  const row = (await quarantinedRow(db, newest!.id))!;
  const origin = (await originOf(db, row))!;
  return await releaseRow(db, { row, origin, bar: released, holder, by: "ann", now });
}

withDatabases("a released row is a bar of the answer that brought it, once, and says who released it", async (db) => {
  const holder = await startRun(db);
  await store(db, holder, { series: DAILY, bars: [bar("2026-03-02", "6")], rejects: [future] });
  const released = bar("2026-03-03", "7");
  assert.equal((await release(db, { holder, now: NOW + DAY, released }))?.inserted, 1);
  assert.deepEqual(await stored(db, "daily"), ["2026-03-02 6", "2026-03-03 7"]);
  const { rows } = await db.pool.query("select count(distinct answer_id) as answers from stock_data");
  assert.equal(rows[0].answers, 1);
  assert.equal(await release(db, { holder, now: NOW + DAY, released }), null, "a second time is none");
  const [row] = await quarantinedRows(db, { limit: 10, series: DAILY });
  assert.deepEqual(row?.released, { by: "ann", at: NOW + DAY });
  assert.deepEqual([row?.stamp, row?.rule, row?.times, JSON.parse(row!.raw)], ["2026-03-03", "future", 1, future.raw]);
  assert.deepEqual(await quarantinedRows(db, { limit: 10, series: { ...DAILY, symbol: "MSFT" } }), []);
  assert.deepEqual(await quarantinedRows(db, { limit: 10, before: row!.id }), []);
  await store(db, holder, { series: DAILY, rejects: [future], now: NOW + DAY });
  assert.equal((await quarantinedRow(db, row!.id))?.released?.by, "ann", "it came again and stays released");
});

withDatabases(
  "a release that changes a settled bar leaves a revision; a run that is not ours releases nothing",
  async (db) => {
    const holder = await startRun(db);
    await store(db, holder, { series: DAILY, bars: [bar("2026-03-03", "6")], rejects: [future] });
    const released = bar("2026-03-03", "7");
    const other = { ...holder, owner: "other" };
    await assert.rejects(release(db, { holder: other, now: NOW, released }), LeaseLost);
    assert.deepEqual((await quarantinedRows(db, { limit: 1 }))[0]?.released, null);
    assert.equal((await release(db, { holder, now: NOW, released }))?.revised, 1);
    const { rows } = await db.pool.query("select close from revision");
    assert.deepEqual(rows, [{ close: "6" }]);
  },
);

withDatabases("a replay stores it again where it was: before the answers that came later", async (db) => {
  let holder = await startRun(db);
  await store(db, holder, { series: DAILY, bars: [bar("2026-03-02", "6")], rejects: [future] });
  await release(db, { holder, now: NOW + DAY, released: bar("2026-03-03", "7") });
  holder = await nextRun(db, holder);
  await store(db, holder, { series: DAILY, bars: [bar("2026-03-03", "8")], now: NOW + 2 * DAY });
  const bad: Reject = { ...future, stamp: "2026-03-05" };
  await store(db, holder, { series: DAILY, rejects: [bad], now: NOW + 3 * DAY });
  await release(db, { holder, now: NOW + 4 * DAY, released: bar("2026-03-05", "9") });
  const before = await tablesOf(db);
  assert.deepEqual(await stored(db, "daily"), ["2026-03-02 6", "2026-03-03 8", "2026-03-05 9"]);
  holder = await nextRun(db, holder);
  const read = ({ body }: { body: string }) => {
    const [bars, rejects] = JSON.parse(body);
    return { bars, rejects };
  };
  const signal = new AbortController().signal;
  await rebuildSeries(db, { holder, series: DAILY, partial: false, read, signal });
  assert.deepEqual(await tablesOf(db), before);
  assert.ok((await quarantinedRows(db, { limit: 10 })).every(({ released }) => released?.by === "ann"));
});

withDatabases("what is held of many symbols: of their interval, from a date on, and not released", async (db) => {
  const holder = await startRun(db);
  await store(db, holder, { series: DAILY, bars: [bar("2026-03-02", "6")], rejects: [future] });
  await store(db, holder, { series: { ...DAILY, symbol: "MSFT" }, rejects: [future] });
  await store(db, holder, { series: { ...DAILY, interval: "weekly" }, rejects: [future] });
  const held = async (symbols: string[], from = "2026-03-01") =>
    (await heldStamps(db, { symbols, interval: "daily", from, limit: 9 })).map(({ symbol, stamp }) =>
      `${symbol} ${stamp}`
    );
  assert.deepEqual(await held(["IBM", "A"]), ["IBM 2026-03-03"]);
  assert.deepEqual(await held(["IBM"], "2026-03-04"), []);
  const [row] = await quarantinedRows(db, { limit: 1, series: DAILY });
  const origin = (await originOf(db, row!))!;
  await releaseRow(db, { row: row!, origin, bar: bar("2026-03-03", "7"), holder, by: "ann", now: NOW + DAY });
  assert.deepEqual(await held(["IBM", "MSFT"]), ["MSFT 2026-03-03"]);
});
