/** Do the views say what the program itself would, and at what cost? */
import assert from "node:assert/strict";
import { INTERVALS, type Series } from "../../../src/bar.ts";
import { barDate } from "../../../src/gaps.ts";
import { withDatabases } from "../../support/database.ts";
import { seededRandom } from "../../support/random.ts";
import { bar, IBM, startRun, store } from "../../support/stored.ts";

withDatabases("exchange_date is the date the program gives a bar, in every market and at every hour", async (db) => {
  const { random, seed } = seededRandom();
  const asked = Array.from({ length: 3_000 }, () => {
    const symbol = ["IBM", "BRK-B", "TSCO.LON", "BFOR:BAT"][Math.floor(random() * 4)]!;
    const series: Series = { symbol, interval: INTERVALS[Math.floor(random() * INTERVALS.length)]! };
    return { series, ts: Date.UTC(1999, 11) + Math.floor(random() * 27 * 365.25 * 1440) * 60_000 };
  });
  const { rows } = await db.pool.query<{ date: string }>(
    `select exchange_date(symbol, "interval", ts)::text as date
     from unnest($1::text[], $2::text[], $3::timestamptz[]) with ordinality as asked (symbol, "interval", ts, place)
     order by place`,
    [
      asked.map(({ series }) => series.symbol),
      asked.map(({ series }) => series.interval),
      asked.map(({ ts }) => new Date(ts).toISOString()),
    ],
  );
  for (const [index, { series, ts }] of asked.entries()) {
    assert.equal(rows[index]!.date, barDate(series, ts), `seed ${seed}: ${series.symbol} ${series.interval} ${ts}`);
  }
});

withDatabases("latest_bar: the newest of each series; session_coverage: what each day holds", async (db) => {
  const run = await startRun(db);
  assert.deepEqual((await db.pool.query("select * from latest_bar")).rows, []);
  const evening = bar("2026-02-28T00:30Z", "2", { settled: false });
  await store(db, run, { bars: [bar("2026-02-26T14:30Z", "1"), bar("2026-02-27T14:30Z", "1"), evening] });
  for (const symbol of ["IBM", "AAPL"]) {
    await store(db, run, {
      series: { symbol, interval: "daily" },
      bars: [bar("2026-02-26", "3"), bar("2026-02-27", "4")],
    });
  }
  const latest = await db.pool.query(
    `select symbol, "interval", date::text, close, settled from latest_bar order by 1, 2`,
  );
  assert.deepEqual(latest.rows.map((row) => Object.values(row).join(" ")), [
    "AAPL daily 2026-02-27 4 true",
    "IBM 30min 2026-02-27 2 false",
    "IBM daily 2026-02-27 4 true",
  ]);
  const { rows } = await db.pool.query(
    `select date::text, bars::int, last, settled from session_coverage where symbol = $1 and "interval" = $2 order by date`,
    [IBM.symbol, IBM.interval],
  );
  assert.deepEqual(rows, [
    { date: "2026-02-26", bars: 1, last: Date.parse("2026-02-26T14:30Z"), settled: true },
    { date: "2026-02-27", bars: 2, last: evening.ts, settled: false },
  ]);
});

withDatabases("neither reads more than its series: the newest bar of each by probes of the key", async (db) => {
  await db.pool.query(
    `insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
     select 'S' || n % 20, '1min', '2020-01-01Z'::timestamptz + n * interval '1 minute', 1, 1, 1, 1, n, true
     from generate_series(1, 40000) as n`,
  );
  await db.pool.query("analyze stock_data");
  const planOf = async (sql: string) =>
    (await db.pool.query(`explain ${sql}`)).rows.map((row) => row["QUERY PLAN"]).join("\n");
  assert.doesNotMatch(await planOf("select * from latest_bar"), /Seq Scan on stock_data/);
  const one = `select * from session_coverage where symbol = 'S1' and "interval" = '1min'`;
  assert.doesNotMatch(await planOf(one), /Seq Scan on stock_data/);
});
