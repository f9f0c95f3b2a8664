import assert from "node:assert/strict";
import { Cron } from "croner";
import fc from "fast-check";
import { dueTicks, nextTick, parseSchedule } from "../src/schedule.ts";

const at = (iso: string) => Date.parse(iso);
const iso = (instant: number) => new Date(instant).toISOString().replace(":00.000Z", "Z");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Ticks of a schedule in (after, upTo], written short. */
function ticksIn(cron: string, timezone: string, [after, upTo]: [string, string]): string[] {
  const schedule = parseSchedule(cron, timezone);
  return dueTicks(schedule, { after: at(after), upTo: at(upTo), limit: 10_000 }).ticks.map(iso);
}

Deno.test("a schedule keeps what was asked for, without surplus white space", () => {
  assert.deepEqual(parseSchedule("  0 6\t* *  * ", "UTC"), { cron: "0 6 * * *", timezone: "UTC" });
  assert.equal(parseSchedule("0 6 * JAN Mon", "UTC").cron, "0 6 * JAN Mon");
  assert.deepEqual(parseSchedule("@Daily", "Europe/Berlin"), { cron: "@daily", timezone: "Europe/Berlin" });
});

Deno.test("weekdays count as in any cron: 0 and 7 are Sunday, names and lists mean the same", () => {
  const week: [string, string] = ["2026-11-21T12:00:00Z", "2026-11-28T12:00:00Z"]; // Saturday to Saturday
  for (const sunday of ["0", "7", "SUN", "sun"]) {
    assert.deepEqual(ticksIn(`0 6 * * ${sunday}`, "UTC", week), ["2026-11-22T06:00Z"], sunday);
  }
  const workdays = [
    "2026-11-23T06:00Z",
    "2026-11-24T06:00Z",
    "2026-11-25T06:00Z",
    "2026-11-26T06:00Z",
    "2026-11-27T06:00Z",
  ];
  for (const field of ["1-5", "MON-FRI", "1,2,3,4,5"]) {
    assert.deepEqual(ticksIn(`0 6 * * ${field}`, "UTC", week), workdays);
  }
  assert.deepEqual(ticksIn("30 21 * * 5-7", "UTC", week), [
    "2026-11-21T21:30Z",
    "2026-11-22T21:30Z",
    "2026-11-27T21:30Z",
  ]);
});

Deno.test("day of month and weekday together mean either", () => {
  const month: [string, string] = ["2026-10-31T12:00:00Z", "2026-11-16T12:00:00Z"];
  assert.deepEqual(ticksIn("0 6 15 * MON", "UTC", month), [
    "2026-11-02T06:00Z",
    "2026-11-09T06:00Z",
    "2026-11-15T06:00Z",
    "2026-11-16T06:00Z",
  ]);
});

Deno.test("what fires only on leap days, or on leap Mondays, is accepted", () => {
  assert.equal(iso(nextTick(parseSchedule("0 0 29 2 *", "UTC"), at("2026-01-01T00:00:00Z"))), "2028-02-29T00:00Z");
  assert.equal(iso(nextTick(parseSchedule("0 0 29 2 +MON", "UTC"), at("2026-01-01T00:00:00Z"))), "2044-02-29T00:00Z");
  assert.equal(iso(nextTick(parseSchedule("0 0 29 2 +MON", "UTC"), at("2072-03-01T00:00:00Z"))), "2112-02-29T00:00Z");
});

Deno.test("the next tick is strictly ahead, to the millisecond", () => {
  const schedule = parseSchedule("0 6 * * *", "America/New_York");
  const tick = at("2026-11-23T11:00:00Z");
  assert.equal(nextTick(schedule, tick - 1), tick);
  assert.equal(nextTick(schedule, tick), tick + DAY);
  assert.equal(nextTick(schedule, tick + 1), tick + DAY);
});

Deno.test("due ticks exclude the start and include the end, to the millisecond", () => {
  const schedule = parseSchedule("0 * * * *", "UTC");
  const [first, last] = [at("2026-11-23T10:00:00Z"), at("2026-11-23T12:00:00Z")];
  const due = (after: number, upTo: number) => dueTicks(schedule, { after, upTo, limit: 9 }).ticks.map(iso);
  assert.deepEqual(due(first, last), ["2026-11-23T11:00Z", "2026-11-23T12:00Z"]);
  assert.deepEqual(due(first - 1, last - 1), ["2026-11-23T10:00Z", "2026-11-23T11:00Z"]);
  assert.deepEqual(due(last, last), []);
  assert.deepEqual(due(last, first), []);
});

Deno.test("of too many due ticks the newest are kept and the others counted, to a bound", () => {
  const schedule = parseSchedule("* * * * *", "America/New_York");
  const upTo = at("2026-11-23T12:00:00Z");
  const due = (minutes: number, limit: number) => dueTicks(schedule, { after: upTo - minutes * 60_000, upTo, limit });
  assert.deepEqual(due(5, 2), { ticks: [upTo - 60_000, upTo], dropped: 3 });
  assert.deepEqual(due(5, 5).dropped, 0);
  assert.deepEqual(due(5, 0), { ticks: [], dropped: 5 });
  assert.deepEqual(due(365 * 24 * 60, 2), { ticks: [upTo - 60_000, upTo], dropped: 1_000 });
});

