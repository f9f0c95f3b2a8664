import assert from "node:assert/strict";
import fc from "fast-check";
import { type BarDocument, classify } from "../../src/alphavantage/answer.ts";
import { readSeries } from "../../src/alphavantage/series.ts";
import type { Bar, Interval, Rule } from "../../src/bar.ts";
import type { BarRequest, FunctionName } from "../../src/request.ts";
import { answerOf, row, sampleRows, type VendorRow } from "../support/answers.ts";

const RECORDED = new URL("../../src/alphavantage/recorded/", import.meta.url);
const FIXTURES = new URL("../fixtures/alphavantage/", import.meta.url);
const NOW = Date.parse("2026-01-31T00:00:00Z");

function requestOf(name: FunctionName, symbol: string, interval: Interval): BarRequest {
  return { series: { symbol, interval }, function: name, size: null, month: null };
}

function open(body: string, request: BarRequest): BarDocument {
  const answer = classify(body, { httpStatus: 200, request });
  assert.equal(answer.kind, "bars", JSON.stringify(answer).slice(0, 500));
  return (answer as { document: BarDocument }).document;
}

function read(body: string, request: BarRequest, { now = NOW } = {}) {
  return readSeries(open(body, request), { request, now, settled: () => true });
}

const DAILY = requestOf("TIME_SERIES_DAILY", "IBM", "daily");
const WEEKLY = requestOf("TIME_SERIES_WEEKLY", "IBM", "weekly");
const HOURLY = requestOf("TIME_SERIES_INTRADAY", "IBM", "60min");

function bodyOf(request: BarRequest, rows: readonly VendorRow[], lastRefreshed?: string): string {
  const { series, function: name } = request;
  return answerOf({ function: name, outputsize: "full", ...series }, { rows, lastRefreshed });
}

const minute = (ts: number) => new Date(ts).toISOString().slice(0, 16) + "Z";

function line(bar: Bar): string {
  const adjusted = bar.adjustedClose === null ? [] : [bar.adjustedClose];
  const tail = [bar.dividendAmount, bar.splitCoefficient].filter((value) => value !== null);
  return [minute(bar.ts), bar.open, bar.high, bar.low, bar.close, ...adjusted, bar.volume, ...tail].join(" ");
}

/**
 * Per recording: rows, first and last stamp in UTC, and the SHA-256 (first 16 digits) of all its lines, oldest first. The
 * figures were computed from the files by a script in another language with another time zone database.
 */
