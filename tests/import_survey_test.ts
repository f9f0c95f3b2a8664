/** Is it said exactly what an import would do, and is what can be understood in two ways refused? */
import assert from "node:assert/strict";
import { type ImportAsked, surveyImport } from "../src/import_survey.ts";
import { fileSource, tableSource } from "../src/old_source.ts";
import type { Database } from "../src/postgres/connect.ts";
import { Refused } from "../src/refused.ts";
import { withDatabases } from "./support/database.ts";
import { halfHours, rawOf, tableOfA, tableOfB } from "./support/older.ts";
import { bar, placesOf, startRun, store } from "./support/stored.ts";

const NOW = Date.parse("2026-03-02T21:30:00Z");
const ASKED: ImportAsked = {
  symbol: null,
  interval: null,
  stamps: null,
  sessionZone: "UTC",
  columns: {},
  cursor: null,
};

async function surveyed(database: Database, table: string, over: Partial<ImportAsked> = {}) {
  const source = await tableSource(database, table);
  return (await surveyImport({ database, now: NOW }, { source, asked: { ...ASKED, ...over } })).survey;
}

const refused = (message: RegExp) => (error: unknown) => error instanceof Refused && message.test(error.message);

withDatabases("the table of A: half hours of one symbol, doubles among them, its cursor ahead", async (db) => {
  const walls = halfHours("2025-11-03", 64);
  await tableOfA(db, walls.map((wall) => [wall, "300.25"]));
  await tableOfA(db, [[walls[0]!, "300.25"], [walls[1]!, "301"], ["2025-11-05 04:00:00", "0"]]);
  await assert.rejects(
    surveyed(db, "stocks_data"),
    refused(
      /say what its stamps are: .* that begin when no US exchange trades: 0 of 63 by the first, 1[0-9] of 63 by the second$/,
    ),
  );
  const cursor = { path: "last_cdc.json", text: '{"cdc": "2025-11-06 19:30:00"}' };
  const found = await surveyed(db, "stocks_data", { stamps: "new-york", cursor });
  const [one] = found.series;
  assert.equal(found.interval, "30min");
  assert.deepEqual([one!.rows, one!.fresh, one!.refused, one!.repeated], [67, 63, 3, 1]);
  assert.deepEqual(one!.rules, { "zero-price": 1, "duplicate-stamp": 1 });
  assert.equal(new Date(one!.first!).toISOString(), "2025-11-03T09:00:00.000Z");
  assert.deepEqual(found.warnings, []);
  assert.equal(
    found.cursor,
    "The cursor says 2025-11-07 00:30Z, the newest bar is 2025-11-05 00:30Z: bars after 2025-11-05 00:30Z were lost; " +
      "the next run asks for what comes after it",
  );
  const wrong = await surveyed(db, "stocks_data", { stamps: "utc" });
  assert.match(wrong.warnings.join(), /^IBM 30min: \d+ bars begin when no US exchange trades; is --stamps right\?$/);
});

withDatabases("the table of B: days of many symbols, what differs from ours, what is no symbol", async (db) => {
  const holder = await startRun(db);
  const series = { symbol: "MSFT", interval: "daily" } as const;
  const full = (close: string) => bar("2026-02-26", close, { volume: "1000" });
  await store(db, holder, { series, bars: [full("400.5"), { ...full("402"), ts: Date.parse("2026-02-27") }] });
  await tableOfB(db, [
    ["AAPL", "2026-02-25", rawOf("250")],
    ["AAPL", "2026-02-26", rawOf("251.0100")],
    ["AAPL", "2026-02-27", { ...rawOf("252"), "1. open": "0.0000" }],
    ["msft ", "2026-02-26", rawOf("400.50")],
    ["MSFT", "2026-02-27", rawOf("401")],
    ["MSFT", "2026-02-25", null, "399"],
    ["a b", "2026-02-27", rawOf("5")],
  ]);
  const places = await placesOf(db, "stock_data");
  const found = await surveyed(db, "stock_data_old");
  assert.equal(found.interval, "daily");
  assert.deepEqual(
    found.series.map(({ series, rows, fresh, same, differing, refused }) =>
      `${series.symbol} ${rows}: ${fresh} new ${same} same ${differing} other ${refused} refused`
    ),
    ["AAPL 3: 2 new 0 same 0 other 1 refused", "MSFT 3: 1 new 1 same 1 other 0 refused"],
  );
  assert.deepEqual(found.series[1]!.differences.map(({ at, ours, theirs }) => [at, ours.close, theirs.close]), [
    [Date.parse("2026-02-27"), "402", "401"],
  ]);
  assert.deepEqual(found.unnamed, [{ symbol: "a b", rows: 1 }]);
  const only = await surveyed(db, "stock_data_old", { symbol: "AAPL" });
  assert.deepEqual(only.series.map(({ series }) => series.symbol), ["AAPL"]);
  assert.deepEqual(await placesOf(db, "stock_data"), places, "nothing was written");
  assert.equal((await db.pool.query("select from quarantine")).rowCount, 0);
});

