/** Is every expected session, week and month on the map, and does each gap say why? */
import assert from "node:assert/strict";
import {
  barDate,
  cellsOf,
  type GapFacts,
  gapsAmong,
  type KnownGap,
  LONGEST_GAP,
  missingWords,
  slotDate,
  slotName,
  slotOf,
  slotsBetween,
} from "../src/gaps.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;
const at = (text: string) => Date.parse(text);
const facts = (change: Partial<GapFacts> = {}): GapFacts => ({
  first: at("2026-11-16"),
  watermark: at("2026-11-19"),
  reached: "2026-11-20",
  next: null,
  quarantined: [],
  known: new Map(),
  now: at("2026-11-21"),
  ...change,
});
const map = (held: number[], change: Partial<GapFacts> = {}, from = "2026-11-16") =>
  cellsOf(DAILY, { slots: slotsBetween(DAILY, from, "2026-11-23"), held }, facts(change))
    .map(({ date, presence, reason }) => `${date.slice(8)} ${presence}${reason === null ? "" : `: ${reason}`}`);

Deno.test("sessions of the calendar, closed days left out, half days known", () => {
  const slots = slotsBetween(DAILY, "2026-11-25", "2026-11-30");
  assert.deepEqual(slots.map(({ date, half }) => [date, half]), [
    ["2026-11-25", false],
    ["2026-11-27", true],
    ["2026-11-30", false],
  ]);
  assert.deepEqual([slots[0]!.from, slots[0]!.to], [at("2026-11-25"), at("2026-11-26")]);
});

Deno.test("an intraday session holds its extended hours; weeks begin on Monday, months are whole", () => {
  const [day] = slotsBetween({ symbol: "IBM", interval: "30min" }, "2026-11-25", "2026-11-25");
  assert.deepEqual([day!.from, day!.to], [at("2026-11-25T09:00Z"), at("2026-11-26T01:00Z")]);
  const [week, next] = slotsBetween({ symbol: "IBM", interval: "weekly" }, "2026-11-18", "2026-11-24");
  assert.deepEqual([week!.date, week!.from, week!.to, next!.date], [
    "2026-11-16",
    at("2026-11-16"),
    at("2026-11-23"),
    "2026-11-23",
  ]);
  const [month] = slotsBetween({ symbol: "IBM", interval: "monthly" }, "2024-02-10", "2024-02-12");
  assert.deepEqual([month!.from, month!.to], [at("2024-02-01"), at("2024-03-01")]);
});

Deno.test("present, missing in between, not asked for yet, not over", () => {
  assert.deepEqual(map([1, 0, 1, 1, 0, 0]), [
    "16 present",
    '17 gap: missing; the search of the day finds it, "gaps --scan" at once; more than 65 in a row are left to "backfill"',
    "18 present",
    "19 present",
    "20 gap: not asked for yet",
    "23 ahead: not over, or not out yet",
  ]);
});

Deno.test("why: quarantine first, then the plan's own words, then what is before the oldest bar", () => {
  const quarantined = [{ stamp: "2026-11-18", rule: "zero-price" as const }];
  const cells = map([0, 1, 0, 1, 0, 1], { quarantined, next: "the daily limit is reached", first: at("2026-11-17") });
  assert.equal(cells[0], "16 before: before the oldest bar: not asked for, or not listed yet");
  assert.equal(cells[2], "18 gap: its rows are in quarantine by zero-price; a row that is right can be released");
  assert.equal(cells[4], "20 gap: not stored yet: the daily limit is reached");
  assert.equal(cells[5], "23 provisional: it can still grow");
  assert.match(map([0], { first: null, watermark: null })[0]!, /no bar has been stored yet/);
});

Deno.test("of a foreign market a holiday may be the reason", () => {
  const series = { symbol: "TSCO.LON", interval: "daily" } as const;
  const slots = slotsBetween(series, "2026-11-17", "2026-11-20");
  const cells = cellsOf(series, { slots, held: [0, 1, 1, 1] }, facts({ watermark: at("2026-11-20") }));
  assert.match(cells[0]!.reason!, /\(or it was a holiday there, which is not known\)$/);
  assert.equal(cells[3]!.presence, "present", "a market that closes at midnight closes on its date");
});

