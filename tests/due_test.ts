import assert from "node:assert/strict";
import type { Interval } from "../src/bar.ts";
import { endedOn, type Ending, isComplete, isLate, type Market, targetOf } from "../src/due.ts";

const at = (iso: string) => Date.parse(iso);
const iso = (ts: number) => new Date(ts).toISOString().slice(0, 16);
const endOfDay: Market = { delayMs: null, extendedHours: true };
const ibm = (interval: Interval) => ({ symbol: "IBM", interval });

Deno.test("the target is the newest bar that can be settled, per interval", () => {
  const table: [Interval, string, string][] = [
    // A half day before a holiday.
    ["daily", "2023-07-03T17:14Z", "2023-06-30T00:00"],
    ["daily", "2023-07-03T17:15Z", "2023-07-03T00:00"],
    ["daily", "2023-07-05T12:00Z", "2023-07-03T00:00"],
    ["weekly", "2023-07-04T06:00Z", "2023-06-30T00:00"],
    ["weekly", "2023-07-07T20:15Z", "2023-07-07T00:00"],
    ["weekly", "2024-03-28T20:15Z", "2024-03-28T00:00"],
    ["monthly", "2023-06-30T20:14Z", "2023-05-31T00:00"],
    ["monthly", "2023-06-30T20:15Z", "2023-06-30T00:00"],
    ["monthly", "2024-01-01T12:00Z", "2023-12-29T00:00"],
    // End-of-day data: nothing of a session before its late trading has closed.
    ["60min", "2023-07-03T20:00Z", "2023-06-30T23:00"],
    ["60min", "2023-07-03T21:01Z", "2023-07-03T20:00"],
    ["5min", "2023-07-03T21:01Z", "2023-07-03T20:55"],
  ];
  for (const [interval, now, expected] of table) {
    assert.equal(iso(targetOf(ibm(interval), at(now), endOfDay).ts), expected, `${interval} at ${now}`);
  }
});

Deno.test("a key with live data is due as each bar closes, one with delayed data a quarter of an hour after", () => {
  const live: Market = { delayMs: 0, extendedHours: true };
  const delayed: Market = { delayMs: 15 * 60_000, extendedHours: true };
  assert.equal(iso(targetOf(ibm("30min"), at("2023-06-29T14:01Z"), live).ts), "2023-06-29T13:30");
  assert.equal(iso(targetOf(ibm("30min"), at("2023-06-29T14:00Z"), live).ts), "2023-06-29T13:00");
  assert.equal(iso(targetOf(ibm("30min"), at("2023-06-29T14:15Z"), delayed).ts), "2023-06-29T13:00");
  assert.equal(iso(targetOf(ibm("30min"), at("2023-06-29T14:16Z"), delayed).ts), "2023-06-29T13:30");
  // Before the first bar of the day has closed, and at night, the session before counts.
  assert.equal(iso(targetOf(ibm("30min"), at("2023-06-29T08:20Z"), live).ts), "2023-06-28T23:30");
  assert.equal(iso(targetOf(ibm("30min"), at("2023-06-30T02:00Z"), live).ts), "2023-06-29T23:30");
});

Deno.test("complete: the watermark reached the target, or a later answer showed that there is no more", () => {
  const target = targetOf(ibm("5min"), at("2023-07-04T06:00Z"), endOfDay);
  const thin = { series: ibm("5min"), watermark: at("2023-07-03T19:40Z"), newest: at("2023-07-03T19:40Z") };
  assert.equal(isComplete({ ...thin, answeredAt: null }, target), false);
  assert.equal(isComplete({ ...thin, answeredAt: target.availableAt - 1 }, target), false);
  assert.equal(isComplete({ ...thin, answeredAt: target.availableAt }, target), true);
  assert.equal(isComplete({ ...thin, watermark: target.ts, answeredAt: null }, target), true);
  // An answer after the close that stopped at the session before shows nothing.
  const before = { ...thin, watermark: at("2023-06-30T23:55Z"), answeredAt: target.availableAt };
  assert.equal(isComplete(before, target), false);
  assert.equal(isComplete({ ...thin, watermark: null, answeredAt: target.availableAt }, target), false);
});

