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

Deno.test("an outcome and a trigger lead to the runs like it, where there is a list to filter", () => {
  const html = drawn(<Rows runs={RUNS} filterHref={(change) => `/runs?${new URLSearchParams(change)}`} />);
  assert.match(html, /href="\/runs\?outcome=running"/);
  assert.match(html, /href="\/runs\?trigger=schedule"/);
  assert.doesNotMatch(drawn(<Rows runs={RUNS} />), /\?outcome/);
});

Deno.test("a hidden column has neither head nor cells", () => {
  const html = drawn(<Rows runs={RUNS} />, { hiddenColumns: ["trigger", "message"] });
  assert.doesNotMatch(wordsOf(html), /Trigger|schedule|What it says/);
  const cells = (row: string) => row.match(/<t[hd][ >]/g)!.length;
  const [head, ...rows] = html.split("<tr").slice(1);
  assert.ok(rows.every((row) => cells(row) === cells(head!)));
});