Deno.test("the date of a bar is the exchange's own", () => {
  assert.equal(barDate({ symbol: "IBM", interval: "1min" }, at("2026-11-20T00:30Z")), "2026-11-19");
  assert.equal(barDate(DAILY, at("2026-11-20")), "2026-11-20");
});

const gap = (change: Partial<KnownGap> = {}): KnownGap => ({
  foundAt: at("2026-11-18T21:30Z"),
  tries: 0,
  lastTriedAt: null,
  nextTryAt: at("2026-11-20"),
  closed: null,
  ...change,
});

Deno.test("what is kept of a gap is its reason on the map", () => {
  const known = new Map([["2026-11-17", gap()]]);
  assert.equal(
    map([1, 0, 1, 1], { known })[1],
    "17 gap: a gap, found 2026-11-18 21:30Z, not asked for yet; asked for in the next run",
  );
});

Deno.test("a gap in words: how often asked for, when next, what it waits for, how it ended", () => {
  const told = (given: KnownGap | null, waits: string | null = null, rules: ("zero-price" | "future")[] = []) =>
    missingWords(DAILY, { rules, gap: given, waits, now: at("2026-11-21") }).join(": ");
  const found = "gap: a gap, found 2026-11-18 21:30Z";
  assert.equal(
    told(gap({ tries: 1, nextTryAt: at("2026-11-22") })),
    `${found}, asked for once; next 2026-11-22 00:00Z`,
  );
  assert.equal(told(gap({ tries: 2 })), `${found}, asked for twice; asked for in the next run`);
  assert.equal(told(gap(), "the quota is spent"), `${found}, not asked for yet; it waits: the quota is spent`);
  const closed = { at: at("2026-11-20"), as: "vendor-has-none" } as const;
  const ended = gap({ tries: 3, lastTriedAt: at("2026-11-19"), nextTryAt: null, closed });
  assert.equal(told(ended), "vendor-has-none: the vendor has none: asked for 3 times, last 2026-11-19 00:00Z");
  assert.match(told(gap({ closed: { ...closed, as: "healed" } })), /^not-searched: missing;/, "it has gone again");
  assert.match(
    told(ended, null, ["zero-price", "future"]),
    /^quarantined: its rows are in quarantine by zero-price, fut/,
  );
});

Deno.test("a bar's slot is its date, its Monday, or the first of its month", () => {
  const name = (interval: "1min" | "daily" | "weekly" | "monthly", text: string) =>
    slotName({ symbol: "IBM", interval }, at(text));
  assert.equal(name("daily", "2026-11-20"), "2026-11-20");
  assert.equal(name("1min", "2026-11-20T00:30Z"), "2026-11-19");
  assert.equal(name("weekly", "2026-11-20"), "2026-11-16");
  assert.equal(name("monthly", "2026-11-20"), "2026-11-01");
});

Deno.test("any day has the slot it belongs to, unless the exchange is closed for the whole of it", () => {
  const slot = (interval: "daily" | "weekly" | "monthly", date: string) =>
    slotOf({ symbol: "IBM", interval }, date)?.date;
  assert.equal(slot("daily", "2026-11-26"), undefined);
  assert.equal(slot("weekly", "2026-11-22"), "2026-11-16", "its Sunday");
  assert.equal(slot("weekly", "2026-02-16"), "2026-02-16", "a Monday that is a holiday");
  assert.equal(slot("monthly", "2026-02-28"), "2026-02-01", "begun and ended at a weekend");
  assert.equal(slotDate({ symbol: "IBM", interval: "weekly" }, "2026-11-18"), "2026-11-16");
  for (const interval of ["daily", "weekly"] as const) {
    assert.throws(() => slotDate({ symbol: "IBM", interval }, "2026-02-30"), /not a calendar date/);
  }
});

Deno.test("a quarter of a year without a bar is a gap, more is history that nobody asked for", () => {
  const slots = slotsBetween({ symbol: "IBM", interval: "daily" }, "2024-01-02", "2024-12-31");
  const hole = slots.slice(100, 100 + LONGEST_GAP);
  assert.deepEqual(gapsAmong(slots, hole), hole);
  const longer = slots.slice(100, 101 + LONGEST_GAP);
  assert.deepEqual(gapsAmong(slots, longer), []);
  assert.deepEqual(gapsAmong(slots, [slots[0]!, ...longer, slots.at(-1)!]), [slots[0], slots.at(-1)]);
  assert.deepEqual(gapsAmong(slots, []), []);
});