const RECORDINGS = `
src   TIME_SERIES_DAILY_AMZN_compact_2023-07-03                  100  2023-02-08T00:00Z 2023-07-03T00:00Z f90ddecdc8168695
src   TIME_SERIES_DAILY_MSFT_compact_2023-07-03                  100  2023-02-08T00:00Z 2023-07-03T00:00Z c82ef66800766bbb
src   TIME_SERIES_DAILY_TSLA_compact_2023-07-03                  100  2023-02-08T00:00Z 2023-07-03T00:00Z 81af91d0c1e4053e
src   TIME_SERIES_DAILY_VZ_compact_2023-07-03                    100  2023-02-08T00:00Z 2023-07-03T00:00Z f39bae4350bcf95d
src   TIME_SERIES_INTRADAY_AMZN_60min_compact_2023-07-03         100  2023-06-23T17:00Z 2023-07-03T20:00Z 1a3110417b81ab31
src   TIME_SERIES_INTRADAY_MSFT_60min_compact_2023-07-03         100  2023-06-23T17:00Z 2023-07-03T20:00Z a279be2ee6eb2890
src   TIME_SERIES_INTRADAY_TSLA_5min_compact_2023-07-03          100  2023-07-03T12:40Z 2023-07-03T20:55Z 70e93b45fc9b03bf
src   TIME_SERIES_INTRADAY_TSLA_60min_compact_2023-07-03         100  2023-06-23T17:00Z 2023-07-03T20:00Z 8e53a0e07c940f9d
src   TIME_SERIES_INTRADAY_VZ_60min_compact_2023-07-03           100  2023-06-23T18:00Z 2023-07-03T21:00Z 6bdcc01500ba24fa
src   TIME_SERIES_MONTHLY_VZ_2023-07-03                          284  1999-12-31T00:00Z 2023-07-03T00:00Z 931fc52f6e1ece0b
src   TIME_SERIES_WEEKLY_VZ_2023-07-03                           1235 1999-11-12T00:00Z 2023-07-03T00:00Z 8aa9a5ab8983b23a
tests TIME_SERIES_DAILY_ADJUSTED_TSLA_compact_2021-04-23         100  2020-11-30T00:00Z 2021-04-23T00:00Z 31a79918d24f02a4
tests TIME_SERIES_DAILY_ADJUSTED_VZ_compact_2023-07-03           100  2023-02-08T00:00Z 2023-07-03T00:00Z fdcb0a1bc45e2af9
tests TIME_SERIES_DAILY_TSLA_compact_2021-04-23                  100  2020-11-30T00:00Z 2021-04-23T00:00Z d2bf8d2e0569c323
tests TIME_SERIES_INTRADAY_IBM_5min_full_2022-06-08              2022 2022-05-11T10:25Z 2022-06-08T22:40Z 6e8ac012713dfdc0
tests TIME_SERIES_INTRADAY_TSLA_5min_compact_2021-04-23          100  2021-04-23T15:25Z 2021-04-24T00:00Z e1f456a18ae8eb44
tests TIME_SERIES_MONTHLY_ADJUSTED_TSLA_2021-04-23_partial       130  2010-07-30T00:00Z 2021-04-23T00:00Z 5fd9007c31f89ad9
tests TIME_SERIES_MONTHLY_ADJUSTED_VZ_2023-07-03                 284  1999-12-31T00:00Z 2023-07-03T00:00Z 013d37938efe3689
tests TIME_SERIES_MONTHLY_TSLA_2021-04-23_partial                130  2010-07-30T00:00Z 2021-04-23T00:00Z 6601c4067c593e02
tests TIME_SERIES_WEEKLY_ADJUSTED_TSLA_2021-04-23                564  2010-07-09T00:00Z 2021-04-23T00:00Z 7d8d2ef5cc6b2339
tests TIME_SERIES_WEEKLY_ADJUSTED_VZ_2023-07-03                  1235 1999-11-12T00:00Z 2023-07-03T00:00Z cb8d537e9621cf77
tests TIME_SERIES_WEEKLY_TSLA_2021-04-23                         564  2010-07-09T00:00Z 2021-04-23T00:00Z b3d3ed5ecbf058cd
`.trim().split("\n").map((text) => text.split(/\s+/) as [string, string, string, string, string, string]);

for (const [where, file, count, first, last, digest] of RECORDINGS) {
  Deno.test(`recording ${file}: ${count} bars, every value and stamp exact, no row refused`, async () => {
    const parts = /^(TIME_SERIES_[A-Z_]+?)_([A-Z]+)_(?:(\d+min)_)?(?:compact_|full_)?\d{4}/.exec(file)!;
    const name = parts[1] as FunctionName;
    const interval = parts[3] ?? /DAILY|WEEKLY|MONTHLY/.exec(name)![0].toLowerCase();
    const request = requestOf(name, parts[2]!, interval as Interval);
    const body = await Deno.readTextFile(new URL(`${file}.json`, where === "src" ? RECORDED : FIXTURES));
    const { bars, rejects, newest } = read(body, request);
    assert.deepEqual(rejects, []);
    assert.equal(bars.length, Number(count));
    assert.equal(minute(bars[0]!.ts), first);
    assert.equal(minute(bars.at(-1)!.ts), last);
    assert.equal(newest, bars.at(-1)!.ts);
    const lines = new TextEncoder().encode(bars.map(line).join("\n"));
    assert.equal(new Uint8Array(await crypto.subtle.digest("SHA-256", lines)).toHex().slice(0, 16), digest);
    assert.equal(bars[0]!.adjustedClose === null, !name.endsWith("_ADJUSTED"));
  });
}

