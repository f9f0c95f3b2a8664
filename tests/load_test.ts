/** Are kept answers in the tables as if they had come on their day: once, whole, and whatever happens in between? */
import assert from "node:assert/strict";
import type { Series } from "../src/bar.ts";
import { searchAll } from "../src/gap_search.ts";
import { load, type LoadReport } from "../src/load.ts";
import { type LoadSurvey, surveyLoad } from "../src/load_survey.ts";
import { retainAnswers } from "../src/postgres/answers.ts";
import type { Database } from "../src/postgres/connect.ts";
import { Refused } from "../src/refused.ts";
import { jumpingWorld } from "./support/app.ts";
import { serverDatabase, withDatabases } from "./support/database.ts";
import { runProgram, startProgram, workFolder } from "./support/program.ts";
import { seededRandom } from "./support/random.ts";
import { runAtWork } from "./support/runs.ts";
import { startRun, stored, tablesOf } from "./support/stored.ts";

const NOW = Date.parse("2026-03-02T21:30:00Z");
const never = new AbortController().signal;

/** Days with their closes, as the vendor writes them. */
function answer(closes: Readonly<Record<string, string>>, symbol = "IBM"): string {
  const rows = Object.entries(closes).map(([day, close]) => [
    day,
    { "1. open": close, "2. high": close, "3. low": close, "4. close": close, "5. volume": "7" },
  ]);
  const meta = {
    "2. Symbol": symbol,
    "3. Last Refreshed": Object.keys(closes).sort().at(-1),
    "4. Output Size": "Compact",
    "5. Time Zone": "US/Eastern",
  };
  return JSON.stringify({ "Meta Data": meta, "Time Series (Daily)": Object.fromEntries(rows) });
}

type Files = Readonly<Record<string, string>>;
const CONFIGURED: Series[] = [{ symbol: "IBM", interval: "daily" }];

function askedFor(at: string, files: Files) {
  const read = (path: string) => {
    const text = files[path];
    if (text === undefined) throw new Error("no such file");
    return text;
  };
  return { paths: Object.keys(files), receivedAt: Date.parse(at), read };
}

function surveyed(db: Database, at: string, files: Files): Promise<LoadSurvey> {
  return surveyLoad({ database: db, configured: CONFIGURED, now: NOW }, askedFor(at, files));
}

async function loaded(
  db: Database,
  at: string,
  files: Files,
  stop: AbortSignal = never,
): Promise<{ report: LoadReport; lines: string[]; warnings: readonly string[] }> {
  const asked = askedFor(at, files);
  const survey = await surveyed(db, at, files);
  const lines: string[] = [];
  const rooms = { database: db, world: jumpingWorld(NOW) };
  const report = await load(rooms, {
    asked,
    files: survey.files,
    stop,
    abort: never,
    tell: (line) => lines.push(line),
    searchGaps: (series, stop) => searchAll(rooms, series, { stop, reopen: false }),
  });
  assert.ok("outcome" in report, JSON.stringify(report));
  return { report, lines, warnings: survey.warnings };
}

const OLD = answer({ "2026-02-19": "1.00", "2026-02-20": "2.00" });
const YOUNG = answer({ "2026-02-20": "2.50", "2026-02-23": "3.00" });

withDatabases("the younger first, then the older, then both again", async (db) => {
  const first = await loaded(db, "2026-02-24T08:00Z", { "young.json": YOUNG });
  assert.equal(first.report.message, "Load of 1 of 1 files: 2 bars and 0 revisions more");
  const files = { "old.json": OLD };
  const { files: [file], warnings } = await surveyed(db, "2026-02-21T08:00Z", files);
  assert.deepEqual(warnings, []);
  assert.deepEqual({ ...file, hash: null }, {
    path: "old.json",
    series: { symbol: "IBM", interval: "daily" },
    form: "TIME_SERIES_DAILY compact",
    hash: null,
    known: false,
    placeless: false,
    later: 1,
    fresh: 1,
    same: 0,
    differing: 1,
    refused: 0,
    first: Date.parse("2026-02-19"),
    newest: Date.parse("2026-02-20"),
  });
  const second = await loaded(db, "2026-02-21T08:00Z", files);
  assert.deepEqual(second.lines, [
    "IBM daily: 1 loaded, the series made anew: 1 bars, 1 revisions, 0 rows in quarantine more",
  ]);
  assert.equal(second.report.outcome, "complete");
  assert.deepEqual(await stored(db, "daily"), ["2026-02-19 1.00", "2026-02-20 2.50", "2026-02-23 3.00"]);
  const before = await tablesOf(db);
  const again = await loaded(db, "2026-02-21T08:00Z", files);
  assert.deepEqual(again.lines, ["old.json, IBM daily: loaded before"]);
  assert.deepEqual(again.warnings, ["old.json is loaded: it is left out"]);
  assert.equal(again.report.message, "Load of 0 of 1 files: 0 bars and 0 revisions more, 1 loaded before");
  assert.deepEqual(await tablesOf(db), before);
  const { rows } = await db.pool.query(
    "select trigger, outcome, message, inserted, revised from run order by id desc limit 2",
  );
  assert.deepEqual(rows.map((row) => [row.trigger, row.outcome, row.inserted, row.revised]), [
    ["manual", "complete", 0, 0],
    ["manual", "complete", 1, 1],
  ]);
  const { rows: results } = await db.pool.query("select from series_result");
  assert.equal(results.length, 0, "the vendor was not asked today");
});

