/** Are gaps asked for after all that is due, and does what befalls them leave what is due alone? */
import assert from "node:assert/strict";
import type { GapNews } from "../src/effects.ts";
import type { OpenGap } from "../src/healing.ts";
import { ingest, type RunReport } from "../src/ingest.ts";
import { plan } from "../src/plan.ts";
import { LeaseLost, type SeriesResult } from "../src/run.ts";
import { type Answer, MONDAY, NOW, options, type Script, world } from "./support/story.ts";
import { formOf } from "../src/request.ts";

const FRIDAY = MONDAY - 3 * 86_400_000;
const [FULL, COMPACT] = ["TIME_SERIES_DAILY full", "TIME_SERIES_DAILY compact"];
const MONTH = "TIME_SERIES_INTRADAY full month";
const gap = (date: string): OpenGap => ({ date, tries: 0, nextTryAt: NOW });

interface Torn extends Script {
  readonly gaps: Record<string, readonly string[]>;
}

/** A run in which these symbols have gaps. `held`: what was kept of them, by symbol. */
async function played(
  symbols: string,
  { gaps, ...script }: Torn,
  change: Partial<Parameters<typeof options>[1]> & { interval?: "daily" | "1min" } = {},
) {
  const stage = world(script);
  const news: [string, GapNews | null, boolean][] = [];
  const kept: SeriesResult[] = [];
  const effects: typeof stage.effects = {
    ...stage.effects,
    states: async (series) =>
      (await stage.effects.states(series)).map((state) => ({
        ...state,
        gaps: (gaps[state.series.symbol] ?? []).map(gap),
      })),
    store: async (reading, given) => {
      const stored = await stage.effects.store(reading, given);
      news.push([given.result.series.symbol, given.gaps, given.healing]);
      kept.push(stored);
      return stored;
    },
    record: async (result, given) => {
      const stored = await stage.effects.record(result, given);
      news.push([result.series.symbol, given.gaps, given.healing]);
      kept.push(stored);
      return stored;
    },
  };
  const { interval = "daily", ...rest } = change;
  const given = options(symbols, rest);
  const series = given.series.map((one) => ({ ...one, interval }));
  const report = await ingest({ ...given, series }, effects) as RunReport;
  const told = report.results.map(({ series, status, kind }) => `${series.symbol} ${status}${kind ? ` ${kind}` : ""}`);
  return { ...stage, kept, news, report, told };
}

const DONE = { A: MONDAY, B: MONDAY, C: MONDAY };

Deno.test("gaps are asked for when all that is due has been served, and count as one series each", async () => {
  const watermarks = { A: MONDAY, B: FRIDAY, C: FRIDAY };
  const gaps = { A: ["2003-01-06"], B: ["2003-01-07"] };
  const { asked, told, due, events, report } = await played("A,B,C", { watermarks, gaps });
  assert.deepEqual(asked, [`B ${COMPACT}`, `C ${COMPACT}`, `A ${FULL}`, `B ${FULL}`]);
  assert.deepEqual([told, due, report.outcome], [["B stored", "C stored", "A stored"], [3], "complete"]);
  assert.deepEqual(events[1], { type: "run-planned", runId: 7, ask: 2, defer: 0, skip: 1, heal: 2 });
  const finished = events.flatMap((event) => event.type === "series-finished" ? `${event.index}/${event.of}` : []);
  assert.deepEqual(finished, ["1/3", "2/3", "3/3", "3/3"]);
});

Deno.test("the plan names the requests that the run makes", async () => {
  const gaps = { A: ["2003-01-06", "2003-02-04", "2003-02-05"], B: ["2023-06-29"] };
  const stage = await played("A,B", { watermarks: DONE, gaps }, { interval: "1min" });
  const states = await stage.effects.states(["A", "B"].map((symbol) => ({ symbol, interval: "1min" })));
  const planned = plan(states.map((state) => ({ ...state, gaps: gaps[state.series.symbol as "A"].map(gap) })), {
    ...options("A,B"),
    now: NOW,
    entitlements: [],
    lags: {},
    forcedAt: null,
    quota: { perDay: null, usedToday: 0, blockedUntil: null },
  });
  const due = planned.entries.flatMap((entry) => entry.action === "ask" ? [entry.request, ...entry.then] : []);
  const named = [...due, ...planned.heals.flatMap(({ requests }) => requests.map(({ request }) => request))];
  const names = named.map((one) => `${one.series.symbol} ${formOf(one)}${one.month === null ? "" : ` ${one.month}`}`);
  assert.deepEqual(stage.asked, names);
  assert.equal(names.filter((name) => name.includes("month")).length, 2);
});

