/** From the archive alone: the same tables, byte for byte, and not one request. */
import assert from "node:assert/strict";
import { RECORDED_AT, RECORDED_SERIES, startReplay } from "../src/alphavantage/replay.ts";
import { type App, openApp } from "../src/app.ts";
import type { Series } from "../src/bar.ts";
import { type Config, parseConfig } from "../src/config.ts";
import { retainAnswers } from "../src/postgres/answers.ts";
import type { World } from "../src/wiring.ts";
import { answerOf, sampleRows } from "./support/answers.ts";
import { runApp } from "./support/app.ts";
import { embeddedDir, serverDatabase } from "./support/database.ts";
import { BARS_ONLY, runProgram, startProgram, workFolder } from "./support/program.ts";
import { seededRandom } from "./support/random.ts";
import { runAtWork } from "./support/runs.ts";
import { tablesOf } from "./support/stored.ts";
import { startVendor, type Vendor } from "./support/vendor.ts";

const KEY = "CANARYKEY0123456";
const DAY = 86_400_000;
const RECORDED = new URL("../src/alphavantage/recorded/", import.meta.url);

/** A clock that is set by hand; waits take no time. */
function worldAt(start: number): World & { time: number } {
  const self = {
    time: start,
    now: () => self.time,
    sleep: (ms: number) => Promise.resolve(void (self.time += Math.max(0, ms))),
    random: () => 0.5,
    owner: `test:${crypto.randomUUID()}`,
    onError: () => {},
  };
  return self;
}

function configFor(env: Record<string, string>, database: Config["database"]): Config {
  const parsed = parseConfig({ API_REQUESTS_PER_DAY: "0", ...BARS_ONLY, ...env }, { readFile: () => "" });
  assert.ok("config" in parsed, JSON.stringify(parsed));
  return { ...parsed.config, database };
}

const never = new AbortController().signal;

async function replayed(app: App, over: Partial<Parameters<App["replay"]>[0]> = {}): Promise<string> {
  const selection = { symbols: null, intervals: null };
  const report = await app.replay({ selection, partial: false, stop: never, abort: never, tell: () => {}, ...over });
  assert.ok("outcome" in report);
  return `${report.outcome}: ${report.message}`;
}

async function drop({ database: { pool } }: App): Promise<void> {
  await pool.query("delete from stock_data; delete from revision; delete from quarantine");
}

function onBothEngines(name: string, test: (database: Config["database"]) => Promise<void>): void {
  Deno.test(`${name} (server)`, async () => {
    await using at = await serverDatabase();
    await test({ kind: "server", url: at.url, poolSize: 3 });
  });
  Deno.test(`${name} (embedded)`, async () => {
    await using at = await embeddedDir();
    await test({ kind: "embedded", dataDir: at.path });
  });
}

const SERIES: Series[] = [
  { symbol: "IBM", interval: "daily" },
  { symbol: "IBM", interval: "weekly" },
  { symbol: "IBM", interval: "monthly" },
  { symbol: "IBM", interval: "60min" },
  { symbol: "MSFT", interval: "daily" },
  { symbol: "MSFT", interval: "weekly" },
];

/** What the vendor has on a day: the days before, its corrections of them, rows that break a rule, a running week. */
function offer(vendor: Vendor, { day, turn }: { day: string; turn: number }): void {
  for (const series of SERIES) {
    const { interval } = series;
    const rows = sampleRows(interval, { count: 60, until: day });
    if (interval === "weekly" || interval === "monthly") {
      rows.push({ ...rows.at(-1)!, stamp: day, volume: String(turn) });
    }
    const corrected = rows.map((row, index) => {
      if (index === 40 && turn % 3 === 2) return { ...row, volume: "77" };
      if (index === 41) return { ...row, close: "0.0000" };
      return index === 42 + turn ? { ...row, high: "1.0000" } : row;
    });
    vendor.bars(series, [...new Map(corrected.map((row) => [row.stamp, row])).values()]);
  }
}

/** Two weeks of runs, one each evening; the last series joins in the middle of a week. */
async function liveThrough(vendor: Vendor, database: Config["database"]): Promise<void> {
  const clock = worldAt(Date.parse("2023-06-20T22:00Z"));
  const env = { API_KEY: KEY, ALPHAVANTAGE_URL: vendor.url, ALPHAVANTAGE_ENTITLEMENT: "delayed" };
  const app = await openApp(configFor(env, database), clock);
  try {
    for (let turn = 0; turn < 14; turn++, clock.time += DAY) {
      if ([0, 6].includes(new Date(clock.time).getUTCDay())) continue;
      offer(vendor, { day: new Date(clock.time).toISOString().slice(0, 10), turn });
      await runApp(app, turn < 13 ? SERIES.slice(0, -1) : SERIES);
    }
  } finally {
    await app.close();
  }
}