Deno.test("stamps follow New York's clock across both changes of 2026", () => {
  const stamps = ["2026-03-06 09:00:00", "2026-03-09 09:00:00", "2026-10-30 09:00:00", "2026-11-02 09:00:00"];
  const { bars } = read(bodyOf(HOURLY, stamps.map((stamp) => row(stamp, "5"))), HOURLY, {
    now: Date.parse("2027-01-01"),
  });
  assert.deepEqual(bars.map(({ ts }) => minute(ts)), [
    "2026-03-06T14:00Z",
    "2026-03-09T13:00Z",
    "2026-10-30T13:00Z",
    "2026-11-02T14:00Z",
  ]);
});

Deno.test("each rule refuses its row alone, with its name and the row as it came", () => {
  const good = sampleRows("daily", { count: 3 });
  const cases: [string, Partial<VendorRow>, Rule][] = [
    ["2023-06-01", { high: "9.4", low: "9.5", open: "9.4", close: "9.4" }, "high-below-low"],
    ["2023-06-02", { open: "0.0000", high: "0.0000", low: "0.0000", close: "0.0000" }, "zero-price"],
    ["2023-06-05", { close: "NaN" }, "not-a-number"],
    ["2023-06-06", { low: "-1.0" }, "negative"],
    ["2023-06-07", { volume: "1.5" }, "bad-volume"],
    ["2023-02-30", {}, "bad-stamp"],
    ["2023-6-8", {}, "bad-stamp"],
    ["2023-06-08 16:00:00", {}, "bad-stamp"],
    ["2026-02-01", {}, "future"],
  ];
  for (const [stamp, fields, rule] of cases) {
    const { bars, rejects } = read(bodyOf(DAILY, [...good, row(stamp, "9.5", fields)]), DAILY);
    assert.deepEqual(rejects.map((reject) => [reject.stamp, reject.rule]), [[stamp, rule]]);
    assert.equal((rejects[0]!.raw as Record<string, string>)["4. close"], fields.close ?? "9.5");
    assert.equal(bars.length, 3);
  }
});

Deno.test("a row that is no object, lacks a field, or sends numbers as numbers is refused", () => {
  const document = JSON.parse(bodyOf(DAILY, sampleRows("daily", { count: 2 })));
  const series = document["Time Series (Daily)"];
  series["2023-06-01"] = null;
  series["2023-06-02"] = "x";
  series["2023-06-05"] = ["1", "2"];
  series["2023-06-06"] = { "1. open": "1", "2. high": "1", "3. low": "1", "4. close": "1" };
  series["2023-06-07"] = { "1. open": 1.1, "2. high": "1.1", "3. low": "1.1", "4. close": "1.1", "5. volume": "1" };
  const { bars, rejects } = read(JSON.stringify(document), DAILY);
  assert.equal(bars.length, 2);
  assert.deepEqual(rejects.map(({ rule }) => rule), ["bad-row", "bad-row", "bad-row", "bad-row", "not-a-number"]);
});

Deno.test("an adjusted function's row without its adjusted fields is refused, not stored half", () => {
  const request = requestOf("TIME_SERIES_DAILY_ADJUSTED", "IBM", "daily");
  const good = bodyOf(request, sampleRows("daily", { count: 1 }));
  assert.deepEqual(read(good, request).bars[0]!.splitCoefficient, "1.0");
  for (const field of ["5. adjusted close", "7. dividend amount", "8. split coefficient"]) {
    const { bars, rejects } = read(good.replace(field, "9. something else"), request);
    assert.deepEqual([bars.length, rejects[0]?.rule], [0, "bad-row"], field);
  }
});

