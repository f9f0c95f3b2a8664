/** Do the cost of a backfill, the list and one of them read well, in any width? */
import assert from "node:assert/strict";
import {
  backfillSentence,
  costSentence,
  percent,
  renderBackfill,
  renderBackfills,
  renderCost,
} from "../../src/terminal/backfill_tables.ts";
import { backfill, backfillCost, progress } from "../support/backfill.ts";

const LOOK = { colour: false, width: 160 };
const NOON = Date.parse("2026-11-23T00:00Z");

Deno.test("the cost: series by series, then requests, days and what cannot be had", () => {
  const text = renderCost(
    backfillCost({ series: [progress(), progress({ state: "refused", reason: "it is premium" })] }),
    LOOK,
  );
  assert.match(text, /^Backfill of 2 series from 2004-01-01 to 2024-12-31\n/);
  assert.match(text, /IBM 1min {2}open {6}5,000 {2}1,250 .* 180 {2}month by month\n/);
  assert.match(
    text,
    /180 requests: 1,250 of 5,000 sessions are there; about 9 days at 25 requests a day, 4 of them kept for the schedule\n$/,
  );
  const { total, allowance } = backfillCost();
  const minutes = { ...allowance, perDay: null, reserve: 0, paceMs: 800 };
  assert.match(costSentence({ total, allowance: minutes, takesMs: 144_000 }), /about 3 min at 75 requests a minute$/);
  assert.equal(
    costSentence({ total: { ...total, requests: 0, refused: 3_750 }, allowance, takesMs: 0 }),
    "No request: 1,250 of 5,000 sessions are there; 3,750 this key may not ask for",
  );
  assert.match(costSentence({ total, allowance, takesMs: null }), /never: the schedule needs every request/);
});

Deno.test("the list: how far each is and what it says", () => {
  const list = [
    backfill(3, { restUntil: NOON, reason: "the 25 requests of today are spent" }),
    backfill(2, { state: "partial", reason: "1 of 3 series not entitled", series: 3 }),
  ];
  const text = renderBackfills(list, { ...LOOK, width: 220 });
  assert.match(
    text,
    /3 {2}running {2}25 % {2}2004-01-01 to 2024-12-31 {2}IBM 1min .*are spent; waits until 2026-11-23T00:00Z; 180 requests left, about 4 min/,
  );
  assert.match(text, /2 {2}partial .* IBM 1min and 1 more {2}1 of 3 series not entitled/);
  assert.match(renderBackfills([], LOOK), /No backfill yet/);
  for (const line of renderBackfills(list, { colour: false, width: 60 }).split("\n")) {
    assert.ok(line.length <= 80, line);
  }
});

Deno.test("one: a sentence, its wish, its series, how to go on", () => {
  const one = backfill(3, {
    state: "paused",
    reason: "paused by ann",
    note: "for\nthe study",
    series: 4,
    none: 5,
    lastRun: { id: 8, outcome: null },
  });
  const text = renderBackfill(one, [progress({ reason: "x".repeat(200), state: "failed" })], LOOK);
  assert.match(
    text,
    /^Backfill 3 is paused: 1,250 of 5,000 sessions, 5 the vendor does not have \(25\.1 %\); paused by ann\n/,
  );
  assert.match(text, /asked for by ann at 2026-11-22T13:00Z: for the study\n/);
  assert.match(text, new RegExp(`IBM 1min: ${"x".repeat(200)}`));
  assert.match(text, /and 3 more series\nLast run 8: running\nGo on with it: backfill resume 3\n/);
});

Deno.test("words that others wrote cannot steer the terminal", () => {
  assert.ok(!backfillSentence(backfill(1, { state: "paused", reason: "a\x1b[31mb" })).includes("\x1b"));
  assert.equal(percent(backfill(1, { wished: 10_000, held: 9_999 })), "99.9 %");
  assert.ok(renderBackfills([backfill(1)], { colour: true, width: 200 }).includes("\x1b[2mrunning"));
});
