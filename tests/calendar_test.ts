import assert from "node:assert/strict";
import fc from "fast-check";
import {
  dateOf,
  dayStart,
  exchangeDate,
  exchangeOf,
  isDate,
  isOpen,
  lastClosed,
  lastSessionOfPeriod,
  nextClose,
  periodOf,
  type Session,
  sessionOn,
  sessionsBetween,
  wallClockToUtc,
} from "../src/calendar.ts";

const at = (iso: string) => Date.parse(iso);
const REGULAR = { extended: false };
const EXTENDED = { extended: true };

function inUtc(session: Session | null) {
  if (session === null) return null;
  const iso = (instant: number) => new Date(instant).toISOString();
  const { date, half, open, close, extendedOpen, extendedClose } = session;
  return {
    date,
    half,
    open: iso(open),
    close: iso(close),
    extendedOpen: iso(extendedOpen),
    extendedClose: iso(extendedClose),
  };
}

Deno.test("a dot marks a foreign symbol; dashes, colons and carets are American", () => {
  for (const symbol of ["IBM", "BRK-B", "BFOR:BAT", "^GSPC", "BFS-P-D"]) assert.equal(exchangeOf(symbol), "us", symbol);
  for (const symbol of ["TSCO.LON", "600104.SHH"]) assert.equal(exchangeOf(symbol), "weekdays", symbol);
});

Deno.test("New York hours follow daylight saving time", () => {
  assert.deepEqual(inUtc(sessionOn("us", "2024-07-02")), {
    date: "2024-07-02",
    half: false,
    open: "2024-07-02T13:30:00.000Z",
    close: "2024-07-02T20:00:00.000Z",
    extendedOpen: "2024-07-02T08:00:00.000Z",
    extendedClose: "2024-07-03T00:00:00.000Z",
  });
  assert.equal(inUtc(sessionOn("us", "2024-03-08"))?.open, "2024-03-08T14:30:00.000Z");
  assert.equal(inUtc(sessionOn("us", "2024-03-11"))?.open, "2024-03-11T13:30:00.000Z");
  assert.equal(inUtc(sessionOn("us", "2024-11-01"))?.extendedClose, "2024-11-02T00:00:00.000Z");
  assert.equal(inUtc(sessionOn("us", "2024-11-04"))?.extendedClose, "2024-11-05T01:00:00.000Z");
});

Deno.test("a half day closes at 13:00, its extended hours at 17:00", () => {
  const half = inUtc(sessionOn("us", "2023-07-03"));
  assert.deepEqual([half?.half, half?.close, half?.extendedClose], [
    true,
    "2023-07-03T17:00:00.000Z",
    "2023-07-03T21:00:00.000Z",
  ]);
});

Deno.test("weekends and holidays have no session; a foreign market is only known to rest on weekends", () => {
  for (const date of ["2024-07-04", "2024-07-06", "2024-07-07"]) assert.equal(sessionOn("us", date), null, date);
  assert.equal(sessionOn("weekdays", "2024-07-06"), null);
  assert.deepEqual(inUtc(sessionOn("weekdays", "2024-07-04")), {
    date: "2024-07-04",
    half: false,
    open: "2024-07-04T00:00:00.000Z",
    close: "2024-07-05T00:00:00.000Z",
    extendedOpen: "2024-07-04T00:00:00.000Z",
    extendedClose: "2024-07-05T00:00:00.000Z",
  });
});

Deno.test("a session counts as closed from its closing instant on, not a millisecond before", () => {
  const close = at("2024-07-02T20:00:00Z");
  assert.equal(lastClosed("us", close - 1, REGULAR).date, "2024-07-01");
  assert.equal(lastClosed("us", close, REGULAR).date, "2024-07-02");
  assert.equal(lastClosed("us", close, EXTENDED).date, "2024-07-01");
  assert.equal(lastClosed("us", at("2024-07-03T00:00:00Z"), EXTENDED).date, "2024-07-02");
  assert.equal(lastClosed("weekdays", at("2024-07-02T23:59:59Z"), REGULAR).date, "2024-07-01");
  assert.equal(lastClosed("weekdays", at("2024-07-03T00:00:00Z"), REGULAR).date, "2024-07-02");
});

Deno.test("the last closed session is found across a weekend, a holiday and a week of closures", () => {
  assert.equal(lastClosed("us", at("2024-07-08T12:00:00Z"), REGULAR).date, "2024-07-05");
  assert.equal(lastClosed("us", at("2024-07-05T13:00:00Z"), REGULAR).date, "2024-07-03");
  assert.equal(lastClosed("us", at("2001-09-17T13:00:00Z"), REGULAR).date, "2001-09-10");
});

