/**
 * Seeded holes: of many series, years long, one bar in twenty is deleted. Every hole is found and nothing else; every one
 * that the vendor has is filled with the very bar that was there, by as few requests as there can be; what the vendor has
 * not is asked for three times in a week and never again; and a plan names each request that its run makes.
 */
import assert from "node:assert/strict";
import { type App, openApp } from "../../src/app.ts";
import { intradayLength, type Series, seriesName } from "../../src/bar.ts";
import { dateOf } from "../../src/calendar.ts";
import { searchAll } from "../../src/gap_search.ts";
import { type Slot, slotsBetween } from "../../src/gaps.ts";
import { datesOf } from "../../src/healing.ts";
import type { Plan } from "../../src/plan.ts";
import { gapRecords } from "../../src/postgres/gaps.ts";
import { formOf } from "../../src/request.ts";
import { marketOf } from "../../src/wiring.ts";
import { answerOf, row, type VendorRow } from "../support/answers.ts";
import { configFor, type JumpingWorld, jumpingWorld, runApp } from "../support/app.ts";
import { serverDatabase } from "../support/database.ts";
import { everyRequest, optimum } from "../support/optimum.ts";
import { seededRandom } from "../support/random.ts";
import { startVendor, type Vendor } from "../support/vendor.ts";
import type { Proof } from "./main.ts";

const DAY = 86_400_000;
/** A Friday evening in New York, when all of the week is out. */
const START = Date.parse("2026-11-21T02:00Z");
/** From when each interval is held, and until when the vendor will have more. */
const SINCE = { "60min": "2026-07-01", daily: "2003-01-02", weekly: "2003-01-06" } as const;
const UNTIL = "2026-12-31";
const INTERVALS = Object.keys(SINCE) as (keyof typeof SINCE)[];
const DELETED = 0.05;
/** Of what is deleted, so many slots of each series are not with the vendor either. */
const LACKING = 2;

export const PROOF: Proof = {
  name: "holes",
  unit: "symbols",
  short: 2,
  long: 100,
  prove: async (symbols) => {
    const { random, seed } = seededRandom();
    try {
      return { symbols, ...await heal(symbols, random), seed };
    } catch (cause) {
      throw new Error(`TEST_SEED=${seed}`, { cause });
    }
  },
};

/** One series, its slots and what became of them. */
interface Torn {
  readonly series: Series;
  readonly slots: readonly Slot[];
  /** Names of the slots that were emptied. */
  readonly emptied: ReadonlySet<string>;
  /** Those of them that the vendor has not either. */
  readonly lacking: ReadonlySet<string>;
}

async function heal(symbols: number, random: () => number): Promise<Record<string, number>> {
  await using database = await serverDatabase();
  await using vendor = await startVendor();
  const world = jumpingWorld(START);
  const names = Array.from({ length: symbols }, (_, index) => `S${index + 1}`);
  const env = { STOCK_SYMBOLS: names.join(","), STOCK_INTERVALS: INTERVALS.join(",") };
  const app = await openApp(configFor(vendor.url, database.config, env), world);
  try {
    const torn = names.flatMap((symbol) => INTERVALS.map((interval) => tear({ symbol, interval }, random)));
    const bars = await fill(app, torn, random);
    answerAs(vendor, { torn, world });
    const found = await search(app, world);
    assertFound(found, torn);
    const first = await healOnce(app, { vendor, world, torn });
    await assertWhole(app, torn);
    // The clock goes on while requests are paced: what is next is counted from there.
    world.ahead += DAY + 60_000;
    const second = await healOnce(app, { vendor, world, torn });
    world.ahead += 6 * DAY + 60_000;
    const third = await healOnce(app, { vendor, world, torn });
    const emptied = torn.reduce((sum, one) => sum + one.emptied.size, 0);
    const lacking = torn.reduce((sum, one) => sum + one.lacking.size, 0);
    await assertEnded(app, { emptied, lacking });
    world.ahead += DAY;
    assert.deepEqual((await app.plan(app.config.series)).heals, [], "what the vendor has not is asked for again");
    return {
      bars,
      holes: emptied,
      found: found.size,
      healed: emptied - lacking,
      "vendor has none": lacking,
      requests: first + second + third,
      "of these the first day": first,
    };
  } finally {
    await app.close();
  }
}

