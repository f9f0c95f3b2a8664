/** Are the bars of both older programs ours after an import: once, whole, and whatever happens in between? */
import assert from "node:assert/strict";
import { importOld } from "../src/import_old.ts";
import { type ImportAsked, surveyImport } from "../src/import_survey.ts";
import { tableSource } from "../src/old_source.ts";
import type { Database } from "../src/postgres/connect.ts";
import { seriesStates } from "../src/postgres/states.ts";
import { jumpingWorld } from "./support/app.ts";
import { serverDatabase, withDatabases } from "./support/database.ts";
import { halfHours, rawOf, tableOfA, tableOfB } from "./support/older.ts";
import { runProgram, startProgram, workFolder } from "./support/program.ts";
import { seededRandom } from "./support/random.ts";
import { placesOf, stored, tablesOf } from "./support/stored.ts";

const NOW = Date.parse("2026-03-02T21:30:00Z");
const ASKED: ImportAsked = {
  symbol: null,
  interval: null,
  stamps: null,
  sessionZone: "UTC",
  columns: {},
  cursor: null,
};
const never = new AbortController().signal;

async function brought(database: Database, table: string, over: Partial<ImportAsked & { stop: AbortSignal }> = {}) {
  const { stop = never, ...asked } = over;
  const world = jumpingWorld(NOW);
  const source = await tableSource(database, table);
  const surveyed = await surveyImport({ database, now: NOW }, { source, asked: { ...ASKED, ...asked } });
  const lines: string[] = [];
  const tell = (line: string) => lines.push(line);
  const report = await importOld({ database, world }, { source, surveyed, stop, abort: never, tell });
  return { report, lines };
}

withDatabases("A's half hours, over the change of the clocks; a second import changes nothing", async (db) => {
  const walls = halfHours("2025-10-31", 64);
  await tableOfA(db, walls.map((wall, index) => [wall, index === 5 ? "0" : `300.${1000 + index}`]));
  const first = await brought(db, "stocks_data", { stamps: "new-york" });
  assert.ok("outcome" in first.report);
  assert.equal(first.report.outcome, "complete");
  assert.match(
    first.report.message,
    /^Import of 63 bars of 1 series from table public\.stocks_data of .*, 0 were there \(0 of them different, and stay so\), 1 refused$/,
  );
  assert.deepEqual(first.lines, ["IBM 30min: 63 bars imported, 0 were there, 1 refused"]);
  const bars = await stored(db, "30min");
  assert.deepEqual([bars[0], bars[32]], ["2025-10-31T08:00 300.1000", "2025-11-03T09:30 300.1033"]);
  assert.deepEqual(
    (await seriesStates(db, [{ symbol: "IBM", interval: "30min" }])).map(({ watermark, last, answeredAt }) => [
      new Date(watermark!).toISOString(),
      last,
      answeredAt,
    ]),
    [["2025-11-04T00:30:00.000Z", null, null]],
    "nobody has asked the vendor",
  );
  const { rows: [run] } = await db.pool.query(
    "select trigger, outcome, message, inserted, quarantined, requests, series, stored from run",
  );
  assert.deepEqual({ ...run }, {
    trigger: "manual",
    outcome: "complete",
    message: first.report.message,
    inserted: 63,
    quarantined: 1,
    requests: 0,
    series: 1,
    stored: 1,
  });
  const [places, tables] = [await placesOf(db, "stock_data"), await tablesOf(db)];
  const second = await brought(db, "stocks_data", { stamps: "new-york" });
  assert.deepEqual(second.lines, ["IBM 30min: 0 bars imported, 63 were there, 1 refused"]);
  assert.deepEqual(await placesOf(db, "stock_data"), places);
  assert.deepEqual(await tablesOf(db), tables);
});

withDatabases("B's days of many symbols; rows of no symbol are left, and that is partial", async (db) => {
  await tableOfB(db, [
    ["AAPL", "2026-02-26", rawOf("251.0100")],
    ["AAPL", "2026-02-27", { ...rawOf("252"), "4. close": "0.0000" }],
    ["MSFT", "2026-02-26", null, "399.5"],
    ["MSFT", "2026-02-27", null],
    ["", "2026-02-27", rawOf("5")],
  ]);
  const { report } = await brought(db, "stock_data_old", { interval: "daily" });
  assert.ok("outcome" in report);
  assert.equal(report.outcome, "partial");
  assert.match(report.message, /^Import of 2 bars of 2 series .*, 2 refused, 1 rows of no symbol left out$/);
  assert.deepEqual(await stored(db, "daily", "AAPL"), ["2026-02-26 251.0100"]);
  assert.deepEqual(await stored(db, "daily", "MSFT"), ["2026-02-26 399.5"]);
  const { rows } = await db.pool.query("select symbol, stamp, rule from quarantine order by symbol");
  assert.deepEqual(rows.map(({ symbol, rule }) => `${symbol} ${rule}`), ["AAPL zero-price", "MSFT zero-price"]);
});

