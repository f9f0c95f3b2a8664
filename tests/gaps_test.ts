/** Is every expected session, week and month on the map, and does each gap say why? */
import assert from "node:assert/strict";
import { barDate, cellsOf, type GapFacts, slotsBetween } from "../src/gaps.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;
const at = (text: string) => Date.parse(text);
const facts = (change: Partial<GapFacts> = {}): GapFacts => ({
  first: at("2026-11-16"),
  watermark: at("2026-11-19"),
  reached: "2026-11-20",
  next: null,
  quarantined: [],
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
    "17 gap: the vendor sent later bars and none of this one",
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
  assert.equal(cells[2], "18 gap: its rows are in quarantine: zero-price");
  assert.equal(cells[4], "20 gap: not stored yet: the daily limit is reached");
  assert.equal(cells[5], "23 provisional: it can still grow");
  assert.match(map([0], { first: null, watermark: null })[0]!, /no bar has been stored yet/);
});

Deno.test("of a foreign market a holiday may be the reason", () => {
  const series = { symbol: "TSCO.LON", interval: "daily" } as const;
  const slots = slotsBetween(series, "2026-11-17", "2026-11-20");
  const cells = cellsOf(series, { slots, held: [0, 1, 1, 1] }, facts({ watermark: at("2026-11-20") }));
  assert.match(cells[0]!.reason!, /a holiday there, which we do not know/);
  assert.equal(cells[3]!.presence, "present", "a market that closes at midnight closes on its date");
});

Deno.test("the date of a bar is the exchange's own", () => {
  assert.equal(barDate({ symbol: "IBM", interval: "1min" }, at("2026-11-20T00:30Z")), "2026-11-19");
  assert.equal(barDate(DAILY, at("2026-11-20")), "2026-11-20");
});
