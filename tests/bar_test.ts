import assert from "node:assert/strict";
import fc from "fast-check";
import {
  brokenRule,
  compareDecimal,
  INTERVALS,
  intradayLength,
  isInterval,
  isSettled,
  parseSymbol,
  periodEnd,
  type Row,
  type Rule,
} from "../src/bar.ts";

const good: Row = { open: "10.0000", high: "12.5000", low: "9.5000", close: "11.0000", volume: "1000" };

Deno.test("a sound row breaks no rule, whatever the digits", () => {
  assert.equal(brokenRule(good), null);
  assert.equal(brokenRule({ ...good, volume: "0" }), null);
  assert.equal(brokenRule({ ...good, volume: "3772638000" }), null);
  assert.equal(brokenRule({ open: "7", high: "7", low: "7", close: "7", volume: "1" }), null);
  assert.equal(
    brokenRule({ ...good, adjustedClose: "299.83536210316964", dividendAmount: "0.0000", splitCoefficient: "1.0" }),
    null,
  );
});

Deno.test("each rule is named by the row that breaks it", () => {
  const broken: [Rule, Partial<Row>][] = [
    ["not-a-number", { open: "n/a" }],
    ["not-a-number", { open: undefined }],
    ["not-a-number", { close: 11 }],
    ["not-a-number", { high: "1e3" }],
    ["not-a-number", { high: "NaN" }],
    ["not-a-number", { high: "Infinity" }],
    ["not-a-number", { high: "12.5 " }],
    ["not-a-number", { high: "" }],
    ["not-a-number", { high: "1".repeat(16) }],
    ["not-a-number", { adjustedClose: "x" }],
    ["negative", { low: "-9.5" }],
    ["negative", { volume: "-5" }],
    ["negative", { dividendAmount: "-0.1" }],
    ["zero-price", { open: "0.0000", high: "0.0000", low: "0.0000", close: "0.0000", volume: "0" }],
    ["zero-price", { low: "0" }],
    ["zero-price", { open: "0" }],
    ["zero-price", { high: "0" }],
    ["zero-price", { close: "0" }],
    ["zero-price", { open: "0", low: "0" }],
    ["zero-price", { close: "0.0", low: "0" }],
    // A sound field of an adjusted row vouches for none of the others.
    ["bad-volume", { adjustedClose: "11", volume: "1.5" }],
    ["negative", { adjustedClose: "11", dividendAmount: "-1" }],
    ["high-below-low", { splitCoefficient: "1.0", high: "9.4999" }],
    ["bad-volume", { volume: "1.5" }],
    ["bad-volume", { volume: undefined }],
    ["bad-volume", { volume: 1000 }],
    ["bad-volume", { volume: "9".repeat(19) }],
    ["high-below-low", { high: "9.4999" }],
    ["high-below-open", { open: "12.6" }],
    ["high-below-close", { close: "12.50000000000000001" }],
    ["low-above-open", { open: "9.4" }],
    ["low-above-close", { close: "9.49999999999999999999" }],
  ];
  for (const [rule, change] of broken) {
    assert.equal(brokenRule({ ...good, ...change }), rule, `${rule} ${JSON.stringify(change)}`);
  }
});

Deno.test("decimals compare as the numbers they write, beyond what a float can tell apart", () => {
  const decimal = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 14n }), fc.bigInt({ min: 0n, max: 10n ** 20n - 1n }));
  const text = ([whole, fraction]: [bigint, bigint]) => `${whole}.${String(fraction).padStart(20, "0")}`;
  const value = ([whole, fraction]: [bigint, bigint]) => whole * 10n ** 20n + fraction;
  fc.assert(fc.property(decimal, decimal, fc.boolean(), (a, b, near) => {
    const other: [bigint, bigint] = near ? [a[0], (a[1] + b[1] % 7n) % 10n ** 20n] : b;
    const expected = value(a) < value(other) ? -1 : value(a) > value(other) ? 1 : 0;
    assert.equal(Math.sign(compareDecimal(text(a), text(other))), expected);
  }));
  assert.equal(compareDecimal("1.10", "1.1000"), 0);
  assert.equal(compareDecimal("007", "7"), 0);
});