/** Chooses what goes. The oldest and the newest stay: what lies outside them is not missing but due. */
function tear(series: Series, random: () => number): Torn {
  const held = slotsBetween(series, SINCE[series.interval as keyof typeof SINCE], dateOf(START - DAY));
  const inner = held.slice(1, series.interval === "weekly" ? -2 : -1);
  const emptied = inner.filter(() => random() < DELETED).map(({ date }) => date);
  const lacking = emptied.toSorted(() => random() - 0.5).slice(0, LACKING);
  return { series, slots: held, emptied: new Set(emptied), lacking: new Set(lacking) };
}

/** Stores what is left, as if it had come long ago. Of sessions with many bars some go everywhere: that is no hole. */
async function fill(app: App, torn: readonly Torn[], random: () => number): Promise<number> {
  let count = 0;
  for (const { series, slots, emptied } of torn) {
    const intraday = intradayLength(series.interval) !== null;
    const rows = slots.filter(({ date }) => !emptied.has(date)).flatMap((slot) =>
      rowsOf(series, slot).filter((_, index) => !intraday || index === 0 || index === 15 || random() >= DELETED)
    );
    const column = (name: keyof VendorRow) => rows.map((one) => one[name]);
    await app.database.pool.query(
      `insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
       select $1, $2, stamp::timestamp at time zone $3, o::numeric, h::numeric, l::numeric, c::numeric, v::bigint, true
       from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[]) as r (stamp, o, h, l, c, v)`,
      [
        series.symbol,
        series.interval,
        intraday ? "America/New_York" : "UTC",
        column("stamp"),
        column("open"),
        column("high"),
        column("low"),
        column("close"),
        column("volume"),
      ],
    );
    count += rows.length;
  }
  await app.database.pool.query("analyze stock_data");
  return count;
}

/** The rows of one slot as the vendor has them: their price tells series and time. */
function rowsOf({ symbol, interval }: Series, { date, close }: Slot): VendorRow[] {
  const number = Number(symbol.slice(1));
  const price = (offset: number) => (number + offset + Number(date.replaceAll("-", "")) / 1e8).toFixed(4);
  if (interval === "daily") return [row(date, price(100))];
  // Filed under its last session.
  if (interval === "weekly") return [row(dateOf(close - 1), price(500))];
  return Array.from(
    { length: 16 },
    (_, hour) => row(`${date} ${String(hour + 4).padStart(2, "0")}:00:00`, price(hour)),
  );
}

/** The vendor has all but what it lacks, until now by our clock; a full intraday answer reaches back thirty days. */
function answerAs(vendor: Vendor, { torn, world }: { torn: readonly Torn[]; world: JumpingWorld }): void {
  const byName = new Map(torn.map((one) => [seriesName(one.series), one]));
  vendor.answerBy((parameters) => {
    const name = parameters["function"]!;
    const interval = parameters["interval"] ?? name.slice("TIME_SERIES_".length).toLowerCase();
    const { series, lacking } = byName.get(`${parameters["symbol"]} ${interval}`)!;
    const intraday = intradayLength(series.interval) !== null;
    const month = parameters["month"];
    const since = intraday && month === undefined ? dateOf(world.now() - 30 * DAY) : "";
    const slots = slotsBetween(series, SINCE[series.interval as keyof typeof SINCE], UNTIL).filter(({ date, close }) =>
      close <= world.now() && !lacking.has(date) && date >= since && (month === undefined || date.startsWith(month))
    );
    return { body: answerOf(parameters, { rows: slots.flatMap((slot) => rowsOf(series, slot)) }) };
  });
}

/** As the quiet moments of a program that serves do. @returns `IBM daily 2024-01-05` */
async function search(app: App, world: JumpingWorld): Promise<Set<string>> {
  const { config, database } = app;
  await searchAll({ database, world }, config.series, { stop: new AbortController().signal, reopen: false });
  const open = await gapRecords(database, config.series, { state: "open", limit: 1_000_000 });
  return new Set(open.map(({ series, date }) => `${seriesName(series)} ${date}`));
}

