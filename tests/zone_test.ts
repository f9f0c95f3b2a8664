import assert from "node:assert/strict";
import fc from "fast-check";
import { offsetSpans } from "../src/zone.ts";

const HOUR = 3_600_000;
const at = (iso: string) => Date.parse(iso);

Deno.test("a year of New York is winter, summer, winter, and each span knows what was before it", () => {
  const spans = offsetSpans("America/New_York", { from: at("2026-01-01T00:00Z"), to: at("2026-12-31T00:00Z") });
  assert.deepEqual(spans.map(({ offset, before }) => [offset / HOUR, before / HOUR]), [[-5, -4], [-4, -5], [-5, -4]]);
  assert.deepEqual(spans.slice(1).map(({ from }) => from), [at("2026-03-08T07:00Z"), at("2026-11-01T06:00Z")]);
  assert.equal(spans[0]!.to, spans[1]!.from);
});

Deno.test("a zone that never changed is one span without ends", () => {
  const whole = { from: -Infinity, to: Infinity, offset: 0, before: 0 };
  assert.deepEqual(offsetSpans("UTC", { from: 0, to: at("2026-01-01") }), [whole]);
});

Deno.test("the last change of a zone that has had none for long is still known", () => {
  const [span, ...others] = offsetSpans("Asia/Kolkata", { from: at("2026-01-01T00:00Z"), to: at("2026-01-02T00:00Z") });
  assert.deepEqual(others, []);
  assert.equal(span!.from, at("1945-10-14T17:30Z"));
  assert.deepEqual([span!.before / HOUR, span!.offset / HOUR, span!.to], [6.5, 5.5, Infinity]);
});

Deno.test("the first and the last instant there are can be asked about", () => {
  const ends = { from: -8.64e15, to: 8.64e15 };
  assert.deepEqual(offsetSpans("Etc/GMT-3", ends).map(({ offset }) => offset / HOUR), [3]);
});

Deno.test("a change belongs to the span it begins, to the millisecond", () => {
  const change = at("2026-03-08T07:00Z");
  const offsetsIn = (from: number, to: number) =>
    offsetSpans("America/New_York", { from, to }).map(({ offset }) => offset / HOUR);
  assert.deepEqual(offsetsIn(change - 1, change - 1), [-5]);
  assert.deepEqual(offsetsIn(change - 1, change), [-5, -4]);
  assert.deepEqual(offsetsIn(change, change), [-4]);
  const berlin = at("2031-03-30T01:00Z");
  const [summer, ...others] = offsetSpans("Europe/Berlin", { from: berlin, to: berlin });
  assert.deepEqual([summer!.from, summer!.offset / HOUR, others], [berlin, 2, []], "asked for nothing before it");
});

Deno.test("a day that a zone left out is a change of 24 hours", () => {
  const [, after] = offsetSpans("Pacific/Apia", { from: at("2011-12-30T09:00Z"), to: at("2011-12-30T11:00Z") });
  assert.deepEqual([after!.before / HOUR, after!.offset / HOUR], [-10, 14]);
});

Deno.test("an unknown zone is an error", () => {
  assert.throws(() => offsetSpans("Mars/Olympus", { from: 0, to: 1 }), RangeError);
});

Deno.test("any instant of two centuries has the offset that Temporal gives it, in whatever order it is asked for", () => {
  const zones = ["America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"];
  const instant = fc.integer({ min: at("1900-01-01") / 1000, max: at("2100-01-01") / 1000 }).map((s) => s * 1000);
  fc.assert(fc.property(fc.constantFrom(...zones), instant, (zone, from) => {
    const [span, ...others] = offsetSpans(zone, { from, to: from });
    assert.equal(others.length, 0);
    assert.ok(span!.from <= from && from < span!.to);
    const expected = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
    assert.equal(span!.offset, expected);
  }));
});