withDatabases(
  "a file without a place is left out and told, the rest is loaded; what looks odd is said before",
  async (db) => {
    await loaded(db, "2026-02-24T08:00Z", { "young.json": YOUNG });
    await retainAnswers(db, { before: NOW + 86_400_000, limit: 9 });
    const other = answer({ "2025-02-20": "9" }, "AAA");
    const { report, lines, warnings } = await loaded(db, "2026-02-21T08:00Z", { "old.json": OLD, "other.json": other });
    assert.deepEqual(lines.toSorted(), [
      "AAA daily: 1 loaded: 1 bars, 0 revisions, 0 rows in quarantine more",
      "old.json, IBM daily: left out: bodies of answers told after it are dropped, so it has no place among them",
    ]);
    assert.equal(report.outcome, "partial");
    assert.equal(report.message, "Load of 1 of 2 files: 1 bars and 0 revisions more, 1 left out");
    assert.deepEqual(warnings, [
      "old.json is left out: bodies of answers told after it are dropped, so it has no place among them",
      "other.json: its newest bar is 366 days older than --received-at; is that right?",
      "AAA daily is not configured: it is stored, and never asked for",
    ]);
    const { warnings: again } = await surveyed(db, "2026-02-22T08:00Z", { "other.json": other });
    assert.equal(again[0], "other.json is in the archive, told at 2026-02-21T08:00:00.000Z");
  },
);

withDatabases("what the embedded engine wrote anew leaves no room behind", async (db, { engine }) => {
  const days = (count: number) => {
    const all = Array.from({ length: count }, (_, n) => new Date(Date.parse("2022-01-03") + n * 86_400_000));
    return answer(Object.fromEntries(all.map((day) => [day.toISOString().slice(0, 10), "1"])));
  };
  const size = async () => (await db.pool.query("select pg_relation_size('stock_data')::int as size")).rows[0].size;
  await loaded(db, "2024-01-01T00:00Z", { "a.json": days(600) });
  const sizes: number[] = [];
  for (let n = 0; n < 5; n++) {
    await loaded(db, `2023-12-0${9 - n}T00:00Z`, { "b.json": days(600 - n) });
    sizes.push(await size());
  }
  if (engine === "embedded") assert.ok(Math.max(...sizes) <= sizes[0]!, sizes.join());
});

withDatabases("an archived answer that cannot be read: what would be made anew with it is left out", async (db) => {
  await loaded(db, "2026-02-24T08:00Z", { "young.json": YOUNG });
  await db.pool.query("update answer_body set body = body || ' '");
  const { report, lines } = await loaded(db, "2026-02-21T08:00Z", { "old.json": OLD });
  assert.match(
    lines.join(),
    /^old\.json, IBM daily: left out: answer 1 cannot be read, so the series cannot be made anew with them: /,
  );
  assert.equal(report.outcome, "partial");
  assert.deepEqual(await stored(db, "daily"), ["2026-02-20 2.50", "2026-02-23 3.00"]);
});

withDatabases("a gap that a file fills is closed", async (db) => {
  const gaps = async () =>
    (await db.pool.query("select coalesce(closed_as, 'open') as state from gap order by date")).rows.map(({ state }) =>
      state
    );
  await loaded(db, "2026-02-24T08:00Z", {
    "young.json": answer({ "2026-02-18": "1", "2026-02-20": "2", "2026-02-23": "3" }),
  });
  const before = await gaps();
  assert.equal(before.length, 1, "the 19th");
  await loaded(db, "2026-02-21T08:00Z", { "old.json": OLD });
  assert.deepEqual(await gaps(), ["healed"]);
});