onBothEngines(
  "two weeks of corrections, running weeks and bad rows, rebuilt with no key and no request",
  async (database) => {
    await using vendor = await startVendor();
    await liveThrough(vendor, database);
    const asked = vendor.requests.length;
    const app = await openApp(configFor({ ALPHAVANTAGE_URL: vendor.url }, database), worldAt(Date.parse("2024-01-01")));
    try {
      const before = await tablesOf(app.database);
      const [bars, revisions, bad] = Object.values(before).map(({ length }) => length);
      assert.ok(bars! > 250 && revisions! > 5 && bad! > 20, `${bars} bars, ${revisions} revisions, ${bad} bad rows`);
      assert.ok(before.stock_data!.some((row) => row.includes('"settled": false')), "a provisional bar");
      await drop(app);
      assert.match(await replayed(app), /^complete: Replay of 6 series from \d+ answers, no request$/);
      assert.deepEqual(await tablesOf(app.database), before);
      assert.equal(vendor.requests.length, asked);
      const { rows } = await app.database.pool.query(
        `select trigger, outcome, message, requests from run order by id desc limit 1`,
      );
      assert.deepEqual([rows[0].trigger, rows[0].outcome, rows[0].requests], ["manual", "complete", 0]);
      assert.match(rows[0].message, /^Replay of 6 series/);
      const { rows: linked } = await app.database.pool.query(
        `select count(*) filter (where raw ->> '4. close' <> close::text)::int as wrong, count(raw)::int as shown
       from stock_data_raw join stock_data using (symbol, "interval", ts)`,
      );
      assert.deepEqual(linked, [{ wrong: 0, shown: bars }]);
      // How far an answer reached is the archive's to say, not today's configuration: a quarter of an hour short then.
      const reach = await app.database.pool.query(
        "select distinct received_at - reaches_to = '15 min' as kept from answer",
      );
      assert.deepEqual(reach.rows, [{ kept: true }]);
      await app.database.pool.query("update answer set reaches_to = '2023-01-01'");
      await replayed(app);
      const { rows: [{ settled }] } = await app.database.pool.query(
        "select count(*) filter (where settled and ts > '2023-01-01')::int as settled from stock_data",
      );
      assert.equal(settled, 0);
    } finally {
      await app.close();
    }
  },
);

onBothEngines(
  "the recorded answers are archived as they came, and each bar shows its own row of them",
  async (database) => {
    const vendor = startReplay();
    const env = { API_KEY: KEY, ALPHAVANTAGE_URL: vendor.url };
    const app = await openApp(configFor(env, database), worldAt(RECORDED_AT));
    try {
      await runApp(app, RECORDED_SERIES);
      const { rows } = await app.database.pool.query(
        `select body, sent_at <= received_at as "after", request.kind from answer
       join answer_body on answer_body.id = body_id join request on request.id = request_id
         and request.symbol = answer.symbol and request."interval" = answer."interval"`,
      );
      assert.equal(rows.length, RECORDED_SERIES.length);
      const files = await Array.fromAsync(Deno.readDir(RECORDED), ({ name }) => name);
      const recorded = await Promise.all(
        files.filter((name) => name.endsWith(".json")).map((name) => Deno.readTextFile(new URL(name, RECORDED))),
      );
      assert.deepEqual(rows.map(({ body }) => body).sort(), recorded.sort());
      assert.ok(rows.every(({ after, kind }) => after && kind === "bars"));
      const known = recorded.flatMap((text) => {
        const document = JSON.parse(text);
        const key = Object.keys(document).find((key) => key.includes("Time Series"))!;
        const symbol = document["Meta Data"]["2. Symbol"];
        return Object.entries(document[key]).map(([stamp, row]) => `${symbol} ${stamp} ${JSON.stringify(row)}`);
      });
      const shown = await app.database.pool.query(
        `select symbol, case when "interval" like '%min' then to_char(ts at time zone 'America/New_York',
         'YYYY-MM-DD HH24:MI:SS') else to_char(ts, 'YYYY-MM-DD') end as stamp, raw from stock_data_raw`,
      );
      const lines = shown.rows.map(({ symbol, stamp, raw }) => `${symbol} ${stamp} ${JSON.stringify(raw)}`);
      assert.deepEqual(lines.sort(), known.sort());
      const before = await tablesOf(app.database);
      await drop(app);
      await replayed(app);
      assert.deepEqual(await tablesOf(app.database), before);
    } finally {
      await app.close();
      await vendor.close();
    }
  },
);

