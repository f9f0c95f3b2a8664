/** Which bars and which refused rows are in what the older programs stored? */
import assert from "node:assert/strict";
import type { Interval } from "../src/bar.ts";
import { likelyInterval, type OldRow, outsideSessions, plainNumber, readOldRows } from "../src/old_rows.ts";
import type { StampMeaning } from "../src/old_stamp.ts";

const NOW = Date.parse("2026-03-02T21:30:00Z");
const columns = {
  stamp: "ts",
  open: "open",
  high: "high",
  low: "low",
  close: "close",
  volume: "volume",
  raw: "raw",
} as const;
const RIGHT: StampMeaning = { stamps: "utc", sessionZone: "UTC" };

const row = (ts: string | null, close: string | null, over: OldRow = {}): OldRow => ({
  ts,
  open: close,
  high: close,
  low: close,
  close,
  volume: "100",
  raw: null,
  ...over,
});

function read(rows: readonly OldRow[], interval: Interval = "daily", meaning = RIGHT) {
  const { bars, rejects, repeated } = readOldRows(rows, {
    series: { symbol: "IBM", interval },
    columns,
    meaning,
    now: NOW,
  });
  return {
    bars: bars.map(({ ts, close, volume, settled }) =>
      `${new Date(ts).toISOString().slice(0, 16)} ${close} ${volume}${settled ? "" : "*"}`
    ),
    rules: rejects.map(({ stamp, rule }) => `${stamp} ${rule}`),
    repeated,
    rejects,
  };
}

Deno.test("bars in order, a double's spelling as a decimal; what breaks a rule is refused with its name", () => {
  const found = read([
    row("2026-02-27", "101.1"),
    row("2026-02-26", "1.01e+02", { volume: "4042688.0" }),
    row("2026-02-25", "0"),
    row("2026-02-24", "5", { open: "0.0" }),
    row("2026-02-23", null),
    row("2026-02-20", "NaN"),
    row("2026-02-19", "5", { high: "4.5" }),
    row("2026-02-18", "-5"),
    row("2026-02-17", "5", { volume: "1.5" }),
    row(null, "5"),
    row("2026-03-03", "5"),
  ]);
  assert.deepEqual(found.bars, ["2026-02-26T00:00 101 4042688", "2026-02-27T00:00 101.1 100"]);
  assert.deepEqual(found.rules, [
    "2026-02-25 zero-price",
    "2026-02-24 zero-price",
    "2026-02-23 not-a-number",
    "2026-02-20 not-a-number",
    "2026-02-19 high-below-low",
    "2026-02-18 negative",
    "2026-02-17 bad-volume",
    " bad-stamp",
    "2026-03-03 future",
  ]);
  assert.deepEqual(found.rejects[0]!.raw, row("2026-02-25", "0"), "kept as it stood");
});

Deno.test("the vendor's own row is believed, not the floats made of it", () => {
  const raw = JSON.stringify({
    "1. open": "7.0001",
    "2. high": "7.0002",
    "3. low": "7",
    "4. close": "7.0001",
    "5. volume": "12",
  });
  const lacking = JSON.stringify({ "1. open": "7", "2. high": "7", "3. low": "7", "4. close": "7" });
  const found = read([
    row("2026-02-25", "7", { volume: "0", raw }),
    row("2026-02-26", "7", { raw: lacking }),
    row("2026-02-27", "8", { raw: '{"source":"hand"}' }),
    row("2026-02-28", "9", { raw: "no json" }),
  ]);
  assert.deepEqual(found.bars, ["2026-02-25T00:00 7.0001 12", "2026-02-27T00:00 8 100", "2026-02-28T00:00 9 100"]);
  assert.deepEqual(found.rules, ["2026-02-26 bad-row"]);
});

