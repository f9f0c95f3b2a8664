/** What stands beside loaded answers: bodies that are dropped, an operator's releases, imports, damage, a lost connection. */
import assert from "node:assert/strict";
import type { Reject, Series } from "../../../src/bar.ts";
import { retainAnswers } from "../../../src/postgres/answers.ts";
import { importRows } from "../../../src/postgres/imports.ts";
import { DamagedAnswer, rebuildSeries } from "../../../src/postgres/rebuild.ts";
import { originOf, quarantinedRows, releaseRow } from "../../../src/postgres/releases.ts";
import { LeaseLost } from "../../../src/run.ts";
import { serverDatabase, withDatabases } from "../../support/database.ts";
import { BAD, DAILY, DAY, live, load, read, signal } from "../../support/loading.ts";
import { bar, NOW, startRun, tablesOf } from "../../support/stored.ts";

withDatabases("an answer older than those whose bodies are dropped is refused, a younger one is not", async (db) => {
  const run = await startRun(db);
  await live(db, run, { bars: [bar("2026-02-20", "1")], at: NOW });
  await live(db, run, { bars: [bar("2026-02-23", "1")], at: NOW + 2 * DAY });
  await retainAnswers(db, { before: NOW + DAY, limit: 10 });
  const before = await tablesOf(db);
  const { became } = await load(db, run, { bars: [bar("2026-02-19", "9")], at: NOW - DAY });
  assert.deepEqual(became, ["placeless"]);
  assert.deepEqual(await tablesOf(db), before);
  const { rows: [{ answers }] } = await db.pool.query("select count(*) as answers from answer");
  assert.equal(answers, 2, "nothing of it stays");
  const { bars } = await load(db, run, { bars: [bar("2026-02-19", "9"), bar("2026-02-23", "9")], at: NOW + DAY });
  assert.equal(bars, 1);
  const { rows } = await db.pool.query("select close from stock_data order by ts");
  assert.deepEqual(rows.map(({ close }) => close), ["9", "1", "1"]);
});

withDatabases(
  "a loaded body is kept as long as one that came on the day it was loaded; dropped with it, its bars stay",
  async (db) => {
    const run = await startRun(db);
    const now = NOW + 99 * DAY;
    await live(db, run, { bars: [bar("2026-02-20", "1")], at: NOW });
    await live(db, run, { bars: [bar("2026-02-20", "3")], at: NOW + 2 * DAY });
    await load(db, run, { bars: [bar("2026-02-20", "2"), bar("2026-02-23", "2")], at: NOW + DAY }, now);
    const before = await tablesOf(db);
    assert.equal(await retainAnswers(db, { before: NOW + DAY, limit: 10 }), 1);
    assert.equal(await retainAnswers(db, { before: now, limit: 10 }), 1);
    // The youngest of the three is gone, so what stands between is not told again either.
    assert.equal((await rebuildSeries(db, { holder: run, series: DAILY, partial: true, read, signal })).replayed, 0);
    assert.deepEqual(await tablesOf(db), before);
    assert.equal(await retainAnswers(db, { before: now + 1, limit: 10 }), 1);
  },
);

withDatabases("what an import put into quarantine stays there, and is counted as often as before", async (db) => {
  const run = await startRun(db);
  const imported: Reject = { ...BAD, stamp: "2026-01-05" };
  await live(db, run, { bars: [bar("2026-02-20", "1")], at: NOW });
  await importRows(db, {
    holder: run,
    series: DAILY,
    bars: [],
    rejects: [imported, BAD],
    now: NOW + DAY,
    stop: signal,
    wrote: () => {},
  });
  await live(db, run, { bars: [], rejects: [BAD], at: NOW + 2 * DAY });
  const rows = async () =>
    (await db.pool.query("select stamp, times, first_seen_at, last_seen_at from quarantine order by stamp")).rows;
  const before = await rows();
  assert.deepEqual(before.map(({ times }) => times), [2, 1]);
  await load(db, run, { bars: [bar("2026-02-19", "1")], at: NOW - DAY });
  assert.deepEqual(await rows(), before);
});

withDatabases(
  "an operator's release stands before an older file, also when its answer is known by its bars only",
  async (db) => {
    for (const dropped of [false, true]) {
      const run = await startRun(db);
      const series: Series = { symbol: dropped ? "AAA" : "BBB", interval: "daily" };
      await live(db, run, { series, bars: [bar("2026-02-19", "1")], rejects: [BAD], at: NOW });
      if (dropped) await retainAnswers(db, { before: NOW + 1, limit: 9 });
      const [row] = await quarantinedRows(db, { series, limit: 1 });
      const origin = (await originOf(db, row!))!;
      await releaseRow(db, {
        row: row!,
        origin,
        bar: bar("2026-02-20", "8"),
        holder: run,
        by: "me",
        now: NOW + 3 * DAY,
      });
      await load(db, run, { series, bars: [bar("2026-02-20", "9")], at: NOW + DAY });
      await live(db, run, { series, bars: [bar("2026-02-23", "1")], at: NOW + 4 * DAY });
      await load(db, run, { series, bars: [bar("2026-02-24", "7")], at: NOW + 2 * DAY });
      const { rows } = await db.pool.query("select close from stock_data where symbol = $1 order by ts", [
        series.symbol,
      ]);
      assert.deepEqual(rows.map(({ close }) => close), ["1", "8", "1", "7"], `dropped: ${dropped}`);
      await db.pool.query("update run set outcome = 'complete', finished_at = now() where outcome is null");
    }
  },
);