Deno.test("intraday refuses dates, skipped hours and impossible times", () => {
  const stamps = [
    "2023-06-01",
    "2026-03-08 02:30:00",
    "2023-06-01 25:00:00",
    "2023-06-01T10:00:00",
    "2023-06-01 10:00",
  ];
  for (const stamp of stamps) {
    const { rejects } = read(bodyOf(HOURLY, [row(stamp, "5")]), HOURLY, { now: Date.parse("2027-01-01") });
    assert.deepEqual(rejects.map(({ rule }) => rule), ["bad-stamp"], stamp);
  }
});

Deno.test("a stamp sent twice with the same values is one bar", () => {
  const body = bodyOf(DAILY, sampleRows("daily", { count: 3, until: "2023-07-03" }));
  const repeated = /"2023-06-30": \{[^}]*\},/.exec(body)![0];
  const { bars, rejects } = read(body.replace(repeated, repeated + repeated.replace(/\s+/g, " ")), DAILY);
  assert.deepEqual([bars.length, rejects], [3, []]);
});

Deno.test("a stamp sent twice with different values is refused with both, in every order and form", () => {
  const body = bodyOf(DAILY, sampleRows("daily", { count: 3, until: "2023-07-03" }));
  const original = /"2023-06-30": \{[^}]*\},/.exec(body)![0];
  const other = original.replace(/"5. volume": "\d+"/, '"5. volume": "7"');
  const broken = original.replace(/"1. open": "[\d.]+"/, '"1. open": "0"');
  for (const second of [other, broken]) {
    for (const pair of [original + second, second + original]) {
      for (const text of [body.replace(original, pair), body.replace(original, pair).replace(/\s*\n\s*/g, "")]) {
        const { bars, rejects } = read(text, DAILY);
        assert.deepEqual(bars.map(({ ts }) => minute(ts)), ["2023-06-29T00:00Z", "2023-07-03T00:00Z"]);
        assert.deepEqual(rejects.map(({ stamp, rule }) => [stamp, rule]), [["2023-06-30", "duplicate-stamp"]]);
        assert.equal((rejects[0]!.raw as unknown[]).length, 2);
      }
    }
  }
});

Deno.test("a whole series sent twice, the second different, leaves no bar of it", () => {
  const body = bodyOf(DAILY, [row("2023-06-30", "5")]);
  const series = /"Time Series \(Daily\)": \{.*\}(?=\s*\}$)/s.exec(body)![0];
  const { bars, rejects } = read(body.replace(series, `${series},${series.replaceAll('"5"', '"6"')}`), DAILY);
  assert.deepEqual([bars.length, rejects.map(({ rule }) => rule)], [0, ["duplicate-stamp"]]);
});

Deno.test("of two rows in one week or month the newest date is the bar", () => {
  const rows = ["2023-06-23", "2023-06-28", "2023-06-30", "2023-07-03"].map((stamp) => row(stamp, "5"));
  const weekly = read(bodyOf(WEEKLY, rows), WEEKLY);
  assert.deepEqual(weekly.bars.map(({ ts }) => minute(ts).slice(5, 10)), ["06-23", "06-30", "07-03"]);
  assert.deepEqual(weekly.rejects.map(({ stamp, rule }) => [stamp, rule]), [["2023-06-28", "duplicate-period"]]);
  const request = requestOf("TIME_SERIES_MONTHLY", "IBM", "monthly");
  const monthly = read(bodyOf(request, rows), request);
  assert.deepEqual(monthly.bars.map(({ ts }) => minute(ts).slice(5, 10)), ["06-30", "07-03"]);
  assert.deepEqual(monthly.rejects.map(({ stamp }) => stamp), ["2023-06-23", "2023-06-28"]);
  assert.equal(read(bodyOf(DAILY, rows), DAILY).rejects.length, 0);
});

