/** Does the page of a backfill say what was wished, how far each series is, and which runs worked on it? */
import assert from "node:assert/strict";
import { backfillPage, type BackfillReads, findBackfill } from "../../src/web/backfill.tsx";
import { backfill, progress } from "../support/backfill.ts";
import { drawn, said } from "../support/draw.tsx";
import { reads, run, visit } from "../support/page.ts";

const show = (change: Partial<BackfillReads> = {}, id = "1") =>
  backfillPage({ ...reads().backfill, ...change })(visit({ params: { id } }));

Deno.test("the wish, the figures, the series and the runs", async () => {
  const shown = await show({
    backfill: () =>
      Promise.resolve(
        backfill(1, { note: "for the study", series: 3, state: "partial", reason: "1 of 3 series not entitled" }),
      ),
    series: () =>
      Promise.resolve([
        progress({ state: "refused", refused: 3_750, requests: 0, reason: "it is premium" }),
        progress({ series: { symbol: "BRK.B", interval: "daily" }, state: "complete", held: 5_000, requests: 0 }),
      ]),
    runs: () => Promise.resolve([run(8, { trigger: "backfill", backfillId: 1 })]),
  });
  const words = said(shown);
  assert.match(words, /1,250 of 5,000 sessions are there\. partial 1 of 3 series not entitled/);
  assert.match(words, /IBM 1min refused 25 % 25 % 5,000 1,250 .*3,750 .*it is premium/);
  assert.match(words, /BRK\.B daily complete 100 %/);
  assert.match(words, /and 1 more/);
  assert.match(words, /“for the study”/);
  assert.match(drawn(shown.body), /href="\/runs\/8"/);
  assert.match(drawn(shown.body), /href="\/symbols\/BRK.B\/daily"/);
});

Deno.test("one that waits says for what and until when, and a series too", async () => {
  const shown = await show({
    series: () =>
      Promise.resolve([progress({ requests: 0, waitUntil: Date.parse("2026-01-02T03:04Z"), reason: "rests" })]),
    runs: () => Promise.resolve([]),
  });
  assert.match(said(shown), /rests; asked for again at 2026-01-02 03:04 UTC/);
  assert.match(said(shown), /None has worked on it yet\./);
});

Deno.test("one that is not there is not found", async () => {
  await assert.rejects(show({}, "7"), /Cannot find backfill 7: there is none of that number/);
  await assert.rejects(findBackfill(reads().backfill, "seven"), /Cannot find backfill "seven": it is not a number/);
});
