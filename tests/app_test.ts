/** The main job end to end: recorded real answers in, bars in PostgreSQL out, and every fault told as what it is. */
import assert from "node:assert/strict";
import { RECORDED_AT, RECORDED_SERIES, startReplay } from "../src/alphavantage/replay.ts";
import { type App, hashOf, openApp } from "../src/app.ts";
import { type Interval, INTERVALS, type Series } from "../src/bar.ts";
import type { Config } from "../src/config.ts";
import type { RunEvent } from "../src/event.ts";
import { eventsOf } from "../src/postgres/events.ts";
import type { Outcome } from "../src/run.ts";
import { configFor, jumpingWorld, runApp } from "./support/app.ts";
import { serverDatabase } from "./support/database.ts";
import { seededRandom } from "./support/random.ts";
import { type Fault, notice, sampleRows, startVendor, type VendorRow } from "./support/vendor.ts";

const RECORDED = new URL("../src/alphavantage/recorded/", import.meta.url);

/** Opens the app on each engine in turn, each with an empty database. */
function onBothEngines(name: string, test: (database: Config["database"]) => Promise<void>): void {
  Deno.test(`${name} (server)`, async () => {
    await using at = await serverDatabase();
    await test({ kind: "server", url: at.url, poolSize: 2 });
  });
  Deno.test(`${name} (embedded)`, () => test({ kind: "embedded", dataDir: null }));
}

/** A recording's rows by a reading of our own: Temporal for the zone, strings for the numbers. */
async function recordedRows({ symbol, interval }: Series): Promise<string[]> {
  for await (const { name } of Deno.readDir(RECORDED)) {
    const kind = interval.endsWith("min") ? "INTRADAY" : interval.toUpperCase();
    const mark = interval.endsWith("min") ? `_${interval}_` : "_";
    if (!name.startsWith(`TIME_SERIES_${kind}_${symbol}${mark}`)) continue;
    const document = JSON.parse(await Deno.readTextFile(new URL(name, RECORDED)));
    const key = Object.keys(document).find((key) => key.includes("Time Series"))!;
    return Object.entries<Record<string, string>>(document[key]).map(([stamp, row]) => {
      const instant = stamp.includes(" ")
        ? Temporal.PlainDateTime.from(stamp).toZonedDateTime("America/New_York").toInstant()
        : Temporal.Instant.from(`${stamp}T00:00Z`);
      return [instant.epochMilliseconds, ...Object.values(row)].join(" ");
    }).sort();
  }
  throw new Error(`Cannot find a recording of ${symbol} ${interval}`);
}

async function storedRows(app: App, { symbol, interval }: Series): Promise<string[]> {
  const { rows } = await app.database.pool.query(
    `select concat_ws(' ', (extract(epoch from ts) * 1000)::bigint, open, high, low, close, volume) as row
       from stock_data where symbol = $1 and "interval" = $2`,
    [symbol, interval],
  );
  return rows.map(({ row }) => row).sort();
}

/** Changes with every physical write of a row, also of one that writes the same values again. */
async function versions(app: App): Promise<string[]> {
  const { rows } = await app.database.pool.query(
    `select concat_ws(' ', symbol, "interval", ts, xmin, ctid) as version from stock_data order by 1`,
  );
  return rows.map(({ version }) => version);
}

onBothEngines("the recorded answers become exactly their bars, and a second load writes nothing", async (database) => {
  const replay = startReplay();
  const clock = jumpingWorld(RECORDED_AT);
  // Several series at once, also where the database takes them one at a time.
  const app = await openApp(configFor(replay.url, database, { API_CONCURRENCY: "4" }), clock);
  try {
    const first = await runApp(app, RECORDED_SERIES);
    assert.equal(first.outcome, "complete", JSON.stringify(first.results));
    let bars = 0;
    for (const series of RECORDED_SERIES) {
      const [recorded, stored] = [await recordedRows(series), await storedRows(app, series)];
      assert.deepEqual(stored, recorded, `${series.symbol} ${series.interval}`);
      bars += stored.length;
    }
    assert.equal(bars, 2_419);
    const provisional = await app.database.pool.query(
      `select "interval", (ts at time zone 'UTC')::date::text as date from stock_data where not settled order by "interval"`,
    );
    assert.deepEqual(provisional.rows.map((row) => `${row.interval} ${row.date}`), [
      "monthly 2023-07-03",
      "weekly 2023-07-03",
    ]);

    const written = await versions(app);
    const asked = replay.requests();
    assert.equal((await runApp(app, RECORDED_SERIES)).outcome, "nothing-due");
    assert.equal(replay.requests(), asked, "a request that could bring nothing");
    // Two sessions later the vendor has still the same: everything due is asked, nothing is written.
    clock.ahead += 2.5 * 86_400_000;
    const late = await runApp(app, RECORDED_SERIES);
    assert.equal(late.outcome, "partial");
    assert.ok(replay.requests() > asked);
    assert.deepEqual(new Set(late.results.map(({ status }) => status)), new Set(["late"]));
    assert.equal(late.totals.inserted + late.totals.revised + late.totals.provisional, 0);
    assert.deepEqual(await versions(app), written);
  } finally {
    await app.close();
    await replay.close();
  }
});

