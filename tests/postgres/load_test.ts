import assert from "node:assert/strict";
import fc from "fast-check";
import type { Bar, Reject, Series } from "../../src/bar.ts";
import { retainAnswers } from "../../src/postgres/answers.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { importRows } from "../../src/postgres/imports.ts";
import { isLoaded, loadAnswer, type Loaded, PlaceGone } from "../../src/postgres/load.ts";
import { type ArchivedAnswer, rebuildSeries } from "../../src/postgres/rebuild.ts";
import type { Holder } from "../../src/postgres/runs.ts";
import { LeaseLost } from "../../src/run.ts";
import { withDatabases } from "../support/database.ts";
import { bar, NOW, startRun, store, tablesOf } from "../support/stored.ts";
import { barsOf, TOLD } from "../support/any_answer.ts";

const DAY = 86_400_000;
const DAILY: Series = { symbol: "IBM", interval: "daily" };
const signal = new AbortController().signal;

interface Told {
  readonly series?: Series;
  readonly bars: readonly Bar[];
  readonly rejects?: readonly Reject[];
  /** Epoch ms. */
  readonly at: number;
}

/** The bodies of these tests are what was stored from them, after what tells two of the same bars apart. */
function read({ body }: ArchivedAnswer): { bars: Bar[]; rejects: Reject[] } {
  const [bars, rejects] = JSON.parse(body);
  return { bars, rejects };
}

function bodyOf({ bars, rejects = [], at }: Told): string {
  return JSON.stringify([bars, rejects, at]);
}

async function live(db: Database, holder: Holder, told: Told): Promise<void> {
  const { series = DAILY, bars, rejects = [], at } = told;
  await store(db, holder, { series, bars, rejects, now: at, body: bodyOf(told) });
}

async function load(db: Database, holder: Holder, told: Told, now = NOW + 99 * DAY): Promise<Loaded> {
  const { series = DAILY, at } = told;
  const answer = {
    requestId: null,
    form: "TEST",
    zone: "America/New_York",
    receivedAt: at,
    reachesTo: at,
    body: bodyOf(told),
  };
  return await loadAnswer(db, { holder, series, answer, now, read, signal });
}

/** What the tables say, each answer by when it was told: ids follow the order of arrival. */
async function said(db: Database): Promise<unknown> {
  const of = (column: string) => `(select received_at from answer where answer.id = t.${column})`;
  const rows = async (table: string, more: string) => {
    const { rows } = await db.pool.query(
      `select (to_jsonb(t) - 'id' - 'run_id' - 'answer_id' - 'changed_by')::text as row ${more} from ${table} as t order by 1, 2`,
    );
    return rows;
  };
  return {
    bars: await rows("stock_data", `, ${of("answer_id")} as told`),
    revisions: await rows("revision", `, ${of("answer_id")} as told, ${of("changed_by")} as changed`),
    quarantine: await rows("quarantine", ", 0 as told"),
  };
}

async function empty(db: Database): Promise<void> {
  await db.pool.query("delete from stock_data; delete from revision; delete from quarantine");
}

withDatabases(
  "in whatever order answers arrive, live or loaded, the tables are those of the order they were told in",
  async (db) => {
    const run = await startRun(db);
    let symbol = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(TOLD, fc.boolean(), fc.nat()), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (answers, week) => {
          const tell = (name: string): (Told & { late: boolean; lot: number })[] => {
            const series: Series = { symbol: name, interval: week ? "weekly" : "daily" };
            return answers.map(([{ given, rejects }, late, lot], n) => ({
              series,
              bars: barsOf(given, { week }),
              rejects,
              at: NOW + n * DAY,
              late,
              lot,
            }));
          };
          const name = `L${symbol++}`;
          await empty(db);
          for (const told of tell(`${name}A`)) await live(db, run, told);
          const expected = JSON.stringify(await said(db)).replaceAll(`${name}A`, name);
          await empty(db);
          const mixed = tell(`${name}B`);
          for (const told of mixed.filter(({ late }) => !late)) await live(db, run, told);
          for (const told of mixed.filter(({ late }) => late).toSorted((a, b) => a.lot - b.lot)) {
            await load(
              db,
              run,
              told,
            );
          }
          assert.equal(JSON.stringify(await said(db)).replaceAll(`${name}B`, name), expected);
        },
      ),
      { numRuns: 60 },
    );
  },
);