Deno.test("a key that the vendor echoes is not in the archive, nor anything a replay makes of it", async () => {
  await using vendor = await startVendor();
  await using at = await serverDatabase();
  vendor.answerBy((parameters) => {
    const rows = sampleRows("daily");
    const echo = { ...rows[0]!, stamp: `bad ${KEY}` };
    return { body: answerOf(parameters, { rows: [...rows, echo] }).replace("Prices", `Prices for ${KEY}`) };
  });
  const database = { kind: "server", url: at.url, poolSize: 3 } as const;
  const app = await openApp(configFor({ API_KEY: KEY, ALPHAVANTAGE_URL: vendor.url }, database), worldAt(RECORDED_AT));
  try {
    await runApp(app, [SERIES[0]!]);
    await replayed(app);
    for (const table of ["answer_body", "answer", "stock_data_raw", "quarantine", "run", "request", "series_result"]) {
      const { rows } = await at.db.pool.query(`select t::text as row from ${table} as t`);
      assert.ok(rows.length > 0, table);
      assert.ok(rows.every(({ row }) => !row.includes(KEY)), table);
    }
    const { rows } = await at.db.pool.query("select raw, stamp from quarantine");
    assert.match(rows[0].stamp, /^bad \[redacted\]$/);
  } finally {
    await app.close();
  }
});

Deno.test("refused, and nothing changed: what cannot be rebuilt, what is not there, what another run holds", async () => {
  await using vendor = await startVendor();
  await using at = await serverDatabase();
  const database = { kind: "server", url: at.url, poolSize: 3 } as const;
  await liveThrough(vendor, database);
  const app = await openApp(configFor({}, database), worldAt(Date.parse("2024-01-01")));
  try {
    const before = await tablesOf(at.db);
    const unknown = { symbols: ["XYZ"], intervals: null };
    await assert.rejects(replayed(app, { selection: unknown }), /nothing is stored of the series asked for/);
    await retainAnswers(at.db, { before: Date.parse("2023-06-27"), limit: 1_000 });
    await assert.rejects(replayed(app), (error: Error) => {
      assert.match(
        error.message,
        /^Cannot rebuild IBM 60min: \d+ bars and \d+ revisions are older than the \d+ answers/,
      );
      assert.match(error.message, /\nCannot rebuild MSFT daily: .*\nWith --partial these stay as they stand$/);
      return true;
    });
    assert.equal((await at.db.pool.query("select from run where message like 'Replay%'")).rowCount, 0);
    const selection = { symbols: null, intervals: ["daily" as const] };
    assert.match(await replayed(app, { partial: true, selection }), /^complete: Replay of 2 series/);
    assert.deepEqual(await tablesOf(at.db), before);
    const stop = AbortSignal.abort();
    assert.equal(await replayed(app, { partial: true, stop }), "cancelled: Replay stopped after 0 of 6 series");
    const { rows } = await at.db.pool.query("select outcome from run order by id desc limit 2");
    assert.deepEqual(rows.map(({ outcome }) => outcome), ["cancelled", "complete"]);
    await at.db.pool.query(
      "insert into run (trigger, owner, lease_until, started_at) values ('manual', 'other', 'infinity', now())",
    );
    const busy = await app.replay({
      ...{ selection, partial: true, stop: never, abort: never, tell: () => {} },
    });
    assert.ok("busy" in busy && busy.busy.owner === "other");
  } finally {
    await app.close();
  }
});

Deno.test("replay as a program: no key needed, killed at random instants, the tables are never other than they were", async () => {
  const { random, seed } = seededRandom();
  await using vendor = await startVendor();
  await using at = await serverDatabase();
  await using folder = await workFolder();
  await liveThrough(vendor, { kind: "server", url: at.url, poolSize: 3 });
  const asked = vendor.requests.length;
  const before = await tablesOf(at.db);
  const options = { cwd: folder.path, env: { DATABASE_URL: at.url, ALPHAVANTAGE_URL: vendor.url } };
  try {
    let hit = 0;
    for (let kill = 0; kill < 5; kill++) {
      await using victim = startProgram(["replay"], options);
      await Promise.race([runAtWork(at.db), victim.ended]);
      await new Promise((resolve) => setTimeout(resolve, random() * 300));
      victim.kill("SIGKILL");
      if ((await victim.ended).signal === "SIGKILL") hit += 1;
      assert.deepEqual(await tablesOf(at.db), before);
      // Its lease is out at once: the next one need not wait for that.
      await at.db.pool.query("update run set lease_until = now() where outcome is null");
    }
    assert.ok(hit > 0, "every replay had ended before it was killed");
    await at.db.pool.query("delete from stock_data");
    const { code, stdout, stderr } = await runProgram(["replay"], options);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^IBM 60min: \d+ answers replayed$/m);
    assert.match(stdout, /^Replay of 6 series from \d+ answers, no request$/m);
    assert.deepEqual(await tablesOf(at.db), before);
    assert.equal(vendor.requests.length, asked);
  } catch (error) {
    throw new Error(`with TEST_SEED=${seed}`, { cause: error });
  }
});
