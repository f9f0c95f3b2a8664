/**
 * A faulty vendor: three requests in ten are answered with something else than bars. Whatever it is: the ledger keeps each
 * request under its right kind, no UTC day has more than are allowed, no run dies, and when the vendor is well again the
 * tables are those it would have filled without a fault.
 */
import assert from "node:assert/strict";
import { type App, openApp } from "../../src/app.ts";
import type { Series } from "../../src/bar.ts";
import { lastSessionOfPeriod, sessionsBetween } from "../../src/calendar.ts";
import { configFor, type JumpingWorld, jumpingWorld, runApp } from "../support/app.ts";
import { serverDatabase } from "../support/database.ts";
import { seededRandom } from "../support/random.ts";
import { row, startVendor, type Vendor, type VendorRow } from "../support/vendor.ts";
import type { Proof } from "./main.ts";
import { escapedKey, type FaultClass, faultClasses } from "./vendor_faults.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const KEY = "vendorkey-8812";
const FAULTY = 0.3;
/** The vendor shows a session so long after its close: when it is first expected. */
const PUBLISHED = 15 * MINUTE;
/** Kept within a compact answer, so that a refusal of the full one loses nothing. */
const HISTORY = 30;
const FAULTY_DAYS = 20;
/** The longest rests are a week. */
const HEALING_DAYS = 30;
const SERIES: Series[] = Array.from({ length: 40 }, (_, index) => ({
  symbol: `AAA${String.fromCharCode(65 + index % 26)}${index < 26 ? "" : "B"}`,
  interval: index % 5 === 4 ? "weekly" : "daily",
}));
const SESSIONS = sessionsBetween("us", "2016-01-04", "2025-12-31");
const WEEK_ENDS = SESSIONS.filter(({ date }) => lastSessionOfPeriod("us", date, "weekly")?.date === date);

interface Epoch {
  readonly app: App;
  readonly world: JumpingWorld;
  readonly vendor: Vendor;
  readonly random: () => number;
  readonly perDay: number;
  /** The kinds the ledger must hold, in the order of sending. */
  readonly expected: { name: string; kind: string }[];
  readonly sentOn: Map<number, number>;
  /** When the vendor's history begins: index into the sessions. */
  readonly first: number;
  faulty: boolean;
}

type Seen = Record<"requests" | "faults" | "epochs" | "runs" | "bars" | "days", number>;

async function prove(count: number): Promise<Record<string, string | number>> {
  const { random, seed } = seededRandom();
  await using place = await serverDatabase({ poolSize: 2 });
  await using vendor = await startVendor();
  const classes = faultClasses(KEY);
  const bag: FaultClass[] = [];
  const seen: Seen = { requests: 0, faults: 0, epochs: 0, runs: 0, bars: 0, days: 0 };
  const met = new Map<string, number>();
  const draw = (): FaultClass => {
    // Every class before any twice.
    if (bag.length === 0) bag.push(...classes.toSorted(() => random() - 0.5));
    const drawn = bag.pop()!;
    met.set(drawn.name, (met.get(drawn.name) ?? 0) + 1);
    return drawn;
  };
  while (seen.requests < count) {
    await place.db.pool.query(
      "truncate run, series_result, stock_data, revision, quarantine, request, entitlement, answer, answer_body, run_event restart identity cascade",
    );
    // The first is too few for the series, so that the shortest form meets the ledger's limit as well.
    const perDay = seen.epochs === 0 ? 25 : 25 + Math.floor(random() * 176);
    const first = Math.floor(random() * (SESSIONS.length - HISTORY - 60));
    // A little after a close, so that what is due is there; at a drawn hour.
    const world = jumpingWorld(SESSIONS[first + HISTORY]!.close + PUBLISHED + Math.floor(random() * DAY));
    const config = configFor(vendor.url, place.config, { API_KEY: KEY, API_REQUESTS_PER_DAY: String(perDay) });
    const app = await openApp(config, world);
    const epoch = { app, world, vendor, random, perDay, expected: [], sentOn: new Map(), first, faulty: true };
    try {
      await live(epoch, { draw, seen, enough: () => seen.requests + epoch.expected.length >= count });
    } catch (cause) {
      throw new Error(`TEST_SEED=${seed}, epoch ${seen.epochs}, ${perDay} requests a day`, { cause });
    } finally {
      await app.close();
    }
    seen.epochs += 1;
    seen.requests += epoch.expected.length;
    seen.days += epoch.sentOn.size;
  }
  assert.ok(count < 300 || met.size >= 25, `only ${met.size} classes of fault`);
  return { ...seen, classes: met.size, unclassified: 0, "days over": 0, differences: 0, seed };
}

export const PROOF: Proof = { name: "vendor", unit: "requests", short: 100, long: 100_000, prove };