withDatabases("what a load changes is counted; the same answer again is known", async (db) => {
  const run = await startRun(db);
  const young = { bars: [bar("2026-02-20", "2"), bar("2026-02-23", "3")], at: NOW };
  const old: Told = { bars: [bar("2026-02-19", "1"), bar("2026-02-20", "1")], rejects: [BAD], at: NOW - 7 * DAY };
  await live(db, run, young);
  assert.equal(await isLoaded(db, { series: DAILY, answer: { body: bodyOf(old), receivedAt: old.at } }), false);
  assert.deepEqual(await load(db, run, old), { damaged: [], bars: 1, revisions: 1, quarantined: 1 });
  assert.equal(await isLoaded(db, { series: DAILY, answer: { body: bodyOf(old), receivedAt: old.at } }), true);
  assert.equal(await isLoaded(db, { series: DAILY, answer: { body: bodyOf(old), receivedAt: old.at + 1 } }), false);
  const { rows } = await db.pool.query("select close, seen_at from revision");
  assert.deepEqual(rows, [{ close: "1", seen_at: NOW }], "the older value was found changed when the younger one came");
  const { rows: then } = await db.pool.query("select ts, close from bars_as_of($1) order by ts", [new Date(NOW - DAY)]);
  assert.deepEqual(then, [{ ts: Date.parse("2026-02-19"), close: "1" }, { ts: Date.parse("2026-02-20"), close: "1" }]);
});

const BAD: Reject = { stamp: "2026-01-02", rule: "zero-price", raw: { "4. close": "0" } };

withDatabases("what is told later, live, comes after all that was loaded", async (db) => {
  const run = await startRun(db);
  await live(db, run, { bars: [bar("2026-02-20", "1")], at: NOW });
  for (let n = 0; n < 70; n++) await load(db, run, { bars: [bar("2026-02-20", String(n % 2 + 5))], at: NOW - DAY + n });
  await live(db, run, { bars: [bar("2026-02-20", "3")], at: NOW + DAY });
  const { rows: [{ close }] } = await db.pool.query("select close from stock_data");
  assert.equal(close, "3");
  const { rows: [{ places, answers }] } = await db.pool.query(
    "select count(distinct coalesce(place, id)) as places, count(*) as answers from answer",
  );
  assert.deepEqual([places, answers], [72, 72], "however close, no two have one place");
  const { rows: [{ revisions }] } = await db.pool.query("select count(*) as revisions from revision");
  assert.equal(revisions, 71);
});

withDatabases("an answer older than those whose bodies are dropped is refused, a younger one is not", async (db) => {
  const run = await startRun(db);
  await live(db, run, { bars: [bar("2026-02-20", "1")], at: NOW });
  await live(db, run, { bars: [bar("2026-02-23", "1")], at: NOW + 2 * DAY });
  await retainAnswers(db, { before: NOW + DAY, limit: 10 });
  const before = await tablesOf(db);
  await assert.rejects(load(db, run, { bars: [bar("2026-02-19", "9")], at: NOW - DAY }), PlaceGone);
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

withDatabases("a run that is not ours any more loads nothing", async (db) => {
  const run = await startRun(db);
  const stranger = { ...run, owner: "somebody else" };
  await assert.rejects(load(db, stranger, { bars: [bar("2026-02-19", "1")], at: NOW }), LeaseLost);
  const { rows: [{ answers }] } = await db.pool.query("select count(*) as answers from answer");
  assert.equal(answers, 0);
});