function assertFound(found: ReadonlySet<string>, torn: readonly Torn[]): void {
  const seeded = new Set(
    torn.flatMap(({ series, emptied }) => [...emptied].map((date) => `${seriesName(series)} ${date}`)),
  );
  assert.deepEqual([...seeded.difference(found)].slice(0, 5), [], "holes that were not found");
  assert.deepEqual([...found.difference(seeded)].slice(0, 5), [], "found what is no hole");
}

/** One run: it sends what its plan names, and for gaps as few requests as any. @returns how many those are */
async function healOnce(
  app: App,
  { vendor, world, torn }: { vendor: Vendor; world: JumpingWorld; torn: readonly Torn[] },
): Promise<number> {
  const { series } = app.config;
  const now = world.now();
  const plan = await app.plan(series);
  let most = 0;
  for (const heal of plan.heals) {
    const dates = datesOf(heal.requests);
    const options = { now, market: marketOf(app.config), adjusted: false, entitlements: [] };
    const best = optimum(everyRequest(heal.series, dates, options));
    const told = { dates: dates.length, requests: heal.requests.length };
    assert.deepEqual(told, best, `${seriesName(heal.series)} could be healed by other requests`);
    assert.deepEqual(heal.left, []);
    most += best.requests;
  }
  assert.ok(plan.heals.length > 0 || torn.length === 0, "there was nothing to heal");
  const before = vendor.requests.length;
  const report = await runApp(app, series);
  assert.equal(report.outcome, "complete", JSON.stringify(report.results.find(({ kind }) => kind !== null)));
  const sent = vendor.requests.slice(before).map(({ parameters: { symbol, outputsize, month, ...rest } }) =>
    [symbol, rest["function"], rest["interval"] ?? "", outputsize ?? "", month ?? ""].join(" ").trim()
  );
  assert.deepEqual(sent.sort(), namedIn(plan).sort(), "the plan names other requests than were sent");
  return most;
}

function namedIn({ entries, heals }: Plan): string[] {
  const due = entries.flatMap((entry) => entry.action === "ask" ? [entry.request, ...entry.then] : []);
  return [...due, ...heals.flatMap(({ requests }) => requests.map(({ request }) => request))].map((request) => {
    assert.ok(formOf(request).startsWith(request.function));
    const interval = request.function === "TIME_SERIES_INTRADAY" ? request.series.interval : "";
    return [request.series.symbol, request.function, interval, request.size ?? "", request.month ?? ""].join(" ")
      .trim();
  });
}

/** Every slot the vendor has holds the vendor's own bars, whole. */
async function assertWhole(app: App, torn: readonly Torn[]): Promise<void> {
  for (const { series, slots, emptied, lacking } of torn) {
    const { rows } = await app.database.pool.query(
      `select ts, close::text from stock_data where symbol = $1 and "interval" = $2 order by ts`,
      [series.symbol, series.interval],
    );
    const held = Map.groupBy(rows, ({ ts }) => slots.find(({ from, to }) => ts >= from && ts < to)?.date);
    for (const slot of slots.filter(({ date }) => emptied.has(date))) {
      const expected = lacking.has(slot.date) ? [] : rowsOf(series, slot).map(({ close }) => Number(close));
      const found = (held.get(slot.date) ?? []).map(({ close }) => Number(close));
      assert.deepEqual(found, expected, `${seriesName(series)} ${slot.date}`);
    }
  }
}

async function assertEnded(app: App, { emptied, lacking }: { emptied: number; lacking: number }): Promise<void> {
  const all = await gapRecords(app.database, app.config.series, { state: "all", limit: 1_000_000 });
  const as = (wanted: string | undefined) => all.filter(({ closed }) => closed?.as === wanted);
  assert.equal(as("healed").length, emptied - lacking);
  assert.equal(as("vendor-has-none").length, lacking);
  assert.deepEqual(as(undefined), []);
  assert.ok(as("vendor-has-none").every(({ tries }) => tries === 3), "each was asked for three times");
}
