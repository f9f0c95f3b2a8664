/** Are the words about the progress of a backfill exact? */
import assert from "node:assert/strict";
import { paceInWords, percent, ProgressBar, SeriesTable } from "../../src/web/backfill_rows.tsx";
import { backfill, progress } from "../support/backfill.ts";
import { drawn, wordsOf } from "../support/draw.tsx";

Deno.test("a hundred per cent is the whole, and a wish for nothing is done", () => {
  assert.deepEqual([
    percent(backfill(1, { wished: 3, held: 1 })),
    percent(backfill(1, { wished: 10_000, held: 9_999 })),
    percent(backfill(1, { wished: 3, held: 2, none: 1 })),
    percent(backfill(1, { wished: 0, held: 0 })),
  ], ["33.3 %", "99.9 %", "100 %", "100 %"]);
  assert.match(drawn(<ProgressBar of={backfill(1, { wished: 0, held: 0 })} label="x" />), /max="1" value="1"/);
});

Deno.test("how long, and at which pace", () => {
  const allowance = { perDay: 25, reserve: 4, today: 10, paceMs: 800 };
  assert.equal(
    paceInWords(12 * 86_400_000, allowance),
    "about 12 days at 25 requests a day, 4 of them kept for the schedule",
  );
  assert.equal(paceInWords(240_000, { ...allowance, perDay: null }), "about 4 min at 75 requests a minute");
  assert.match(paceInWords(null, { ...allowance, reserve: 0 }), /^never: .* at 25 requests a day$/);
});

Deno.test("a series that has nothing to say gets a dash with its reason, not a nought", () => {
  const words = wordsOf(drawn(<SeriesTable series={[progress()]} />));
  assert.match(
    words,
    /IBM 1min open 25 % 25 % 5,000 1,250 –nothing was asked for in vain –nothing was refused 180 month by month/,
  );
});
