/** A backfill worked on slice by slice, on a real database and against a vendor with history. */
import assert from "node:assert/strict";
import { runApp } from "./support/app.ts";
import { AAA, type Backfilling, HISTORY, startBackfilling } from "./support/backfilling.ts";
import { type Context, withDatabases } from "./support/database.ts";
import { historyAnswer, type HistoryOptions } from "./support/history.ts";
import { notice } from "./support/vendor.ts";

const MINUTE = 60_000;

const stage = ({ config }: Context, env: Record<string, string> = {}, history?: HistoryOptions) =>
  startBackfilling(config, { env, ...(history === undefined ? {} : { history }) });

const count = async ({ app }: Backfilling, what: string) =>
  Number((await app.database.pool.query(`select count(*) as count from ${what}`)).rows[0].count);

withDatabases("asks for each month once, the newest first, and is complete", async (_db, context) => {
  await using at = await stage(context);
  const { id, ...begun } = await at.start("2023-01-15", "2023-04-20");
  assert.deepEqual([begun.state, begun.wished, begun.held, begun.requests], ["running", 66, 0, 4]);
  const done = await at.work(id);
  assert.deepEqual([done.state, done.held, done.none, done.requests, done.reason], ["complete", 66, 0, 0, null]);
  assert.deepEqual(at.asked(), ["AAA 2023-04", "AAA 2023-03", "AAA 2023-02", "AAA 2023-01"]);
  // Its run is a run like any other.
  const { rows: [run] } = await at.app.database.pool.query("select trigger, outcome, requests, backfill_id from run");
  assert.deepEqual({ ...run, backfill_id: Number(run.backfill_id) }, {
    trigger: "backfill",
    outcome: "complete",
    requests: 4,
    backfill_id: id,
  });
  // Wished again, nothing is asked for again.
  const again = await at.work((await at.start("2023-01-15", "2023-04-20")).id);
  assert.deepEqual([again.state, again.held], ["complete", 66]);
  assert.equal(at.asked().length, 4);
});

withDatabases("asks for what is missing of a month in between, and for nothing that is there", async (_db, context) => {
  await using at = await stage(context);
  await at.work((await at.start("2023-01-01", "2023-04-30")).id);
  await at.app.database.pool.query("delete from stock_data where ts between '2023-02-07' and '2023-02-08'");
  const { requests, held, wished } = await at.start("2023-01-01", "2023-04-30");
  assert.deepEqual([requests, wished - held], [1, 1]);
  await at.work(2);
  assert.deepEqual(at.asked().slice(4), ["AAA 2023-02"]);
});

withDatabases(
  "a series that is kept begins with its newest bars, so that no run takes the hole for missing",
  async (_db, context) => {
    await using at = await stage(context, { STOCK_SYMBOLS: "AAA", STOCK_INTERVALS: "1min" });
    await at.work((await at.start("2023-01-01", "2023-02-28")).id);
    assert.deepEqual(at.asked(), ["AAA full", "AAA 2023-02", "AAA 2023-01"]);
    // The months between are nobody's wish.
    const { entries } = await at.app.plan([AAA]);
    assert.ok(entries.every((entry) => entry.action !== "ask" || entry.then.length === 0), JSON.stringify(entries));
  },
);

withDatabases(
  "months the vendor has no bars of are asked for once before the listing, twice between bars",
  async (_db, context) => {
    await using at = await stage(context, {}, { ...HISTORY, without: ["2023-02", "2023-04-04"] });
    const { id } = await at.start("2022-09-01", "2023-04-20");
    const waits = await at.work(id);
    assert.equal(waits.state, "running");
    assert.match(waits.reason!, /AAA 1min: what is left was asked for without use/);
    at.world.ahead += 11 * MINUTE;
    const done = await at.work(id);
    assert.equal(done.state, "complete");
    // Nineteen sessions of February, one in April, September and October before the listing.
    assert.deepEqual([done.none, done.held + done.none - done.wished], [19 + 1 + 21 + 21, 0]);
    // An empty answer is asked for twice in a row.
    assert.deepEqual(at.asked().filter((one) => one === "AAA 2023-02").length, 2 * 2);
    assert.deepEqual(at.asked().filter((one) => one === "AAA 2022-09").length, 2);
    const [one] = await at.app.steer.backfillSeries(id, { limit: 5 });
    assert.match(one!.reason!, /^the vendor has no bars of 62 sessions$/);
  },
);

