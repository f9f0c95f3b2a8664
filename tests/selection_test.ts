import assert from "node:assert/strict";
import { type Series, seriesName } from "../src/bar.ts";
import { named, narrow, parseIntervals, parseSeries, parseSymbols, widen } from "../src/selection.ts";

const names = (text: string) => {
  const { series, wrong } = parseSeries(text, ["30min", "daily"]);
  assert.deepEqual(wrong, []);
  return series.map(seriesName);
};
const wrong = (text: string) => parseSeries(text, ["30min", "daily"]).wrong;

Deno.test("own intervals, default intervals, in the order given", () => {
  assert.deepEqual(names("IBM:daily+30min, aapl:weekly ,MSFT"), [
    "IBM daily",
    "IBM 30min",
    "AAPL weekly",
    "MSFT 30min",
    "MSFT daily",
  ]);
});

Deno.test("a symbol named twice is one symbol with both its intervals", () => {
  assert.deepEqual(names("IBM:daily,AAPL:daily,ibm:weekly+DAILY,"), ["IBM daily", "IBM weekly", "AAPL daily"]);
});

Deno.test("a colon may belong to the symbol, a mistyped interval may not", () => {
  assert.deepEqual(names("BFOR:BAT"), ["BFOR:BAT 30min", "BFOR:BAT daily"]);
  assert.deepEqual(names("BFOR:BAT:daily"), ["BFOR:BAT daily"]);
  assert.match(wrong("IBM:30mins")[0]!, /^in "IBM:30mins" "30mins" is not one of 1min, /);
  assert.match(wrong("IBM:1D")[0]!, /"1d" is not one of/);
  assert.match(wrong("IBM:dialy+weekly")[0]!, /"dialy" is not one of/);
  assert.deepEqual(wrong("IBM:"), ['"IBM:" names no interval']);
  assert.deepEqual(wrong(":daily"), ['"" is not a symbol']);
});

Deno.test("nothing named and impossible symbols are told, all of them", () => {
  assert.deepEqual(wrong(" , "), ['" , " names no symbol']);
  assert.deepEqual(wrong("IBM MSFT,A/B,GOOG"), ['"IBM MSFT" is not a symbol', '"A/B" is not a symbol']);
});

Deno.test("lists of a command line: each once, wrong ones quoted", () => {
  assert.deepEqual(parseSymbols("msft, IBM,msft"), { symbols: ["MSFT", "IBM"], wrong: [] });
  assert.deepEqual(parseSymbols("a b").wrong, ['"a b" is not a symbol']);
  assert.deepEqual(parseIntervals("daily,Daily,30min").intervals, ["daily", "30min"]);
  assert.equal(parseIntervals("daily,2min,hourly").wrong.length, 2);
});

Deno.test("a command line narrows and never adds", () => {
  const { series } = parseSeries("IBM,MSFT:daily", ["30min", "daily"]);
  const select = (symbols: string[] | null, intervals: ("daily" | "30min" | "weekly")[] | null) => {
    const found = narrow(series, { symbols, intervals });
    return "series" in found ? found.series.map(seriesName) : found.message;
  };
  assert.deepEqual(select(null, null), ["IBM 30min", "IBM daily", "MSFT daily"]);
  assert.deepEqual(select(["MSFT"], null), ["MSFT daily"]);
  assert.deepEqual(select(null, ["daily"]), ["IBM daily", "MSFT daily"]);
  assert.equal(select(["IBM", "TSLA"], null), 'Cannot select symbol "TSLA": configured are IBM, MSFT');
  assert.equal(
    select(["MSFT"], ["30min"]),
    "Cannot select 30min of MSFT: configured are IBM 30min, IBM daily, MSFT daily",
  );
});

Deno.test("widen: what narrow gives, and symbols beside it with the intervals asked for or all there are", () => {
  const configured = [
    { symbol: "IBM", interval: "30min" },
    { symbol: "IBM", interval: "daily" },
    { symbol: "MSFT", interval: "daily" },
  ] as const;
  const names = (symbols: string[] | null, intervals: Series["interval"][] | null) => {
    const found = widen(configured, { symbols, intervals });
    return "message" in found ? found.message : found.series.map(({ symbol, interval }) => `${symbol} ${interval}`);
  };
  assert.deepEqual(names(null, null), ["IBM 30min", "IBM daily", "MSFT daily"]);
  assert.deepEqual(names(["NEW"], null), ["NEW 30min", "NEW daily"]);
  assert.deepEqual(names(["NEW", "MSFT"], ["daily"]), ["MSFT daily", "NEW daily"]);
  assert.match(String(names(["MSFT", "NEW"], ["weekly"])), /^Cannot select weekly of MSFT/);
});

Deno.test("named: both named mean each other, whatever is configured; one of them is widened", () => {
  const configured = [{ symbol: "IBM", interval: "daily" }] as const;
  const names = (symbols: string[] | null, intervals: Series["interval"][] | null) => {
    const found = named(configured, { symbols, intervals });
    return "message" in found ? found.message : found.series.map(seriesName);
  };
  assert.deepEqual(names(["IBM", "NEW"], ["1min", "weekly"]), ["IBM 1min", "IBM weekly", "NEW 1min", "NEW weekly"]);
  assert.deepEqual(names(["NEW"], null), ["NEW daily"]);
  assert.deepEqual(names(null, null), ["IBM daily"]);
  assert.match(String(names(null, ["1min"])), /^Cannot select 1min/);
});
