/** Does the whole app ask for what its plan says beside bars, within the quota, and what do killed and second runs add? */
import assert from "node:assert/strict";
import { type App, openApp } from "../src/app.ts";
import type { Series } from "../src/bar.ts";
import type { Config } from "../src/config.ts";
import { formOf } from "../src/request.ts";
import { configFor, jumpingWorld, runApp } from "./support/app.ts";
import { serverDatabase } from "./support/database.ts";
import { notice, sampleRows, startVendor, type Vendor } from "./support/vendor.ts";

const START = Date.parse("2023-07-04T06:00Z");
const DAY = 86_400_000;
const BESIDE = { ACTIONS_DAYS: "7", LISTING_DAYS: "7" };
const daily = (symbol: string): Series => ({ symbol, interval: "daily" });

interface Stage {
  readonly vendor: Vendor;
  readonly app: App;
  readonly world: ReturnType<typeof jumpingWorld>;
}

interface Given {
  readonly env?: Record<string, string>;
  readonly symbols?: string;
}

async function play(
  { env = {}, symbols = "AAA,BBB" }: Given,
  { database, test }: { database: Config["database"]; test: (stage: Stage) => Promise<void> },
): Promise<void> {
  await using vendor = await startVendor();
  for (const symbol of symbols.split(",")) vendor.bars(daily(symbol), sampleRows("daily"));
  const series = { STOCK_SYMBOLS: symbols, STOCK_INTERVALS: "daily" };
  const world = jumpingWorld(START);
  const app = await openApp(configFor(vendor.url, database, { ...BESIDE, ...series, ...env }), world);
  try {
    await test({ vendor, app, world });
  } finally {
    await app.close();
  }
}

function onBothEngines(name: string, given: Given, test: (stage: Stage) => Promise<void>): void {
  onServer(`${name} (server)`, given, test);
  Deno.test(`${name} (embedded)`, () => play(given, { database: { kind: "embedded", dataDir: null }, test }));
}

/** What is not the database's doing needs no second engine. */
function onServer(name: string, given: Given, test: (stage: Stage) => Promise<void>): void {
  Deno.test(name, async () => {
    await using at = await serverDatabase();
    await play(given, { database: { kind: "server", url: at.url, poolSize: 2 }, test });
  });
}

/** `AAA SPLITS`, `LISTING_STATUS active` and the like, of all requests from the one at `from` on. */
function asked({ requests }: Vendor, from = 0): string[] {
  return requests.slice(from).map(({ parameters: { function: name, symbol, state, outputsize } }) =>
    [symbol, name, state, outputsize].filter((part) => part !== undefined).join(" ")
  );
}

async function plannedRequests(app: App): Promise<string[]> {
  const { entries, reference = [] } = await app.plan(app.config.series);
  return [
    ...entries.flatMap((entry) => entry.action === "ask" ? [entry.request, ...entry.then] : [])
      .map((request) => `${request.series.symbol} ${formOf(request)}`),
    ...reference.filter(({ action }) => action === "ask")
      .map(({ request: { form, symbol } }) => symbol === null ? form : `${symbol} ${form}`),
  ];
}

onBothEngines(
  "a run sends what the plan says: bars first, then the list, then each symbol's actions",
  {},
  async ({ vendor, app, world }) => {
    vendor.reference({
      splits: { AAA: [{ date: "2023-06-01", factor: "2" }] },
      dividends: { AAA: [{ date: "2023-06-15", amount: "0.5" }] },
      listings: [{ symbol: "AAA", name: "Triple A" }, { symbol: "BBB" }],
    });
    const expected = await plannedRequests(app);
    assert.deepEqual(expected, [
      "AAA TIME_SERIES_DAILY full",
      "BBB TIME_SERIES_DAILY full",
      "LISTING_STATUS active",
      "AAA SPLITS",
      "AAA DIVIDENDS",
      "BBB SPLITS",
      "BBB DIVIDENDS",
    ]);
    const report = await runApp(app, app.config.series);
    assert.deepEqual(asked(vendor), expected);
    assert.deepEqual([report.outcome, report.totals.requests], ["complete", 7]);
    assert.equal(report.totals.revised, 0);
    const { rows: ledger } = await app.database.pool.query(
      `select coalesce(symbol, '-') || ' ' || coalesce("interval", '-') || ' ' || form || ' ' || kind as row, run_id from request order by id`,
    );
    assert.deepEqual(ledger.map(({ row }) => row).slice(1, 4), [
      "BBB daily TIME_SERIES_DAILY full bars",
      "- - LISTING_STATUS active reference",
      "AAA - SPLITS reference",
    ]);
    const { rows: [adjusted] } = await app.database.pool.query(
      `select (select count(*) from stock_data_adjusted where symbol = 'AAA') as aaa,
       (select count(*) from stock_data_adjusted a join stock_data b using (symbol, ts) where a.symbol = 'AAA' and a.close < b.close * 0.6) as halved`,
    );
    assert.deepEqual([adjusted.aaa, adjusted.halved > 60], [100, true]);

    assert.deepEqual(await plannedRequests(app), [], "a second run at once has nothing to ask");
    assert.equal((await runApp(app, app.config.series)).outcome, "nothing-due");
    assert.equal(vendor.requests.length, 7);
    world.ahead += 7 * DAY;
    const later = await plannedRequests(app);
    assert.deepEqual(later.slice(-5), expected.slice(-5));
    const from = vendor.requests.length;
    await runApp(app, app.config.series);
    assert.deepEqual(asked(vendor, from), later.map((one) => one.replace(/^LISTING/, "LISTING")));
    const { rows: [counts] } = await app.database.pool.query(
      "select (select count(*) from split) as splits, (select count(*) from dividend) as dividends",
    );
    assert.deepEqual(counts, { splits: 1, dividends: 1 }, "told twice, kept once");
  },
);

