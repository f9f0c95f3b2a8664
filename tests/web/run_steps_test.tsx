/** Does a run's page offer what can be done with it, and nothing that would be refused? */
import assert from "node:assert/strict";
import type { SeriesResult } from "../../src/run.ts";
import { RunSteps } from "../../src/web/run_steps.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";
import { run } from "../support/page.ts";

const result = (status: SeriesResult["status"]) => ({ status }) as SeriesResult;
const RESULTS = [result("stored"), result("late"), result("failed")];
const draw = (change: Parameters<typeof run>[1], results = RESULTS, role: "view" | "operate" = "operate") =>
  drawn(<RunSteps run={run(4, change)} results={results} />, { role });

Deno.test("ended: all, failed or chosen series again, with how many these are; or forget it", () => {
  const html = draw({ outcome: "partial" });
  assert.match(wordsOf(html), /Re-run all 3.*Re-run failed 2.*Re-run chosen.*Forget…/);
  assert.match(html, /<form class="bulk" id="again" method="get" action="\/launch"/);
  assert.match(html, /name="of" value="4"/);
  assert.match(html, /href="\/runs\/confirm\?do=forget&amp;run=4"/);
  assert.doesNotMatch(html, /disabled/);
});

Deno.test("what makes no sense is off, and says why", () => {
  const complete = draw({ outcome: "complete" }, [result("stored")]);
  assert.match(complete, /value="failed" disabled="" title="nothing failed in it"/);
  assert.doesNotMatch(complete, /value="all" disabled/);
  assert.match(draw({ outcome: "nothing-due" }, []), /value="all" disabled="" title="nothing was due in it"/);
});

Deno.test("at work: only its end can be asked for; asked for already, by force", () => {
  const open = { outcome: null, finishedAt: null };
  assert.equal(wordsOf(draw(open)), "Cancel…");
  const cancel = { by: "ann", at: 1, force: false };
  assert.equal(wordsOf(draw({ ...open, cancel })), "Cancel by force…");
});

Deno.test("nothing for a log-in to look", () => {
  assert.equal(draw({ outcome: "partial" }, RESULTS, "view"), "");
});
