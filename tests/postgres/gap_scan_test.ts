/** Does a scan find every slot without a bar and no other, keep what is known of them, and leave a whole series alone? */
import assert from "node:assert/strict";
import { type Interval, INTERVALS } from "../../src/bar.ts";
import { slotsBetween } from "../../src/gaps.ts";
import { patienceOf } from "../../src/healing.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { gapRecords } from "../../src/postgres/gaps.ts";
import { emptySlots, markScanned, NOTHING_FOUND, scanSeries, unscanned } from "../../src/postgres/gap_scan.ts";
import { withDatabases } from "../support/database.ts";
import { seededRandom } from "../support/random.ts";
import { NOW } from "../support/stored.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;
const DAY = 86_400_000;
const scan = (db: Database, change: Partial<Parameters<typeof scanSeries>[2]> = {}, series = DAILY) =>
  scanSeries(db, series, { now: NOW, patience: patienceOf("us"), reopen: false, ...change });

/** `2026-02-24 open 0`, and what else there is to say. */
async function told(db: Database): Promise<string[]> {
  const gaps = await gapRecords(db, [DAILY], { state: "all", limit: 100 });
  return gaps.toReversed().map(({ date, tries, rule, closed, nextTryAt }) => {
    const next = nextTryAt === null ? "" : ` next ${(nextTryAt - NOW) / DAY}`;
    return `${date} ${closed?.as ?? "open"} ${tries}${next}${rule === null ? "" : ` ${rule}`}`;
  });
}

async function put(db: Database, stamps: readonly string[], { symbol = "IBM", interval = "daily" as Interval } = {}) {
  await db.pool.query(
    `insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
     select $1, $2, ts, 1, 1, 1, 1, 1, true from unnest($3::timestamptz[]) as ts`,
    [symbol, interval, stamps],
  );
}

const remove = (db: Database, stamps: readonly string[]) =>
  db.pool.query("delete from stock_data where ts = any($1::timestamptz[])", [stamps]);

