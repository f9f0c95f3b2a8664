import assert from "node:assert/strict";
import fc from "fast-check";
import type { Bar, Reject, Series } from "../../src/bar.ts";
import { retainAnswers } from "../../src/postgres/answers.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { archiveStates, describeLack } from "../../src/postgres/archive_states.ts";
import { type ArchivedAnswer, rebuildSeries, type Rebuilt } from "../../src/postgres/rebuild.ts";
import type { Holder } from "../../src/postgres/runs.ts";
import { LeaseLost } from "../../src/run.ts";
import { withDatabases } from "../support/database.ts";
import { barsOf, TOLD } from "../support/any_answer.ts";
import { bar, nextRun, NOW, startRun, store, tablesOf } from "../support/stored.ts";

const DAY = 86_400_000;
const WEEKLY: Series = { symbol: "IBM", interval: "weekly" };
const DAILY: Series = { symbol: "IBM", interval: "daily" };

/** The bodies of these tests are what was stored from them. */
function read({ body }: ArchivedAnswer): { bars: Bar[]; rejects: Reject[] } {
  const [bars, rejects] = JSON.parse(body);
  return { bars, rejects };
}

type Rebuild = { holder: Holder; series: Series } & Partial<Parameters<typeof rebuildSeries>[1]>;

function rebuildBeside(db: Database, { holder, series, ...over }: Rebuild): Promise<Rebuilt> {
  return rebuildSeries(db, {
    ...{ holder, series, partial: false, read, signal: new AbortController().signal },
    ...over,
  });
}

/** How many answers were replayed; none may be damaged. */
async function rebuild(db: Database, options: Rebuild): Promise<number> {
  const { replayed, damaged } = await rebuildBeside(db, options);
  assert.deepEqual(damaged, []);
  return replayed;
}

async function empty(db: Database): Promise<void> {
  await db.pool.query("delete from stock_data; delete from revision; delete from quarantine");
}

const bad: Reject = { stamp: "2026-01-02", rule: "zero-price", raw: { "4. close": "0" } };

/** A week that runs and settles, a correction taken back, an adjusted close that moves, bad rows that come again. */
async function history(db: Database): Promise<Holder> {
  let run = await startRun(db);
  const adjusted = (value: string) => ({ adjustedClose: value, dividendAmount: "0.1" });
  const answers: { series: Series; bars: Bar[]; rejects?: Reject[] }[] = [
    { series: WEEKLY, bars: [bar("2026-02-20", "1"), bar("2026-02-24", "2", { settled: false })], rejects: [bad] },
    { series: DAILY, bars: [bar("2026-02-20", "1"), bar("2026-02-23", "1")], rejects: [bad, bad] },
    { series: WEEKLY, bars: [bar("2026-02-20", "1"), bar("2026-02-26", "3", { settled: false })], rejects: [bad] },
    { series: DAILY, bars: [bar("2026-02-20", "2", adjusted("1.9"))], rejects: [{ ...bad, rule: "future" }] },
    { series: WEEKLY, bars: [bar("2026-02-19", "1"), bar("2026-02-27", "3")] },
    { series: DAILY, bars: [bar("2026-02-20", "1"), bar("2026-02-23", "1")], rejects: [bad, bad] },
    { series: DAILY, bars: [bar("2026-02-20", "1", adjusted("0.8"))] },
    { series: WEEKLY, bars: [bar("2026-02-27", "4", { settled: false })], rejects: [bad] },
  ];
  for (const [n, answer] of answers.entries()) {
    await store(db, run, { ...answer, now: NOW + n * DAY });
    run = await nextRun(db, run);
  }
  return run;
}

withDatabases("everything deleted and rebuilt is everything as it was, and so is a second time", async (db) => {
  const holder = await history(db);
  const before = await tablesOf(db);
  assert.deepEqual(Object.values(before).map(({ length }) => length), [4, 3, 3]);
  for (const prepare of [() => empty(db), () => Promise.resolve()]) {
    await prepare();
    assert.equal(await rebuild(db, { holder, series: WEEKLY }), 4);
    assert.equal(await rebuild(db, { holder, series: DAILY }), 4);
    assert.deepEqual(await tablesOf(db), before);
  }
});

/** Bars and revisions without their adjusted columns: those are not kept per answer. */
async function prices(db: Database): Promise<string[]> {
  const { stock_data, revision } = await tablesOf(db);
  return [...stock_data!, ...revision!].map((row) =>
    JSON.stringify(row).replace(/[\\"]*(adjusted_close|dividend_amount|split_coefficient)[\\"]*: [^,}]*/g, "")
  );
}