withDatabases("stopped, it says so and goes on when it is done again; beside a run it does not start", async (db) => {
  await tableOfB(db, [["AAPL", "2026-02-26", rawOf("1")], ["AAPL", "2026-02-27", rawOf("2")]]);
  const { report } = await brought(db, "stock_data_old", { stop: AbortSignal.abort() });
  assert.ok("outcome" in report);
  assert.deepEqual([report.outcome, report.counts.inserted], ["cancelled", 0]);
  assert.match(report.message, /stopped after 0 of 1 series, 0 bars written; do it again$/);
  if (db.engine === "server") {
    await db.pool.query(
      "insert into run (trigger, owner, lease_until, started_at) values ('manual', 'other', 'infinity', now())",
    );
    const beside = await brought(db, "stock_data_old");
    assert.ok("busy" in beside.report && beside.report.busy.owner === "other");
    await db.pool.query("update run set outcome = 'complete', finished_at = now() where outcome is null");
  }
  await brought(db, "stock_data_old");
  assert.deepEqual(await stored(db, "daily", "AAPL"), ["2026-02-26 1", "2026-02-27 2"]);
});

withDatabases("what the database refuses ends the run as failed", async (db) => {
  await tableOfB(db, [["AAPL", "2026-02-26", rawOf("1")]]);
  await db.pool.query("alter table stock_data add constraint no_one check (close <> 1)");
  await assert.rejects(brought(db, "stock_data_old", { interval: "daily" }), /no_one/);
  const { rows } = await db.pool.query("select outcome, message from run");
  assert.equal(rows[0].outcome, "failed");
  assert.match(rows[0].message, /violates check constraint "no_one"/);
});

Deno.test("killed at random instants, done again: every bar once, none lost", async () => {
  const { random, seed } = seededRandom();
  await using at = await serverDatabase();
  await using folder = await workFolder();
  const walls = halfHours("2021-11-01", 40_000);
  await tableOfA(at.db, walls.map((wall, index) => [wall, String(100 + index / 100)]));
  const args = ["import", "--table", "stocks_data", "--stamps", "new-york", "--yes"];
  const options = { cwd: folder.path, env: { DATABASE_URL: at.url } };
  const count = async () => (await at.db.pool.query("select count(*)::int as n from stock_data")).rows[0].n as number;
  const begun = async (number: number) => {
    while ((await at.db.pool.query("select from run")).rowCount !== number);
  };
  try {
    const seen: number[] = [];
    for (let kill = 0; kill < 3; kill++) {
      await using victim = startProgram(args, options);
      const ended = victim.ended.then(() => {
        throw new Error("it ended before it was killed");
      });
      await Promise.race([begun(kill + 1), ended]);
      // The first is killed between its batches, the others there or before.
      const least = await count() + 5_000 * (kill === 0 ? 1 : Math.floor(random() * 2));
      while (await count() < least) await Promise.race([new Promise((resolve) => setTimeout(resolve, 1)), ended]);
      victim.kill("SIGKILL");
      await victim.ended;
      ended.catch(() => {});
      seen.push(await count());
      // Its lease is out at once: the next one need not wait for that.
      await at.db.pool.query("update run set lease_until = now() where outcome is null");
    }
    assert.ok(seen.some((n) => n > 0 && n < walls.length), `bars after each kill: ${seen}`);
    const { code, stdout, stderr } = await runProgram(args, options);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Import of \d+ bars of 1 series/m);
    assert.equal(await count(), walls.length);
    const { rows } = await at.db.pool.query(
      `select count(*)::int as n from stock_data join stocks_data as old
       on ts at time zone 'America/New_York' = trade_timestamp_utc at time zone 'UTC' and stock_data.close = old.close`,
    );
    assert.deepEqual(rows, [{ n: walls.length }]);
    const { rows: runs } = await at.db.pool.query("select outcome from run order by id");
    assert.deepEqual(runs.map(({ outcome }) => outcome), ["abandoned", "abandoned", "abandoned", "complete"]);
  } catch (error) {
    throw new Error(`with TEST_SEED=${seed}`, { cause: error });
  }
});