Deno.test("spring: a fixed time the clocks skipped fires once, when the gap ends", () => {
  const days: [string, string] = ["2026-03-07T12:00:00Z", "2026-03-09T12:00:00Z"];
  assert.deepEqual(ticksIn("30 2 * * *", "America/New_York", days), ["2026-03-08T07:00Z", "2026-03-09T06:30Z"]);
  // Together with a tick that really is due at the end of the gap, still once.
  assert.deepEqual(ticksIn("0,30 2,3 * * *", "America/New_York", ["2026-03-08T00:00:00Z", "2026-03-08T12:00:00Z"]), [
    "2026-03-08T07:00Z",
    "2026-03-08T07:30Z",
  ]);
  assert.deepEqual(ticksIn("15 2 * * *", "Australia/Lord_Howe", ["2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z"]), [
    "2026-10-03T15:30Z", // the clocks went from 02:00 to 02:30
  ]);
});

Deno.test("autumn: a fixed time the clocks show twice fires once, the first time", () => {
  const days: [string, string] = ["2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z"];
  assert.deepEqual(ticksIn("30 1 * * *", "America/New_York", days), ["2026-11-01T05:30Z", "2026-11-02T06:30Z"]);
});

Deno.test("every 30 minutes stays every 30 minutes when the clocks change", () => {
  for (
    const [zone, change] of [["America/New_York", "2026-03-08T07:00:00Z"], ["America/New_York", "2026-11-01T06:00:00Z"]]
  ) {
    const middle = at(change!);
    const ticks = dueTicks(parseSchedule("*/30 * * * *", zone!), {
      after: middle - 3 * HOUR,
      upTo: middle + 3 * HOUR,
      limit: 99,
    }).ticks;
    assert.deepEqual(ticks, Array.from({ length: 12 }, (_, index) => middle - 3 * HOUR + (index + 1) * HOUR / 2));
  }
});

/** Numbers a field stands for: an own reading of lists, ranges and steps, to judge the evaluator by. */
function numbersOf(field: string, [low, high]: [number, number]): number[] {
  return field.split(",").flatMap((part) => {
    const [range = "", step] = part.split("/");
    const [from, to = from] = range === "*" ? [low, high] : range.split("-").map(Number);
    const every = Number(step ?? 1);
    return Array.from({ length: Math.floor((to! - from!) / every) + 1 }, (_, index) => from! + index * every);
  });
}

/** All ticks in (after, upTo] by trying every wall clock time of every day, with Temporal. */
function bruteTicks(cron: string, zone: string, [after, upTo]: [number, number]): number[] {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = cron.split(" ");
  const fixed = !/[*/]/.test(minute + hour);
  const matches = (date: Temporal.PlainDate) => {
    const byDay = numbersOf(day, [1, 31]).includes(date.day);
    const byWeekday = numbersOf(weekday, [0, 7]).some((number) => number % 7 === date.dayOfWeek % 7);
    const either = day !== "*" && weekday !== "*";
    return numbersOf(month, [1, 12]).includes(date.month) && (either ? byDay || byWeekday : byDay && byWeekday);
  };
  const dateAt = (ts: number) => Temporal.Instant.fromEpochMilliseconds(ts).toZonedDateTimeISO(zone).toPlainDate();
  const found = new Set<number>();
  for (let date = dateAt(after - DAY); Temporal.PlainDate.compare(date, dateAt(upTo + DAY)) <= 0;) {
    for (const h of matches(date) ? numbersOf(hour, [0, 23]) : []) {
      for (const m of numbersOf(minute, [0, 59])) {
        const wall = date.toPlainDateTime({ hour: h, minute: m });
        const first = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
        const second = wall.toZonedDateTime(zone, { disambiguation: "later" });
        const exists = first.toPlainDateTime().equals(wall);
        if (exists) found.add(first.epochMilliseconds);
        if (exists && !fixed) found.add(second.epochMilliseconds);
        if (!exists && fixed) found.add(first.getTimeZoneTransition("next")!.epochMilliseconds);
      }
    }
    date = date.add({ days: 1 });
  }
  return [...found].filter((tick) => tick > after && tick <= upTo).sort((a, b) => a - b);
}

/** Gaps of an hour and of half an hour, at two, at midnight, on either hemisphere, negative in winter, and none at all. */
const ZONES = [
  ["UTC", "Asia/Kolkata", "America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Cairo"],
  ["America/Santiago", "America/St_Johns", "Pacific/Chatham", "Africa/Casablanca"],
].flat();