withDatabases("a damaged answer told later: nothing is loaded", async (db) => {
  const run = await startRun(db);
  await live(db, run, { bars: [bar("2026-02-20", "1")], at: NOW });
  await db.pool.query("update answer_body set body = body || ' '");
  const before = await tablesOf(db);
  await assert.rejects(load(db, run, { bars: [bar("2026-02-20", "2")], at: NOW - DAY }), DamagedAnswer);
  assert.deepEqual(await tablesOf(db), before);
  const { rows: [{ answers }] } = await db.pool.query("select count(*) as answers from answer");
  assert.equal(answers, 1);
});

Deno.test("the answer to COMMIT is lost: what was loaded is loaded once", async () => {
  await using at = await serverDatabase();
  const run = await startRun(at.db);
  await live(at.db, run, { bars: [bar("2026-02-20", "1")], rejects: [BAD], at: NOW });
  let lost = 0;
  const pool = new Proxy(at.db.pool, {
    get: (pool, name) => {
      if (name !== "connect") return Reflect.get(pool, name).bind?.(pool) ?? Reflect.get(pool, name);
      return async () => {
        const client = await pool.connect();
        return new Proxy(client, {
          get: (client, name) => {
            const found = Reflect.get(client, name);
            if (name !== "query") return typeof found === "function" ? found.bind(client) : found;
            return async (...args: [string]) => {
              const answer = await client.query(...args);
              if (/^commit$/i.test(args[0]) && lost++ === 0) throw Object.assign(new Error("gone"), { code: "57P01" });
              return answer;
            };
          },
        });
      };
    },
  });
  const { became, bars } = await load({ ...at.db, pool }, run, {
    bars: [bar("2026-02-19", "1")],
    rejects: [BAD],
    at: NOW - DAY,
  });
  assert.equal(lost, 2, "it was done again");
  assert.deepEqual([became, bars], [["loaded"], 1], "what the first attempt did");
  const { rows: [{ answers }] } = await at.db.pool.query("select count(*) as answers from answer");
  const { rows: [{ times }] } = await at.db.pool.query("select times from quarantine");
  assert.deepEqual([answers, times], [2, 2]);
});

withDatabases("a run that is not ours any more loads nothing", async (db) => {
  const run = await startRun(db);
  const stranger = { ...run, owner: "somebody else" };
  await assert.rejects(load(db, stranger, { bars: [bar("2026-02-19", "1")], at: NOW }), LeaseLost);
  const { rows: [{ answers }] } = await db.pool.query("select count(*) as answers from answer");
  assert.equal(answers, 0);
});

withDatabases("a release between answers, one of which is dropped: made anew twice, it is as it was", async (db) => {
  const run = await startRun(db);
  await live(db, run, { bars: [bar("2026-02-19", "1")], rejects: [BAD], at: NOW });
  await live(db, run, { bars: [bar("2026-02-20", "6"), bar("2026-02-23", "1")], at: NOW + 2 * DAY });
  const [row] = await quarantinedRows(db, { series: DAILY, limit: 1 });
  const origin = (await originOf(db, row!))!;
  await releaseRow(db, { row: row!, origin, bar: bar("2026-02-20", "8"), holder: run, by: "me", now: NOW + 3 * DAY });
  await live(db, run, { bars: [bar("2026-02-20", "7")], at: NOW + 4 * DAY });
  await retainAnswers(db, { before: NOW + 1, limit: 9 });
  const before = await tablesOf(db);
  assert.equal(before.revision!.length, 2);
  for (let again = 0; again < 2; again++) {
    await rebuildSeries(db, { holder: run, series: DAILY, partial: true, read, signal });
    assert.deepEqual(await tablesOf(db), before);
  }
});

withDatabases("a file told after every answer and before a release does not take its place", async (db) => {
  const run = await startRun(db);
  await live(db, run, { bars: [bar("2026-02-19", "1")], rejects: [BAD], at: NOW });
  const [row] = await quarantinedRows(db, { series: DAILY, limit: 1 });
  const origin = (await originOf(db, row!))!;
  await releaseRow(db, { row: row!, origin, bar: bar("2026-02-20", "8"), holder: run, by: "me", now: NOW + 3 * DAY });
  await load(db, run, { bars: [bar("2026-02-20", "9")], at: NOW + DAY });
  const { rows } = await db.pool.query("select close from stock_data order by ts");
  assert.deepEqual(rows.map(({ close }) => close), ["1", "8"]);
});

withDatabases("two told at one instant, one of them dropped: no refused row is lost", async (db) => {
  const run = await startRun(db);
  await live(db, run, { bars: [bar("2026-02-19", "1")], rejects: [BAD], at: NOW });
  await retainAnswers(db, { before: NOW + 1, limit: 9 });
  await live(db, run, { bars: [bar("2026-02-20", "1")], at: NOW });
  await rebuildSeries(db, { holder: run, series: DAILY, partial: true, read, signal });
  const { rows } = await db.pool.query("select times from quarantine");
  assert.deepEqual(rows, [{ times: 1 }]);
});
