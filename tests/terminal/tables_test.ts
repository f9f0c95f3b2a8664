import assert from "node:assert/strict";
import type { Interval, Series } from "../../src/bar.ts";
import type { Plan, PlanEntry, SeriesState } from "../../src/plan.ts";
import { NO_ROWS, type Outcome, outcomeOf, type SeriesResult, totalsOf } from "../../src/run.ts";
import { displayWidth } from "../../src/terminal/columns.ts";
import { barTime, planSentence, renderPlan, renderStatus, renderSummary } from "../../src/terminal/tables.ts";

const series = (symbol: string, interval: Interval): Series => ({ symbol, interval });
const now = Date.UTC(2026, 0, 2, 14, 30);
const plain = { colour: false };

function ask(symbol: string, interval: Interval, more = 0): PlanEntry {
  const one = series(symbol, interval);
  const request = { series: one, function: "TIME_SERIES_DAILY", size: "compact", month: null } as const;
  const reason = "the session of 2025-12-31 has closed";
  return { action: "ask", series: one, request, then: Array(more).fill(request), later: null, reason };
}

const entries: PlanEntry[] = [
  ask("IBM", "daily"),
  ask("MSFT", "daily"),
  { action: "defer", series: series("TSLA", "daily"), kind: "quota", reason: "spent", until: Date.UTC(2026, 0, 3) },
  { action: "skip", series: series("VZ", "weekly"), why: "complete", reason: "complete until 2025-12-26" },
  { action: "skip", series: series("IBM", "30min"), why: "not-entitled", reason: "premium since 2025-12-30" },
];
const plan: Plan = { now, entries, heals: [], quota: { perDay: 25, usedToday: 5, blockedUntil: null } };

Deno.test("plan: a line per series, then one sentence", () => {
  assert.equal(
    renderPlan(plan, plain),
    [
      "series      action  request                    cost  reason",
      "IBM daily   ask     TIME_SERIES_DAILY compact     1  the session of 2025-12-31 has closed",
      "MSFT daily  ask     TIME_SERIES_DAILY compact     1  the session of 2025-12-31 has closed",
      "TSLA daily  defer                                    spent; not before 2026-01-03 00:00Z",
      "VZ weekly   skip                                     complete until 2025-12-26",
      "IBM 30min   skip                                     premium since 2025-12-30",
      "",
      "2 requests now, 1 deferred, 1 series complete, 1 not entitled; 20 of 25 requests are left today",
      "",
    ].join("\n"),
  );
});

Deno.test("plan: a reason the table had to cut is told in full below it", () => {
  const reason = "no settled bar yet: starts with the fullest answer this key may have, compact when full is refused";
  const text = renderPlan({ ...plan, entries: [{ ...entries[0]!, reason } as PlanEntry, entries[1]!] }, plain);
  assert.match(text, /^IBM daily .*…$/m);
  assert.ok(text.includes(`\n\nIBM daily: ${reason}\n\n2 requests now; `), text);
});

Deno.test("plan: a series that needs several requests costs them all", () => {
  const text = renderPlan({ ...plan, entries: [ask("IBM", "daily", 3), entries[1]!] }, plain);
  assert.match(text, /^IBM daily +ask +TIME_SERIES_DAILY compact +4 /m);
  assert.match(text, /^5 requests now; /m);
});

Deno.test("plan: the sentence without a limit, over it, blocked, and with nothing to ask", () => {
  const quota = (over: Partial<Plan["quota"]>, some = entries.slice(0, 1)) =>
    planSentence({ now, entries: some, heals: [], quota: { perDay: 25, usedToday: 0, blockedUntil: null, ...over } });
  assert.equal(quota({ perDay: null, usedToday: 1 }), "1 request now; 1 request sent today, no daily limit");
  assert.equal(quota({ usedToday: 30 }), "1 request now; 0 of 25 requests are left today");
  assert.equal(
    quota({ blockedUntil: now + 60_000 }),
    "1 request now; the vendor's daily limit is reached, not asked before 2026-01-02 14:31Z",
  );
  assert.equal(quota({ blockedUntil: now }), "1 request now; 25 of 25 requests are left today");
  assert.equal(
    quota({}, entries.slice(3)),
    "Nothing to ask now, 1 series complete, 1 not entitled; 25 of 25 requests are left today",
  );
});