withDatabases("what the key may not ask for is said; other series go on", async (_db, context) => {
  await using at = await stage(context);
  at.vendor.answerBy((parameters) =>
    parameters["month"] === undefined ? historyAnswer(parameters, HISTORY) : notice("8")
  );
  const { id } = await at.start("2023-01-01", "2023-03-31", [AAA, { symbol: "BBB", interval: "daily" }]);
  const done = await at.work(id);
  assert.deepEqual([done.state, done.reason], ["partial", "1 of 2 series not entitled"]);
  assert.deepEqual(at.asked(), ["AAA 2023-03", "BBB full"]);
  const [first, second] = await at.app.steer.backfillSeries(id, { limit: 5 });
  assert.deepEqual([first!.state, first!.refused, second!.state], ["refused", 62, "complete"]);
  assert.match(first!.reason!, /TIME_SERIES_INTRADAY full month was refused as premium on 2023-07-05/);
  assert.equal(await count(at, "notice where kind = 'backfill'"), 1);
});

withDatabases("keeps back what the schedule will need today, and waits for tomorrow", async (_db, context) => {
  // Ten a day, of which one is a margin; the tick of 23:00 will want the session that has just closed.
  const env = { API_REQUESTS_PER_DAY: "10", SCHEDULE_CRON: "0 23 * * *", STOCK_SYMBOLS: "YYY,ZZZ" };
  await using at = await stage(context, env);
  const { id } = await at.start("2022-11-01", "2023-06-01");
  const waits = await at.work(id);
  assert.deepEqual([waits.restUntil, waits.reason], [
    Date.parse("2023-07-06T00:00Z"),
    "what is left of the 10 requests of today is kept for the schedule",
  ]);
  assert.equal(at.vendor.requests.length, 6);
  at.world.ahead += 30 * MINUTE;
  const { outcome } = await runApp(at.app, at.app.config.series);
  assert.equal(outcome, "complete");
  at.world.ahead += 90 * MINUTE;
  assert.equal((await at.work(id)).state, "complete");
});

withDatabases(
  "a vendor that is down is left alone, longer each time; a key that is refused stops it",
  async (_db, context) => {
    await using at = await stage(context);
    at.vendor.answerBy(() => "html-503");
    const { id } = await at.start("2023-01-01", "2023-03-31");
    const rests: number[] = [];
    for (let time = 0; time < 3; time++) {
      const { restUntil, reason } = await at.work(id, 1);
      assert.match(reason!, /HTTP 503/);
      rests.push(Math.round((restUntil! - at.world.now()) / MINUTE));
      at.world.ahead += restUntil! - at.world.now() + 1;
    }
    assert.deepEqual(rests, [1, 2, 4]);
    assert.equal(await count(at, "backfill_answer"), 0);
    at.vendor.answerBy(() => notice("1"));
    const stopped = await at.work(id, 1);
    assert.deepEqual([stopped.state, stopped.restUntil], ["paused", null]);
    assert.match(stopped.reason!, /apikey is invalid or missing/);
    assert.equal(await count(at, "notice where kind = 'backfill'"), 1);
    // Mended and resumed, it goes on.
    at.vendor.answerBy((parameters) => historyAnswer(parameters, HISTORY));
    await at.app.steer.resumeBackfill("ann", id);
    assert.equal((await at.work(id)).state, "complete");
  },
);

withDatabases("gives way to a launch that waits", async (_db, context) => {
  await using at = await stage(context);
  const { id } = await at.start("2022-11-01", "2023-06-01");
  at.vendor.answerBy((parameters) => {
    if (at.vendor.requests.length === 2) void launched();
    return historyAnswer(parameters, HISTORY);
  });
  const queued = Promise.withResolvers<void>();
  const launched = async () => {
    await at.app.steer.launch("ann", { series: [{ symbol: "ZZZ", interval: "daily" }] });
    queued.resolve();
  };
  await at.work(id, 1);
  await queued.promise;
  assert.ok(at.vendor.requests.length <= 4, `${at.vendor.requests.length} requests before the launch had its turn`);
  const signal = new AbortController().signal;
  await at.app.beat({ stop: signal, abort: signal, emit: () => {} });
  const { rows } = await at.app.database.pool.query("select trigger from run order by id");
  assert.deepEqual(rows.slice(0, 2).map(({ trigger }) => trigger), ["backfill", "manual"]);
});

withDatabases("several take turns", async (_db, context) => {
  await using at = await stage(context);
  const [first, second] = [
    await at.start("2022-11-01", "2023-06-01"),
    await at.start("2022-11-01", "2023-06-01", [
      { symbol: "BBB", interval: "5min" },
    ]),
  ];
  const signal = new AbortController().signal;
  for (let beats = 0; beats < 4; beats++) await at.app.beat({ stop: signal, abort: signal, emit: () => {} });
  const { rows } = await at.app.database.pool.query("select backfill_id from run order by id");
  assert.deepEqual(rows.map(({ backfill_id }) => Number(backfill_id)), [first.id, second.id]);
  assert.deepEqual((await at.app.steer.backfills({ limit: 5 })).map(({ state }) => state), ["complete", "complete"]);
});
