/** Are runs chosen by whoever may, with how many each deed is for? */
import assert from "node:assert/strict";
import { ChosenRuns, Rows } from "../../src/web/run_rows.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";
import { run } from "../support/page.ts";

const RUNS = [run(3, { outcome: null, finishedAt: null }), run(2, { outcome: "failed" }), run(1)];

Deno.test("a tick for each run with what it can be ticked for; the buttons say for how many", () => {
  const html = drawn(<ChosenRuns runs={RUNS} />);
  assert.match(html, /name="run" value="3" aria-label="Choose run 3" data-able="cancel"/);
  assert.match(html, /value="2" aria-label="Choose run 2" data-able="again-all again-failed forget"/);
  assert.match(html, /value="1" aria-label="Choose run 1" data-able="again-all forget"/);
  assert.match(wordsOf(html), /Cancel 1.*Re-run all 2.*Re-run failed 1.*Forget 2/);
  // Asked first by another page: the token must not stand in its address.
  assert.match(html, /<form method="get" action="\/runs\/confirm"/);
  assert.doesNotMatch(html, /name="token"/);
});

Deno.test("no tick and no button for a log-in to look, nor in a table that is none of a choice", () => {
  assert.doesNotMatch(drawn(<ChosenRuns runs={RUNS} />, { role: "view" }), /checkbox|<button/);
  assert.doesNotMatch(drawn(<Rows runs={RUNS} />), /checkbox/);
});
