import assert from "node:assert/strict";
import { dividersOf } from "../../src/web/dividers.ts";

const HOUR = 3_600_000;
const labels = (from: string, hours: number, zone: string, most = 8) =>
  dividersOf({ from: Date.parse(from), to: Date.parse(from) + hours * HOUR, zone, most });

Deno.test("lines stand where the zone's clock shows round times; a day begins with its name", () => {
  assert.deepEqual(labels("2026-11-22T21:10Z", 6, "UTC").map(({ label }) => label), [
    "22:00",
    "23:00",
    "Mon 23",
    "01:00",
    "02:00",
    "03:00",
  ]);
  assert.deepEqual(labels("2026-11-22T21:10Z", 1.25, "UTC").map(({ label }) => label), [
    "21:10",
    "21:20",
    "21:30",
    "21:40",
    "21:50",
    "22:00",
    "22:10",
    "22:20",
  ]);
  // India is half an hour off: its hours are not those of UTC.
  assert.deepEqual(
    labels("2026-11-22T00:00Z", 3, "Asia/Kolkata", 3).map(({ at, label }) =>
      `${new Date(at).toISOString().slice(11, 16)} ${label}`
    ),
    [
      "00:30 06:00",
      "01:30 07:00",
      "02:30 08:00",
    ],
  );
});

Deno.test("the day the clocks are put back has its repeated hour twice, the other day lacks one", () => {
  const back = labels("2026-11-01T04:00Z", 5, "America/New_York");
  assert.deepEqual(back.map(({ label }) => label), ["Sun 1", "01:00", "01:00", "02:00", "03:00", "04:00"]);
  const forward = labels("2026-03-08T05:00Z", 4, "America/New_York", 4);
  assert.deepEqual(forward.map(({ label }) => label), ["Sun 8", "01:00", "03:00", "04:00", "05:00"]);
  const places = back.map(({ at }) => at);
  assert.ok(places.every((at, index) => index === 0 || at - places[index - 1]! === HOUR), "an hour is an hour");
});

Deno.test("never more lines than can be read", () => {
  for (const hours of [1, 6, 24, 240, 2400]) {
    const found = labels("2026-01-01T00:00Z", hours, "Europe/Berlin");
    assert.ok(found.length >= 2 && found.length <= 13, `${hours} h: ${found.length}`);
  }
});