Deno.test("status: what is stored, how the last run ended, the next tick", () => {
  const states: SeriesState[] = [
    {
      series: series("IBM", "30min"),
      first: Date.UTC(2023, 5, 1, 8),
      watermark: Date.UTC(2023, 6, 3, 20, 30),
      newest: null,
      answeredAt: null,
      recent: [],
      gaps: [{ date: "2023-06-15", tries: 0, nextTryAt: 0 }],
      last: { status: "stored", kind: null, at: now },
    },
    {
      series: series("VZ", "monthly"),
      first: Date.UTC(1999, 11, 31),
      watermark: Date.UTC(2023, 5, 30),
      newest: null,
      answeredAt: null,
      recent: [],
      gaps: [],
      last: { status: "failed", kind: "outage", at: now },
    },
    {
      series: series("NEW", "daily"),
      first: null,
      watermark: null,
      newest: null,
      answeredAt: null,
      last: null,
      recent: [],
      gaps: [],
    },
  ];
  assert.equal(
    renderStatus(states, { ...plain, nextTick: Date.UTC(2026, 0, 3, 6) }),
    [
      "series      first bar          watermark          gaps  last outcome    when",
      "IBM 30min   2023-06-01 08:00Z  2023-07-03 20:30Z     1  stored          2026-01-02 14:30Z",
      "VZ monthly  1999-12-31         2023-06-30               failed: outage  2026-01-02 14:30Z",
      "NEW daily   -                  -                        never asked",
      "",
      "Next tick 2026-01-03 06:00Z",
      "",
    ].join("\n"),
  );
  assert.match(renderStatus([], { ...plain, nextTick: null }), /No tick is due: the schedule is paused\n$/);
});

const LONG =
  "Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of the premium plans";

function result(symbol: string, interval: Interval, over: Partial<SeriesResult>): SeriesResult {
  return {
    series: series(symbol, interval),
    status: "stored",
    kind: null,
    message: null,
    requests: 1,
    counts: NO_ROWS,
    watermark: Date.UTC(2023, 6, 3, 20),
    startedAt: now,
    finishedAt: now,
    ...over,
  };
}

function summary(
  results: SeriesResult[],
  look: Parameters<typeof renderSummary>[1] = plain,
  outcome?: Outcome,
): string {
  const totals = totalsOf(results);
  const run = { runId: 7, outcome: outcome ?? outcomeOf(results), message: null, results, totals, durationMs: 3240 };
  return renderSummary(run, look);
}

const mixed = [
  result("TSLA", "60min", { counts: { inserted: 1097, revised: 2, unchanged: 30, provisional: 1, quarantined: 3 } }),
  result("MSFT", "daily", { counts: { ...NO_ROWS, inserted: 100 } }),
  result("VZ", "weekly", { status: "failed", kind: "premium", message: `${LONG}\n\x1b[31m`, watermark: null }),
];

Deno.test("summary: rows, totals, the vendor's words in full below, the outcome", () => {
  assert.equal(
    summary(mixed),
    [
      "series      status    new  revised  unch.  prov.  quar.  req.  watermark",
      "TSLA 60min  stored  1,097        2     30      1      3     1  2023-07-03 20:00Z",
      "MSFT daily  stored    100        0      0      0      0     1  2023-07-03",
      "VZ weekly   failed      0        0      0      0      0     1  -",
      "total               1,197        2     30      1      3     3",
      "",
      `VZ weekly: ${LONG} [31m`,
      "",
      "Run 7 partial in 3.2 s: 2 of 3 series stored, 1 failed, 1,197 new bars, 3 requests",
      "",
    ].join("\n"),
  );
});

Deno.test("summary: what the key may not have is told with what to set, after the outcome; other failures are not", () => {
  const configured = mixed.map((one) => one.series);
  assert.match(
    summary(mixed, { ...plain, configured }),
    /3 requests\n→ this key may not have weekly bars: leave them out of STOCK_SYMBOLS and STOCK_INTERVALS; or use a key/,
  );
  const other = mixed.map((one) => one.kind === null ? one : { ...one, kind: "outage" as const });
  assert.doesNotMatch(summary(other, { ...plain, configured }), /→/);
});