Deno.test("ticks agree with a brute-force reading, forwards and backwards, around any change of the clocks", () => {
  const field = (low: number, high: number) => {
    const number = fc.integer({ min: low, max: high });
    const rising = fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
    const list = fc.uniqueArray(number, { minLength: 1, maxLength: 3 }).map((numbers) => numbers.join());
    const step = fc.tuple(fc.oneof(fc.constant("*"), rising), fc.integer({ min: 2, max: Math.max(2, high >> 1) }))
      .map(([range, every]) => `${range}/${every}`);
    return fc.oneof(number.map(String), list, rising, step);
  };
  const days = fc.tuple(
    fc.oneof({ weight: 3, arbitrary: fc.constant("*") }, field(1, 31)),
    fc.constant("*"),
    fc.oneof({ weight: 3, arbitrary: fc.constant("*") }, field(0, 7)),
  );
  // Hours and minutes near the changes of the clocks, which are between 00:00 and 03:59.
  const cron = fc.tuple(field(0, 59), fc.oneof(field(0, 3), field(0, 23)), days)
    .map(([minute, hour, rest]) => [minute, hour, ...rest].join(" "));
  const minutes = fc.integer({ min: at("2024-01-01T00:00:00Z") / 60_000, max: at("2026-12-01T00:00:00Z") / 60_000 });
  fc.assert(
    fc.property(cron, fc.constantFrom(...ZONES), minutes, (cron, zone, minute) => {
      const start = Temporal.Instant.fromEpochMilliseconds(minute * 60_000).toZonedDateTimeISO(zone);
      const middle = start.getTimeZoneTransition("next")?.epochMilliseconds ?? start.epochMilliseconds;
      const [after, upTo] = [middle - DAY - (minute % 60) * 60_000, middle + DAY];
      const expected = bruteTicks(cron, zone, [after, upTo]).map(iso);
      const schedule = { cron, timezone: zone };
      assert.deepEqual(dueTicks(schedule, { after, upTo, limit: 3_000 }).ticks.map(iso), expected);
      const forwards: string[] = [];
      for (let tick = after; expected.length > forwards.length;) forwards.push(iso(tick = nextTick(schedule, tick)));
      assert.deepEqual(forwards, expected);
    }),
    { numRuns: 120 },
  );
});

Deno.test("a year of daily, weekly and monthly ticks agrees with a brute-force reading in every zone", () => {
  const year: [number, number] = [at("2025-06-01T03:07:00Z"), at("2026-06-01T03:07:00Z")];
  for (const zone of ZONES) {
    for (const cron of ["30 2 * * *", "0 0 * * *", "0 22 * * 1-5", "15 1 1,15 * 0", "0 6 31 * *"]) {
      const { ticks } = dueTicks(parseSchedule(cron, zone), { after: year[0], upTo: year[1], limit: 999 });
      assert.deepEqual(ticks.map(iso), bruteTicks(cron, zone, year).map(iso), `${cron} in ${zone}`);
    }
  }
});

Deno.test("what only croner can read (L, W, #) falls where croner says, also forwards", () => {
  const [after, upTo] = [at("2023-12-31T12:00:00Z"), at("2029-01-01T12:00:00Z")];
  for (const cron of ["0 6 L * *", "0 6 15W * *", "0 6 * * 5#2", "0 6 * * 7L", "0 6 29 2 *", "0 6 13 * +FRI"]) {
    const schedule = parseSchedule(cron, "Europe/Berlin");
    const croner = new Cron(cron, { timezone: "Europe/Berlin", mode: "5-part" });
    const expected: number[] = [];
    for (let next = croner.nextRun(new Date(after)); next!.getTime() <= upTo; next = croner.nextRun(next)) {
      expected.push(next!.getTime());
    }
    assert.deepEqual(dueTicks(schedule, { after, upTo, limit: 99 }).ticks.map(iso), expected.map(iso), cron);
    assert.equal(nextTick(schedule, after), expected[0]);
  }
});

Deno.test("a fixed time on a day that a zone left out is due when that day would have been over", () => {
  assert.deepEqual(ticksIn("0 6 * * *", "Pacific/Apia", ["2011-12-29T00:00:00Z", "2012-01-01T00:00:00Z"]), [
    "2011-12-29T16:00Z",
    "2011-12-30T10:00Z", // there was no 30 December in Samoa: the clocks went from the 29th, 24:00 to the 31st, 00:00
    "2011-12-30T16:00Z",
    "2011-12-31T16:00Z",
  ]);
});

Deno.test("four years of minutes are counted without running out of anything", () => {
  const schedule = parseSchedule("* * * * *", "Europe/London");
  const [after, upTo] = [at("1996-01-01T00:00:00Z"), at("2000-01-01T00:00:00Z")];
  const { ticks, dropped } = dueTicks(schedule, { after, upTo, limit: 1e9 });
  assert.equal(ticks.length, (upTo - after) / 60_000);
  assert.equal(dropped, 0);
});

Deno.test("two centuries of leap days are those of the calendar, 1900 and 2100 not among them", () => {
  const { ticks } = dueTicks(parseSchedule("0 0 29 2 *", "UTC"), {
    after: at("1890-01-01"),
    upTo: at("2110-01-01"),
    limit: 99,
  });
  const leapDays = Array.from({ length: 220 }, (_, index) => `${1890 + index}-02-29`)
    .filter((day) => new Date(`${day}T00:00Z`).getUTCDate() === 29);
  assert.equal(leapDays.length, 53);
  assert.deepEqual(ticks.map((tick) => iso(tick).slice(0, 10)), leapDays);
});
