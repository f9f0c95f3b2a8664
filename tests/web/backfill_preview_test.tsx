/** Does the form say what a backfill costs before it may begin? */
import assert from "node:assert/strict";
import { BackfillPreview, costSentence } from "../../src/web/backfill_preview.tsx";
import { launchFormOf } from "../../src/web/launch_form.ts";
import { backfillCost, progress } from "../support/backfill.ts";
import { drawn, wordsOf } from "../support/draw.tsx";

const FORM = launchFormOf(new URLSearchParams("symbols=IBM&intervals=1min&from=2004-01-01&to=2024-12-31"));

Deno.test("requests, time and what the key may not have", () => {
  assert.equal(
    costSentence(backfillCost()),
    "A backfill sends 180 requests for 3,750 missing sessions: about 9 days at 25 requests a day, 4 of them kept for the schedule.",
  );
  const { total } = backfillCost();
  assert.match(
    costSentence(backfillCost({ total: { ...total, refused: 750 } })),
    /for 3,000 missing .* This key may not ask for 750 sessions\.$/,
  );
  assert.equal(
    costSentence(backfillCost({ total: { ...total, held: 5_000, requests: 0 } })),
    "A backfill sends no request: 5,000 of 5,000 sessions are there.",
  );
});

Deno.test("the button sends the form as it was filled in; who may only look has none", () => {
  const html = drawn(<BackfillPreview cost={backfillCost()} form={FORM} />);
  assert.match(html, /action="\/backfills"/);
  for (const [name, value] of [["symbols", "IBM"], ["from", "2004-01-01"], ["to", "2024-12-31"]]) {
    assert.match(html, new RegExp(`name="${name}" value="${value}"`));
  }
  const view = drawn(<BackfillPreview cost={backfillCost()} form={FORM} />, { role: "view" });
  assert.doesNotMatch(view, /<form/);
  assert.match(wordsOf(view), /it cannot begin a backfill/);
});

Deno.test("more series than can be read are counted", () => {
  const series = Array.from(
    { length: 103 },
    (_, index) => progress({ series: { symbol: `A${index}`, interval: "1min" } }),
  );
  assert.match(wordsOf(drawn(<BackfillPreview cost={backfillCost({ series })} form={FORM} />)), /and 3 series more/);
});