Deno.test("summary: fits 100 columns with the longest series of a full answer, colour changes no width", () => {
  const wide = [result("RELIANCE.BSE", "monthly", { ...mixed[0], status: "cancelled", message: LONG } as SeriesResult)];
  const table = summary(wide).split("\n").slice(0, 3);
  assert.ok(table.every((line) => displayWidth(line) <= 100), table.join("\n"));
  // deno-lint-ignore no-control-regex
  assert.equal(summary(mixed, { colour: true }).replace(/\x1b\[\d+m/g, ""), summary(mixed));
  assert.notEqual(summary(mixed, { colour: true }), summary(mixed));
});

Deno.test("summary: nothing due has no table; every outcome is said as it is", () => {
  assert.equal(summary([]), "Run 7 nothing due in 3.2 s\n");
  for (const outcome of ["complete", "partial", "deferred", "failed", "cancelled", "abandoned"] as const) {
    assert.match(summary(mixed, plain, outcome), new RegExp(`\nRun 7 ${outcome} in 3\\.2 s: `));
  }
});

Deno.test("times are UTC and say so; a trading date is a date", () => {
  assert.equal(barTime(series("X", "1min"), Date.UTC(2026, 0, 2, 9, 5)), "2026-01-02 09:05Z");
  assert.equal(barTime(series("X", "daily"), Date.UTC(2026, 0, 2)), "2026-01-02");
  assert.equal(barTime(series("X", "daily"), null), "-");
});

Deno.test("a plan with gaps: what is asked for them in one line each form, what waits, and how much of the cost they are", () => {
  const intraday = {
    series: { symbol: "IBM", interval: "30min" },
    function: "TIME_SERIES_INTRADAY",
    size: "full",
  } as const;
  const months = ["2003-01", "2003-02"].map((month) => ({ request: { ...intraday, month }, dates: [`${month}-06`] }));
  const left = [{ dates: ["1999-12-01"], reason: "no request reaches so far back" }];
  const heals = [{ series: intraday.series, requests: months, left }];
  const text = renderPlan(
    { now, entries: [], heals, quota: { perDay: null, usedToday: 0, blockedUntil: null } },
    plain,
  );
  assert.match(text, /^IBM 30min +heal +TIME_SERIES_INTRADAY full month +2 +brings 2 gaps: 2003-01-06, 2003-02-06$/m);
  assert.match(text, /^IBM 30min +wait +1 gap: 1999-12-01: no request/m);
  assert.match(text, /^2 requests now, all of them for gaps; /m);
  const quota = { perDay: null, usedToday: 0, blockedUntil: null };
  assert.match(planSentence({ now, entries, heals, quota }), /^\d+ requests now, 2 of them for gaps, /);
});

Deno.test("summary: what was asked beside bars has a row of its own, or the sentence alone", () => {
  const run = { runId: 7, outcome: "complete", message: null, durationMs: 3240 } as const;
  const totals = { ...totalsOf([mixed[1]!]), requests: 4 };
  assert.deepEqual(renderSummary({ ...run, results: [mixed[1]!], totals }, plain).split("\n").slice(2, 4), [
    "beside bars                                                3",
    "total                100        0      0      0      0     4",
  ]);
  const none = { ...run, outcome: "nothing-due", results: [], totals: { ...totalsOf([]), requests: 2 } } as const;
  assert.equal(renderSummary(none, plain), "Run 7 nothing due in 3.2 s: 2 requests beside bars\n");
});

Deno.test("status: how much is known beside bars, and what failed last", () => {
  const good = { askedAt: now, answeredAt: now, failures: 0, kind: null, message: null };
  const reference = [
    { request: { form: "LISTING_STATUS active", symbol: null } as const, ...good },
    {
      request: { form: "SPLITS", symbol: "IBM" } as const,
      ...good,
      answeredAt: null,
      failures: 1,
      kind: "empty",
      message: "it\nis",
    } as const,
  ];
  assert.equal(
    renderStatus([], { ...plain, nextTick: null, reference }).split("\n\n")[1],
    "Beside bars: 1 of 2 known (splits, dividends, the list of symbols)\nIBM SPLITS: empty: it is\n" +
      "No tick is due: the schedule is paused\n",
  );
});