Deno.test("symbols are upper-cased and anything that cannot be one is refused", () => {
  for (const symbol of ["IBM", "BRK-B", "TSCO.LON", "^GSPC", "BFOR:BAT", "-P-HIZ", "000002.SHZ"]) {
    assert.equal(parseSymbol(` ${symbol.toLowerCase()} `), symbol);
  }
  for (const text of ["", " ", "A B", "A&apikey=x", "IBM;drop", "é", "A".repeat(33), "---"]) {
    assert.equal(parseSymbol(text), null, text);
  }
});

const at = (iso: string) => Date.parse(iso);
const daily = { symbol: "IBM", interval: "daily" } as const;
const weekly = { symbol: "IBM", interval: "weekly" } as const;
const monthly = { symbol: "IBM", interval: "monthly" } as const;
const half = { symbol: "IBM", interval: "30min" } as const;

Deno.test("a daily bar settles a quarter of an hour after its session's close, half days included", () => {
  const thursday = at("2023-06-29T00:00Z");
  const closed = (series: typeof daily, ts: number, iso: string) =>
    isSettled(series, ts, { asOf: at(iso), newest: ts });
  assert.equal(closed(daily, thursday, "2023-06-29T20:14:59Z"), false);
  assert.equal(closed(daily, thursday, "2023-06-29T20:15:00Z"), true);
  const july3 = at("2023-07-03T00:00Z");
  assert.equal(closed(daily, july3, "2023-07-03T17:14:00Z"), false);
  assert.equal(closed(daily, july3, "2023-07-03T17:15:00Z"), true);
  // A bar on a day the calendar holds for closed: believed once that day is over.
  assert.equal(periodEnd(daily, at("2023-07-04T00:00Z")), at("2023-07-05T00:00Z"));
});

Deno.test("an intraday bar settles a minute after its end, not its start", () => {
  const ts = at("2023-07-03T13:30Z");
  assert.equal(isSettled(half, ts, { asOf: at("2023-07-03T14:00:59Z"), newest: ts }), false);
  assert.equal(isSettled(half, ts, { asOf: at("2023-07-03T14:01:00Z"), newest: ts }), true);
});

Deno.test("the running week and month are provisional, the finished ones settled", () => {
  const friday = at("2023-06-30T00:00Z");
  const monday = at("2023-07-03T00:00Z");
  const now = at("2023-07-04T06:00Z");
  for (const series of [weekly, monthly]) {
    assert.equal(isSettled(series, monday, { asOf: now, newest: monday }), false);
    assert.equal(isSettled(series, friday, { asOf: now, newest: monday }), true);
  }
});

Deno.test("a finished week whose newest bar stops before its last session is still provisional", () => {
  const thursday = at("2023-06-29T00:00Z");
  const asOf = at("2023-07-01T06:00Z");
  assert.equal(isSettled(weekly, thursday, { asOf, newest: thursday }), false);
  // The vendor has gone on to the next week: this one will not grow.
  assert.equal(isSettled(weekly, thursday, { asOf, newest: at("2023-07-03T00:00Z") }), true);
  // A week later it is plain that Friday's trades are not coming.
  assert.equal(isSettled(weekly, thursday, { asOf: at("2023-07-07T20:00Z"), newest: thursday }), true);
  // Good Friday: Thursday is the last session of its week.
  const maundy = at("2024-03-28T00:00Z");
  assert.equal(isSettled(weekly, maundy, { asOf: at("2024-03-28T20:15Z"), newest: maundy }), true);
  assert.equal(isSettled(monthly, maundy, { asOf: at("2024-03-28T20:15Z"), newest: maundy }), true);
});

Deno.test("an interval is one of the vendor's words, and an intraday one has the length it names", () => {
  for (const interval of INTERVALS) {
    assert.equal(isInterval(interval), true);
    const minutes = /^(\d+)min$/.exec(interval)?.[1];
    assert.equal(intradayLength(interval), minutes === undefined ? null : Number(minutes) * 60_000, interval);
  }
  for (const text of ["2min", "Daily", "", "daily "]) assert.equal(isInterval(text), false, text);
});

Deno.test("a period ends with its last session, whatever day of it the bar is dated", () => {
  const wednesday = at("2023-06-28T00:00Z");
  assert.equal(periodEnd(daily, wednesday), at("2023-06-28T20:00Z"));
  assert.equal(periodEnd(weekly, wednesday), at("2023-06-30T20:00Z"));
  assert.equal(periodEnd(monthly, at("2023-07-03T00:00Z")), at("2023-07-31T20:00Z"));
  assert.equal(periodEnd(half, at("2023-06-28T13:30Z")), at("2023-06-28T14:00Z"));
});
