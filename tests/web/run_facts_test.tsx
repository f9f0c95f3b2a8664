/** Are the facts of a run told with where it came from, and unknown ones with a reason? */
import assert from "node:assert/strict";
import { Facts } from "../../src/web/run_facts.tsx";
import type { RunRow } from "../../src/web/runs.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";
import { NOW, run } from "../support/page.ts";

const text = (change: Parameters<typeof run>[1], again: readonly RunRow[] = []) =>
  drawn(<Facts run={run(4, change)} dueAt={null} again={again} now={NOW} />);

Deno.test("what asked for it: a launch, an earlier run; and who asked for its end", () => {
  const cancel = { by: "<ann>", at: NOW - 1_000, force: false };
  const html = text({ trigger: "manual", launchId: 7, ofRun: 3, cancel });
  assert.match(html, /href="\/launch\/7"/);
  assert.match(html, /href="\/runs\/3"/);
  assert.match(wordsOf(html), /Trigger manual, launch 7 , again from run 3/);
  assert.match(wordsOf(html), /Cancel asked 2026-11-22 13:59:59 UTC by &lt;ann&gt;/);
  assert.match(wordsOf(text({ cancel: { ...cancel, force: true } })), /Cancel by force/);
  assert.doesNotMatch(wordsOf(text({})), /launch|again|Cancel/);
});

Deno.test("the runs that ran its series again, each with its outcome", () => {
  const html = text({}, [run(8, { outcome: "failed" }), run(9, { outcome: null, finishedAt: null })]);
  assert.match(wordsOf(html), /Run again as run 8 failed run 9 running/);
  assert.match(html, /href="\/runs\/9"/);
});

Deno.test("at work nothing is counted yet", () => {
  assert.match(wordsOf(text({ outcome: null, finishedAt: null })), /Ended –it is running .*New –not closed yet/);
});