Deno.test("a week is complete by its week, whatever day the vendor filed it under", () => {
  const target = targetOf(ibm("weekly"), at("2023-07-01T06:00Z"), endOfDay);
  const state = { series: ibm("weekly"), newest: null, answeredAt: null };
  assert.equal(isComplete({ ...state, watermark: at("2023-06-29T00:00Z") }, target), true);
  assert.equal(isComplete({ ...state, watermark: at("2023-06-23T00:00Z") }, target), false);
});

Deno.test("complete: what was listed after the target began never had the target's bar", () => {
  const now = at("2023-07-05T12:00Z");
  const cases: [Interval, string, string][] = [
    ["monthly", "2023-07-03T00:00Z", "2023-06-30T00:00Z"],
    ["weekly", "2023-07-03T00:00Z", "2023-06-30T00:00Z"],
    ["daily", "2023-07-05T00:00Z", "2023-07-03T00:00Z"],
  ];
  for (const [interval, newest, before] of cases) {
    const target = targetOf(ibm(interval), now, endOfDay);
    const fresh = { series: ibm(interval), watermark: null };
    assert.equal(isComplete({ ...fresh, newest: at(newest), answeredAt: now }, target), true, interval);
    assert.equal(
      isComplete({ ...fresh, newest: at(newest), answeredAt: target.availableAt - 1 }, target),
      false,
      interval,
    );
    assert.equal(isComplete({ ...fresh, newest: at(before), answeredAt: now }, target), false, interval);
    assert.equal(isComplete({ ...fresh, newest: null, answeredAt: now }, target), false, interval);
  }
});

Deno.test("not listed since: a week filed under a Friday without trades is still the target's week", () => {
  const now = at("2024-03-31T12:00Z");
  const target = targetOf(ibm("weekly"), now, endOfDay);
  assert.equal(iso(target.ts), "2024-03-28T00:00");
  const state = { series: ibm("weekly"), watermark: null, newest: at("2024-03-29T00:00Z"), answeredAt: now };
  assert.equal(isComplete(state, target), false);
});

Deno.test("a key whose data is delayed can have the day's bar only as much later", () => {
  const delayed: Market = { delayMs: 15 * 60_000, extendedHours: true };
  assert.equal(iso(targetOf(ibm("daily"), at("2023-07-03T17:29Z"), delayed).ts), "2023-06-30T00:00");
  const target = targetOf(ibm("daily"), at("2023-07-03T17:30Z"), delayed);
  assert.equal(iso(target.ts), "2023-07-03T00:00");
  assert.equal(iso(target.availableAt), "2023-07-03T17:30");
});

Deno.test("without late trading the session ends at its close, half days too", () => {
  const regular: Market = { delayMs: null, extendedHours: false };
  assert.equal(iso(targetOf(ibm("30min"), at("2023-06-29T20:00Z"), regular).ts), "2023-06-28T19:30");
  const full = targetOf(ibm("30min"), at("2023-06-29T20:01Z"), regular);
  assert.deepEqual([iso(full.ts), iso(full.availableAt)], ["2023-06-29T19:30", "2023-06-29T20:01"]);
  const half = targetOf(ibm("30min"), at("2023-07-03T17:01Z"), regular);
  assert.deepEqual([iso(half.ts), iso(half.availableAt)], ["2023-07-03T16:30", "2023-07-03T17:01"]);
  const live: Market = { delayMs: 0, extendedHours: false };
  assert.equal(iso(targetOf(ibm("30min"), at("2023-06-29T14:01Z"), live).ts), "2023-06-29T13:30");
  assert.equal(iso(targetOf(ibm("30min"), at("2023-06-29T13:59Z"), live).ts), "2023-06-28T19:30");
});

