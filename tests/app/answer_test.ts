/** Answers that are not what they look like: too young to be settled, holding what no table takes, or the key in disguise. */
import assert from "node:assert/strict";
import { type App, openApp } from "../../src/app.ts";
import type { Series } from "../../src/bar.ts";
import type { RunEvent } from "../../src/event.ts";
import { configFor, jumpingWorld, runApp } from "../support/app.ts";
import { type ServerDatabase, serverDatabase } from "../support/database.ts";
import { row, startVendor, type Vendor } from "../support/vendor.ts";

const KEY = "SECRETKEY/012345";

interface Stage extends AsyncDisposable {
  readonly vendor: Vendor;
  readonly at: ServerDatabase;
  readonly clock: ReturnType<typeof jumpingWorld>;
  readonly app: App;
}

async function stage(now: string, env: Record<string, string> = {}): Promise<Stage> {
  const [vendor, at, clock] = [await startVendor(), await serverDatabase(), jumpingWorld(Date.parse(now))];
  const config = configFor(vendor.url, { kind: "server", url: at.url, poolSize: 2 }, { API_KEY: KEY, ...env });
  const app = await openApp(config, clock);
  const close = async () => {
    await app.close();
    await vendor.close();
    await at.close();
  };
  return { vendor, at, clock, app, [Symbol.asyncDispose]: close };
}

/** Stamps of stored bars in New York, `*` for a provisional one. */
async function stampsOf({ at }: Stage): Promise<string[]> {
  const { rows } = await at.db.pool.query(
    `select to_char(ts at time zone case when "interval" = 'daily' then 'UTC' else 'America/New_York' end,
                    'DD HH24:MI') || case when settled then '' else '*' end as stamp from stock_data order by ts`,
  );
  return rows.map(({ stamp }) => stamp);
}

const QUARTER = ["14:25", "14:30", "14:35", "14:40", "14:45", "14:50", "14:55"];

for (
  const { entitlement, settled } of [
    // 15:00 less 15 minutes is 14:45, and a bar gets a minute after its end: 14:35–14:40 is the last that is over.
    { entitlement: "delayed", settled: 3 },
    // 14:55 is the START of the newest bar; 14:50–14:55 is over.
    { entitlement: "realtime", settled: 6 },
  ]
) {
  Deno.test(`at 15:00 a ${entitlement} key has ${settled} settled bars of seven; the youngest stay provisional`, async () => {
    await using on = await stage("2023-06-30T19:00:30Z", { ALPHAVANTAGE_ENTITLEMENT: entitlement });
    const series: Series = { symbol: "IBM", interval: "5min" };
    on.vendor.bars(series, QUARTER.map((time) => row(`2023-06-30 ${time}:00`, "10.0000")));
    await runApp(on.app, [series]);
    const expected = QUARTER.map((time, index) => `30 ${time}${index < settled ? "" : "*"}`);
    assert.deepEqual(await stampsOf(on), expected);
  });
}

Deno.test("a Last Refreshed with a time leaves its day provisional, whatever our clock shows, until an answer has it all", async () => {
  // Half an hour after the close: by the clock alone the day is over.
  await using on = await stage("2023-06-30T20:30:00Z");
  const series: Series = { symbol: "IBM", interval: "daily" };
  const days = (close: string) => [row("2023-06-29", "10.0000"), row("2023-06-30", close)];
  on.vendor.bars(series, days("11.0000"), { lastRefreshed: "2023-06-30 15:59:00" });
  await runApp(on.app, [series]);
  assert.deepEqual(await stampsOf(on), ["29 00:00", "30 00:00*"]);
  on.vendor.bars(series, days("12.0000"), { lastRefreshed: "2023-06-30" });
  // Long enough for whatever rest the series was given.
  on.clock.ahead += 6 * 3_600_000;
  await runApp(on.app, [series]);
  assert.deepEqual(await stampsOf(on), ["29 00:00", "30 00:00"]);
  const { rows } = await on.at.db.pool.query("select close from stock_data order by ts desc limit 1");
  assert.equal(Number(rows[0].close), 12);
  const revisions = await on.at.db.pool.query("select count(*)::int as count from revision");
  assert.equal(revisions.rows[0].count, 0, "a running day that goes on is no correction");
});

/** Everything the database holds, as one text. */
async function everything({ at }: Stage): Promise<string> {
  const tables = await at.db.pool.query("select tablename from pg_tables where schemaname = 'public'");
  const texts = await Promise.all(
    tables.rows.map(({ tablename }) => at.db.pool.query(`select t::text as line from ${tablename} t`)),
  );
  return texts.flatMap(({ rows }) => rows.map(({ line }) => line)).join("\n");
}

Deno.test("a NUL in the vendor's words, which no text column takes, does not end the run", async () => {
  await using on = await stage("2023-07-04T06:00:00Z");
  const body = JSON.stringify({ Information: "Something\u0000 nobody has seen \ud800 before" });
  on.vendor.answerBy(({ symbol }) => symbol === "BAD" ? { body } : null);
  const series = ["BAD", "GOOD"].map((symbol): Series => ({ symbol, interval: "weekly" }));
  const report = await runApp(on.app, series);
  assert.equal(report.outcome, "partial", JSON.stringify(report));
  assert.deepEqual(report.results.map(({ status, kind }) => [status, kind]), [
    ["failed", "unknown-notice"],
    ["stored", null],
  ]);
  assert.match(await everything(on), /nobody has seen/);
});

Deno.test("a key that the vendor spells with escapes is in no table, no event and no result", async () => {
  await using on = await stage("2023-07-04T06:00:00Z");
  const units = [...KEY].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  const disguises = [units, KEY.replace("S", "\\u0053"), KEY.replace("/", "\\/"), encodeURIComponent(KEY)];
  const bodies = disguises.flatMap((key) => [
    `{"Information": "We have detected your API key as ${key} and something new."}`,
    `{"Error Message": "the parameter apikey (${key}) is invalid or missing"}`,
  ]);
  const events: RunEvent[] = [];
  const reports = [];
  for (const [index, body] of bodies.entries()) {
    on.vendor.answerBy(() => ({ body }));
    const series: Series = { symbol: `S${index}`, interval: "weekly" };
    reports.push(await runApp(on.app, [series], { emit: (event) => events.push(event) }));
    on.clock.ahead += 7_200_000;
  }
  assert.ok(on.vendor.requests.length >= bodies.length);
  const left = await everything(on) + JSON.stringify([events, reports]);
  assert.match(left, /\[redacted\]/);
  for (const spelling of [KEY, encodeURIComponent(KEY), units]) {
    assert.ok(!left.toLowerCase().includes(spelling.toLowerCase()), `left as ${spelling}`);
  }
});
