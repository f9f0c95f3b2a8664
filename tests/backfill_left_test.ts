/** What is left of a backfill's dates when the vendor has said this and that? */
import assert from "node:assert/strict";
import { leftOf, type Part, partOf, seriesStanding } from "../src/backfill_left.ts";
import type { Series } from "../src/bar.ts";

const NOW = Date.parse("2023-07-05T12:00Z");
const MINUTE = 60_000;
const SERIES: Series = { symbol: "IBM", interval: "1min" };

const month = (name: string, kind: Part["kind"], change: Partial<Part> = {}): Part => ({
  name,
  from: `${name}-03`,
  to: `${name}-28`,
  kind,
  tries: 1,
  at: NOW - 24 * 60 * MINUTE,
  message: kind === "bars" ? null : `the vendor said ${kind}`,
  ...change,
});
const left = (missing: string[], parts: Part[], first: string | null = "2010-01-04") =>
  leftOf(missing, { parts, first, now: NOW });

Deno.test("what was not asked for is due", () => {
  assert.deepEqual(left(["2020-05-04", "2020-06-04"], [month("2020-06", "bars")]).due, ["2020-05-04"]);
});

Deno.test("what an answer with bars did not bring the vendor does not have, also when its neighbours came", () => {
  const found = left(["2020-05-04", "2020-05-29"], [month("2020-05", "bars")]);
  assert.deepEqual(found.none, ["2020-05-04"]);
  // Its date was not wished when the month was asked for.
  assert.deepEqual(found.due, ["2020-05-29"]);
});

Deno.test("an empty month between bars is asked for twice, one before the oldest bar once", () => {
  for (const kind of ["empty", "bad-symbol"] as const) {
    assert.deepEqual(left(["2020-05-04"], [month("2020-05", kind)]).due, ["2020-05-04"]);
    assert.deepEqual(left(["2020-05-04"], [month("2020-05", kind, { tries: 2 })]).none, ["2020-05-04"]);
    assert.deepEqual(left(["2009-05-04"], [month("2009-05", kind)]).none, ["2009-05-04"]);
    // With no bar at all nothing is known of when it begins.
    assert.deepEqual(left(["2009-05-04"], [month("2009-05", kind)], null).due, ["2009-05-04"]);
  }
});

Deno.test("the second try waits ten minutes, the third an hour, and three are enough", () => {
  const ago = (minutes: number, tries: number, kind: Part["kind"] = "malformed") =>
    left(["2020-05-04"], [month("2020-05", kind, { tries, at: NOW - minutes * MINUTE })]);
  assert.deepEqual(ago(9, 1).waiting, ["2020-05-04"]);
  assert.equal(ago(9, 1).waitUntil, NOW + MINUTE);
  assert.deepEqual(ago(10, 1).due, ["2020-05-04"]);
  assert.deepEqual(ago(59, 2).waiting, ["2020-05-04"]);
  assert.deepEqual(ago(60, 2).due, ["2020-05-04"]);
  const given = ago(60, 3);
  assert.deepEqual([given.failed, given.failure], [
    ["2020-05-04"],
    'asked for 3 times in vain, last "malformed": the vendor said malformed',
  ]);
  assert.deepEqual(ago(9, 1, "empty").waiting, ["2020-05-04"]);
});

Deno.test("a year of months without a bar before the oldest one ends the search, eleven do not", () => {
  const months = (count: number, kind: Part["kind"] = "empty") =>
    Array.from({ length: count }, (_, back) => {
      const name = new Date(Date.UTC(2009, 11 - back)).toISOString().slice(0, 7);
      return month(name, kind);
    });
  const old = ["2001-02-05", "2005-06-06"];
  assert.deepEqual(left(old, months(11)).due, old);
  const found = left(old, months(12));
  assert.deepEqual([found.due, found.none, found.barren], [[], old, "2009-01-03"]);
  // Not empty: broken, and nothing is known of them.
  assert.deepEqual(left(old, months(12, "malformed").map((one) => ({ ...one, tries: 3 }))).due, old);
  // One of them had bars: what is before it is before the listing no more.
  assert.deepEqual(left(old, [...months(12), month("2008-12", "bars")]).due, old);
  // Months between bars are a hole of the vendor's, however many.
  assert.deepEqual(left(old, months(12).map((one) => ({ ...one, tries: 2 })), "2000-01-03").due, old);
});

Deno.test("a part is named by its month, or by its form", () => {
  const request = { series: SERIES, function: "TIME_SERIES_INTRADAY", size: "full", month: "2020-05" } as const;
  assert.equal(partOf(request), "2020-05");
  assert.equal(partOf({ ...request, month: null }), "TIME_SERIES_INTRADAY full");
});

Deno.test("a series is open while there is something to send or to wait for, and then says how it ended", () => {
  const none = left([], []);
  const standing = (change: Partial<Parameters<typeof seriesStanding>[0]>) =>
    seriesStanding({ series: SERIES, left: none, requests: 0, refused: null, ...change });
  assert.deepEqual(standing({}), { state: "complete", reason: null });
  assert.equal(standing({ requests: 1, refused: "premium" }).state, "open");
  const rests = left(["2020-05-04"], [month("2020-05", "malformed", { at: NOW })]);
  assert.equal(standing({ left: rests }).state, "open");
  assert.deepEqual(standing({ refused: "it is premium" }), { state: "refused", reason: "it is premium" });
  const failed = left(["2020-05-04"], [month("2020-05", "malformed", { tries: 3 })]);
  assert.equal(standing({ left: failed, refused: "it is premium" }).state, "failed");
  const lacking = left(["2020-05-04"], [month("2020-05", "bars")]);
  assert.deepEqual(standing({ left: lacking }), { state: "complete", reason: "the vendor has no bars of 1 session" });
});