Deno.test("late: an answer that stops before the session that has closed", () => {
  const now = at("2023-07-04T06:00Z");
  const late = (interval: Interval, newest: string | null) =>
    isLate(ibm(interval), newest === null ? null : at(newest), targetOf(ibm(interval), now, endOfDay));
  assert.equal(late("daily", "2023-07-03T00:00Z"), false);
  assert.equal(late("daily", "2023-06-30T00:00Z"), true);
  assert.equal(late("daily", null), true);
  assert.equal(late("weekly", "2023-07-03T00:00Z"), false);
  assert.equal(late("weekly", "2023-06-29T00:00Z"), true);
  // Thin trading is not lateness; a missing day is.
  assert.equal(late("5min", "2023-07-03T14:00Z"), false);
  assert.equal(late("5min", "2023-06-30T23:55Z"), true);
});

Deno.test("before the first trades of a day a live key's answer is punctual with the session before", () => {
  const live: Market = { delayMs: 0, extendedHours: true };
  const target = targetOf(ibm("5min"), at("2023-06-29T08:10Z"), live);
  assert.equal(isLate(ibm("5min"), at("2023-06-28T23:55Z"), target), false);
  assert.equal(isLate(ibm("5min"), at("2023-06-27T23:55Z"), target), true);
});

Deno.test("when an answer has it: the period's end, the time it may still grow, and the vendor's delay", () => {
  const minutes = (count: number) => count * 60_000;
  const delayed: Market = { delayMs: minutes(15), extendedHours: true };
  const live: Market = { delayMs: 0, extendedHours: false };
  const table: [Interval, string, Market, string, string, string][] = [
    ["daily", "2023-06-30T12:00Z", endOfDay, "2023-06-29T20:15", "2023-06-29", "the session of 2023-06-29"],
    ["daily", "2023-06-30T12:00Z", delayed, "2023-06-29T20:30", "2023-06-29", "the session of 2023-06-29"],
    ["weekly", "2023-07-01T06:00Z", endOfDay, "2023-06-30T20:15", "2023-06-30", "the week to 2023-06-30"],
    ["monthly", "2023-07-01T06:00Z", delayed, "2023-06-30T20:30", "2023-06-30", "the month to 2023-06-30"],
    // After late trading, with and without it.
    ["30min", "2023-06-30T06:00Z", endOfDay, "2023-06-30T00:01", "2023-06-29", "the session of 2023-06-29"],
    ["30min", "2023-06-30T06:00Z", delayed, "2023-06-30T00:16", "2023-06-29", "the session of 2023-06-29"],
    ["30min", "2023-06-30T06:00Z", live, "2023-06-29T20:01", "2023-06-29", "the session of 2023-06-29"],
    // While the session runs, bar by bar.
    [
      "30min",
      "2023-06-29T14:20Z",
      delayed,
      "2023-06-29T14:16",
      "2023-06-28",
      "the bar that closed at 2023-06-29T14:00Z",
    ],
    ["30min", "2023-06-29T14:20Z", live, "2023-06-29T14:01", "2023-06-28", "the bar that closed at 2023-06-29T14:00Z"],
  ];
  for (const [interval, now, market, available, date, name] of table) {
    const target = targetOf(ibm(interval), at(now), market);
    assert.equal(target.availableAt % minutes(1), 0);
    const found = [iso(target.availableAt), target.date, target.name];
    assert.deepEqual(found, [available, date, name], `${interval} at ${now}, ${market.delayMs}`);
  }
});

Deno.test("complete: listed since goes by the day in New York for intraday", () => {
  const complete = (now: string, newest: string) => {
    const target = targetOf(ibm("5min"), at(now), endOfDay);
    const { availableAt: answeredAt } = target;
    return isComplete({ series: ibm("5min"), watermark: null, newest: at(newest), answeredAt }, target);
  };
  assert.equal(complete("2023-07-04T06:00Z", "2023-07-05T13:30Z"), true);
  assert.equal(complete("2023-07-04T06:00Z", "2023-07-03T13:30Z"), false);
  // In winter the last bars of a New York day carry the next date in UTC.
  assert.equal(complete("2023-01-11T02:00Z", "2023-01-11T00:40Z"), false);
});