withDatabases(
  "stopped before a series; busy when a run is at work; changed between the look and the load",
  async (db, { engine }) => {
    const { report } = await loaded(db, "2026-02-24T08:00Z", { "young.json": YOUNG }, AbortSignal.abort());
    assert.deepEqual([report.outcome, report.message], [
      "cancelled",
      "Load of 0 of 1 files: 0 bars and 0 revisions more, stopped; do it again",
    ]);
    const options = {
      asked: askedFor("2026-02-24T08:00Z", { "young.json": answer({ "2026-02-20": "1" }, "AAA") }),
      files: (await surveyed(db, "2026-02-24T08:00Z", { "young.json": YOUNG })).files,
      stop: never,
      abort: never,
      tell: () => {},
      searchGaps: () => assert.fail(),
    };
    const rooms = { database: db, world: jumpingWorld(NOW) };
    await assert.rejects(load(rooms, options), /^Error: Cannot load "young\.json": it has changed meanwhile$/);
    // An embedded database has one process: a run of another one is dead.
    if (engine === "embedded") return;
    await startRun(db, { leaseMs: 3_600_000 });
    assert.ok("busy" in await load(rooms, options));
  },
);

withDatabases("what cannot be loaded is refused, all of it at once, and nothing is written", async (db) => {
  const said = async (at: string, files: Files) => {
    const error = await surveyed(db, at, files).then(() => null, (error: unknown) => error);
    assert.ok(error instanceof Refused && error.reason === "invalid", String(error));
    return error.message;
  };
  assert.match(await said("2026-03-02T21:31Z", {}), /^Cannot load what was told in the future/);
  assert.match(
    await said("2026-02-19T08:00Z", { "old.json": OLD }),
    /"old\.json": it has a bar of "2026-02-20", so it was told later/,
  );
  const csv = "timestamp,open,high,low,close,volume\n2026-02-20,1,1,1,1,1\n";
  const premium = JSON.stringify({ ...JSON.parse(OLD), Information: "This is a premium endpoint" });
  const both = await said("2026-03-01T00:00Z", { "a.csv": csv, "b.json": premium, "c.json": OLD });
  assert.match(
    both,
    /^Cannot load "a\.csv": .*CSV.*it begins "timestamp.*\nstocks-etl: Cannot load "b\.json": This is a premium endpoint$/,
  );
});

Deno.test("killed at random instants: a file is loaded whole or not at all, and again is enough", async () => {
  const { random, seed } = seededRandom();
  await using at = await serverDatabase();
  await using fresh = await serverDatabase();
  const files = Object.fromEntries(
    Array.from({ length: 12 }, (_, n) => [
      `${n}.json`,
      answer({ "2026-02-19": `${n + 1}`, [`2026-02-${23 - n % 3}`]: "5" }, `S${n % 2}`),
    ]),
  );
  await using folder = await workFolder(files);
  const args = ["load", ...Object.keys(files), "--received-at", "2026-02-24T08:00Z", "--yes"];
  const options = { cwd: folder.path, env: { DATABASE_URL: at.url } };
  try {
    let hit = 0;
    for (let kill = 0; kill < 5; kill++) {
      await using victim = startProgram(args, options);
      await Promise.race([runAtWork(at.db), victim.ended]);
      await new Promise((resolve) => setTimeout(resolve, random() * 100));
      victim.kill("SIGKILL");
      if ((await victim.ended).signal === "SIGKILL") hit += 1;
      const { rows: [{ lost }] } = await at.db.pool.query(
        `select count(*) as lost from answer where not exists (
           select from stock_data as bar where bar.symbol = answer.symbol and bar."interval" = answer."interval")`,
      );
      assert.equal(lost, 0, "what is archived is in the tables");
      await at.db.pool.query("update run set lease_until = now() where outcome is null");
    }
    assert.ok(hit > 0, "every load had ended before it was killed");
    assert.equal((await runProgram(args, options)).code, 0);
    assert.equal((await runProgram(args, { ...options, env: { DATABASE_URL: fresh.url } })).code, 0);
    const said = async ({ pool }: Database) => {
      const { rows } = await pool.query(
        `select symbol, ts, close, (select count(*) from answer where answer.symbol = bar.symbol) as answers,
           (select count(*) from revision where revision.symbol = bar.symbol) as revisions from stock_data as bar order by 1, 2`,
      );
      return rows;
    };
    assert.deepEqual(await said(at.db), await said(fresh.db));
    assert.equal((await said(at.db))[0].answers, 6);
  } catch (error) {
    throw new Error(`with TEST_SEED=${seed}`, { cause: error });
  }
});