Deno.test("a time twice: once when the rows agree, refused with all of them when they do not", () => {
  const found = read([
    row("2026-02-25", "7"),
    row("2026-02-25", "7.000"),
    row("2026-02-26", "7"),
    row("2026-02-26", "8"),
    row("2026-02-27", "0"),
    row("2026-02-27", "9"),
  ]);
  assert.deepEqual(found.bars, ["2026-02-25T00:00 7 100", "2026-02-27T00:00 9 100"]);
  assert.deepEqual([found.repeated, found.rules], [1, ["2026-02-27 zero-price", "2026-02-26 duplicate-stamp"]]);
  assert.deepEqual(found.rejects[1]!.raw, [row("2026-02-26", "7"), row("2026-02-26", "8")]);
});

Deno.test("settled by our rules; of two dates in a week the newer one is the bar", () => {
  // 2026-03-02 is a Monday: at 21:30 UTC its session has closed, its last half hour of trading has not.
  assert.deepEqual(read([row("2026-03-02", "5")]).bars, ["2026-03-02T00:00 5 100"]);
  assert.deepEqual(read([row("2026-03-02 21:00:00", "5"), row("2026-03-02 21:30:00", "5")], "30min").bars, [
    "2026-03-02T21:00 5 100*",
    "2026-03-02T21:30 5 100*",
  ]);
  const weekly = read([row("2026-02-26", "5"), row("2026-02-27", "6"), row("2026-03-02", "7")], "weekly");
  assert.deepEqual(weekly.bars, ["2026-02-27T00:00 6 100", "2026-03-02T00:00 7 100*"]);
  assert.deepEqual(weekly.rules, ["2026-02-26 duplicate-period"]);
});

Deno.test("numbers as a double spells them, digit by digit", () => {
  const given = [
    "1e+06",
    "4.2E-2",
    "-1.5e1",
    "5.",
    "101.1000",
    "nan",
    "1.25e2",
    101.1,
    null,
    "0.00001e5",
    "1e",
    "007e0",
  ];
  assert.deepEqual(given.map(plainNumber), [
    ...["1000000", "0.042", "-15", "5", "101.1000", "nan", "125", "101.1", null, "1", "1e", "7"],
  ]);
});

Deno.test("how far rows are apart says which bars they are, or nothing", () => {
  const days = (...texts: string[]) => texts.map((text) => row(text, "5"));
  const likely = (rows: OldRow[]) => likelyInterval(rows, { columns, meaning: RIGHT });
  assert.equal(
    likely(days("2026-02-23", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27", "2026-03-02")),
    "daily",
  );
  assert.equal(likely(days("2026-02-20", "2026-02-27", "2026-03-06")), "weekly");
  assert.equal(likely(days("2025-12-31", "2026-01-30", "2026-02-27")), "monthly");
  const hours = ["09:30", "10:00", "10:30"].map((time) => `2026-03-02 ${time}:00`);
  assert.equal(likely(days(...hours, "2026-03-03 09:30:00")), "30min");
  const scattered = days("2026-03-02", "2026-03-03", "2026-03-13", "2026-03-25");
  for (const rows of [[], scattered, days("2026-03-02"), days("2026-03-02", "2026-03-12"), days("x", "y")]) {
    assert.equal(likely(rows), null);
  }
});

Deno.test("stamps of the wrong meaning show in bars of the night", () => {
  const series = { symbol: "IBM", interval: "30min" } as const;
  const at = (text: string) => ({ ts: Date.parse(text) });
  const bars = [
    "2026-03-02T09:00Z",
    "2026-03-02T08:30Z",
    "2026-03-03T00:30Z",
    "2026-03-03T01:00Z",
    "2026-03-01T15:00Z",
  ];
  assert.equal(outsideSessions(series, bars.map(at)), 3);
  assert.equal(outsideSessions({ ...series, symbol: "TSCO.LON" }, bars.map(at)), 0);
  assert.equal(outsideSessions({ ...series, interval: "daily" }, bars.map(at)), 0);
});
