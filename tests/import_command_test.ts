/** What does `import` print, with which code does it end, and does it keep its secrets? */
import assert from "node:assert/strict";
import { serverDatabase } from "./support/database.ts";
import { halfHours, rawOf, tableOfA, tableOfB } from "./support/older.ts";
import { runProgram, workFolder } from "./support/program.ts";

Deno.test("from another database: first what it would do, then it is done; every wrong way says what to do", async () => {
  await using old = await serverDatabase();
  await using at = await serverDatabase();
  await using folder = await workFolder({ "cdc_/last_cdc.json": '{"cdc": "2025-11-03 19:30:00"}' });
  const walls = halfHours("2025-11-03", 32);
  await tableOfA(old.db, walls.map((wall) => [wall, "300.25"]));
  const run = (...args: string[]) =>
    runProgram(["import", ...args], { cwd: folder.path, env: { DATABASE_URL: at.url } });
  const count = async () => (await at.db.pool.query("select count(*)::int as n from stock_data")).rows[0].n;
  const whole = [
    "--table",
    "stocks_data",
    "--database",
    old.url,
    "--stamps",
    "new-york",
    "--cursor",
    "cdc_/last_cdc.json",
  ];

  const dry = await run(...whole);
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(
    dry.stdout,
    /: 30min bars, stamps are New York's wall clock\nstamp = trade_timestamp_utc, symbol = symbol, open = open/,
  );
  assert.match(dry.stdout, /^IBM 30min +32 +32 +0 +0 +0 +0 +2025-11-03 09:00Z +2025-11-04 00:30Z$/m);
  assert.match(dry.stdout, /^The cursor agrees with the newest bar, 2025-11-04 00:30Z$/m);
  assert.match(dry.stdout, /^Nothing is written: --yes does it$/m);
  assert.equal(await count(), 0);
  assert.equal((await at.db.pool.query("select from run")).rowCount, 0);

  const json = await run(...whole, "--yes", "--json");
  assert.equal(json.code, 0, json.stderr);
  const { done, series: [one] } = JSON.parse(json.stdout);
  assert.deepEqual([done.outcome, done.counts.inserted, one.newest], ["complete", 32, "2025-11-04T00:30:00.000Z"]);
  assert.equal(await count(), 32);

  const status = await runProgram(["status", "--symbols", "IBM", "--intervals", "30min"], {
    cwd: folder.path,
    env: { DATABASE_URL: at.url },
  });
  assert.match(status.stdout, /IBM 30min +2025-11-03 09:00Z +2025-11-04 00:30Z +never asked/);

  const wrong: [string[], number, RegExp][] = [
    [
      ["--table", "stock_data"],
      2,
      /^stocks-etl: Cannot import table "stock_data" of .*: it is the table of this program/,
    ],
    [["--file", "no.csv"], 2, /^stocks-etl: Cannot read "no\.csv": /],
    [["--file", "cdc_/last_cdc.json"], 2, /^stocks-etl: Cannot import file "cdc_\/last_cdc\.json": /],
    [["--table", "t", "--database", "secretword"], 2, /of --database: it does not begin with postgres:/],
    [
      ["--table", "t", "--database", "postgres://u:s3cr%20et@127.0.0.1:1/d"],
      2,
      /^stocks-etl: Cannot open the database of --database: /,
    ],
    [["--table", "t", "--cursor", "nowhere"], 2, /Cannot read "nowhere"/],
    [[], 2, /--table or --file is needed/],
  ];
  for (const [args, code, message] of wrong) {
    const ended = await run(...args);
    assert.match(ended.stderr, message);
    assert.equal(ended.code, code, ended.stderr);
    assert.doesNotMatch(ended.stderr + ended.stdout, /s3cr|secretword/);
  }
});

Deno.test("an old stock_data in the way is renamed, then imported; a CSV of it is the same", async () => {
  await using at = await serverDatabase();
  await at.db.pool.query("drop schema public cascade; create schema public");
  await tableOfB(at.db, [["AAPL", "2026-02-26", rawOf("251.01")], ["AAPL", "2026-02-27", rawOf("0.0000")]], {
    name: "stock_data",
  });
  await using folder = await workFolder({
    "old.csv": "symbol,ts,open,high,low,close,volume\nAAPL,2026-02-26 00:00:00+00,251.01,251.01,251.01,251.01,1000.0\n",
  });
  const options = { cwd: folder.path, env: { DATABASE_URL: at.url } };
  const inTheWay = await runProgram(["import", "--table", "stock_data"], options);
  assert.equal(inTheWay.code, 1);
  assert.match(inTheWay.stderr, /relation "stock_data" already exists.*rename it/);
  await at.db.pool.query("alter table stock_data rename to stock_data_old");
  const done = await runProgram(["import", "--table", "stock_data_old", "--interval", "daily", "--yes"], options);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /^AAPL daily refused, into quarantine: 1 zero-price$/m);
  assert.match(done.stdout, /^AAPL daily: 1 bars imported, 0 were there, 1 refused$/m);
  const csv = await runProgram(["import", "--file", "old.csv", "--interval", "daily"], options);
  assert.match(csv.stdout, /^AAPL daily +1 +0 +1 +0 +0 +0 /m);
});