withDatabases(
  "an answer that is damaged, or that the reader throws on, is told, and everything else is replayed",
  async (db) => {
    const holder = await history(db);
    const { rows: answers } = await db.pool.query(
      `select answer.id, "interval" as of, body_id, body from answer join answer_body on answer_body.id = body_id order by answer.id`,
    );
    for (const { id, of, body_id, body } of answers) {
      const series = of === "weekly" ? WEEKLY : DAILY;
      const before = await prices(db);
      await db.pool.query("update answer_body set body = $2 where id = $1", [body_id, `${body} `]);
      const same = answers.filter((other) => other.body_id === body_id).map((other) => other.id);
      const { replayed, damaged } = await rebuildBeside(db, { holder, series });
      const hash = { found: "its body is not what was archived: the hash differs" };
      assert.deepEqual(damaged, same.map((answerId) => ({ answerId, ...hash })));
      assert.equal(replayed, 4 - same.length);
      assert.deepEqual(await prices(db), before, `without answer ${id}`);
      await db.pool.query("update answer_body set body = $2 where id = $1", [body_id, body]);
      assert.equal(await rebuild(db, { holder, series }), 4);
      assert.deepEqual(await prices(db), before);
    }
    const failing = (answer: ArchivedAnswer) => {
      if (answer.id === answers[1].id) throw new Error("the reader fell over");
      return read(answer);
    };
    await empty(db);
    const { replayed, damaged } = await rebuildBeside(db, { holder, series: DAILY, read: failing });
    assert.deepEqual([replayed, damaged], [3, [{ answerId: answers[1].id, found: "the reader fell over" }]]);
    const { rows } = await db.pool.query("select ts, close from stock_data order by ts");
    assert.deepEqual(rows, [{ ts: Date.parse("2026-02-20"), close: "1" }, {
      ts: Date.parse("2026-02-23"),
      close: "1",
    }]);
  },
);

withDatabases("an abort, a lost lease: the series stays as it was", async (db) => {
  const holder = await history(db);
  const before = await tablesOf(db);
  const stop = new AbortController();
  const aborting = (answer: ArchivedAnswer) => (stop.abort(new Error("stopped")), read(answer));
  await assert.rejects(rebuild(db, { holder, series: DAILY, read: aborting, signal: stop.signal }), /stopped/);
  await assert.rejects(rebuild(db, { holder: { ...holder, owner: "thief" }, series: DAILY }), LeaseLost);
  assert.deepEqual(await tablesOf(db), before);
});

withDatabases("what cannot be rebuilt is told, refused, and with partial kept", async (db) => {
  const holder = await history(db);
  const before = await tablesOf(db);
  assert.deepEqual(await archiveStates(db), [
    { series: DAILY, cut: "0", answers: 4, bars: 0, revisions: 0 },
    { series: WEEKLY, cut: "0", answers: 4, bars: 0, revisions: 0 },
  ]);
  await retainAnswers(db, { before: NOW + 3 * DAY, limit: 9 });
  const [daily, weekly] = await archiveStates(db);
  // The body of the first daily answer came again later, so it is still there.
  assert.deepEqual({ ...daily, series: null }, { series: null, cut: "0", answers: 4, bars: 0, revisions: 0 });
  assert.deepEqual([weekly!.answers, weekly!.bars, weekly!.revisions], [2, 0, 1]);
  const message =
    "Cannot rebuild IBM weekly: 0 bars and 1 revisions are older than the 2 answers whose bodies are kept";
  assert.equal(describeLack(weekly!), message);
  await assert.rejects(rebuild(db, { holder, series: WEEKLY }), { message });
  assert.deepEqual(await tablesOf(db), before);
  assert.equal(await rebuild(db, { holder, series: WEEKLY, partial: true }), 2);
  assert.deepEqual(await tablesOf(db), before);
});

withDatabases("bars from before there was an archive are kept", async (db) => {
  const run = await startRun(db);
  const first = [bar("2026-02-19", "1"), bar("2026-02-20", "1"), bar("2026-02-23", "1", { settled: false })];
  await store(db, run, { series: DAILY, bars: first, rejects: [bad] });
  await db.pool.query("update stock_data set answer_id = null; delete from answer");
  assert.deepEqual(await archiveStates(db), [{ series: DAILY, cut: "0", answers: 0, bars: 3, revisions: 0 }]);
  const bars = [bar("2026-02-20", "2"), bar("2026-02-23", "2")];
  await store(db, run, { series: DAILY, bars, rejects: [bad], now: NOW + DAY });
  const before = await tablesOf(db);
  const [state] = await archiveStates(db);
  assert.deepEqual(state, { series: DAILY, cut: "0", answers: 1, bars: 1, revisions: 1 });
  await assert.rejects(rebuild(db, { holder: run, series: DAILY }), /1 bars and 1 revisions/);
  for (let n = 0; n < 2; n++) {
    await rebuild(db, { holder: run, series: DAILY, partial: true });
    assert.deepEqual(await tablesOf(db), before);
  }
});

withDatabases("any history, rebuilt whole or from any cut on, is as it was", async (db) => {
  const run = await startRun(db);
  let symbol = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(TOLD, { minLength: 1, maxLength: 7 }),
      fc.nat(7),
      fc.boolean(),
      async (loads, cut, week) => {
        await empty(db);
        const series: Series = { symbol: `H${symbol++}`, interval: week ? "weekly" : "daily" };
        for (const [n, { given, rejects }] of loads.entries()) {
          await store(db, run, { series, bars: barsOf(given, { week }), rejects, now: NOW + n * DAY });
        }
        const before = await tablesOf(db);
        await retainAnswers(db, { before: NOW + cut * DAY, limit: 100 });
        await rebuild(db, { holder: run, series, partial: true });
        assert.deepEqual(await tablesOf(db), before);
      },
    ),
    { numRuns: 60 },
  );
});
