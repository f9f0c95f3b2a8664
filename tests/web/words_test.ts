import assert from "node:assert/strict";
import { bytes, counted, dayIn, duration, grouped, relative, timeIn, zoneName } from "../../src/web/words.ts";

const AT = Date.parse("2026-07-04T02:05:09.042Z");

Deno.test("an instant reads as the clocks of the zone show it", () => {
  assert.equal(timeIn("UTC", AT), "2026-07-04 02:05");
  assert.equal(timeIn("America/New_York", AT, "second"), "2026-07-03 22:05:09");
  assert.equal(timeIn("UTC", AT, "clock-ms"), "02:05:09.042");
  assert.equal(timeIn("UTC", Date.parse("2026-07-04T00:00Z"), "ms"), "2026-07-04 00:00:00.000");
  assert.equal(dayIn("UTC", AT), "Sat 4");
  assert.deepEqual(["UTC", "America/New_York"].map((zone) => zoneName(zone, AT)), ["UTC", "EDT"]);
  assert.equal(zoneName("America/New_York", Date.parse("2026-12-01")), "EST");
});

Deno.test("distances in time are as coarse as people count", () => {
  const [second, minute, hour] = [1_000, 60_000, 3_600_000];
  const read = (ms: number) => relative(AT - ms, AT);
  assert.deepEqual([0, 12 * second, 90 * second, 125 * minute, 11.5 * hour, 26 * hour, 49 * hour].map(read), [
    "now",
    "12 s ago",
    "1 min ago",
    "2 h 5 min ago",
    "11 h ago",
    "1 day ago",
    "2 days ago",
  ]);
  assert.equal(relative(AT + 5 * minute, AT), "in 5 min");
  assert.deepEqual([340, 59_999, 125_000, 3_780_000].map(duration), ["340 ms", "59.9 s", "2 min 5 s", "1 h 3 min"]);
});

Deno.test("counts are grouped and have their noun", () => {
  assert.deepEqual([grouped(999), grouped(1234567), counted(1, "run"), counted(1200, "run")], [
    "999",
    "1,234,567",
    "1 run",
    "1,200 runs",
  ]);
});

Deno.test("sizes in thousands, three figures at most", () => {
  const said = [0, 999, 1_000, 12_345, 99_499, 99_500, 999_499, 999_500, 1_234_567_890, 5e15].map(bytes);
  assert.deepEqual(said, [
    "0 B",
    "999 B",
    "1.0 kB",
    "12.3 kB",
    "99.5 kB",
    "100 kB",
    "999 kB",
    "1.0 MB",
    "1.2 GB",
    "5000 TB",
  ]);
});
