import assert from "node:assert/strict";
import { INTERVALS } from "../src/bar.ts";
import { formOf, functionOf, hasSize, requestOfForm } from "../src/request.ts";

Deno.test("five intraday intervals share one function, which has no adjusted form", () => {
  for (const interval of ["1min", "5min", "15min", "30min", "60min"] as const) {
    assert.equal(functionOf(interval, false), "TIME_SERIES_INTRADAY");
    assert.equal(functionOf(interval, true), "TIME_SERIES_INTRADAY");
  }
});

Deno.test("daily, weekly and monthly have a plain and an adjusted function each", () => {
  assert.equal(functionOf("daily", false), "TIME_SERIES_DAILY");
  assert.equal(functionOf("daily", true), "TIME_SERIES_DAILY_ADJUSTED");
  assert.equal(functionOf("weekly", false), "TIME_SERIES_WEEKLY");
  assert.equal(functionOf("weekly", true), "TIME_SERIES_WEEKLY_ADJUSTED");
  assert.equal(functionOf("monthly", false), "TIME_SERIES_MONTHLY");
  assert.equal(functionOf("monthly", true), "TIME_SERIES_MONTHLY_ADJUSTED");
});

Deno.test("only intraday and daily functions take a size", () => {
  const sized = INTERVALS.filter((interval) => hasSize(functionOf(interval, false)));
  assert.deepEqual(sized, ["1min", "5min", "15min", "30min", "60min", "daily"]);
  assert.deepEqual(INTERVALS.filter((interval) => hasSize(functionOf(interval, true))), sized);
});

Deno.test("a form names function, size and whether a month is asked for, never which", () => {
  const form = (name: Parameters<typeof hasSize>[0], size: "full" | "compact" | null, month: string | null) =>
    formOf({ function: name, size, month });
  assert.equal(form("TIME_SERIES_DAILY", "full", null), "TIME_SERIES_DAILY full");
  assert.equal(form("TIME_SERIES_DAILY", "compact", null), "TIME_SERIES_DAILY compact");
  assert.equal(form("TIME_SERIES_WEEKLY", null, null), "TIME_SERIES_WEEKLY");
  assert.equal(form("TIME_SERIES_INTRADAY", "full", "2024-01"), "TIME_SERIES_INTRADAY full month");
  assert.equal(form("TIME_SERIES_INTRADAY", "full", "2024-02"), "TIME_SERIES_INTRADAY full month");
  assert.equal(form("TIME_SERIES_INTRADAY", "full", null), "TIME_SERIES_INTRADAY full");
});

Deno.test("a form leads back to its request, but for the month", () => {
  for (const interval of INTERVALS) {
    const series = { symbol: "IBM", interval };
    for (const name of [functionOf(interval, false), functionOf(interval, true)]) {
      for (const size of hasSize(name) ? ["compact", "full"] as const : [null]) {
        const request = { series, function: name, size, month: null };
        assert.deepEqual(requestOfForm(series, formOf(request)), request);
        assert.deepEqual(requestOfForm(series, formOf({ ...request, month: "2024-01" })), request);
      }
    }
  }
  for (const form of ["", "TIME_SERIES_WEEKLY", "time_series_daily full"]) {
    const message = `Cannot read form "${form}": it is none of daily bars`;
    assert.throws(() => requestOfForm({ symbol: "IBM", interval: "daily" }, form), { name: "RangeError", message });
  }
});