interface Life {
  readonly draw: () => FaultClass;
  readonly seen: Seen;
  readonly enough: () => boolean;
}

/** Days of faults, then days without until nothing is due; then the ledger and the tables are looked at. */
async function live(epoch: Epoch, { draw, seen, enough }: Life): Promise<void> {
  const { app, world, vendor, random, expected, sentOn } = epoch;
  vendor.answerBy(({ symbol = "", function: name = "" }) => {
    const interval = name.includes("WEEKLY") ? "weekly" : "daily";
    vendor.bars({ symbol, interval }, published(epoch, interval));
    const day = Math.floor(world.now() / DAY);
    sentOn.set(day, (sentOn.get(day) ?? 0) + 1);
    const drawn = epoch.faulty && random() < FAULTY ? draw() : null;
    if (drawn !== null) seen.faults += 1;
    expected.push({ name: drawn?.name ?? "none", kind: drawn?.kind ?? "bars" });
    return drawn?.fault ?? null;
  });
  const run = async () => {
    const report = await runApp(app, SERIES);
    seen.runs += 1;
    const { quota } = await app.plan([]);
    const today = sentOn.get(Math.floor(world.now() / DAY)) ?? 0;
    assert.equal(quota.usedToday, today, "the ledger counts another number than the vendor");
    // What a fault does to a series is its result; a run that "failed" by an error of ours has no results of all.
    assert.equal(report.results.length, report.totals.series);
    assert.ok(report.plan !== null && !report.results.some(({ kind }) => kind === "database"), JSON.stringify(report));
    return report.outcome;
  };
  const until = world.now() + FAULTY_DAYS * DAY;
  while (world.now() < until && !enough()) {
    await run();
    world.ahead += 6 * HOUR + Math.floor(random() * DAY);
  }
  epoch.faulty = false;
  const limit = world.now() + HEALING_DAYS * DAY;
  while (!["complete", "nothing-due"].includes(await run())) {
    assert.ok(world.now() < limit, `not healed in ${HEALING_DAYS} days`);
    world.ahead += DAY / 2;
  }
  await judgeLedger(epoch);
  const bars = published(epoch, "daily");
  const weeks = published(epoch, "weekly");
  const oracle = SERIES.flatMap(({ symbol, interval }) =>
    (interval === "daily" ? bars : weeks).map((one) =>
      `${symbol} ${interval} ${one.stamp} 00:00:00 ${one.open} ${one.high} ${one.low} ${one.close} ${one.volume} t`
    )
  );
  const { rows } = await app.database.pool.query(
    `select concat_ws(' ', symbol, "interval", ts at time zone 'UTC', open, high, low, close, volume, settled) as line
       from stock_data`,
  );
  assert.deepEqual(rows.map(({ line }) => line).sort(), oracle.sort());
  const { rows: [spoilt] } = await app.database.pool.query(
    "select (select count(*)::int from revision) + (select count(*)::int from quarantine) as count",
  );
  assert.equal(spoilt.count, 0, "a fault left revisions or refused rows");
  seen.bars += rows.length;
}

/** What the vendor has by now; past that, the same for every symbol. */
function published({ world, first }: Epoch, interval: "daily" | "weekly"): VendorRow[] {
  const from = SESSIONS[first]!.date;
  const now = world.now() - PUBLISHED;
  return (interval === "daily" ? SESSIONS : WEEK_ENDS)
    .filter(({ date, close }) => date >= from && close <= now)
    .map(({ date }) => row(date, `${100 + Number(date.slice(8))}.2500`, { volume: date.replaceAll("-", "") }));
}

async function judgeLedger({ app, expected, sentOn, perDay }: Epoch): Promise<void> {
  const { rows } = await app.database.pool.query("select kind, message, sent_at from request order by id");
  const wrong = expected.findIndex(({ kind }, index) => rows[index]?.kind !== kind);
  const around = JSON.stringify({
    expected: expected.slice(wrong - 2, wrong + 2),
    rows: rows.slice(wrong - 2, wrong + 2),
  });
  assert.ok(wrong === -1, `request ${wrong} is kept under another kind: ${around}`);
  assert.equal(rows.length, expected.length, "requests of which the vendor does not know");
  const days = Map.groupBy(rows, ({ sent_at }) => Math.floor(Number(new Date(sent_at)) / DAY));
  for (const counts of [[...days.values()].map(({ length }) => length), [...sentOn.values()]]) {
    assert.ok(Math.max(...counts) <= perDay, `${Math.max(...counts)} requests in a day of ${perDay}`);
  }
  const words = rows.map(({ message }) => String(message)).join("\n").toLowerCase();
  assert.ok(!words.includes(KEY) && !words.includes(escapedKey(KEY)), "the key is in the ledger");
}
