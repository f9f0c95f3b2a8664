import assert from "node:assert/strict";
import fc from "fast-check";
import type { Bar, Interval, Series } from "../../src/bar.ts";
import { wallClockToUtc } from "../../src/calendar.ts";
import { retainAnswers } from "../../src/postgres/answers.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { answerOf, type VendorRow } from "../support/answers.ts";
import { withDatabases } from "../support/database.ts";
import { bar, IBM, nextRun, NOW, startRun, store } from "../support/stored.ts";

const DAY = 86_400_000;
const HALF_HOUR = "2026-03-02T14:30Z";

async function bodies(db: Database) {
  const { rows } = await db.pool.query(
    `select body, bytes, encode(sha256, 'hex') as sha256, last_received_at as "last" from answer_body order by id`,
  );
  return rows;
}

async function answerIds(db: Database): Promise<number[]> {
  const { rows } = await db.pool.query(`select answer_id from stock_data order by ts`);
  return rows.map((row) => row.answer_id);
}

withDatabases("a body that comes again is kept once; each time it came is an answer", async (db) => {
  const run = await startRun(db);
  for (const [index, body] of ["A é", "B", "A é"].entries()) await store(db, run, { body, now: NOW + index });
  const kept = await bodies(db);
  assert.deepEqual(kept.map(({ body, bytes, last }) => [body, bytes, last]), [["A é", 4, NOW + 2], ["B", 1, NOW + 1]]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("A é"));
  assert.equal(kept[0].sha256, new Uint8Array(digest).toHex());
  const { rows } = await db.pool.query(
    `select body_id, run_id, symbol, "interval", form, zone, received_at from answer order by id`,
  );
  assert.deepEqual(rows.map(({ body_id }) => body_id), [1, 2, 1].map((n) => rows[0].body_id + n - 1));
  const { runId } = run;
  assert.deepEqual(rows[2], {
    ...{ body_id: rows[0].body_id, run_id: runId, symbol: "IBM", interval: "30min", form: "TEST" },
    ...{ zone: "America/New_York", received_at: NOW + 2 },
  });
});

withDatabases("a long body is stored compressed", async (db) => {
  const run = await startRun(db);
  const body = JSON.stringify(Array.from({ length: 2_000 }, (_, n) => ({ "1. open": `${n}.0000` })));
  await store(db, run, { body });
  const { rows } = await db.pool.query("select pg_column_size(body) as size, body from answer_body");
  assert.equal(rows[0].body, body);
  assert.ok(rows[0].size < body.length / 2, `${rows[0].size} of ${body.length} bytes`);
});

withDatabases("a body is compressed by the quickest method the engine has", async (db) => {
  const run = await startRun(db);
  await store(db, run, { body: "1.0000 ".repeat(2_000) });
  const { rows } = await db.pool.query(
    `select pg_column_compression(body) as used,
       (select 'lz4' = any (enumvals) from pg_settings where name = 'default_toast_compression') as has from answer_body`,
  );
  assert.equal(rows[0].used, rows[0].has ? "lz4" : "pglz");
});

withDatabases("an answer that is not stored is not archived", async (db) => {
  const run = await startRun(db);
  await assert.rejects(store(db, run, { bars: [bar(HALF_HOUR, "10", { high: "9" })] }), { code: "23514" });
  assert.equal((await db.pool.query("select from answer union all select from answer_body")).rowCount, 0);
});

withDatabases("a bar names the answer that gave its prices", async (db) => {
  let run = await startRun(db);
  const daily: Series = { symbol: "IBM", interval: "daily" };
  const given: [Partial<Bar> & { close: string }, changes: boolean][] = [
    [{ close: "10", settled: false }, true],
    [{ close: "10", settled: false }, false],
    [{ close: "11", settled: false }, true],
    [{ close: "11" }, true],
    [{ close: "11" }, false],
    [{ close: "11", adjustedClose: "10.5" }, false],
    [{ close: "12", settled: false }, false],
    [{ close: "12" }, true],
  ];
  let expected = 0;
  for (const [index, [over, changes]] of given.entries()) {
    const one = bar("2026-02-27", over.close, over);
    await store(db, run, { series: daily, bars: [one], now: NOW + index });
    const { rows: [{ newest }] } = await db.pool.query("select max(id) as newest from answer");
    if (changes) expected = newest;
    assert.deepEqual(await answerIds(db), [expected], `step ${index}`);
    run = await nextRun(db, run);
  }
  const { rows } = await db.pool.query(
    `select old.close, old.changed_by - old.answer_id as later, seen_at - received_at as gap
     from revision as old join answer on answer.id = changed_by`,
  );
  assert.deepEqual(rows.map(({ close, later }) => [close, later]), [["11", 4]]);
});

