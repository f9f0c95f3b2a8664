/** Is every run and tick drawn where its time is, and none hidden behind another? */
import assert from "node:assert/strict";
import { Timeline, type TimelineFacts } from "../../src/web/timeline.tsx";
import { drawn } from "../support/draw.tsx";
import { NOW, run } from "../support/page.ts";

const HOUR = 3_600_000;
const FACTS: TimelineFacts = { from: NOW - 8 * HOUR, to: NOW + 2 * HOUR, runs: [], ticks: [], next: [] };
const draw = (facts: Partial<TimelineFacts>) => drawn(<Timeline facts={{ ...FACTS, ...facts }} />);
const at = (hours: number, outcome: "complete" | "failed" | null, id: number) =>
  run(id, {
    startedAt: NOW + hours * HOUR,
    finishedAt: outcome === null ? null : NOW + hours * HOUR + 60_000,
    outcome,
  });

Deno.test("a bar stands where its time is, leads to its run, and says what it is", () => {
  const text = draw({ runs: [at(-3, "failed", 7)] });
  assert.match(
    text,
    /<a href="\/runs\/7" aria-label="Run 7 failed, 2026-11-22 11:00:00 UTC, 1 min 0 s" class="bar bad">/,
  );
  assert.match(text, /<rect x="50.000%"/);
});

Deno.test("a run at work reaches up to now", () => {
  const text = draw({ runs: [at(-1, null, 9)] });
  assert.match(text, /<rect x="70.000%"[^>]* width="10.000%"/);
  assert.match(text, /class="bar busy"/);
});

Deno.test("runs on top of each other are one bar that counts them, looks like the worst, and lists them", () => {
  const text = draw({
    runs: [at(-3, "complete", 1), at(-2.99, "failed", 2), at(-2.98, "complete", 3), at(-1, "complete", 4)],
  });
  assert.equal(text.match(/class="bar /g)?.length, 2);
  assert.match(text, /class="bar bad"[\s\S]*3 runs from [^"]*: 2 complete, 1 failed/);
  assert.match(text, /href="\/runs\?since=2026-11-22T11:00:00.000Z&amp;until=/);
});

Deno.test("past ticks tell what became of them, coming ones when they are due; now is marked", () => {
  const text = draw({
    ticks: [{ dueAt: NOW - HOUR, state: "skipped", reason: "the schedule is paused" }],
    next: [NOW + HOUR],
  });
  assert.match(text, /Tick of 2026-11-22 13:00:00 UTC: skipped, the schedule is paused/);
  assert.match(text, /Tick due 2026-11-22 15:00:00 UTC/);
  assert.match(text, /class="now"/);
  assert.doesNotMatch(draw({ from: NOW - 9 * HOUR, to: NOW - HOUR }), /class="now"/);
});