onServer("a quota that bars need is theirs; the rest is asked the next day", {
  env: { API_REQUESTS_PER_DAY: "4" },
}, async ({ vendor, app, world }) => {
  vendor.reference({ listings: [{ symbol: "AAA" }, { symbol: "BBB" }] });
  const expected = await plannedRequests(app);
  assert.deepEqual(expected.slice(2), ["LISTING_STATUS active", "AAA SPLITS"], "four a day, two of them for bars");
  assert.equal((await runApp(app, app.config.series)).outcome, "complete");
  assert.deepEqual(asked(vendor), expected);
  assert.deepEqual(await plannedRequests(app), []);
  world.ahead = DAY;
  const { reference } = await app.plan(app.config.series);
  assert.deepEqual(reference!.map(({ action }) => action), ["ask", "ask", "ask"]);
});

onBothEngines(
  "a symbol that is not listed has the list of the delisted asked for, and ends",
  { symbols: "AAA,OLD" },
  async ({ vendor, app, world }) => {
    vendor.reference({
      listings: [{ symbol: "AAA" }, { symbol: "OLD", name: "Old Inc", delistingDate: "2023-05-01" }],
    });
    vendor.bars(daily("OLD"), sampleRows("daily", { until: "2023-04-28" }));
    const report = await runApp(app, app.config.series);
    assert.equal(report.outcome, "partial", "OLD is late by what was known when it was asked");
    await runApp(app, app.config.series);
    assert.ok(asked(vendor).includes("LISTING_STATUS delisted"));
    world.ahead += 30 * DAY;
    vendor.bars(daily("AAA"), sampleRows("daily", { count: 200, until: "2023-08-02" }));
    const { entries } = await app.plan(app.config.series);
    const old = entries.find(({ series }) => series.symbol === "OLD")!;
    assert.deepEqual([old.action, old.reason], [
      "skip",
      "delisted on 2023-05-01, and the vendor has answered since: its bars stay",
    ]);
    const from = vendor.requests.length;
    const later = await runApp(app, app.config.series);
    assert.equal(later.outcome, "complete", "nothing is wrong that could be mended");
    assert.ok(!asked(vendor, from).some((one) => one.startsWith("OLD TIME_SERIES")));
    vendor.reference({ listings: [{ symbol: "AAA" }, { symbol: "OLD", name: "New Old Inc" }] });
    world.ahead += 30 * DAY;
    await runApp(app, app.config.series);
    const again = (await app.plan(app.config.series)).entries.find(({ series }) => series.symbol === "OLD")!;
    assert.equal(again.action, "ask", "listed again: asked again");
  },
);

onServer(
  "refusals: a premium form costs one request a week, a strange answer its rest, neither the run's outcome",
  {},
  async ({ vendor, app }) => {
    vendor.reference({ listings: [{ symbol: "AAA" }, { symbol: "BBB" }] });
    vendor.answerBy(({ function: name, symbol }) =>
      name === "SPLITS" ? notice("8") : name === "DIVIDENDS" && symbol === "BBB" ? "empty" : null
    );
    assert.equal((await runApp(app, app.config.series)).outcome, "complete");
    assert.equal(asked(vendor).filter((one) => one.endsWith("SPLITS")).length, 1);
    const states = await app.reference(app.config.series);
    const told = states.map(({ request: { form, symbol }, kind }) => `${symbol ?? "-"} ${form} ${kind}`);
    assert.deepEqual(told, [
      "- LISTING_STATUS active null",
      "AAA SPLITS premium",
      "AAA DIVIDENDS null",
      "BBB SPLITS null",
      "BBB DIVIDENDS empty",
    ]);
    assert.deepEqual(await plannedRequests(app), []);
  },
);

onServer("a daily limit met beside bars is the key's: nothing is asked after it", {}, async ({ vendor, app }) => {
  vendor.answerBy(({ function: name }) => name === "LISTING_STATUS" ? notice("6") : null);
  assert.equal((await runApp(app, app.config.series)).outcome, "complete");
  assert.equal(vendor.requests.length, 3);
  const { quota, reference } = await app.plan(app.config.series);
  assert.ok(quota.blockedUntil !== null);
  assert.ok(reference!.every(({ action }) => action === "defer"));
});

onServer(
  "a search is one request, in the ledger, outside any run",
  { symbols: "AAA" },
  async ({ vendor, app }) => {
    const match = {
      symbol: "TSCO.LON",
      name: "Tesco PLC",
      type: "Equity",
      region: "United Kingdom",
      currency: "GBX",
      score: "0.7273",
    };
    vendor.reference({ matches: [match] });
    const { signal } = new AbortController();
    assert.deepEqual(await app.searchSymbols("tesco & sons", { signal }), [match]);
    assert.equal(vendor.requests[0]!.parameters.keywords, "tesco & sons");
    const { rows } = await app.database.pool.query("select run_id, form, kind from request");
    assert.deepEqual(rows, [{ run_id: null, form: "SYMBOL_SEARCH", kind: "reference" }]);
    vendor.fail(notice("6"));
    await assert.rejects(app.searchSymbols("x", { signal }), /^Error: Cannot search for "x": /);
  },
);
