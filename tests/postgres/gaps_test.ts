/** Is what an answer says of gaps kept with it: healed, tried, held, postponed; closed when it has been tried enough? */
import assert from "node:assert/strict";
import type { GapNews } from "../../src/effects.ts";
import { patienceOf } from "../../src/healing.ts";
import { storeSeries } from "../../src/postgres/bars.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { expireGaps, gapCounts, gapRecords, gapsBetween, openGaps } from "../../src/postgres/gaps.ts";
import { scanSeries } from "../../src/postgres/gap_scan.ts";
import { recordResult } from "../../src/postgres/results.ts";
import type { Holder } from "../../src/postgres/runs.ts";
import { pastAnswers, seriesStates } from "../../src/postgres/states.ts";
import { LeaseLost, NO_ROWS } from "../../src/run.ts";
import { withDatabases } from "../support/database.ts";
import { bar, nextRun, NOW, startRun, store } from "../support/stored.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;
const DAY = 86_400_000;
const US = patienceOf("us");
const news = (dates: string[], change: Partial<GapNews> = {}): GapNews => ({
  dates,
  answered: true,
  refused: [],
  restsMs: US.restsMs,
  ...change,
});

/** The week of 23 February without Tuesday and Wednesday, found at {@link NOW}. */
async function torn(db: Database): Promise<Holder> {
  const run = await startRun(db);
  const bars = ["2026-02-23", "2026-02-26", "2026-02-27"].map((date) => bar(date, "1"));
  await store(db, run, { series: DAILY, bars });
  assert.equal((await scanSeries(db, DAILY, { now: NOW, patience: US, reopen: false })).found, 2);
  return run;
}

function answered(db: Database, run: Holder, { at = NOW, dates = [] as string[], ...change }: {
  at?: number;
  dates?: string[];
  news?: GapNews | null;
  healing?: boolean;
}) {
  const result = { status: "stored", kind: null, message: null, requests: 1, startedAt: at, finishedAt: at } as const;
  const body = JSON.stringify([at, dates]);
  const answer = { form: "TEST", zone: "UTC", body, receivedAt: at, reachesTo: at, requestId: null };
  const { news: gaps = null, healing = false } = change;
  const bars = dates.map((date) => bar(date, "1"));
  return storeSeries(db, { ...run, series: DAILY, answer, bars, rejects: [], result, gaps, healing });
}

async function told(db: Database, at = NOW): Promise<string[]> {
  const gaps = await gapRecords(db, [DAILY], { state: "all", limit: 100 });
  return gaps.toSorted((a, b) => a.date < b.date ? -1 : 1).map(({ date, tries, rule, closed, nextTryAt, runId }) => {
    const next = nextTryAt === null ? "" : ` next ${(nextTryAt - at) / DAY}`;
    return `${date.slice(8)} ${closed?.as ?? "open"} ${tries}${next}${rule === null ? "" : ` ${rule}`} run ${runId}`;
  });
}

withDatabases(
  "a bar heals its gap, whatever it was asked for; one that is covered and empty has been tried",
  async (db) => {
    const run = await torn(db);
    await answered(db, run, { dates: ["2026-02-24"], news: news(["2026-02-25"]) });
    assert.deepEqual(await told(db), ["24 healed 0 run 1", "25 open 1 next 1 run 1"]);
  },
);

withDatabases("tried on three days it is closed, and an answer between the tries is none", async (db) => {
  const run = await torn(db);
  const both = ["2026-02-24", "2026-02-25"];
  await answered(db, run, { news: news(both) });
  await answered(db, run, { at: NOW + DAY - 1, news: news(both) });
  assert.deepEqual((await told(db))[0], "24 open 1 next 1 run 1");
  await answered(db, run, { at: NOW + DAY, news: news(["2026-02-24"]) });
  assert.deepEqual(await told(db), ["24 open 2 next 7 run 1", "25 open 1 next 1 run 1"]);
  await answered(db, run, { at: NOW + 7 * DAY, news: news(["2026-02-24"]) });
  assert.deepEqual(await told(db), ["24 vendor-has-none 3 run 1", "25 open 1 next 1 run 1"]);
  await answered(db, run, { at: NOW + 9 * DAY, news: news(["2026-02-24"]) });
  assert.equal((await told(db))[0], "24 vendor-has-none 3 run 1", "closed is closed");
  assert.deepEqual(await gapCounts(db, [DAILY]), { open: 1, series: 1, healed: 0, vendorHasNone: 1 });
});

