/** Does the overview read the truth: what is late in the order of the plan, ticks past and coming, what went wrong? */
import assert from "node:assert/strict";
import type { App } from "../src/app.ts";
import { lateSeries, overviewReads } from "../src/pages_overview.ts";
import type { PlanEntry, SeriesState } from "../src/plan.ts";
import { parseSchedule } from "../src/schedule.ts";
import { withDatabases } from "./support/database.ts";
import { BEGAN, history, HOUR } from "./support/runs.ts";

const series = { symbol: "A", interval: "daily" } as const;
const state: SeriesState = {
  series,
  first: null,
  watermark: Date.parse("2026-03-02"),
  newest: null,
  answeredAt: null,
  last: { status: "failed", kind: "outage", at: 7 },
  recent: [],
};

Deno.test("what is not complete is late: asked, waiting or refused; a series without a state is not left out", () => {
  const entries: PlanEntry[] = [
    { action: "ask", series, request: {} as never, then: [], later: null, reason: "due" },
    { action: "defer", series: { symbol: "B", interval: "30min" }, kind: "quota", reason: "spent", until: 9 },
    { action: "skip", series: { symbol: "C", interval: "daily" }, why: "not-entitled", reason: "premium" },
    { action: "skip", series: { symbol: "D", interval: "daily" }, why: "complete", reason: "complete" },
  ];
  const intraday = {
    ...state,
    series: { symbol: "B", interval: "30min" } as const,
    watermark: Date.parse("2026-03-02T14:30Z"),
    last: null,
  };
  assert.deepEqual(lateSeries({ entries }, [state, intraday]), [
    { name: "A daily", holdsTo: "2026-03-02", why: "due", waits: null, last: state.last },
    { name: "B 30min", holdsTo: "2026-03-02 14:30Z", why: "spent", waits: 9, last: null },
    { name: "C daily", holdsTo: null, why: "premium", waits: "never", last: null },
  ]);
});

withDatabases("runs and ticks around now, coming ticks once, incidents of a week", async (db) => {
  const now = BEGAN + 5 * HOUR + 1;
  let nextTick: number | null = BEGAN + 6 * HOUR;
  const entries = [{ action: "ask", series, reason: "due" }];
  const app = {
    database: db,
    config: { series: [series] },
    steer: {
      scheduleInForce: () => Promise.resolve(parseSchedule("0 * * * *", "UTC")),
      nextTick: () => Promise.resolve(nextTick),
    },
    plan: () => Promise.resolve({ now, entries, quota: { perDay: 25, usedToday: 3, blockedUntil: null } }),
    states: () => Promise.resolve([state]),
  } as unknown as App;
  const ids = await history(db, ["complete", "failed", "nothing-due", "partial"]);
  await db.pool.query(
    "insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ('ingest', 'x', 'UTC', now(), now())",
  );
  await db.pool.query(
    `insert into tick (schedule, due_at, state, trigger, noticed_at) select 'ingest', at, 'requested', 'schedule', at
     from unnest($1::timestamptz[]) as at`,
    [[1, 2, 6].map((hour) => new Date(BEGAN + hour * HOUR).toISOString())],
  );
  const facts = await overviewReads(Promise.resolve(app)).overview({
    now,
    from: BEGAN + HOUR / 2,
    to: BEGAN + 8 * HOUR,
  });
  assert.deepEqual(facts.timeline.runs.map(({ id }) => ids.indexOf(id)), [1, 2, 3]);
  assert.deepEqual(facts.timeline.ticks.map(({ dueAt }) => (dueAt - BEGAN) / HOUR), [1, 2, 6]);
  assert.deepEqual(facts.timeline.next.map((due) => (due - BEGAN) / HOUR), [7, 8], "one noticed already is not coming");
  assert.deepEqual(facts.incidents.map(({ id }) => ids.indexOf(id)), [3, 1]);
  assert.equal(facts.nextTick, BEGAN + 6 * HOUR);
  assert.deepEqual(facts.standing, { series: 1, complete: 0, due: 1, waiting: 0, refused: 0, ended: 0 });
  assert.deepEqual(facts.late.map(({ name }) => name), ["A daily"]);
  assert.equal(facts.quota.usedToday, 3);
  nextTick = null;
  const paused = await overviewReads(Promise.resolve(app)).overview({ now, from: now, to: BEGAN + 8 * HOUR });
  assert.deepEqual([paused.nextTick, paused.timeline.next], [null, []], "a paused schedule has no coming ticks");
});