withDatabases("retention drops the bodies that came longest ago, in batches, and nothing else", async (db) => {
  const run = await startRun(db);
  const at = (day: number) => NOW + day * DAY;
  await store(db, run, { body: "again", now: at(0), bars: [bar(HALF_HOUR, "1")] });
  for (const day of [1, 2, 3]) await store(db, run, { body: `day ${day}`, now: at(day) });
  await store(db, run, { body: "again", now: at(4) });
  assert.equal(await retainAnswers(db, { before: at(3), limit: 1 }), 1);
  assert.deepEqual((await bodies(db)).map(({ body }) => body), ["again", null, "day 2", "day 3"]);
  assert.equal(await retainAnswers(db, { before: at(3), limit: 10 }), 1);
  assert.equal(await retainAnswers(db, { before: at(3), limit: 10 }), 0);
  assert.deepEqual((await bodies(db)).map(({ body }) => body), ["again", null, null, "day 3"]);
  assert.equal((await db.pool.query("select from answer")).rowCount, 5);
  await store(db, run, { body: "day 1", now: at(5) });
  assert.deepEqual((await bodies(db)).map(({ body }) => body), ["again", "day 1", null, "day 3"]);
});

/** Stores rows as the vendor would have sent them, under a body that really holds them. */
async function storeRows(
  db: Database,
  { series, rows, now = NOW, change = (body) => body }: {
    series: Series;
    rows: readonly VendorRow[];
    now?: number;
    change?: (body: string) => string;
  },
): Promise<void> {
  const run = await startRun(db, { owner: crypto.randomUUID() });
  const name = intraday(series.interval) ? "TIME_SERIES_INTRADAY" : `TIME_SERIES_${series.interval.toUpperCase()}`;
  const body = change(answerOf({ function: name, symbol: series.symbol, interval: series.interval }, { rows }));
  const bars = rows.map(({ stamp, open, high, low, close, volume }) => {
    const ts = intraday(series.interval) ? wallClockToUtc("US/Eastern", stamp)! : Date.parse(stamp);
    return bar(new Date(ts).toISOString(), close, { open, high, low, volume });
  });
  await store(db, run, { series, bars, now, body });
  await db.pool.query("update run set outcome = 'complete', finished_at = now() where outcome is null");
}

function intraday(interval: Interval): boolean {
  return interval.endsWith("min");
}

function priced(stamp: string, price: string): VendorRow {
  return { stamp, open: price, high: price, low: price, close: price, volume: "1" };
}

async function raws(db: Database, { symbol, interval }: Series): Promise<unknown[]> {
  const { rows } = await db.pool.query(
    `select raw ->> '4. close' as close, raw::text from stock_data_raw where symbol = $1 and "interval" = $2 order by ts`,
    [symbol, interval],
  );
  return rows.map((row) => row.close);
}

withDatabases("stock_data_raw: the vendor's own words for each bar, in summer and winter time", async (db) => {
  const stamps = ["2026-03-06 15:30:00", "2026-03-09 09:30:00", "2026-10-30 09:30:00", "2026-11-02 09:30:00"];
  await storeRows(db, { series: IBM, rows: stamps.map((stamp, n) => priced(stamp, `1${n}.0000`)) });
  const daily: Series = { symbol: "IBM", interval: "daily" };
  await storeRows(db, { series: daily, rows: [priced("2026-03-09", "20.0000")], now: NOW + 1 });
  await storeRows(db, { series: daily, rows: [priced("2026-03-10", "21.0000")], now: NOW + 2 });
  assert.deepEqual(await raws(db, IBM), ["10.0000", "11.0000", "12.0000", "13.0000"]);
  assert.deepEqual(await raws(db, daily), ["20.0000", "21.0000"]);
  const { rows } = await db.pool.query(
    `select raw::text, answer_id from stock_data_raw where "interval" = 'daily' order by ts limit 1`,
  );
  const words = ["1. open", "2. high", "3. low", "4. close"].map((field) => `"${field}": "20.0000",`);
  assert.equal(rows[0].raw.replace(/\s+/g, " "), `{ ${words.join(" ")} "5. volume": "1" }`);
  assert.equal((await db.pool.query("select from stock_data_raw")).rowCount, 6);
});