Deno.test("a run with gaps alone is kept as that; what the answer covers is told with it", async () => {
  const { news, told } = await played("A", { watermarks: DONE, gaps: { A: ["2003-01-06"] } });
  assert.deepEqual(told, ["A stored"]);
  assert.deepEqual(news.map(([, told, healing]) => [told?.dates, told?.answered, healing]), [[
    ["2003-01-06"],
    true,
    true,
  ]]);
  const due = await played("A", { watermarks: { A: FRIDAY }, gaps: { A: ["2003-01-06"] } });
  assert.deepEqual(due.news.map(([, , healing]) => healing), [false, false], "what was due stays that");
});

Deno.test("a failure is kept with the gaps: a series that was due stays stored, another fails, neither asks on", async () => {
  const gaps = { A: ["2003-01-06", "2003-02-04"] };
  for (const fault of ["outage", "malformed", "unknown-notice", "burst"] as const) {
    const answers = { [`A ${MONTH} 2003-01`]: fault };
    const alone = await played("A", { watermarks: { A: NOW }, gaps, answers }, { interval: "1min" });
    assert.deepEqual([alone.told, alone.asked.length], [[`A failed ${fault}`], 1]);
    assert.deepEqual(alone.news[0]![1], { ...alone.news[0]![1], dates: ["2003-01-06"], answered: false });
    const due = await played("A", { watermarks: { A: FRIDAY }, gaps, answers: { [`A ${FULL}`]: fault } });
    assert.deepEqual([due.told, due.report.outcome], [["A stored"], "complete"]);
    assert.equal(due.kept.at(-1)!.message, `its gaps: the vendor said ${fault}`);
  }
});

Deno.test("a month without bars is an answer, a series without any is not", async () => {
  const gaps = { A: ["2003-01-06", "2003-02-04"] };
  for (const fault of ["empty", "bad-symbol"] as const) {
    const answers = { [`A ${MONTH} 2003-01`]: fault };
    const month = await played("A", { watermarks: { A: NOW }, gaps, answers }, { interval: "1min" });
    assert.deepEqual([month.told, month.asked.length], [["A stored"], 2]);
    assert.deepEqual(month.news.map(([, told]) => [told?.dates, told?.answered]), [
      [["2003-01-06"], true],
      [["2003-02-04"], true],
    ]);
    assert.deepEqual(month.kept.map(({ requests }) => requests), [1, 1]);
    const daily = await played("A", { watermarks: DONE, gaps, answers: { A: fault } });
    assert.deepEqual(
      [daily.told, daily.news[0]![1]!.answered],
      [[`A failed ${fault}`], true],
      "it is tried, and bounded",
    );
  }
});

Deno.test("a form refused as premium is remembered, and another one brings what it reaches", async () => {
  const gaps = { A: ["2003-01-06", "2023-06-29"], B: ["2003-01-06"] };
  const { asked, told, learnt, kept, report } = await played("A,B", {
    watermarks: DONE,
    gaps,
    answers: { [`A ${FULL}`]: "premium" },
  });
  assert.deepEqual(asked, [`A ${FULL}`, `A ${COMPACT}`], "B is not asked for what is refused");
  assert.deepEqual(learnt.map(({ form }) => form), [FULL]);
  assert.deepEqual([told, report.outcome], [["A stored", "B deferred premium"], "deferred"]);
  assert.equal(kept[0]!.requests, 2, "the refused one is counted");
});