const WEEK = ["2026-02-20", "2026-02-23", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27"];

withDatabases(
  "sessions without a bar are open gaps; a weekend, a holiday and what lies outside are none",
  async (db) => {
    // Presidents' Day is the 16th.
    await put(db, ["2026-02-13", "2026-02-17", ...WEEK]);
    assert.deepEqual(await scan(db), { found: 2, healed: 0, reopened: 0 });
    assert.deepEqual(await told(db), ["2026-02-18 open 0 next 0", "2026-02-19 open 0 next 0"]);
    assert.deepEqual(await scan(db), NOTHING_FOUND);
    assert.equal((await told(db)).length, 2, "once");
  },
);

withDatabases("a series of one bar, of none, or of provisional ones has no gap", async (db) => {
  assert.deepEqual(await scan(db), NOTHING_FOUND);
  await put(db, ["2026-02-20"]);
  assert.deepEqual(await scan(db), NOTHING_FOUND);
  await db.pool.query("update stock_data set settled = false");
  assert.deepEqual(await scan(db), NOTHING_FOUND);
  await put(db, ["2026-02-13"]);
  assert.deepEqual(await scan(db), NOTHING_FOUND, "what comes after the watermark is due, not missing");
});

withDatabases("a bar that came heals it, one that goes again opens it anew", async (db) => {
  await put(db, WEEK);
  await remove(db, ["2026-02-24"]);
  await scan(db);
  await put(db, ["2026-02-24"]);
  assert.deepEqual(await scan(db), { found: 0, healed: 1, reopened: 0 });
  assert.deepEqual(await told(db), ["2026-02-24 healed 0"]);
  await remove(db, ["2026-02-24"]);
  assert.deepEqual(await scan(db, { now: NOW + DAY }), { found: 0, healed: 0, reopened: 1 });
  assert.deepEqual(await told(db), ["2026-02-24 open 0 next 1"]);
});

withDatabases(
  "what the vendor has not stays closed until it is reopened on purpose, or has a bar after all",
  async (db) => {
    await put(db, WEEK.filter((date) => date !== "2026-02-24"));
    await scan(db);
    await db.pool.query(
      `update gap set closed_at = now(), closed_as = 'vendor-has-none', next_try_at = null, tries = 3, last_tried_at = now()`,
    );
    assert.deepEqual(await scan(db), NOTHING_FOUND);
    assert.deepEqual(await scan(db, { reopen: true }), { found: 0, healed: 0, reopened: 1 });
    assert.deepEqual(await told(db), ["2026-02-24 open 0 next 0"]);
    await db.pool.query(`update gap set closed_at = now(), closed_as = 'vendor-has-none', next_try_at = null`);
    await put(db, ["2026-02-24"]);
    assert.deepEqual(await scan(db), { found: 0, healed: 1, reopened: 0 });
  },
);

withDatabases("rows in quarantine are not asked for again; when they go, the gap is due", async (db) => {
  await put(db, WEEK.filter((date) => date !== "2026-02-24"));
  await db.pool.query(
    `insert into quarantine (symbol, "interval", stamp, rule, raw, first_seen_at, last_seen_at, times)
     values ('IBM', 'daily', '2026-02-24', 'zero-price', '{}', now(), now(), 1)`,
  );
  await scan(db);
  assert.deepEqual(await told(db), ["2026-02-24 open 0 zero-price"]);
  assert.deepEqual(await scan(db), NOTHING_FOUND);
  await db.pool.query("delete from quarantine");
  await scan(db, { now: NOW + DAY });
  assert.deepEqual(await told(db), ["2026-02-24 open 0 next 1"]);
});

withDatabases("an open gap on a day that is no session after all is forgotten", async (db) => {
  await put(db, WEEK);
  await db.pool.query(
    `insert into gap (symbol, "interval", date, starts_at, ends_at, found_at, next_try_at)
     values ('IBM', 'daily', '2026-02-21', '2026-02-21', '2026-02-22', now(), now())`,
  );
  await scan(db);
  assert.deepEqual(await told(db), []);
});

withDatabases("a market of unknown holidays is given time before it is asked", async (db) => {
  const series = { symbol: "TSCO.LON", interval: "daily" } as const;
  await put(db, ["2026-02-13", "2026-02-17"], series);
  await scanSeries(db, series, { now: NOW, patience: patienceOf("weekdays"), reopen: false });
  const [gap] = await gapRecords(db, [series], { state: "open", limit: 2 });
  assert.deepEqual([gap!.date, gap!.nextTryAt], ["2026-02-16", NOW + 3 * DAY]);
});

withDatabases("of every interval exactly the empty slots are found, whatever lies between them", async (db) => {
  const { random, seed } = seededRandom();
  for (const interval of INTERVALS) {
    const series = { symbol: `S-${interval}`.toUpperCase(), interval };
    const slots = slotsBetween(series, interval === "monthly" ? "2019-01-02" : "2025-11-03", "2026-02-20");
    const empty = slots.filter(() => random() < 0.3);
    const stamps = slots.filter((slot) => !empty.includes(slot)).flatMap(({ from, to, close }) => {
      const length = interval.endsWith("min") ? parseInt(interval) * 60_000 : 86_400_000;
      if (length === 86_400_000) return [interval === "daily" ? from : Math.floor((close - 1) / DAY) * DAY];
      const bars = Math.floor((to - from) / length);
      return Array.from({ length: 1 + Math.floor(random() * 5) }, () => from + Math.floor(random() * bars) * length);
    });
    const between = interval.endsWith("min") ? slots.map(({ to }) => to + 3_600_000) : [];
    const all = [...new Set([...stamps, ...between])].map((ts) => new Date(ts).toISOString());
    await put(db, all, series);
    const found = await emptySlots(db.pool, series, slots);
    assert.deepEqual(found.map(({ date }) => date), empty.map(({ date }) => date), `${interval}, TEST_SEED=${seed}`);
  }
  assert.deepEqual(await emptySlots(db.pool, DAILY, []), []);
});

withDatabases(
  "each series once a day, the longest waiting first; a wrong clock does not hide one for ever",
  async (db) => {
    const series = ["A", "B", "C", "D"].map((symbol) => ({ symbol, interval: "daily" as const }));
    const [a, b, c, d] = series;
    await markScanned(db, [a!], NOW - DAY);
    await markScanned(db, [b!], NOW - DAY + 1);
    await markScanned(db, [d!], NOW + 1);
    const due = (now: number, limit = 9) => unscanned(db, series, { now, everyMs: DAY, limit });
    const names = async (now: number, limit?: number) => (await due(now, limit)).map(({ symbol }) => symbol);
    assert.deepEqual(await names(NOW), ["C", "A", "D"]);
    assert.deepEqual(await names(NOW, 1), ["C"]);
    await markScanned(db, [a!, c!, d!, a!], NOW);
    assert.deepEqual(await names(NOW), []);
    assert.deepEqual(await names(NOW + 1), ["B"]);
  },
);

withDatabases("two scans at once find a gap once", async (db) => {
  await put(db, WEEK.filter((date) => date !== "2026-02-24"));
  const found = await Promise.all([scan(db), scan(db), scan(db)]);
  assert.equal(found.reduce((sum, one) => sum + one.found, 0), 1);
  assert.deepEqual(await told(db), ["2026-02-24 open 0 next 0"]);
});
