import assert from "node:assert/strict";
import { parseSchedule } from "../src/schedule.ts";
import { describeSchedule, isTick, nextTicks } from "../src/schedule_words.ts";

const words = (cron: string, zone = "UTC") => describeSchedule(parseSchedule(cron, zone));

Deno.test("a schedule in words, by the same rules as it runs", () => {
  assert.equal(words("0 6 * * *"), "At 06:00, UTC time");
  assert.equal(words("@daily"), "At 00:00, UTC time");
  const open = "Every 30 minutes, between 09:00 and 16:59, Monday through Friday, America/New_York time";
  assert.equal(words("*/30 9-16 * * 1-5", "America/New_York"), open);
  for (const sunday of ["0", "7", "SUN"]) assert.match(words(`5 4 * * ${sunday}`), /only on Sunday/);
  assert.equal(words("5 4 1 * FRI"), "At 04:05, on day 1 of the month or on Friday, UTC time");
  assert.match(words("0 9 * * 1#2"), /second Monday/);
});

Deno.test("the next ticks go through a change of clocks", () => {
  const schedule = parseSchedule("0 6 * * *", "America/New_York");
  const ticks = nextTicks(schedule, { after: Date.parse("2026-10-31T10:00Z"), count: 3 });
  const expected = ["2026-11-01T11:00Z", "2026-11-02T11:00Z", "2026-11-03T11:00Z"];
  assert.deepEqual(ticks, expected.map((one) => Date.parse(one)));
  assert.ok(isTick(schedule, ticks[1]!));
  assert.ok(!isTick(schedule, ticks[1]! + 60_000));
});