withDatabases("stock_data_raw is null, and never an error, where there is nothing to show", async (db) => {
  const series = (symbol: string): Series => ({ symbol, interval: "daily" });
  const rows = [priced("2026-03-09", "20.0000")];
  await storeRows(db, { series: series("OLD"), rows });
  await db.pool.query("update stock_data set answer_id = null");
  await storeRows(db, { series: series("DROPPED"), rows, now: NOW + 1 });
  await retainAnswers(db, { before: NOW + 2, limit: 9 });
  const strange: [string, (body: string) => string, string | null][] = [
    ["STAMP", (body) => body.replace('": {\n        "2026', '": {\n        "no date": {},\n        "2026'), "20.0000"],
    ["TWICE", (body) => body.replace(/("2026-03-09": \{[^}]*\})/, "$1, $1"), "20.0000"],
    ["SCALAR", (body) => body.replace("{", '{"Time Series of old": 5, '), "20.0000"],
    ["ESCAPE", (body) => body.replace("{", '{"caf\\u00e9": "\\u2603", '), "20.0000"],
    ["NUL", (body) => body.replace("{", '{"a\\u0000b": 1, '), null],
    ["HALF", (body) => body.replace("{", '{"a\\uD83Db": 1, '), null],
  ];
  for (const [symbol, change] of strange) {
    await storeRows(db, { series: series(symbol), rows, change, now: NOW + 3 });
  }
  for (const symbol of ["OLD", "DROPPED"]) assert.deepEqual(await raws(db, series(symbol)), [null], symbol);
  for (const [symbol, , close] of strange) assert.deepEqual(await raws(db, series(symbol)), [close], symbol);
});

withDatabases("stock_data_raw parses each answer of the series asked for once, and no other", async (db) => {
  const days = Array.from({ length: 28 }, (_, n) => `2026-02-${String(n + 1).padStart(2, "0")}`);
  for (const [n, symbol] of ["IBM", "MSFT", "AAPL"].entries()) {
    const rows = days.map((stamp) => priced(stamp, "5.0000"));
    const series: Series = { symbol, interval: "daily" };
    await storeRows(db, { series, rows: rows.slice(0, 14), now: NOW + n });
    await storeRows(db, { series, rows, now: NOW + 10 + n });
  }
  await db.pool.query("analyze stock_data; analyze answer; analyze answer_body");
  const parsed = async (where: string) => {
    const { rows } = await db.pool.query(`explain (analyze, format json) select raw from stock_data_raw ${where}`);
    const scans: { loops: number; rows: number }[] = [];
    const walk = (node: Record<string, unknown>): void => {
      if (node["Function Name"] === "json_each" && node["Alias"] === "member") {
        scans.push({ loops: Number(node["Actual Loops"]), rows: Number(node["Actual Rows"]) });
      }
      for (const child of (node["Plans"] ?? []) as Record<string, unknown>[]) walk(child);
    };
    walk(rows[0]["QUERY PLAN"][0]["Plan"]);
    assert.equal(scans.length, 1);
    return scans[0]!.loops;
  };
  assert.equal(await parsed(""), 6);
  assert.equal(await parsed(`where symbol = 'IBM' and "interval" = 'daily'`), 2);
  assert.equal(await parsed(`where symbol = 'IBM' and ts = '2026-02-01T00:00Z'`), 2);
  assert.equal(await parsed(`where symbol in ('IBM', 'MSFT')`), 4);
  const { rows: [{ id }] } = await db.pool.query("select min(answer_id) as id from stock_data");
  assert.equal(await parsed(`where answer_id = ${id}`), 1);
  const join = await db.pool.query(
    `select count(raw)::int as n from stock_data join stock_data_raw using (symbol, "interval", ts) where symbol = 'IBM'`,
  );
  assert.equal(join.rows[0].n, 28);
});

