import assert from "node:assert/strict";
import type { Interval } from "../src/bar.ts";
import type { Market } from "../src/due.ts";
import { type PastAnswer, publicationLags } from "../src/publication.ts";

const market: Market = { delayMs: null, extendedHours: false };
const HOUR = 3_600_000;
/** Each closed at 20:00Z; a daily bar settles at 20:15Z. */
const DAYS = ["2023-06-20", "2023-06-21", "2023-06-22", "2023-06-23", "2023-06-26", "2023-06-27", "2023-06-28"];

/** Answers to a question each so many hours after a daily bar settles; the vendor has it after `had` hours. */
function asked(day: string, hours: number[], had: number, symbol = "IBM", interval: Interval = "daily"): PastAnswer[] {
  const settles = Date.parse(`${day}T20:15Z`);
  return hours.map((hour) => ({ series: { symbol, interval }, askedAt: settles + hour * HOUR, late: hour < had }));
}

const lagOf = (history: PastAnswer[]) => (publicationLags(history, market).daily ?? 0) / HOUR;

Deno.test("without history, or with too little of it, nothing is waited for", () => {
  assert.deepEqual(publicationLags([], market), {});
  assert.equal(lagOf(DAYS.slice(0, 4).flatMap((day) => asked(day, [1, 3], 2))), 0);
});

Deno.test("the wait is as long as four of five sessions took to come, by interval", () => {
  const had = [2, 3, 3, 4, 9];
  const history = DAYS.slice(0, 5).flatMap((day, index) => asked(day, [1, 2, 3, 4, 9], had[index]!));
  assert.equal(lagOf(history), 4);
  assert.equal(lagOf(history.toReversed()), 4, "in any order");
  assert.deepEqual(Object.keys(publicationLags(history, market)), ["daily"]);
});

Deno.test("a session that was there when first asked for took no time, whenever that was", () => {
  assert.equal(lagOf(DAYS.flatMap((day) => asked(day, [10], 0))), 0);
  const once = [...asked(DAYS[0]!, [1, 5], 4), ...DAYS.slice(1).flatMap((day) => asked(day, [5], 4))];
  assert.equal(lagOf(once), 0, "one late session of seven is not worth waiting for");
});

Deno.test("a session that never came says nothing: a dead symbol does not slow the others", () => {
  const dead = DAYS.flatMap((day) => asked(day, [1, 2, 3], Infinity, "GONE"));
  assert.equal(lagOf(dead), 0);
  assert.equal(lagOf([...dead, ...DAYS.flatMap((day) => asked(day, [1], 0))]), 0);
});

Deno.test("no wait is longer than twelve hours", () => {
  assert.equal(lagOf(DAYS.flatMap((day) => asked(day, [1, 20], 15))), 12);
});

Deno.test("four of five means no fewer, whatever order the days came in", () => {
  const had = [6, 1.5, 5, 2, 4, 3];
  const history = DAYS.slice(0, 6).flatMap((day, index) => asked(day, [1, had[index]!], had[index]!));
  assert.equal(lagOf(history), 5, "of six sessions five");
});

Deno.test("where nothing is to be waited for, nothing is said", () => {
  assert.deepEqual(publicationLags(DAYS.flatMap((day) => asked(day, [10], 0)), market), {});
});
