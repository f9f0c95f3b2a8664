/** Does a preview of a run tell what it costs, what must wait, and why? */
import assert from "node:assert/strict";
import type { Plan, PlanEntry } from "../../src/plan.ts";
import { PlanPreview, planSentence } from "../../src/web/plan_preview.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";
import { NOW } from "../support/page.ts";

const series = { symbol: "IBM", interval: "daily" } as const;
const request = { series, function: "TIME_SERIES_DAILY", size: "full", month: null } as const;
const wait = { action: "defer", series, kind: "quota", reason: "the quota is spent", until: NOW + 36_000_000 } as const;
const ask: PlanEntry = { action: "ask", series, request, then: [request, request], later: null, reason: "due" };
const skip: PlanEntry = { action: "skip", series, why: "complete", reason: "complete to 2026-11-20" };
const planOf = (entries: PlanEntry[], quota: Partial<Plan["quota"]> = {}): Plan => ({
  now: NOW,
  entries,
  quota: { perDay: 25, usedToday: 3, blockedUntil: null, ...quota },
});

Deno.test("the cost, what must wait, and what is left", () => {
  const sentence = (entries: PlanEntry[], quota = {}) => planSentence(planOf(entries, quota));
  assert.equal(
    sentence([ask, wait, skip]),
    "A run now sends 3 requests for 1 of 3 series; 1 must wait; 22 of 25 are left today.",
  );
  assert.equal(sentence([wait, skip]), "A run now sends no request: of 2 series 1 must wait; 22 of 25 are left today.");
  assert.match(sentence([skip]), /no request: all of these 1 series hold what can be had/);
  assert.match(sentence([ask], { perDay: null }), /this key has no daily limit/);
  assert.match(sentence([wait], { blockedUntil: NOW + 1 }), /the vendor's daily limit is reached\./);
  assert.match(sentence([ask], { usedToday: 99 }), /0 of 25 are left/);
});

Deno.test("what is asked beside bars is part of the cost", () => {
  const reference = [{ action: "ask", request: { form: "SPLITS", symbol: "IBM" }, reason: "", until: null }] as const;
  const more = "1 request more for splits, dividends and the list of symbols; 22 of 25 are left today.";
  const sentence = (entries: PlanEntry[]) => planSentence({ ...planOf(entries), reference });
  assert.equal(sentence([ask]), `A run now sends 3 requests for 1 of 1 series; ${more}`);
  assert.equal(
    sentence([skip]),
    `A run now sends no request for bars: all of these 1 series hold what can be had; ${more}`,
  );
});

Deno.test("a row for each series: asked in which form, deferred until when, left out why", () => {
  const text = wordsOf(drawn(<PlanPreview plan={planOf([{ ...ask, later: wait }, wait, skip])} />));
  assert.match(text, /IBM daily asked 3 daily full due; then the quota is spent, not before 2026-11-23 00:00 UTC/);
  assert.match(text, /IBM daily deferred –it is not asked the quota is spent; not before 2026-11-23 00:00 UTC/);
  assert.match(text, /IBM daily left out –it is not asked complete to 2026-11-20/);
});

Deno.test("of very many rows the first are drawn", () => {
  const text = drawn(<PlanPreview plan={planOf(Array(1_203).fill(skip))} />);
  assert.equal(text.match(/<tr>/g)?.length, 201);
  assert.match(text, /and 1,003 rows more/);
});
