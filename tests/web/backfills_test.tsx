/** Are backfills listed as far as there are any, and is nothing offered that does not exist? */
import assert from "node:assert/strict";
import { backfillsPage } from "../../src/web/backfills.tsx";
import type { RunFilter, RunRow } from "../../src/web/runs.tsx";
import { drawn, said } from "../support/draw.tsx";
import { run, visit } from "../support/page.ts";

function at(runs: readonly RunRow[]) {
  const asked: RunFilter[] = [];
  const show = () => backfillsPage({ runs: (filter) => Promise.resolve((asked.push(filter), runs)) })(visit());
  return { asked, show };
}

Deno.test("none: how history comes otherwise, and no button that does nothing", async () => {
  const { asked, show } = at([]);
  const shown = await show();
  assert.equal(asked[0]?.trigger, "backfill");
  assert.match(said(shown), /No backfill yet: history comes with the ordinary runs\./);
  assert.match(said(shown), /is not something this version can do/);
  assert.doesNotMatch(drawn(shown.body), /<button|<form/);
});

Deno.test("runs of that kind with their progress", async () => {
  const atWork = run(9, { trigger: "backfill", outcome: null, finishedAt: null, planned: 1_200 });
  assert.match(said(await at([atWork]).show()), /Backfill run 9 is at work: 1,200 series to be asked\..*9 running/s);
  assert.match(said(await at([{ ...atWork, planned: null }]).show()), /it is planning/);
  assert.match(said(await at([run(8, { trigger: "backfill" })]).show()), /1 backfill; none is at work\./);
  const many = Array.from({ length: 50 }, (_, index) => run(50 - index, { trigger: "backfill" }));
  assert.match(said(await at(many).show()), /The last 50 backfills; none is at work\./);
});
