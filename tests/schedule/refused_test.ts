import assert from "node:assert/strict";
import { nextTick, parseSchedule } from "../../src/schedule.ts";

Deno.test("a wrong expression is refused with the part that is wrong", () => {
  const refused: [string, RegExp][] = [
    ["", /it has 0 fields, expected are 5/],
    ["0", /it has 1 field, expected are 5/],
    ["0 6 * *", /it has 4 fields, expected are 5: minute, hour, day of month, month, weekday$/],
    [
      "0 0 6 * * *",
      /it has 6 fields, expected are 5: .*; seconds are not supported, ticks are looked for once a minute$/,
    ],
    ["0 0 6 * * * 2026", /it has 7 fields/],
    ["2026-01-01T00:00:00", /it has 1 field/],
    ["60 * * * *", /minute "60" is not 0-59/],
    ["*/0 * * * *", /minute "\*\/0"/],
    ["*/61 * * * *", /minute "\*\/61"/],
    ["-5 * * * *", /minute "-5"/],
    ["1,,2 * * * *", /minute "1,,2"/],
    ["1.5 * * * *", /minute "1.5"/],
    ["0 24 * * *", /hour "24" is not 0-23/],
    ["0 22-2 * * *", /hour "22-2" is not 0-23, .*a rising range/],
    ["0 6 0 * *", /day of month "0" is not 1-31/],
    ["0 6 32 * *", /day of month "32" is not 1-31/],
    ["0 6 * 13 *", /month "13" is not 1-12/],
    ["0 6 * JANUARY *", /month "JANUARY"/],
    ["0 6 * * 8", /weekday "8" is not 0-7/],
    ["0 6 * * FRI-MON", /weekday "FRI-MON"/],
    ["@reboot", /known nicknames are @yearly, /],
    ["@every 5m", /known nicknames are /],
    ["0 0 30 2 *", /it would never fire$/],
    ["0 0 31 4,6,9,11 *", /it would never fire$/],
  ];
  for (const [cron, found] of refused) {
    assert.throws(() => parseSchedule(cron, "UTC"), (error: Error) => {
      assert.ok(error.message.startsWith(`Cannot read schedule "${cron}" in zone "UTC": `), error.message);
      assert.match(error.message, found);
      return true;
    });
  }
});

Deno.test("an unknown or empty zone is refused by name", () => {
  for (const zone of ["", "Mars/Olympus", "UTC-04", "New York"]) {
    assert.throws(() => parseSchedule("0 6 * * *", zone), {
      message:
        `Cannot read schedule "0 6 * * *" in zone "${zone}": the zone is not a known IANA time zone such as America/New_York or UTC`,
    });
  }
});

Deno.test("a schedule that went round the parser is not read as seconds", () => {
  assert.throws(() => nextTick({ cron: "0 0 6 * * *", timezone: "UTC" }, 0), /5-part/);
});

Deno.test("what never fires is given up after decades, when no parser refused it", () => {
  assert.throws(() => nextTick({ cron: "0 0 30 2 *", timezone: "UTC" }, 0), {
    message: 'Cannot find a tick of "0 0 30 2 *" after 1970-01-01T00:00:00.000Z: it never fires',
  });
});
