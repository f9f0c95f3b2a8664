/** Does the list of runs say how each ended, keep its filters in the address, and teach whoever has none? */
import assert from "node:assert/strict";
import type { Refusal } from "../../src/web/visit.ts";
import { type RunFilter, type RunRow, runsPage, type RunsReads } from "../../src/web/runs.tsx";
import { drawn, said } from "../support/draw.tsx";
import { NOW, run, visit } from "../support/page.ts";

function at(runs: readonly RunRow[], counts: Awaited<ReturnType<RunsReads["counts"]>> = {}) {
  const asked: RunFilter[] = [];
  const reads: RunsReads = {
    runs: (filter) => Promise.resolve((asked.push(filter), runs.slice(0, filter.limit))),
    counts: () => Promise.resolve(counts),
  };
  return { asked, show: (query = "") => runsPage(reads)(visit({ query: new URLSearchParams(query) })), reads };
}

Deno.test("no run yet: what makes one", async () => {
  assert.match(said(await at([]).show()), /No run yet\..*deno task run/);
  assert.match(said(await at([]).show("outcome=failed")), /No run matches these filters/);
});

Deno.test("a row per run; of one at work nothing is counted yet", async () => {
  const totals = { ...run(1).totals, series: 4, stored: 3, inserted: 1234, requests: 5 };
  const text = said(
    await at([
      run(2, { outcome: null, finishedAt: null, startedAt: NOW - 5_000 }),
      run(1, { totals, outcome: "partial", message: "TSLA: premium" }),
    ], { running: 1, partial: 1 }).show(),
  );
  assert.match(text, /Run 2 is at work; of 1 run in the last seven days 1 partial\./);
  assert.match(text, /2 running schedule 2026-11-22 13:59 5 s ago 5\.0 s –not closed yet –not closed yet/);
  assert.match(text, /1 partial schedule 2026-11-22 13:00 1 h ago 10\.0 s 3 of 4 1,234 5 TSLA: premium/);
});

Deno.test("the filters of the address reach the question, and stay in every link", async () => {
  const stage = at([run(9), run(8), run(7)]);
  const { body } = await stage.show("outcome=failed&symbol=ibm&since=2026-11-01&limit=2&before=10");
  assert.deepEqual(stage.asked, [{
    outcome: "failed",
    trigger: null,
    symbol: "IBM",
    since: Date.parse("2026-11-01"),
    until: null,
    before: 10,
    limit: 3,
  }]);
  const text = drawn(body);
  assert.match(
    text,
    /href="\/runs\?outcome=failed&amp;symbol=ibm&amp;since=2026-11-01&amp;limit=2&amp;before=8">Older/,
  );
  assert.match(text, /limit=2">Newest/);
  assert.match(text, /href="\/runs\?symbol=ibm[^"]*">All/);
  assert.match(text, /<option value="failed" selected="">/);
});

Deno.test("the last page has no older one", async () => {
  assert.doesNotMatch(drawn((await at([run(1)]).show()).body), /Older/);
});

Deno.test("runs can be chosen where there is something to do with them, by whoever may", async () => {
  const { reads } = at([run(7)]);
  const page = runsPage(reads, { bulk: [{ label: "Delete", path: "/runs/forget" }] });
  const text = drawn((await page(visit())).body);
  assert.match(text, /type="checkbox" name="run" value="7" aria-label="Choose run 7"/);
  assert.match(text, /formaction="\/runs\/forget">Delete/);
  assert.doesNotMatch(drawn((await page(visit({ role: "view" }))).body), /checkbox|formaction/);
});

Deno.test("a filter that cannot be read is refused by name", async () => {
  await assert.rejects(at([]).show("outcome=green"), (error: Refusal) => error.status === 400);
});