/** Every fault once: what it must be called, and what the run with one good series beside it comes to. */
const LADDER: [Fault, string, Outcome][] = [
  [notice("1"), "bad-key", "failed"],
  [notice("2"), "bad-symbol", "partial"],
  [notice("3"), "unknown-notice", "partial"],
  [notice("4"), "daily-limit", "deferred"],
  [notice("5"), "daily-limit", "deferred"],
  [notice("6"), "daily-limit", "deferred"],
  [notice("7"), "burst", "partial"],
  [notice("8"), "premium", "failed"],
  [notice("10"), "premium", "failed"],
  [notice("11"), "bad-key", "failed"],
  [notice("12"), "bad-key", "failed"],
  [notice("13"), "burst", "partial"],
  [notice("14"), "burst", "partial"],
  ["empty", "empty", "partial"],
  ["http-429", "burst", "partial"],
  ["html-503", "outage", "partial"],
  ["refused-accept", "unknown-notice", "partial"],
  ["truncated-json", "malformed", "partial"],
  ["wrong-symbol", "malformed", "partial"],
  ["stalled-body", "outage", "partial"],
  ["reset", "outage", "partial"],
  ["reset-mid-body", "outage", "partial"],
  ["huge", "malformed", "partial"],
  [{ body: '{"Information": "Something nobody has seen before."}' }, "unknown-notice", "partial"],
];

Deno.test("the ladder of faults: each met by one series is told by its name, and the series beside it is stored", async (t) => {
  for (const [fault, kind, outcome] of LADDER) {
    const name = typeof fault === "string" ? fault : fault.body.slice(0, 60);
    await t.step(`${kind}: ${name}`, async () => {
      await using vendor = await startVendor();
      await using at = await serverDatabase();
      vendor.answerBy(({ symbol }) => symbol === "BAD" ? fault : null);
      const env = { API_TIMEOUT_SEC: "1", API_POLITE_DELAY_SEC: "0", API_REQUESTS_PER_MINUTE: "6000" };
      const config = configFor(vendor.url, { kind: "server", url: at.url, poolSize: 2 }, env);
      const app = await openApp(config, jumpingWorld(RECORDED_AT));
      try {
        const series = ["BAD", "GOOD"].map((symbol) => ({ symbol, interval: "weekly" as const }));
        const report = await runApp(app, series);
        const [bad, good] = report.results;
        assert.equal(bad!.kind, kind, JSON.stringify(bad));
        assert.equal(report.outcome, outcome);
        assert.equal(good!.status, outcome === "partial" ? "stored" : good!.status);
        assert.ok(bad!.message!.length > 10 && !bad!.message!.includes("appkey"), bad!.message!);
        assert.ok(bad!.requests <= 5, "attempts are bounded");
        const stored = await storedRows(app, series[0]!);
        assert.deepEqual(stored, [], "nothing of a refusal becomes a bar");
        const ledger = await at.db.pool.query("select count(*)::int as sent from request where symbol = 'BAD'");
        assert.equal(ledger.rows[0].sent, bad!.requests, "every request is in the ledger");
      } finally {
        await app.close();
      }
    });
  }
});

/** A random state of the database: what each series holds, what the key was refused, what it has sent today. */
async function arrange(
  { pool }: App["database"],
  { random, keyHash }: { random: () => number; keyHash: string },
): Promise<Series[]> {
  await pool.query("truncate stock_data, series_result, request, entitlement, run, revision, quarantine cascade");
  const series = Array.from({ length: 8 }, (_, index): Series => {
    return { symbol: `S${index}`, interval: INTERVALS[Math.floor(random() * INTERVALS.length)]! };
  });
  for (const { symbol, interval } of series) {
    if (random() < 0.2) continue;
    const day = RECORDED_AT - Math.ceil(random() ** 3 * 200) * 86_400_000;
    const ts = new Date(interval.endsWith("min") ? day + 17 * 3_600_000 : day);
    await pool.query(
      `insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
       values ($1, $2, $3, 1, 1, 1, 1, 1, true)`,
      [symbol, interval, ts.toISOString()],
    );
  }
  const forms = ["TIME_SERIES_DAILY full", "TIME_SERIES_INTRADAY full", "TIME_SERIES_INTRADAY full month"];
  for (const form of forms.filter(() => random() < 0.3)) {
    const learntAt = new Date(RECORDED_AT - 1_000).toISOString();
    await pool.query("insert into entitlement values ($1, $2, false, $3, 'x')", [keyHash, form, learntAt]);
  }
  return series;
}

function yearOf(interval: Interval): VendorRow[] {
  if (!interval.endsWith("min")) return sampleRows(interval, { count: 260 });
  return sampleRows("daily", { count: 260 }).map((row) => ({ ...row, stamp: `${row.stamp} 12:00:00` }));
}