Deno.test("quota, limit, a refused key and a stop end it; a series that was due keeps its result", async () => {
  const gaps = { A: ["2003-01-06"], B: ["2003-01-06"], C: ["2003-01-06"] };
  const watermarks = { A: FRIDAY, B: MONDAY, C: MONDAY };
  const told = async (answer: Answer) =>
    (await played("A,B,C", { watermarks, gaps, answers: { [`B ${FULL}`]: answer } })).told;
  assert.deepEqual(await told("quota"), ["A stored", "B deferred quota", "C deferred quota"]);
  assert.deepEqual(await told("daily-limit"), ["A stored", "B deferred daily-limit", "C deferred daily-limit"]);
  assert.deepEqual(await told("bad-key"), ["A stored", "B failed bad-key", "C failed bad-key"]);
  assert.deepEqual(await told("outage"), ["A stored", "B failed outage", "C stored"]);
  const stop = new AbortController();
  const onAsk = () => stop.abort();
  const stopped = await played("A,B,C", { watermarks, gaps, onAsk }, { stop: stop.signal });
  assert.deepEqual(stopped.told, ["A stored", "B cancelled cancelled", "C cancelled cancelled"]);
});

Deno.test("a refusal by the ledger counts what was sent before it", async () => {
  const gaps = { A: ["2003-01-06"] };
  const { kept, told } = await played("A", {
    watermarks: { A: FRIDAY },
    gaps,
    answers: { [`A ${FULL}`]: "daily-limit" },
  });
  assert.deepEqual([told, kept.map(({ requests }) => requests)], [["A stored"], [1, 1]]);
});

Deno.test("each step of it is told, and the rows that break a rule; no good row is no answer", async () => {
  const { events, news } = await played("A", {
    watermarks: DONE,
    gaps: { A: ["2003-01-06"] },
    answers: { A: "refused-rows" },
  });
  const steps = events.filter((event) => "series" in event || event.type === "series-finished");
  const series = { symbol: "A", interval: "daily" };
  assert.deepEqual(steps.map(({ type }) => type), ["series-started", "rows-refused", "rows-stored", "series-finished"]);
  assert.deepEqual(steps[0], { type: "series-started", runId: 7, series, reason: "brings 1 gap: 2003-01-06" });
  const refused = { rule: "zero-price", count: 1, first: "2023-07-03" };
  assert.deepEqual(steps[1], { type: "rows-refused", runId: 7, series, ...refused });
  assert.deepEqual(news.map(([, told]) => told?.answered), [false]);
});

Deno.test("what cannot be stored is said of the gaps; a lost lease is nobody's failure", async () => {
  const gaps = { A: ["2003-01-06"] };
  const failed = async (failure: unknown) =>
    await played("A", { watermarks: DONE, gaps, storeFails: { A: failure as Error } });
  const full = await failed(new Error("No space left on device"));
  assert.deepEqual(full.told, ["A failed database"]);
  assert.equal(full.kept[0]!.message, "cannot store the bars of A daily: No space left on device");
  assert.deepEqual([full.kept[0]!.requests, full.news[0]![1]], [1, null], "no word of the gaps was had");
  assert.equal((await failed("gone")).kept[0]!.message, "cannot store the bars of A daily: gone");
  const lost = await failed(new LeaseLost(7));
  assert.deepEqual([lost.told, lost.kept], [[], []]);
});

Deno.test("what befalls the gaps of a late series is added to what is said of it", async () => {
  const answers = { [`A ${COMPACT}`]: "late", [`A ${FULL}`]: "outage" } as const;
  const { told, kept } = await played("A", { watermarks: { A: FRIDAY }, gaps: { A: ["2003-01-06"] }, answers });
  assert.deepEqual(told, ["A late stale"]);
  assert.match(kept.at(-1)!.message!, /^the vendor's newest bar is .*; its gaps: the vendor said outage$/);
});

Deno.test("a request that is cancelled, and a stop before one, leave one result each and count no request twice", async () => {
  const gaps = { A: ["2003-01-06"] };
  const cancelled = await played("A", { watermarks: DONE, gaps, answers: { A: "cancelled" } });
  assert.deepEqual([cancelled.told, cancelled.kept.map(({ requests }) => requests)], [["A cancelled cancelled"], [1]]);
  const stop = new AbortController();
  const onAsk = () => stop.abort();
  const stopped = await played("A", { watermarks: { A: FRIDAY }, gaps, onAsk }, { stop: stop.signal });
  assert.deepEqual([stopped.told, stopped.kept.length], [["A stored"], 1], "of what was not begun nothing is kept");
});
