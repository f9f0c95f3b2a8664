import assert from "node:assert/strict";
import { closedFor, tradingDay } from "../src/holidays.ts";

/**
 * Weekdays without a bar. To 2024-07-25: read off two recorded DAILY answers (AAPL and IBM, 6,222 bars each), not off
 * the rules under test. After that: as the exchange has published them.
 */
const CLOSURES = `
1999 11-25 12-24
2000 01-17 02-21 04-21 05-29 07-04 09-04 11-23 12-25
2001 01-01 01-15 02-19 04-13 05-28 07-04 09-03 09-11 09-12 09-13 09-14 11-22 12-25
2002 01-01 01-21 02-18 03-29 05-27 07-04 09-02 11-28 12-25
2003 01-01 01-20 02-17 04-18 05-26 07-04 09-01 11-27 12-25
2004 01-01 01-19 02-16 04-09 05-31 06-11 07-05 09-06 11-25 12-24
2005 01-17 02-21 03-25 05-30 07-04 09-05 11-24 12-26
2006 01-02 01-16 02-20 04-14 05-29 07-04 09-04 11-23 12-25
2007 01-01 01-02 01-15 02-19 04-06 05-28 07-04 09-03 11-22 12-25
2008 01-01 01-21 02-18 03-21 05-26 07-04 09-01 11-27 12-25
2009 01-01 01-19 02-16 04-10 05-25 07-03 09-07 11-26 12-25
2010 01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24
2011 01-17 02-21 04-22 05-30 07-04 09-05 11-24 12-26
2012 01-02 01-16 02-20 04-06 05-28 07-04 09-03 10-29 10-30 11-22 12-25
2013 01-01 01-21 02-18 03-29 05-27 07-04 09-02 11-28 12-25
2014 01-01 01-20 02-17 04-18 05-26 07-04 09-01 11-27 12-25
2015 01-01 01-19 02-16 04-03 05-25 07-03 09-07 11-26 12-25
2016 01-01 01-18 02-15 03-25 05-30 07-04 09-05 11-24 12-26
2017 01-02 01-16 02-20 04-14 05-29 07-04 09-04 11-23 12-25
2018 01-01 01-15 02-19 03-30 05-28 07-04 09-03 11-22 12-05 12-25
2019 01-01 01-21 02-18 04-19 05-27 07-04 09-02 11-28 12-25
2020 01-01 01-20 02-17 04-10 05-25 07-03 09-07 11-26 12-25
2021 01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24
2022 01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26
2023 01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25
2024 01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25
2025 01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25
2026 01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25
2027 01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24
2028 01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25`;

/** 13:00 closes. Bars do not tell them; these are the published ones, and the volumes of the recordings agree. */
const HALF_DAYS = `
1999 11-26 12-31
2000 07-03 11-24
2001 07-03 11-23 12-24
2002 07-05 11-29 12-24
2003 07-03 11-28 12-24 12-26
2004 11-26
2005 11-25
2006 07-03 11-24
2007 07-03 11-23 12-24
2008 07-03 11-28 12-24
2009 11-27 12-24
2010 11-26
2011 11-25
2012 07-03 11-23 12-24
2013 07-03 11-29 12-24
2014 07-03 11-28 12-24
2015 11-27 12-24
2016 11-25
2017 07-03 11-24
2018 07-03 11-23 12-24
2019 07-03 11-29 12-24
2020 11-27 12-24
2021 11-26
2022 11-25
2023 07-03 11-24
2024 07-03 11-29 12-24
2025 07-03 11-28 12-24
2026 11-27 12-24
2027 11-26
2028 07-03 11-24`;

function datesIn(table: string): string[] {
  return table.trim().split("\n").flatMap((line) => {
    const [year, ...days] = line.split(" ");
    return days.map((day) => `${year}-${day}`);
  });
}

/** Every Monday to Friday from 1999-11-01 to the end of 2028. */
function* weekdays(): Generator<{ date: string; ts: number }> {
  for (let ts = Date.UTC(1999, 10, 1); ts < Date.UTC(2029, 0, 1); ts += 86_400_000) {
    if (new Date(ts).getUTCDay() % 6 !== 0) yield { date: new Date(ts).toISOString().slice(0, 10), ts };
  }
}

Deno.test("the exchange is closed on exactly the weekdays that have no bar, from 1999-11 to 2028", () => {
  const closed = [...weekdays()].filter(({ ts }) => tradingDay(ts) === "closed").map(({ date }) => date);
  assert.deepEqual(closed, datesIn(CLOSURES));
});

Deno.test("the exchange closes early on exactly the published half days, from 1999-11 to 2028", () => {
  const halves = [...weekdays()].filter(({ ts }) => tradingDay(ts) === "half").map(({ date }) => date);
  assert.deepEqual(halves, datesIn(HALF_DAYS));
});

Deno.test("the exchange is closed every weekend, holiday or not", () => {
  for (let ts = Date.UTC(2000, 0, 1); ts < Date.UTC(2029, 0, 1); ts += 7 * 86_400_000) {
    assert.equal(tradingDay(ts), "closed", new Date(ts).toISOString()); // Saturday
    assert.equal(tradingDay(ts + 86_400_000), "closed", new Date(ts + 86_400_000).toISOString());
  }
});

Deno.test("every year in the Gregorian cycle has one Good Friday, between 20 March and 23 April", () => {
  for (let year = 2029; year < 2429; year++) {
    const found: string[] = [];
    for (let ts = Date.UTC(year, 2, 1); ts < Date.UTC(year, 4, 1); ts += 86_400_000) {
      if (new Date(ts).getUTCDay() === 5 && tradingDay(ts) === "closed") found.push(new Date(ts).toISOString());
    }
    assert.equal(found.length, 1, `${year}: ${found}`);
    assert.match(found[0]!, /-03-(2\d|3[01])T|-04-([01]\d|2[0-3])T/);
  }
});

Deno.test("every closed weekday says why, no open one does", () => {
  const why = (date: string) => closedFor(Date.parse(date));
  assert.equal(why("2026-11-26"), "Thanksgiving Day");
  assert.equal(why("2026-07-03"), "Independence Day");
  assert.equal(why("2012-10-30"), "hurricane Sandy");
  assert.equal(why("2018-12-05"), "mourning for George H. W. Bush");
  assert.equal(why("2023-01-02"), "New Year's Day");
  assert.equal(why("2023-01-16"), "Martin Luther King Jr. Day");
  assert.equal(why("2026-11-21"), null, "a Saturday is none");
  for (let day = Date.UTC(1999, 10, 1); day < Date.UTC(2029, 0, 1); day += 86_400_000) {
    if (new Date(day).getUTCDay() % 6 === 0) continue;
    assert.equal(closedFor(day) === null, tradingDay(day) !== "closed", new Date(day).toISOString());
  }
});
