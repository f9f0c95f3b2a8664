import assert from "node:assert/strict";
import fc from "fast-check";
import type { Series } from "../../src/bar.ts";
import { hashOf } from "../../src/postgres/answers.ts";
import { archiveStates } from "../../src/postgres/archive_states.ts";
import { placeOf } from "../../src/postgres/load.ts";
import { barsOf, TOLD } from "../support/any_answer.ts";
import { withDatabases } from "../support/database.ts";
import { BAD, bodyOf, DAILY, DAY, empty, live, load, said, type Told } from "../support/loading.ts";
import { bar, NOW, startRun, tablesOf } from "../support/stored.ts";

withDatabases(
  "in whatever order answers arrive, live or loaded, the tables are those of the order they were told in",
  async (db) => {
    const run = await startRun(db);
    let symbol = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(TOLD, fc.boolean(), fc.nat()), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        fc.boolean(),
        async (answers, week, inOneGo) => {
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
          const late = mixed.filter(({ late }) => late).toSorted((a, b) => a.lot - b.lot);
          if (inOneGo && late.length > 0) await load(db, run, late);
          else for (const told of late) await load(db, run, told);
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
  const hash = await hashOf(new TextEncoder().encode(bodyOf(old)));
  const placed = async (at = old.at) => {
    const { place: _, ...found } = await placeOf(db.pool, { series: DAILY, receivedAt: at, hash });
    return found;
  };
  assert.deepEqual(await placed(), { known: false, alsoAt: null, later: 1, released: false, gone: false });
  const done = { bars: 1, revisions: 1, quarantined: 1, rebuilt: true };
  assert.deepEqual(await load(db, run, old), { became: ["loaded"], ...done });
  assert.deepEqual(await placed(), { known: true, alsoAt: null, later: 1, released: false, gone: false });
  assert.deepEqual(await placed(old.at + 1), { known: false, alsoAt: old.at, later: 1, released: false, gone: false });
  const before = await tablesOf(db);
  const nothing = { became: ["known"], bars: 0, revisions: 0, quarantined: 0, rebuilt: false };
  assert.deepEqual(await load(db, run, old), nothing);
  assert.deepEqual(await tablesOf(db), before);
  const { rows } = await db.pool.query("select close, seen_at from revision");
  assert.deepEqual(rows, [{ close: "1", seen_at: NOW }], "the older value was found changed when the younger one came");
  const { rows: then } = await db.pool.query("select ts, close from bars_as_of($1) order by ts", [new Date(NOW - DAY)]);
  assert.deepEqual(then, [{ ts: Date.parse("2026-02-19"), close: "1" }, { ts: Date.parse("2026-02-20"), close: "1" }]);
});

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

withDatabases("twenty older and older ones: none falls out of what is replayed", async (db) => {
  const run = await startRun(db);
  await live(db, run, { bars: [bar("2026-02-20", "99")], at: NOW });
  for (let n = 1; n <= 20; n++) await load(db, run, { bars: [bar("2026-02-20", String(n))], at: NOW - n * DAY });
  const [state] = await archiveStates(db);
  assert.deepEqual(state, { series: DAILY, cut: "0", answers: 21, bars: 0, revisions: 0 });
  const { rows } = await db.pool.query("select close from revision order by seen_at");
  assert.deepEqual(rows.map(({ close }) => Number(close)), Array.from({ length: 20 }, (_, n) => 20 - n));
});

withDatabases("two told at one instant stand in one order, whichever comes first", async (db) => {
  const run = await startRun(db);
  const pair = ["1", "2"].map((close): Told => ({ bars: [bar("2026-02-20", close)], at: NOW }));
  const closes: unknown[] = [];
  for (const told of [pair, pair.toReversed()]) {
    for (const one of told) await load(db, run, one);
    closes.push(await said(db));
    await db.pool.query("delete from answer");
    await empty(db);
  }
  assert.deepEqual(closes[0], closes[1]);
});

withDatabases("what nothing was told after is written, and nothing else is made anew", async (db) => {
  const run = await startRun(db);
  await live(db, run, { bars: [bar("2026-02-20", "1")], at: NOW });
  const place = async () => (await db.pool.query("select ctid::text, xmin::text from stock_data order by ts")).rows[0];
  const before = await place();
  const two: Told[] = [{ bars: [bar("2026-02-23", "1")], at: NOW + DAY }, {
    bars: [bar("2026-02-24", "1")],
    at: NOW + 2 * DAY,
  }];
  const { rebuilt, bars } = await load(db, run, two);
  assert.deepEqual([rebuilt, bars], [false, 2]);
  assert.deepEqual(await place(), before);
});
