/** Which instant does an older program's stamp mean, in summer, in winter and when the clocks are put forward or back? */
import assert from "node:assert/strict";
import type { Interval } from "../src/bar.ts";
import { barStamp, isZone, type StampMeaning, storedStamp } from "../src/old_stamp.ts";

const NEW_YORK: StampMeaning = { stamps: "new-york", sessionZone: "UTC" };
const RIGHT: StampMeaning = { stamps: "utc", sessionZone: "UTC" };

function at(text: string, interval: Interval, meaning: StampMeaning): string | null {
  const stored = storedStamp(text, meaning);
  const ts = stored === null ? null : barStamp(stored, interval, meaning);
  return ts === null ? null : new Date(ts).toISOString().slice(0, 16);
}

Deno.test("a wall clock stored as if it were UTC is New York's: five hours in winter, four in summer", () => {
  assert.equal(at("2025-11-06 19:30:00", "30min", NEW_YORK), "2025-11-07T00:30");
  assert.equal(at("2025-11-06 19:30:00.000000Z", "30min", NEW_YORK), "2025-11-07T00:30");
  assert.equal(at("2025-11-06T19:30:00+00:00", "30min", NEW_YORK), "2025-11-07T00:30");
  assert.equal(at("2025-10-31 09:30:00+00", "30min", NEW_YORK), "2025-10-31T13:30");
  assert.equal(at("2025-11-03 09:30:00+00", "30min", NEW_YORK), "2025-11-03T14:30");
});

Deno.test("what the clocks skipped, or showed twice, is no time", () => {
  for (const text of ["2025-03-09 02:30:00", "2025-11-02 01:00:00", "2025-11-02 01:30:00Z"]) {
    assert.equal(at(text, "30min", NEW_YORK), null, text);
  }
  assert.equal(at("2025-11-02 02:00:00", "30min", NEW_YORK), "2025-11-02T07:00");
  assert.equal(at("2025-11-02 00:30:00", "30min", NEW_YORK), "2025-11-02T04:30");
  const berlin = { stamps: "utc", sessionZone: "Europe/Berlin" } as const;
  assert.equal(at("2025-10-26 02:30:00", "30min", berlin), null);
  assert.equal(at("2025-10-26 02:30:00+01:00", "30min", berlin), "2025-10-26T01:30", "it says which of the two");
});

Deno.test("right stamps stay, one without a zone is of the sessions that wrote it", () => {
  assert.equal(at("2025-11-07 00:30:00+00", "30min", RIGHT), "2025-11-07T00:30");
  assert.equal(at("2025-11-06 19:30:00-0500", "30min", RIGHT), "2025-11-07T00:30");
  assert.equal(at("2025-11-06 19:30", "30min", { stamps: "utc", sessionZone: "America/New_York" }), "2025-11-07T00:30");
  // The sessions that wrote it were in Berlin: what they showed is what New York's clocks showed.
  const berlin = { stamps: "new-york", sessionZone: "Europe/Berlin" } as const;
  assert.equal(at("2025-11-06 18:30:00Z", "30min", berlin), "2025-11-07T00:30");
});

Deno.test("a longer bar is a date at 00:00 of the sessions' zone", () => {
  assert.equal(at("2026-03-02", "daily", NEW_YORK), "2026-03-02T00:00");
  assert.equal(at("2026-03-02 00:00:00Z", "weekly", RIGHT), "2026-03-02T00:00");
  assert.equal(at("2026-03-01 23:00:00Z", "daily", RIGHT), null);
  assert.equal(at("2026-03-01 23:00:00Z", "daily", { ...RIGHT, sessionZone: "Europe/Berlin" }), "2026-03-02T00:00");
});

Deno.test("no bar begins at a broken time, nor between two of its grid", () => {
  const broken = [
    "",
    "yesterday",
    "2026-02-30",
    "2026-3-2",
    "2026-03-02 24:00:00",
    "2026-03-02 09:30:00.5",
    "infinity",
  ];
  for (
    const text of [...broken, "2026-03-02 09:30:00 UTC", "02/03/2026", "2026-03-02 09:45:00", "2026-03-02 09:30:01"]
  ) {
    assert.equal(at(text, "30min", RIGHT), null, text);
  }
  for (const text of ["2026-02-30", "2026-02-30 00:00:00Z"]) assert.equal(at(text, "daily", RIGHT), null, text);
  assert.equal(at("2026-03-02 09:30:00", "60min", RIGHT), "2026-03-02T09:30", "the session begins at the half hour");
  assert.equal(at("2026-03-02 09:15:00", "60min", RIGHT), null);
});

Deno.test("a zone is one that is known", () => {
  assert.deepEqual(["UTC", "Europe/Berlin", "Mars/Base", ""].map(isZone), [true, true, false, false]);
});