async function asOf(db: Database, { symbol }: Series, at: number): Promise<string[]> {
  const { rows } = await db.pool.query(
    `select ts, close, settled from bars_as_of($1) where symbol = $2 order by ts`,
    [new Date(at).toISOString(), symbol],
  );
  return rows.map(({ ts, close, settled }) =>
    `${new Date(ts).toISOString().slice(0, 10)} ${close}${settled ? "" : "*"}`
  );
}

withDatabases("bars as of an instant: a correction taken back, a week under another date", async (db) => {
  const run = await startRun(db);
  const weekly: Series = { symbol: "IBM", interval: "weekly" };
  const steps: [date: string, close: string][] = [
    ["2026-04-02", "1"],
    ["2026-04-02", "2"],
    ["2026-04-02", "1"],
    ["2026-04-03", "1"],
  ];
  for (const [n, [date, close]] of steps.entries()) {
    await store(db, run, { series: weekly, bars: [bar(date, close)], now: NOW + n * DAY });
  }
  assert.deepEqual(await asOf(db, weekly, NOW - 1), []);
  for (const [n, [date, close]] of steps.entries()) {
    for (const at of [0, DAY - 1]) assert.deepEqual(await asOf(db, weekly, NOW + n * DAY + at), [`${date} ${close}`]);
  }
});

withDatabases("bars as of an instant: one older than the archive was there from the start", async (db) => {
  const run = await startRun(db);
  const daily: Series = { symbol: "IBM", interval: "daily" };
  await store(db, run, { series: daily, bars: [bar("2026-02-26", "1"), bar("2026-02-27", "1")] });
  await db.pool.query("update stock_data set answer_id = null; delete from answer");
  await store(db, run, { series: daily, bars: [bar("2026-02-27", "2")], now: NOW + DAY });
  assert.deepEqual(await asOf(db, daily, NOW - DAY), ["2026-02-26 1", "2026-02-27 1"]);
  assert.deepEqual(await asOf(db, daily, NOW + DAY), ["2026-02-26 1", "2026-02-27 2"]);
});

withDatabases("bars as of an instant are what the table said then, whatever was corrected since", async (db) => {
  const rows = fc.uniqueArray(
    fc.record({ day: fc.integer({ min: 10, max: 15 }), close: fc.integer({ min: 1, max: 3 }), settled: fc.boolean() }),
    { selector: ({ day }) => day, maxLength: 5 },
  );
  const run = await startRun(db);
  let symbol = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 6 }), async (loads) => {
      const series: Series = { symbol: `H${symbol++}`, interval: "daily" };
      const table = async () => {
        const { rows } = await db.pool.query(
          `select ts, close, settled from stock_data where symbol = $1 order by ts`,
          [series.symbol],
        );
        return rows.map(({ ts, close, settled }) =>
          `${new Date(ts).toISOString().slice(0, 10)} ${close}${settled ? "" : "*"}`
        );
      };
      const said: string[][] = [];
      for (const [n, load] of loads.entries()) {
        const bars = load.map(({ day, close, settled }) => bar(`2026-02-${day}`, String(close), { settled }));
        await store(db, run, { series, bars, now: NOW + n * DAY });
        said.push(await table());
      }
      for (const [n, then] of said.entries()) {
        const told = await asOf(db, series, NOW + n * DAY);
        // Every settled bar is told for ever, a provisional one only until it is replaced.
        const settled = then.filter((line) => !line.endsWith("*"));
        assert.deepEqual(told.filter((line) => !line.endsWith("*")), settled);
        if (n === said.length - 1) assert.deepEqual(told, then);
        for (const line of told) assert.ok(then.includes(line), `${line} of ${told} was not in ${then}`);
      }
    }),
    { numRuns: 30 },
  );
});
