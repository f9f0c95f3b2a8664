/** Does the history say what became of each tick, and lead through its pages without losing the filter? */
import assert from "node:assert/strict";
import type { TickFilter, TickRow } from "../../src/web/schedule.tsx";
import { TickHistory } from "../../src/web/schedule_ticks.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";
import { NOW } from "../support/page.ts";

const tick = (id: number, change: Partial<TickRow> = {}): TickRow => ({
  id,
  dueAt: NOW - id * 3_600_000,
  noticedAt: NOW - id * 3_600_000 + 4_000,
  state: "requested",
  trigger: "schedule",
  reason: null,
  runs: [],
  ...change,
});
const list = (ticks: readonly TickRow[], filter: Partial<TickFilter> = {}) =>
  drawn(<TickHistory ticks={ticks} filter={{ state: null, before: null, limit: 25, ...filter }} />);

Deno.test("a run with its outcome and how long, a skip with its reason, one noticed late", () => {
  const html = list([
    tick(1, { runs: [{ id: 7, outcome: "partial", startedAt: NOW - 60_000, finishedAt: NOW - 55_000 }] }),
    tick(2, { state: "skipped", reason: "the schedule is <paused>" }),
    tick(3, { trigger: "catch-up", noticedAt: NOW }),
    tick(4, { runs: [{ id: 8, outcome: null, startedAt: NOW - 9_000, finishedAt: null }] }),
  ]);
  const text = wordsOf(html);
  assert.match(text, /2026-11-22 13:00 1 h ago requested in time 5\.0 s run 7 partial/);
  assert.match(text, /2026-11-22 12:00 2 h ago skipped in time –it has no run the schedule is &lt;paused&gt;/);
  assert.match(text, /requested 3 h late –it has no run waits for its run caught up/);
  assert.match(text, /in time 9\.0 s run 8 running/);
  assert.match(html, /href="\/runs\/7"/);
  assert.match(html, /id="tick-2"/);
});

Deno.test("an old tick without a run does not wait any more", () => {
  assert.match(wordsOf(list([tick(48)])), /–its run is not kept/);
});

Deno.test("older ticks are a link that keeps the filter, the newest another", () => {
  const html = list([tick(1), tick(2), tick(3)], { state: "failed", limit: 2, before: NOW });
  assert.doesNotMatch(html, /tick-3/);
  const before = encodeURIComponent("2026-11-22T12:00:00.000Z");
  assert.match(html, new RegExp(`href="/schedule\\?state=failed&amp;before=${before}&amp;limit=2#ticks">Older`));
  assert.match(html, /href="\/schedule\?state=failed&amp;limit=2#ticks">Newest/);
  assert.match(html, /aria-current="true">Failed/);
  assert.match(list([tick(1)]), /href="\/schedule\?state=skipped#ticks">Skipped/);
  assert.doesNotMatch(list([tick(1)]), /Older|Newest/);
});

Deno.test("empty: what there would be, or that the filter finds nothing", () => {
  assert.match(wordsOf(list([])), /No tick has come due yet\. Each time/);
  assert.match(wordsOf(list([], { state: "failed" })), /No tick was failed/);
  assert.match(wordsOf(list([], { before: NOW })), /There is no older one/);
});