Deno.test("the plan is exactly what the run then asks for, whatever the state", async () => {
  const { random, seed } = seededRandom();
  await using vendor = await startVendor();
  await using at = await serverDatabase();
  for (let round = 0; round < 8; round++) {
    const perDay = random() < 0.5 ? 0 : 1 + Math.floor(random() * 15);
    const concurrency = round % 2 === 0 ? 1 : 4;
    const env = {
      API_REQUESTS_PER_DAY: String(perDay),
      API_CONCURRENCY: String(concurrency),
      API_POLITE_DELAY_SEC: "0",
      API_REQUESTS_PER_MINUTE: "6000",
    };
    const app = await openApp(
      configFor(vendor.url, { kind: "server", url: at.url, poolSize: 4 }, env),
      jumpingWorld(RECORDED_AT),
    );
    try {
      const series = await arrange(app.database, { random, keyHash: await hashOf("appkey") });
      // A year of sessions; intraday with a bar each, so that every month has one.
      for (const one of series) vendor.bars(one, yearOf(one.interval));
      const { entries } = await app.plan(series);
      const planned = entries.flatMap((entry) => entry.action === "ask" ? [entry.request, ...entry.then] : [])
        .map(({ series: { symbol }, month, size }) => `${symbol} ${size ?? ""} ${month ?? ""}`);
      const before = vendor.requests.length;
      const report = await runApp(app, series);
      const sent = vendor.requests.slice(before).map(({ parameters: { symbol, outputsize = "", month = "" } }) =>
        `${symbol} ${outputsize} ${month}`
      );
      const order = (list: string[]) => concurrency === 1 ? list : list.toSorted();
      const told = `seed ${seed} round ${round}: ${JSON.stringify(report.results)}`;
      assert.deepEqual(order(sent), order(planned), told);
      // Of one series they come in the order planned, whoever else is under way.
      for (const { symbol } of series) {
        const of = (list: string[]) => list.filter((line) => line.startsWith(`${symbol} `));
        assert.deepEqual(of(sent), of(planned), told);
      }
      if (perDay > 0) assert.ok(sent.length <= perDay, told);
      assert.equal(report.totals.requests, sent.length, told);
      assert.equal(report.results.length, entries.filter(({ action }) => action !== "skip").length, told);
    } finally {
      await app.close();
    }
  }
});

Deno.test("the running week is replaced day by day, and its last answer is the one that settles", async () => {
  await using vendor = await startVendor();
  await using at = await serverDatabase();
  const clock = jumpingWorld(Date.parse("2023-06-26T21:00Z"));
  const series = { symbol: "IBM", interval: "weekly" } as const;
  const config = configFor(vendor.url, { kind: "server", url: at.url, poolSize: 2 });
  const app = await openApp(config, clock);
  try {
    const seen = [];
    for (const [day, hours] of [["26", 0], ["28", 48], ["30", 48], ["30", 24 * 7]] as const) {
      clock.ahead += hours * 3_600_000;
      const week = (stamp: string, close: string) => ({ stamp, open: "10", high: "20", low: "5", close, volume: day });
      vendor.bars(series, [week("2023-06-23", "11"), week(`2023-06-${day}`, `12.${day}`)]);
      // The plan has no reason to ask for a running week: forget that the last one is complete.
      await at.db.pool.query("update stock_data set settled = false where ts = '2023-06-23T00:00Z'");
      await at.db.pool.query("update series_result set started_at = started_at - interval '30 days'");
      await runApp(app, [series]);
      seen.push(await storedRows(app, series));
    }
    const week = (rows: string[]) => rows.map((row) => new Date(Number(row.split(" ")[0])).toISOString().slice(0, 10));
    assert.deepEqual(seen.map(week), [
      ["2023-06-23", "2023-06-26"],
      ["2023-06-23", "2023-06-28"],
      ["2023-06-23", "2023-06-30"],
      ["2023-06-23", "2023-06-30"],
    ]);
    const { rows } = await at.db.pool.query("select settled from stock_data order by ts");
    assert.deepEqual(rows.map(({ settled }) => settled), [true, true]);
  } finally {
    await app.close();
  }
});

onBothEngines(
  "what a run tells its log is in the database when it is over, and the key is nowhere",
  async (database) => {
    const replay = startReplay();
    const app = await openApp(configFor(replay.url, database), jumpingWorld(RECORDED_AT));
    try {
      const told: string[] = [];
      const signal = new AbortController().signal;
      const options = { trigger: "manual", tickId: null, stop: signal, abort: signal, patient: false } as const;
      const emit = ({ type }: RunEvent) => void told.push(type);
      const report = await app.run({ series: RECORDED_SERIES, ...options, emit });
      assert.ok("outcome" in report);
      const events = await eventsOf(app.database, { runId: report.runId });
      assert.deepEqual(events.map(({ type }) => type), told);
      assert.ok(events.length > 4 * RECORDED_SERIES.length);
      assert.ok(!JSON.stringify(events).includes("appkey"));
    } finally {
      await app.close();
      await replay.close();
    }
  },
);
