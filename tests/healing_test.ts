/** Are gaps asked for when their time has come, and only then; and is an answer believed for what it covers, no more? */
import assert from "node:assert/strict";
import type { Interval } from "../src/bar.ts";
import type { Reading } from "../src/effects.ts";
import { healOf, nameGaps, newsOfGaps, type OpenGap, patienceOf, rationHeals } from "../src/healing.ts";
import type { Errand } from "../src/holes.ts";
import { type BarRequest, functionOf } from "../src/request.ts";

const NOW = Date.parse("2023-07-04T06:00Z");
const base = { now: NOW, market: { delayMs: null, extendedHours: true }, adjusted: false, entitlements: [] };
const gap = (date: string, change: Partial<OpenGap> = {}): OpenGap => ({ date, tries: 0, nextTryAt: NOW, ...change });
const request = (interval: Interval, size: BarRequest["size"], month: string | null = null): BarRequest => ({
  series: { symbol: "IBM", interval },
  function: functionOf(interval, false),
  size,
  month,
});

function healed(interval: Interval, gaps: OpenGap[], change: Partial<Parameters<typeof healOf>[1]> = {}) {
  const heal = healOf({ series: { symbol: "IBM", interval }, gaps }, { ...base, sent: [], waits: null, ...change });
  if (heal === null) return null;
  const asked = heal.requests.map(({ request: { size, month }, dates }) => `${month ?? size ?? "all"}: ${dates}`);
  return [...asked, ...heal.left.map(({ dates, reason }) => `${reason}: ${dates}`)];
}

Deno.test("gaps whose time has come, by the fewest requests; the others wait", () => {
  const later = gap("2023-06-28", { nextTryAt: NOW + 1 });
  const held = gap("2023-06-27", { nextTryAt: null });
  assert.deepEqual(healed("30min", [gap("2023-03-01"), gap("2023-03-02"), held, later, gap("2023-06-29")]), [
    "2023-03: 2023-03-01,2023-03-02",
    "full: 2023-06-29",
  ]);
  assert.equal(healed("daily", [later, held]), null);
  assert.equal(healed("daily", []), null);
});

Deno.test("what is sent anyway brings what it reaches", () => {
  const gaps = [gap("2003-01-06"), gap("2023-06-29")];
  assert.deepEqual(healed("daily", gaps, { sent: [request("daily", "compact")] }), ["full: 2003-01-06"]);
  assert.equal(healed("daily", gaps, { sent: [request("daily", "full")] }), null);
  assert.deepEqual(healed("1min", gaps, { sent: [request("1min", "full", "2003-01")] }), ["full: 2023-06-29"]);
});

Deno.test("a series that waits, a refused form, a time before all months: each says so", () => {
  assert.deepEqual(healed("daily", [gap("2023-06-29")], { waits: 'the last answer was "outage"' }), [
    'the last answer was "outage": 2023-06-29',
  ]);
  const entitlements = [{ form: "TIME_SERIES_DAILY full", allowed: false, learntAt: NOW - 1 }];
  assert.deepEqual(healed("daily", [gap("2003-01-06"), gap("2023-06-29")], { entitlements }), [
    "compact: 2023-06-29",
    "TIME_SERIES_DAILY full was refused as premium on 2023-07-04: 2003-01-06",
  ]);
  assert.deepEqual(healed("5min", [gap("1999-12-01")]), ["no request reaches so far back: 1999-12-01"]);
});

Deno.test("what is left of the quota goes to the requests that bring most", () => {
  const heal = (symbol: string, ...counts: number[]) => ({
    series: { symbol, interval: "1min" as const },
    requests: counts.map((count): Errand => ({
      request: request("1min", "full", "2003-01"),
      dates: Array.from({ length: count }, (_, index) => `2003-01-0${index + 1}`),
    })),
    left: [],
  });
  const told = (left: number) =>
    rationHeals([heal("A", 1), heal("B", 3, 2), heal("C")], { left, reason: "none left" }).map((one) =>
      `${one.series.symbol} ${one.requests.length} ${one.left.map(({ dates, reason }) => `${reason} ${dates.length}`)}`
    );
  assert.deepEqual(told(Infinity), ["B 2 ", "A 1 ", "C 0 "]);
  assert.deepEqual(told(1), ["B 1 none left 2", "A 0 none left 1", "C 0 "]);
  assert.deepEqual(told(0), ["B 0 none left 5", "A 0 none left 1", "C 0 "]);
});

Deno.test("New York is asked three times in a week, a market of unknown holidays once, later", () => {
  assert.deepEqual(patienceOf("us"), { firstMs: 0, restsMs: [86_400_000, 6 * 86_400_000] });
  assert.deepEqual(patienceOf("weekdays"), { firstMs: 3 * 86_400_000, restsMs: [] });
});

const reading = (stamps: string[], rejects: Reading["rejects"] = []): Reading => ({
  bars: stamps.map((stamp) => ({ ts: Date.parse(stamp) })) as unknown as Reading["bars"],
  rejects,
  newest: null,
});

Deno.test("an answer covers what lies between its oldest and its newest bar, and what it was sent for", () => {
  const gaps = ["2023-03-06", "2023-03-08", "2023-03-10", "2023-03-13"].map((date) => gap(date));
  const news = (sent: string[], stamps: string[], one = request("daily", "compact")) =>
    newsOfGaps({ request: one, dates: sent }, { gaps, reading: reading(stamps), answered: true })!.dates;
  assert.deepEqual(news([], ["2023-03-10", "2023-03-06"]), ["2023-03-08"], "not where its own bars are");
  assert.deepEqual(news(["2023-03-13"], ["2023-03-07", "2023-03-09"]), ["2023-03-08", "2023-03-13"]);
  assert.deepEqual(news([], []), []);
  const month = request("1min", "full", "2023-03");
  assert.deepEqual(news([], ["2023-03-09T15:00Z"], month), gaps.map(({ date }) => date), "a month all its days");
  const weeks = [gap("2023-03-06")];
  const weekly = { request: request("weekly", null), dates: [] };
  const week = (...stamps: string[]) =>
    newsOfGaps(weekly, { gaps: weeks, reading: reading(stamps), answered: true })!.dates;
  assert.deepEqual(week("2023-03-03", "2023-03-17"), ["2023-03-06"]);
  assert.deepEqual(week("2023-03-08", "2023-03-17"), [], "its own bar is in that week");
});

Deno.test("rows in quarantine are told by their slot, how long to rest by the exchange, nothing without a gap", () => {
  const rejects = [{ stamp: "2023-03-08", rule: "zero-price", raw: {} }] as const;
  const errand = { request: request("weekly", null), dates: [] };
  const told = newsOfGaps(errand, { gaps: [gap("2023-03-06")], reading: reading([], [...rejects]), answered: false });
  assert.deepEqual(told, {
    dates: [],
    answered: false,
    refused: [{ date: "2023-03-06", rule: "zero-price" }],
    restsMs: [86_400_000, 6 * 86_400_000],
  });
  assert.equal(newsOfGaps(errand, { gaps: [], reading: null, answered: true }), null);
});

Deno.test("gaps in words", () => {
  assert.equal(nameGaps(["2023-03-06"]), "1 gap: 2023-03-06");
  assert.equal(nameGaps(["a", "b", "c", "d", "e"]), "5 gaps: a, b, c and 2 more");
});