Deno.test("the next close is strictly ahead, and early on a half day", () => {
  const close = at("2024-07-02T20:00:00Z");
  assert.equal(nextClose("us", close - 1, REGULAR), close);
  assert.equal(nextClose("us", close, REGULAR), at("2024-07-03T17:00:00Z"));
  assert.equal(nextClose("us", at("2024-07-03T21:00:00Z"), EXTENDED), at("2024-07-06T00:00:00Z"));
  assert.equal(nextClose("weekdays", at("2024-07-05T12:00:00Z"), REGULAR), at("2024-07-06T00:00:00Z"));
  assert.equal(nextClose("weekdays", at("2024-07-06T00:00:00Z"), REGULAR), at("2024-07-09T00:00:00Z"));
});

Deno.test("open at the opening instant, closed at the closing one", () => {
  assert.equal(isOpen("us", at("2024-07-02T13:29:59Z"), REGULAR), false);
  assert.equal(isOpen("us", at("2024-07-02T13:30:00Z"), REGULAR), true);
  assert.equal(isOpen("us", at("2024-07-02T20:00:00Z"), REGULAR), false);
  assert.equal(isOpen("us", at("2024-07-02T08:00:00Z"), EXTENDED), true);
  // 20:30 in New York is already tomorrow in UTC in winter: the exchange's day decides.
  assert.equal(isOpen("us", at("2024-01-03T00:30:00Z"), EXTENDED), true);
  assert.equal(isOpen("us", at("2024-07-04T15:00:00Z"), EXTENDED), false);
  assert.equal(isOpen("weekdays", at("2024-07-06T15:00:00Z"), REGULAR), false);
});

Deno.test("sessions between two dates include both ends and are none when turned round", () => {
  const dates = (from: string, to: string) => sessionsBetween("us", from, to).map(({ date }) => date);
  assert.deepEqual(dates("2024-07-03", "2024-07-08"), ["2024-07-03", "2024-07-05", "2024-07-08"]);
  assert.deepEqual(dates("2024-07-03", "2024-07-03"), ["2024-07-03"]);
  assert.deepEqual(dates("2024-07-06", "2024-07-07"), []);
  assert.deepEqual(dates("2024-07-08", "2024-07-03"), []);
  // As many as a recorded full DAILY answer of AAPL has bars.
  assert.equal(dates("1999-11-01", "2024-07-25").length, 6222);
});

Deno.test("a finished week or month ends on its last session, as the vendor files it", () => {
  const weekly = (date: string) => lastSessionOfPeriod("us", date, "weekly")?.date;
  const monthly = (date: string) => lastSessionOfPeriod("us", date, "monthly")?.date;
  assert.equal(weekly("2024-03-25"), "2024-03-28"); // Good Friday week
  assert.equal(weekly("2024-03-31"), "2024-03-28"); // Sunday ends the ISO week
  assert.equal(weekly("2001-09-13"), "2001-09-10");
  assert.equal(monthly("2024-03-01"), "2024-03-28");
  assert.equal(monthly("2024-12-31"), "2024-12-31");
  assert.equal(monthly("2021-01-30"), "2021-01-29");
  assert.equal(lastSessionOfPeriod("weekdays", "2024-03-25", "weekly")?.date, "2024-03-29");
});

Deno.test("a period is named by its Monday or its first day, across the turn of a year", () => {
  assert.equal(periodOf("2024-01-01", "weekly"), "2024-01-01");
  assert.equal(periodOf("2023-12-31", "weekly"), "2023-12-25");
  assert.equal(periodOf("2025-01-03", "weekly"), "2024-12-30");
  assert.equal(periodOf("2024-02-29", "monthly"), "2024-02-01");
});

Deno.test("the exchange's date changes at New York's midnight, the foreign one at UTC's", () => {
  assert.equal(exchangeDate("us", at("2024-07-03T03:59:59Z")), "2024-07-02");
  assert.equal(exchangeDate("us", at("2024-07-03T04:00:00Z")), "2024-07-03");
  assert.equal(exchangeDate("us", at("2024-01-03T04:59:59Z")), "2024-01-02");
  assert.equal(exchangeDate("us", at("2024-01-03T05:00:00Z")), "2024-01-03");
  assert.equal(exchangeDate("weekdays", at("2024-01-03T00:00:00Z")), "2024-01-03");
});

Deno.test("dates are strict: an invented one is refused with its text", () => {
  assert.equal(dateOf(dayStart("2024-02-29")), "2024-02-29");
  for (
    const text of ["2023-02-29", "2024-02-30", "2024-13-01", "2024-00-10", "24-01-01", "2024-1-1", "", "2024-01-01 "]
  ) {
    assert.equal(isDate(text), false, text);
    assert.throws(() => dayStart(text), {
      name: "RangeError",
      message: `Cannot read date "${text}": not a calendar date of the form YYYY-MM-DD`,
    });
  }
});

