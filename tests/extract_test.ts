/** Do days and instants mean the bars whose exchange date is that day, in summer, in winter, in every market? */
import assert from "node:assert/strict";
import { INTERVALS, type Series } from "../src/bar.ts";
import { fileName, parseInstant, parseLimit, stretchOf } from "../src/extract.ts";
import { barDate } from "../src/gaps.ts";
import { seededRandom } from "./support/random.ts";

const MINUTELY: Series = { symbol: "IBM", interval: "1min" };
const iso = (ms: number | null) => ms === null ? null : new Date(ms).toISOString();

Deno.test("a day, an instant with its zone, nothing else", () => {
  assert.deepEqual(parseLimit("2026-01-02"), { date: "2026-01-02" });
  assert.deepEqual(parseLimit("2026-01-02T09:30-05:00"), { instant: Date.parse("2026-01-02T14:30Z") });
  for (
    const text of ["", "2026-02-30", "2026-1-2", "2026-01-02T09:30", "2026-02-30T09:30Z", "2026-01-02T25:00Z", "now"]
  ) {
    assert.equal(parseLimit(text), null, text);
  }
  assert.equal(parseInstant("2026-01-02"), null);
});

Deno.test("a day of New York for US intraday bars, of UTC for all others", () => {
  const winter = { from: { date: "2026-01-02" }, to: { date: "2026-01-02" } };
  const { from, to } = stretchOf(MINUTELY, winter);
  assert.deepEqual([iso(from), iso(to)], ["2026-01-02T05:00:00.000Z", "2026-01-03T05:00:00.000Z"]);
  for (const series of [{ symbol: "IBM", interval: "daily" }, { symbol: "TSCO.LON", interval: "1min" }] as const) {
    const { from, to } = stretchOf(series, winter);
    assert.deepEqual([iso(from), iso(to)], ["2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z"]);
  }
  assert.deepEqual(stretchOf(MINUTELY, { from: null, to: { instant: 7 } }), { from: null, to: 7 });
});

Deno.test("a stamp is in the stretch of a day exactly when that is the date it belongs to", () => {
  const { random, seed } = seededRandom();
  for (let count = 0; count < 2_000; count++) {
    const interval = INTERVALS[Math.floor(random() * INTERVALS.length)]!;
    const series: Series = { symbol: random() < 0.7 ? "IBM" : "TSCO.LON", interval };
    const ts = Date.UTC(2000, 0) + Math.floor(random() * 27 * 365.25 * 1440) * 60_000;
    const date = barDate(series, ts + Math.floor(random() * 3 - 1) * 86_400_000);
    const { from, to } = stretchOf(series, { from: { date }, to: { date } });
    const inside = from! <= ts && ts < to!;
    assert.equal(inside, barDate(series, ts) === date, `seed ${seed}: ${series.symbol} ${interval} ${iso(ts)} ${date}`);
  }
});

Deno.test("a file's name holds nothing a file system minds", () => {
  assert.equal(fileName({ symbol: "BFOR:BAT", interval: "daily" }, "csv"), "BFOR_BAT-daily.csv");
});
