/** Does the list of runs say how each ended, keep its filters in the address, and teach whoever has none? */
import assert from "node:assert/strict";
import type { LaunchRow } from "../../src/web/queue.tsx";
import type { Refusal } from "../../src/web/visit.ts";
import { type RunFilter, type RunRow, runsPage, type RunsReads } from "../../src/web/runs.tsx";
import { drawn, said } from "../support/draw.tsx";
import { launch, NOW, run, visit } from "../support/page.ts";

function at(
  runs: readonly RunRow[],
  counts: Awaited<ReturnType<RunsReads["counts"]>> = {},
  waiting: readonly LaunchRow[] = [],
) {
  const asked: RunFilter[] = [];
  const reads: RunsReads = {
    runs: (filter) => Promise.resolve((asked.push(filter), runs.slice(0, filter.limit))),
    counts: () => Promise.resolve(counts),
    waiting: () => Promise.resolve(waiting),
  };
  return { asked, show: (query = "") => runsPage(reads)(visit({ query: new URLSearchParams(query) })) };
}

Deno.test("no run yet: what makes one", async () => {
  assert.match(said(await at([]).show()), /No run yet\..*the command\s+run/);
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

Deno.test("what is queued has its tab, its reason, and its place before the runs", async () => {
  const waiting = [launch(8, { reason: "waits for run 7" }), launch(9)];
  const stage = at([run(7)], {}, waiting);
  const all = await stage.show();
  assert.match(said(all), /No run is at work; 2 launches wait; none has ended/);
  assert.match(said(all), /Queued2/);
  assert.match(said(all), /Queued, the next one first.*8 queued.*waits for run 7.*9 queued.*What it says/);
  const only = await stage.show("outcome=queued");
  assert.match(drawn(only.body), /href="\/runs\?outcome=queued" aria-current="true">Queued/);
  assert.match(said(only), /8 queued.*9 queued/);
  assert.doesNotMatch(drawn(only.body), /name="run"|<select/);
  assert.doesNotMatch(said(await stage.show("outcome=failed")), /the next one first/);
  assert.match(drawn(all.body), /href="\/runs\/withdraw">Withdraw all…/);
  assert.doesNotMatch(drawn((await at([], {}, [launch(8)]).show()).body), /Withdraw all/);
  assert.match(said(await at([]).show("outcome=queued")), /No launch waits\. Launch a run/);
});

Deno.test("a filter that cannot be read is refused by name", async () => {
  await assert.rejects(at([]).show("outcome=green"), (error: Refusal) => error.status === 400);
});
