/** Does the message of a backfill say how it ended, of what it could not do why, and how to go on? */
import assert from "node:assert/strict";
import { type BackfillFacts, backfillLetter, factsOfBackfill } from "../src/backfill_letter.ts";
import { textOf } from "../src/letter.ts";
import { backfill, progress } from "./support/backfill.ts";
import { NOW } from "./support/page.ts";

const facts = (change: Partial<BackfillFacts> = {}): BackfillFacts => ({
  backfill: backfill(3, { state: "complete", held: 4_990, none: 10, requests: 0, finishedAt: NOW }),
  series: [progress({ state: "complete" })],
  now: NOW,
  quota: { perDay: 25, usedToday: 20, blockedUntil: null },
  nextTick: null,
  pageUrl: "https://stocks.example",
  ...change,
});

Deno.test("complete: how much is there, and nothing of series that have nothing to say", () => {
  const letter = backfillLetter(facts());
  assert.equal(letter.subject, "[stocks-etl] backfill 3 complete: 4,990 of 5,000 sessions are there");
  assert.deepEqual([letter.tone, letter.sections], ["good", []]);
  const text = textOf(letter);
  assert.match(text, /Backfill 3 complete: 4,990 of 5,000 sessions are there, the vendor has none of 10\n/);
  assert.match(text, /https:\/\/stocks\.example\/backfills\/3/);
  assert.match(text, /From 2004-01-01 to 2024-12-31, asked for by ann/);
  assert.doesNotMatch(text, /resume/);
});

Deno.test("partial and stopped: which series, why, and how to go on", () => {
  const left = progress({ state: "refused", reason: "TIME_SERIES_INTRADAY full month was refused as premium" });
  const partial = backfillLetter(facts({
    backfill: backfill(3, { state: "partial", reason: "1 of 1 series not entitled" }),
    series: [left],
  }));
  assert.equal(partial.tone, "warn");
  assert.match(textOf(partial), /IBM 1min {2}refused {2}25\.0 %\n {4}TIME_SERIES_INTRADAY full month was refused/);
  assert.match(textOf(partial), /Go on with it: stocks-etl backfill resume 3/);
  const stopped = backfillLetter(facts({ backfill: backfill(3, { state: "paused", reason: "the key is invalid" }) }));
  assert.deepEqual([stopped.tone, stopped.lead], [
    "bad",
    "Backfill 3 stopped: 1,250 of 5,000 sessions are there; the key is invalid",
  ]);
});

Deno.test("a flood of series is counted", () => {
  const series = Array.from(
    { length: 70 },
    (_, index) => progress({ series: { symbol: `A${index}`, interval: "1min" }, state: "failed", reason: "no" }),
  );
  const [section] =
    backfillLetter(facts({ backfill: backfill(3, { state: "partial", series: 200 }), series })).sections;
  assert.deepEqual([section!.lines, section!.table!.rows.length], [["140 series more"], 60]);
});

Deno.test("for programs in fields, instants as ISO 8601, without a page no links", () => {
  const found = factsOfBackfill(facts({ pageUrl: null })) as { backfill: Record<string, unknown>; url: string | null };
  assert.deepEqual([found.backfill["id"], found.backfill["finishedAt"], found.url], [
    3,
    new Date(NOW).toISOString(),
    null,
  ]);
  assert.deepEqual(backfillLetter(facts({ pageUrl: null })).links, []);
});