Deno.test("wall clock: both names of New York, in winter and in summer", () => {
  for (const zone of ["US/Eastern", "America/New_York"]) {
    assert.equal(wallClockToUtc(zone, "2024-01-02 09:30:00"), at("2024-01-02T14:30:00Z"));
    assert.equal(wallClockToUtc(zone, "2024-07-02 09:30:00"), at("2024-07-02T13:30:00Z"));
  }
  assert.equal(wallClockToUtc("Asia/Kolkata", "2024-07-02 09:15:00"), at("2024-07-02T03:45:00Z"));
  assert.equal(wallClockToUtc("Australia/Lord_Howe", "2024-01-02 10:00:00"), at("2024-01-01T23:00:00Z"));
});

Deno.test("wall clock: a skipped time is none, a doubled one the first, the rest of such a day exact", () => {
  const newYork = (stamp: string) => wallClockToUtc("US/Eastern", stamp);
  assert.equal(newYork("2024-03-10 01:59:59"), at("2024-03-10T06:59:59Z"));
  assert.equal(newYork("2024-03-10 02:00:00"), null);
  assert.equal(newYork("2024-03-10 02:59:59"), null);
  assert.equal(newYork("2024-03-10 03:00:00"), at("2024-03-10T07:00:00Z"));
  assert.equal(newYork("2024-11-03 01:30:00"), at("2024-11-03T05:30:00Z"));
  assert.equal(newYork("2024-11-03 02:00:00"), at("2024-11-03T07:00:00Z"));
  // Half an hour in Lord Howe; at midnight in Cairo; a whole day in Samoa, which crossed the date line.
  assert.equal(wallClockToUtc("Australia/Lord_Howe", "2024-10-06 02:15:00"), null);
  assert.equal(wallClockToUtc("Africa/Cairo", "2024-04-26 00:30:00"), null);
  assert.equal(wallClockToUtc("Pacific/Apia", "2011-12-30 12:00:00"), null);
});

Deno.test("wall clock: anything but a strict stamp of a real time is none", () => {
  const malformed = [
    ["2024-02-30 10:00:00", "2023-02-29 10:00:00", "2024-07-02 24:00:00", "2024-07-02 25:00:00", "2024-07-02 10:60:00"],
    ["2024-07-02 10:00:60", "2024-07-02T10:00:00", "2024-07-02 10:00", "2024-07-02", "2024-07-02 10:00:00Z", ""],
    [" 2024-07-02 10:00:00", "2024-07-02 10:00:00\n", "2024-7-2 10:00:00", "0.5", "null", "２０24-07-02 10:00:00"],
  ].flat();
  for (const stamp of malformed) assert.equal(wallClockToUtc("US/Eastern", stamp), null, stamp);
});

Deno.test("wall clock: an unknown zone is an error, whatever the stamp and however often it is asked", () => {
  for (const zone of ["Mars/Olympus", "UTC-04", ""]) {
    for (const stamp of ["2024-07-02 10:00:00", "nonsense", "2024-07-02 10:00:00"]) {
      assert.throws(() => wallClockToUtc(zone, stamp), {
        name: "RangeError",
        message: `Cannot convert wall clock of zone "${zone}": not a known IANA time zone`,
      });
    }
  }
});

Deno.test("wall clock agrees with Temporal for any instant in any zone, cached or not", () => {
  const zones = ["America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca"];
  const seconds = fc.integer({ min: at("1999-11-01T00:00:00Z") / 1000, max: at("2035-01-01T00:00:00Z") / 1000 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), seconds, (zone, second) => {
      const wall = Temporal.Instant.fromEpochMilliseconds(second * 1000).toZonedDateTimeISO(zone).toPlainDateTime();
      const stamp = wall.toString({ smallestUnit: "second" }).replace("T", " ");
      const first = wall.toZonedDateTime(zone, { disambiguation: "earlier" }).epochMilliseconds;
      assert.equal(wallClockToUtc(zone, stamp), first);
      assert.equal(wallClockToUtc(zone, stamp), first);
    }),
    { numRuns: 300 },
  );
});

Deno.test("last and next close enclose any instant, with no session between them", () => {
  const instants = fc.integer({ min: at("1999-11-08T00:00:00Z"), max: at("2035-01-01T00:00:00Z") });
  const options = fc.record({ exchange: fc.constantFrom("us" as const, "weekdays" as const), extended: fc.boolean() });
  fc.assert(
    fc.property(instants, options, (now, { exchange, extended }) => {
      const closeOf = (session: Session) => extended ? session.extendedClose : session.close;
      const last = lastClosed(exchange, now, { extended });
      const next = nextClose(exchange, now, { extended });
      assert.ok(closeOf(last) <= now && now < next);
      const [first, second, ...more] = sessionsBetween(exchange, last.date, exchangeDate(exchange, next - 1));
      assert.deepEqual([first, closeOf(second!), more], [last, next, []]);
    }),
    { numRuns: 300 },
  );
});
