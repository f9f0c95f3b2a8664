/** Does the cursor of an older program agree with its bars, and what is said when it does not? */
import assert from "node:assert/strict";
import { cursorStamp, judgeCursor } from "../src/old_cursor.ts";

Deno.test("the stamp in a cursor file, as JSON or alone", () => {
  assert.equal(cursorStamp('{\n    "cdc": "2025-11-06 19:30:00"\n}'), "2025-11-06 19:30:00");
  assert.equal(cursorStamp('{"run": 7, "last": "2025-11-06", "by": "me"}'), "2025-11-06");
  assert.equal(cursorStamp("\uFEFF2025-11-06 19:30:00\n"), "2025-11-06 19:30:00");
  assert.equal(cursorStamp('"2025-11-06"'), "2025-11-06");
  for (const text of ["", "{}", "null", "7", '{"a": "2025-11-06", "b": "2025-11-07"}', "soon"]) {
    assert.equal(cursorStamp(text), null, text);
  }
});

Deno.test("it agrees, was moved too far, or not far enough", () => {
  const judged = (cursor: number, newest: number, watermark: number | null) =>
    judgeCursor({ cursor, newest, watermark, told: (ts) => `t${ts}` });
  assert.equal(judged(5, 5, null), "The cursor agrees with the newest bar, t5");
  assert.equal(
    judged(4, 5, null),
    "The cursor says t4, the newest bar is t5: it was not moved after the last insert, nothing is lost by that",
  );
  for (const watermark of [null, 3, 5]) {
    assert.equal(
      judged(9, 5, watermark),
      "The cursor says t9, the newest bar is t5: bars after t5 were lost; the next run asks for what comes after it",
    );
  }
  assert.equal(
    judged(9, 5, 7),
    "The cursor says t9, the newest bar is t5: bars after t5 were lost; newer ones are stored here up to t7, " +
      "so only a backfill asks for those between",
  );
});