Deno.test("a day, unlike a thin symbol's last minutes, is complete with its own bar only", () => {
  const target = targetOf(ibm("daily"), at("2023-07-04T06:00Z"), endOfDay);
  const state = { series: ibm("daily"), newest: at("2023-06-30T00:00Z"), answeredAt: target.availableAt };
  assert.equal(isComplete({ ...state, watermark: at("2023-06-30T00:00Z") }, target), false);
});

Deno.test("late, to the day: in New York for intraday, by the date itself for the rest", () => {
  const late = (interval: Interval, now: string, newest: string) =>
    isLate(ibm(interval), at(newest), targetOf(ibm(interval), at(now), endOfDay));
  assert.equal(late("weekly", "2023-07-04T06:00Z", "2023-06-30T00:00Z"), false);
  assert.equal(late("monthly", "2023-07-04T06:00Z", "2023-06-30T00:00Z"), false);
  assert.equal(late("monthly", "2023-07-04T06:00Z", "2023-06-29T00:00Z"), true);
  assert.equal(late("5min", "2023-01-11T02:00Z", "2023-01-10T00:55Z"), true, "the evening of the 9th in New York");
  assert.equal(late("5min", "2023-01-11T02:00Z", "2023-01-10T14:30Z"), false);
});

Deno.test("a series has ended when its symbol was delisted and the vendor has answered a week later", () => {
  const day = at("2018-10-24T00:00Z");
  const DAY = 86_400_000;
  const sears = (change: Partial<Ending> = {}): Ending => ({
    series: { symbol: "SHLD", interval: "daily" },
    newest: at("2018-10-23T00:00Z"),
    answeredAt: day + 7 * DAY,
    delistedOn: "2018-10-24",
    ...change,
  });
  assert.equal(endedOn(sears()), "2018-10-24");
  assert.equal(endedOn(sears({ delistedOn: null })), null, "listed, or listed again");
  assert.equal(endedOn(sears({ delistedOn: undefined })), null, "no list");
  assert.equal(endedOn(sears({ answeredAt: day + 7 * DAY - 1 })), null, "the last bars may still come");
  assert.equal(endedOn(sears({ answeredAt: null, newest: null })), null, "never asked: its history is worth a request");
  assert.equal(endedOn(sears({ newest: day })), "2018-10-24");
  assert.equal(endedOn(sears({ newest: day + DAY })), null, "a bar after its delisting: the list is wrong");
  assert.equal(endedOn(sears({ last: { status: "deferred", kind: "quota" } })), null, "part of it waits");
  assert.equal(
    endedOn(sears({ last: { status: "deferred", kind: "stale" } })),
    "2018-10-24",
    "it rests: there is nothing",
  );
  const none = (...kinds: (string | null)[]) =>
    endedOn(
      sears({
        answeredAt: null,
        newest: null,
        recent: kinds.map((kind, index) => ({ kind, at: day + (9 - index) * DAY })),
      }),
    );
  assert.equal(none("bad-symbol"), null, "it also says so of what works tomorrow");
  assert.equal(none("bad-symbol", "empty"), "2018-10-24");
  assert.equal(none("outage", "bad-symbol", "bad-symbol"), null);
  assert.equal(none("outage", "outage"), null);
  const intraday = { series: { symbol: "SHLD", interval: "30min" } as const };
  // 19:30 in New York on the day itself.
  assert.equal(endedOn(sears({ ...intraday, newest: at("2018-10-24T23:30Z") })), "2018-10-24");
  assert.equal(endedOn(sears({ ...intraday, newest: at("2018-10-25T13:30Z") })), null);
  const target = targetOf({ symbol: "SHLD", interval: "daily" }, at("2023-07-05T12:00Z"), endOfDay);
  assert.equal(isComplete({ ...sears(), watermark: at("2018-10-23T00:00Z") }, target), true);
});