withDatabases("what could be meant in two ways is refused, with what to say", async (db) => {
  const walls = halfHours("2025-11-03", 10);
  await tableOfA(db, walls.map((wall) => [wall, "5"]));
  await db.pool.query("create table days (day date, o numeric, high numeric, low numeric, close numeric, volume int)");
  await db.pool.query(
    "create view late as select '2026-02-26 23:00Z'::timestamptz + i * interval '1 day' as ts, symbol, open, high, low, close, volume from stocks_data, generate_series(0, 2) as i",
  );
  const cases: [string, Partial<ImportAsked>, RegExp][] = [
    ["stocks_data", { interval: "daily" }, /as far apart as 30min bars, not daily ones; give --interval 30min/],
    ["stocks_data", { sessionZone: "Mars" }, /"Mars" is not an IANA time zone$/],
    ["stocks_data", { symbol: "MSFT" }, /it has no rows of MSFT$/],
    ["stocks_data", { columns: { open: "opening" } }, /there is no column "opening" among/],
    [
      "stocks_data",
      { stamps: "new-york", cursor: { path: "c", text: "soon" } },
      /the cursor file "c" holds no stamp of a 30min/,
    ],
    ["days", { symbol: "IBM" }, /is known as its open; say which: --columns open=NAME$/],
    ["days", { columns: { open: "o" } }, /no column names the symbol; say which it is with --symbol IBM$/],
    ["days", { columns: { open: "o" }, symbol: "IBM" }, /how far the rows of IBM are apart does not say/],
    ["late", {}, /"2026-02-2.* 23:00:00.000000Z" is no stamp of a daily bar, and so with all .* --session-zone$/],
  ];
  for (const [table, over, message] of cases) {
    await assert.rejects(surveyed(db, table, over), refused(message), `${table} ${JSON.stringify(over)}`);
  }
  await db.pool.query("create table fridays (ts date, open int, high int, low int, close int, volume int)");
  await db.pool.query(
    "insert into fridays select '2026-02-06'::date + i * 7, 5, 5, 5, 5, 5 from generate_series(0, 2) as i",
  );
  const few = await surveyed(db, "fridays", { symbol: "IBM", interval: "daily" });
  assert.deepEqual([few.interval, few.series[0]!.fresh], ["daily", 3], "too few rows to know better");
  const berlin = await surveyed(db, "late", { sessionZone: "Europe/Berlin" });
  assert.equal(berlin.series[0]!.first, Date.parse("2026-02-27"));
});

withDatabases("a file whose rows are of several intervals gives those that are meant", async (database) => {
  const rows = ["2026-02-25", "2026-02-26", "2026-02-27"].map((date) => `${date},daily,5,5,5,5,1`);
  const text = ["date,interval,open,high,low,close,volume", ...rows, "2026-02-27,weekly,5,5,5,5,9"].join("\n");
  const asked: ImportAsked = { ...ASKED, symbol: "IBM", interval: "daily" };
  const { survey } = await surveyImport({ database, now: NOW }, { source: fileSource("x.csv", text), asked });
  assert.deepEqual([survey.series[0]!.rows, survey.others], [3, 1]);
});
