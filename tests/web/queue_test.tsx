/** Does a launch say how it stands and why it waits, and can it be taken back by whoever may? */
import assert from "node:assert/strict";
import { launchedPage, Launches } from "../../src/web/queue.tsx";
import type { Refusal } from "../../src/web/visit.ts";
import { drawn, said, wordsOf } from "../support/draw.tsx";
import { launch, reads, visit } from "../support/page.ts";

const show = (change: Parameters<typeof launch>[1]) =>
  launchedPage({ ...reads().launch, launch: () => Promise.resolve(launch(7, change)) })(
    visit({ params: { id: "7" } }),
  );

Deno.test("each state in a sentence, with its run where there is one", async () => {
  assert.match(said(await show({})), /^Launch 7\nQueued: it waits for run 12\./);
  const runs = [{ id: 13, outcome: null }];
  assert.match(said(await show({ state: "running", reason: null, runs })), /Run 13 of it is at work\. running/);
  const served = [{ id: 13, outcome: "abandoned" as const }, { id: 14, outcome: "partial" as const }];
  assert.match(said(await show({ state: "served", reason: null, runs: served })), /Run 14 has served it\. partial/);
  assert.match(
    said(await show({ state: "withdrawn", reason: "withdrawn by ann" })),
    /It is withdrawn: withdrawn by ann/,
  );
  await assert.rejects(
    launchedPage(reads().launch)(visit({ params: { id: "2" } })),
    (error: Refusal) => error.status === 404,
  );
});

Deno.test("a row: series, who asked when and why, and a way back only for whoever may and while it waits", () => {
  const rows = <Launches launches={[launch(7, { ofRun: 4, force: true, note: "<b>split</b>" })]} />;
  assert.match(
    wordsOf(drawn(rows)),
    /7 queued 2 series IBM daily, IBM 30min, forced, again from run 4 5 s ago by ann \(terminal\), 2026-11-22 13:59:55 UTC/,
  );
  assert.ok(drawn(rows).includes("&lt;b&gt;split"));
  assert.match(drawn(rows), /action="\/launch\/7\/withdraw"[^>]*><input type="hidden" name="token" value="t"/);
  assert.doesNotMatch(drawn(rows, { role: "view" }), /<form/);
  assert.doesNotMatch(drawn(<Launches launches={[launch(7, { state: "served" })]} />), /<form/);
  const many = Array.from({ length: 7 }, (_, index) => ({ symbol: `S${index}`, interval: "daily" as const }));
  assert.match(wordsOf(drawn(<Launches launches={[launch(7, { series: many })]} />)), /S3 daily and 3 more/);
});
