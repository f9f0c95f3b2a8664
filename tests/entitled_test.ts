/** Is what a key may not have told with what to set, and only what is refused in every form? */
import assert from "node:assert/strict";
import type { Interval, Series } from "../src/bar.ts";
import { adviceOn, refusedIn, refusedIntervals } from "../src/entitled.ts";

const NOW = Date.UTC(2026, 10, 22);
const cross = (symbols: string[], intervals: Interval[]): Series[] =>
  symbols.flatMap((symbol) => intervals.map((interval) => ({ symbol, interval })));

function refusedBy(forms: string[], configured: Series[]): Interval[] {
  const entitlements = forms.map((form) => ({ form, allowed: false, learntAt: NOW - 1 }));
  const market = { delayMs: null, extendedHours: true };
  return refusedIntervals(configured, { now: NOW, market, adjusted: false, entitlements });
}

Deno.test("an interval is refused when every form of asking is, for as long as that is believed", () => {
  const configured = cross(["IBM"], ["30min", "daily"]);
  assert.deepEqual(refusedBy([], configured), []);
  assert.deepEqual(refusedBy(["TIME_SERIES_INTRADAY full", "TIME_SERIES_DAILY full"], configured), []);
  const both = ["TIME_SERIES_INTRADAY full", "TIME_SERIES_INTRADAY compact"];
  assert.deepEqual(refusedBy(both, configured), ["30min"]);
  assert.deepEqual(refusedBy(both, cross(["IBM"], ["daily"])), [], "it is not configured");
});

Deno.test("a run's refusals are those of its results, each interval once", () => {
  const results = cross(["A", "B"], ["30min", "daily"]).map((series) => ({
    series,
    kind: series.interval === "30min" ? "premium" as const : "outage" as const,
  }));
  assert.deepEqual(refusedIn(results), ["30min"]);
});

Deno.test("what to set asks for exactly the rest", () => {
  const configured = cross(["IBM", "MSFT"], ["5min", "30min", "daily"]);
  assert.equal(adviceOn([], configured), null);
  assert.deepEqual(adviceOn(["5min", "30min"], configured), {
    found: "this key may not have 5min and 30min bars",
    todo: "STOCK_INTERVALS=daily asks for nothing else; or use a key that has them",
  });
  assert.match(adviceOn(["5min", "30min", "daily"], configured)!.todo, /^name other intervals in STOCK_INTERVALS/);
  const uneven = [...cross(["IBM"], ["30min", "daily"]), ...cross(["MSFT"], ["daily"])];
  assert.match(adviceOn(["30min"], uneven)!.todo, /^leave them out of STOCK_SYMBOLS and STOCK_INTERVALS/);
});