Deno.test("a broken newest row does not push the week's good row out", () => {
  const rows = [row("2023-06-29", "5"), row("2023-06-30", "0")];
  const { bars, rejects } = read(bodyOf(WEEKLY, rows), WEEKLY);
  assert.deepEqual(bars.map(({ ts }) => minute(ts).slice(5, 10)), ["06-29"]);
  assert.deepEqual(rejects.map(({ rule }) => rule), ["zero-price"]);
});

Deno.test("who decides what is settled is told the newest bar and how far the answer reaches", () => {
  const rows = sampleRows("daily", { count: 2, until: "2023-07-03" });
  const asked: unknown[] = [];
  const document = open(bodyOf(DAILY, rows, "2023-07-03 12:41:14"), DAILY);
  const { bars, lastRefreshed } = readSeries(document, {
    request: DAILY,
    now: NOW,
    settled: (ts, answer) => {
      asked.push(answer);
      return ts < answer.newest;
    },
  });
  assert.deepEqual(bars.map(({ settled }) => settled), [true, false]);
  assert.equal(lastRefreshed, Date.parse("2023-07-03T16:41:14Z"));
  assert.deepEqual(asked[0], { newest: Date.parse("2023-07-03"), lastRefreshed });
  assert.equal(read(bodyOf(DAILY, rows), DAILY).lastRefreshed, null);
  // Intraday repeats the newest bar's start there: taken for how far the answer reaches, that bar would never settle.
  assert.equal(read(bodyOf(HOURLY, sampleRows("60min", { count: 2 })), HOURLY).lastRefreshed, null);
});

Deno.test("no good row: nothing is newest and nobody is asked", () => {
  const { bars, newest } = read(bodyOf(DAILY, [row("2023-07-03", "0")]), DAILY);
  assert.deepEqual([bars, newest], [[], null]);
});

Deno.test("exact digits survive: 17 places, volumes beyond 32 bits", () => {
  const wide = row("2020-12-04", "299.83536210316964", { volume: "3772638000" });
  const { bars } = read(bodyOf(DAILY, [wide]), DAILY);
  assert.deepEqual([bars[0]!.close, bars[0]!.volume], ["299.83536210316964", "3772638000"]);
});

Deno.test("mutated rows are refused, all others come through untouched, none is lost", () => {
  const rows = sampleRows("daily", { count: 30 });
  const clean = read(bodyOf(DAILY, rows), DAILY).bars;
  const mutation = fc.constantFrom<[keyof VendorRow, string]>(
    ["open", "999999"],
    ["high", "0.0001"],
    ["low", "99999.5"],
    ["close", ""],
    ["close", "1e3"],
    ["open", " 1.0"],
    ["low", "-0"],
    ["high", "٣"],
    ["volume", "1.0"],
    ["volume", "-5"],
    ["volume", "9".repeat(30)],
  );
  fc.assert(fc.property(fc.uniqueArray(fc.nat(29), { maxLength: 8 }), mutation, (targets, [field, value]) => {
    const mutated = rows.map((one, index) => (targets.includes(index) ? { ...one, [field]: value } : one));
    const { bars, rejects } = read(bodyOf(DAILY, mutated), DAILY);
    assert.deepEqual(bars, clean.filter((_, index) => !targets.includes(index)));
    assert.deepEqual(
      rejects.map(({ stamp }) => stamp).sort(),
      targets.map((index) => rows[index]!.stamp).sort(),
    );
  }));
});

Deno.test("any JSON whatever as rows is sorted into bars and rejects, never thrown over", () => {
  const envelope = bodyOf(DAILY, [row("2023-07-03", "5")]);
  // Keys without escapes: see duplicates_test.ts.
  const stamp = fc.string().map((text) => text.replace(/["\\]/g, "'"));
  fc.assert(fc.property(fc.dictionary(stamp, fc.jsonValue(), { minKeys: 1 }), (rows) => {
    const document = { ...JSON.parse(envelope), "Time Series (Daily)": rows };
    const { bars, rejects } = read(JSON.stringify(document), DAILY);
    assert.equal(bars.length + rejects.length, Object.keys(rows).length);
  }));
});
