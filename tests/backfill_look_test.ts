/** Is what is there told from what is missing by the bars themselves, and the rest costed with the fewest requests? */
import assert from "node:assert/strict";
import { lookAt } from "../src/backfill_look.ts";
import type { Series } from "../src/bar.ts";
import { rememberEntitlement } from "../src/postgres/entitlements.ts";
import type { Rooms } from "../src/wiring.ts";
import { configFor, jumpingWorld } from "./support/app.ts";
import { AAA, NOW } from "./support/backfilling.ts";
import { type Context, withDatabases } from "./support/database.ts";
import type { Database } from "../src/postgres/connect.ts";
import { bar, startRun, store } from "./support/stored.ts";

const RANGE = { from: "2023-05-01", to: "2023-07-05" };

function rooms(database: Database, { config }: Context, env: Record<string, string> = {}): Rooms {
  const given = configFor("http://127.0.0.1:9/query", config, { STOCK_SYMBOLS: "ZZZ", ...env });
  return { config: given, world: jumpingWorld(NOW), database, keyHash: "k" };
}

const look = async (at: Rooms, series: Series = AAA, range = RANGE) => {
  const [found] = await lookAt(at, [series], { range, backfillId: null, now: NOW });
  return { ...found!.progress, parts: found!.errands.map(({ part }) => part) };
};

withDatabases("what holds no bar is asked for: months of old, and what reaches back from now", async (db, context) => {
  const at = rooms(db, context);
  // 22 sessions in May, 21 in June, one in July: the fourth is a holiday, and the fifth runs until midnight UTC.
  const found = await look(at);
  assert.deepEqual([found.wished, found.held, found.requests, found.state], [44, 0, 3, "open"]);
  assert.deepEqual(found.parts, ["TIME_SERIES_INTRADAY full", "2023-06", "2023-05"]);
  const daily = await look(at, { symbol: "AAA", interval: "daily" });
  assert.deepEqual(daily.parts, ["TIME_SERIES_DAILY compact"]);
  const weekly = await look(at, { symbol: "AAA", interval: "weekly" });
  // Nine weeks have ended since; the running one is not wished.
  assert.deepEqual([weekly.wished, weekly.parts], [9, ["TIME_SERIES_WEEKLY"]]);
});

withDatabases(
  "one bar of a session is enough, in its extended hours too; one beside them is none",
  async (db, context) => {
    const run = await startRun(db);
    await store(db, run, {
      series: AAA,
      bars: [
        bar("2023-05-01T08:00Z", "1"),
        bar("2023-05-02T23:59Z", "1"),
        // Past eight in the evening in New York.
        bar("2023-05-04T00:30Z", "1"),
      ],
    });
    const found = await look(rooms(db, context), AAA, { from: "2023-05-01", to: "2023-05-05" });
    assert.deepEqual([found.wished, found.held], [5, 2]);
  },
);

withDatabases("what the key was refused is not to be had, and the rest is", async (db, context) => {
  const form = "TIME_SERIES_INTRADAY full month";
  await rememberEntitlement(db, { keyHash: "k", form, allowed: false, learntAt: NOW - 1, message: null });
  const found = await look(rooms(db, context));
  assert.deepEqual([found.requests, found.state, found.parts], [1, "open", ["TIME_SERIES_INTRADAY full"]]);
  assert.ok(found.refused >= 22 && found.refused <= 26, String(found.refused));
  const old = await look(rooms(db, context), AAA, { from: "2023-05-01", to: "2023-05-31" });
  assert.deepEqual([old.refused, old.requests, old.state], [22, 0, "refused"]);
  assert.match(old.reason!, /full month was refused as premium on 2023-07-05; worth another try after 2023-07-12/);
});

withDatabases(
  "a kept series without bars begins with the newest ones; one that is not kept, or has bars, does not",
  async (db, context) => {
    const old = { from: "2023-02-01", to: "2023-02-28" };
    const kept = rooms(db, context, { STOCK_SYMBOLS: "AAA", STOCK_INTERVALS: "1min" });
    assert.deepEqual((await look(kept, AAA, old)).parts, ["TIME_SERIES_INTRADAY full", "2023-02"]);
    assert.deepEqual((await look(rooms(db, context), AAA, old)).parts, ["2023-02"]);
    await store(db, await startRun(db), { series: AAA, bars: [bar("2023-07-03T14:00Z", "1")] });
    assert.deepEqual((await look(kept, AAA, old)).parts, ["2023-02"]);
  },
);

withDatabases("several series, in the order given", async (db, context) => {
  const series: Series[] = [{ symbol: "BBB", interval: "monthly" }, AAA, { symbol: "AAA.LON", interval: "daily" }];
  const found = await lookAt(rooms(db, context), series, { range: RANGE, backfillId: null, now: NOW });
  assert.deepEqual(found.map(({ progress }) => [progress.series.symbol, progress.wished]), [
    ["BBB", 2],
    ["AAA", 44],
    // Abroad only weekdays are known; Wednesday is over at midnight there.
    ["AAA.LON", 47],
  ]);
  assert.deepEqual(await lookAt(rooms(db, context), [], { range: RANGE, backfillId: null, now: NOW }), []);
});
