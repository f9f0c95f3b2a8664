/** Do splits and dividends follow the newest answer, and does what it corrects stay as a fact of the past? */
import assert from "node:assert/strict";
import { actionCounts, rewindActions } from "../../src/postgres/actions.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { transaction } from "../../src/postgres/transaction.ts";
import { dividend, storeActions } from "../support/actions.ts";
import { withDatabases } from "../support/database.ts";
import { NOW, placesOf, startRun } from "../support/stored.ts";

const DAY = 86_400_000;

/** `date what` of each row, with `-` before one that does not hold any more. */
async function kept(db: Database, table: "split" | "dividend"): Promise<string[]> {
  const [day, facts] = table === "split" ? ["effective_date", "factor"] : ["ex_date", "place || ': ' || amount"];
  const { rows } = await db.pool.query(
    `select case when dropped_at is null then '' else '-' end || ${day} || ' ' || ${facts} as row
     from ${table} order by symbol, ${day}, id`,
  );
  return rows.map(({ row }) => row);
}

withDatabases("told twice nothing is written; a correction and a withdrawal leave what was said before", async (db) => {
  const run = await startRun(db);
  const first = [{ date: "2014-06-09", factor: "7.0000" }, { date: "2020-08-31", factor: "5" }];
  assert.deepEqual(await storeActions(db, run, { splits: first, dividends: null }), ["2 added"]);
  const before = await placesOf(db, "split");
  const same = [{ date: "2014-06-09", factor: "7" }, { date: "2020-08-31", factor: "5.00" }];
  assert.deepEqual(await storeActions(db, run, { splits: same, dividends: null }), ["2 known, none changed"]);
  assert.deepEqual(await placesOf(db, "split"), before);
  const second = [{ date: "2014-06-09", factor: "7" }, { date: "2020-08-31", factor: "4" }, {
    date: "2026-01-02",
    factor: "2",
  }];
  assert.deepEqual(await storeActions(db, run, { splits: second, dividends: null, now: NOW + DAY }), [
    "1 added, 1 corrected",
  ]);
  assert.deepEqual(await kept(db, "split"), ["2014-06-09 7.0000", "-2020-08-31 5", "2020-08-31 4", "2026-01-02 2"]);
  const third = second.slice(0, 2);
  assert.deepEqual(await storeActions(db, run, { splits: third, dividends: null, now: NOW + 2 * DAY }), [
    "1 withdrawn",
  ]);
  const { rows } = await db.pool.query(
    `select dropped_at as at, dropped_by as by, answer_id as said from split order by id`,
  );
  assert.deepEqual(rows.map(({ at, by, said }) => [at, by, said]), [
    [null, null, 1],
    [NOW + DAY, 3, 1],
    [null, null, 3],
    [NOW + 2 * DAY, 4, 3],
  ]);
  assert.deepEqual(
    await storeActions(db, run, { splits: second, dividends: null, now: NOW + 3 * DAY }),
    ["1 added"],
    "it is back",
  );
});

withDatabases(
  "what an answer does not reach back to, or may have lost as a refused row, is not withdrawn",
  async (db) => {
    const run = await startRun(db);
    const all = ["2001-02-07", "2020-02-07", "2025-02-10"].map((date) => dividend(date, "1"));
    await storeActions(db, run, { splits: null, dividends: all });
    await storeActions(db, run, { splits: null, dividends: all.slice(1) });
    assert.deepEqual(await kept(db, "dividend"), ["2001-02-07 1: 1", "2020-02-07 1: 1", "2025-02-10 1: 1"]);
    const refused = { rows: 1, first: "x" };
    const [told] = await storeActions(db, run, {
      splits: null,
      dividends: [all[0]!, dividend("2025-02-10", "2")],
      refused,
    });
    assert.equal(told, "1 corrected; 1 rows refused, first: x");
    assert.deepEqual(await kept(db, "dividend"), [
      "2001-02-07 1: 1",
      "2020-02-07 1: 1",
      "-2025-02-10 1: 1",
      "2025-02-10 1: 2",
    ]);
  },
);

withDatabases(
  "several dividends of one day keep their places whatever the order, and dates are part of what is said",
  async (db) => {
    const run = await startRun(db);
    const regular = dividend("2024-11-12", "3.50", { paymentDate: "2024-12-10" });
    const special = dividend("2024-11-12", "3.00", { paymentDate: "2024-12-02" });
    const unpaid = [dividend("2004-11-15", "0.08"), dividend("2004-11-15", "3.00")];
    await storeActions(db, run, { splits: null, dividends: [regular, special, ...unpaid] });
    const before = await placesOf(db, "dividend");
    await storeActions(db, run, { splits: null, dividends: [...unpaid.toReversed(), special, regular] });
    assert.deepEqual(await placesOf(db, "dividend"), before);
    assert.deepEqual(await kept(db, "dividend"), [
      "2004-11-15 1: 3.00",
      "2004-11-15 2: 0.08",
      "2024-11-12 1: 3.00",
      "2024-11-12 2: 3.50",
    ]);
    const declared = { ...regular, declarationDate: "2024-10-30" };
    assert.deepEqual(await storeActions(db, run, { splits: null, dividends: [declared, special, ...unpaid] }), [
      "1 corrected",
    ]);
  },
);

withDatabases(
  "of one symbol, another's rows are left alone; counts are of what holds; a rewind takes back",
  async (db) => {
    const run = await startRun(db);
    await storeActions(db, run, { symbol: "A", splits: [{ date: "2020-01-02", factor: "2" }] });
    await storeActions(db, run, { symbol: "B", splits: [{ date: "2020-01-02", factor: "3" }], dividends: null });
    await storeActions(db, run, { symbol: "B", splits: [{ date: "2020-01-02", factor: "4" }], dividends: null });
    await storeActions(db, run, { symbol: "B", splits: null, dividends: [dividend("2020-01-02", "1")] });
    assert.deepEqual(await actionCounts(db, ["B", "NONE", "A"]), [
      { symbol: "B", splits: 1, dividends: 1 },
      { symbol: "NONE", splits: 0, dividends: 0 },
      { symbol: "A", splits: 1, dividends: 0 },
    ]);
    const { rows: [{ cut }] } = await db.pool.query("select min(answer_id) as cut from split where symbol = 'B'");
    await transaction(db, (client) => rewindActions(client, { form: "SPLITS", symbol: "B", cut }));
    assert.deepEqual(await kept(db, "split"), ["2020-01-02 2", "2020-01-02 3"]);
  },
);