withDatabases("where one try is enough the first answer that covers it is that, early or not", async (db) => {
  const run = await torn(db);
  await db.pool.query("update gap set next_try_at = next_try_at + interval '3 days'");
  await answered(db, run, { news: news(["2026-02-24"], { restsMs: [] }) });
  assert.deepEqual(await told(db), ["24 vendor-has-none 1 run 1", "25 open 0 next 3 run null"]);
});

withDatabases(
  "a request that failed is no try and is made again a day later; rows in quarantine are waited for",
  async (db) => {
    const run = await torn(db);
    const at = { series: DAILY, startedAt: NOW, finishedAt: NOW, requests: 1, counts: NO_ROWS, watermark: null };
    const result = { ...at, status: "failed", kind: "outage", message: "down" } as const;
    await recordResult(db, { ...run, result, gaps: news(["2026-02-24"], { answered: false }), healing: true });
    assert.deepEqual((await told(db))[0], "24 open 0 next 1 run 1");
    const refused = [{ date: "2026-02-25", rule: "zero-price" as const }];
    await answered(db, run, { news: news(["2026-02-25"], { refused }) });
    assert.deepEqual((await told(db))[1], "25 open 0 zero-price run 1");
    await answered(db, run, { at: NOW + DAY, news: news(["2026-02-25"]) });
    assert.deepEqual((await told(db))[1], "25 open 0 zero-price run 1", "it is not tried as long as they are there");
    await answered(db, run, { at: NOW + DAY, dates: ["2026-02-25"], news: news([]) });
    assert.deepEqual((await told(db))[1], "25 healed 0 run 1");
  },
);

withDatabases("nothing is kept of gaps under a lease that was lost", async (db) => {
  const run = await torn(db);
  await nextRun(db, run);
  await assert.rejects(answered(db, run, { dates: ["2026-02-24"], news: news(["2026-02-25"]) }), LeaseLost);
  assert.deepEqual(await told(db), ["24 open 0 next 0 run null", "25 open 0 next 0 run null"]);
});

withDatabases("a run for gaps alone says nothing of how fresh the series is, nor of how it fares", async (db) => {
  const run = await torn(db);
  const [before] = await seriesStates(db, [DAILY]);
  const second = await nextRun(db, run);
  await answered(db, second, { at: NOW + DAY, news: news(["2026-02-24"]), healing: true });
  const [state] = await seriesStates(db, [DAILY]);
  assert.deepEqual([state!.answeredAt, state!.recent], [before!.answeredAt, before!.recent]);
  assert.equal(state!.last!.at, NOW + DAY, "it is the last thing done for it");
  assert.equal((await pastAnswers(db)).length, 1);
  await answered(db, second, { at: NOW + 2 * DAY });
  const [after] = await seriesStates(db, [DAILY]);
  assert.equal(after!.answeredAt, NOW + DAY, "what was due in the same run counts");
});

withDatabases("open gaps are known to the planner, of the series asked, oldest first", async (db) => {
  await torn(db);
  const other = { symbol: "IBM", interval: "weekly" } as const;
  const [state, none] = await seriesStates(db, [DAILY, other]);
  const open = { tries: 0, nextTryAt: NOW };
  assert.deepEqual(state!.gaps, [{ date: "2026-02-24", ...open }, { date: "2026-02-25", ...open }]);
  assert.deepEqual(none!.gaps, []);
  assert.deepEqual([...(await openGaps(db, [{ symbol: "MSFT", interval: "daily" }])).keys()], []);
  assert.deepEqual((await gapsBetween(db, DAILY, { from: "2026-02-25", to: "2026-02-28" })).map(({ date }) => date), [
    "2026-02-25",
  ]);
});

withDatabases("healed gaps go with the years, what the vendor has not stays known", async (db) => {
  const run = await torn(db);
  await answered(db, run, { dates: ["2026-02-24"], news: news(["2026-02-25"], { restsMs: [] }) });
  assert.equal(await expireGaps(db, NOW), 0);
  assert.equal(await expireGaps(db, NOW + 1), 1);
  assert.deepEqual(await told(db), ["25 vendor-has-none 1 run 1"]);
});
