/** Does a run's page tell how it ended and why, series by series? */
import assert from "node:assert/strict";
import { runPage, type RunReads } from "../../src/web/run.tsx";
import type { SeriesResult } from "../../src/run.ts";
import type { Refusal } from "../../src/web/visit.ts";
import { drawn, said } from "../support/draw.tsx";
import { NOW, reads, run, visit } from "../support/page.ts";

const RESULT: SeriesResult = {
  series: { symbol: "IBM", interval: "daily" },
  status: "failed",
  kind: "premium",
  message: "the vendor wants money",
  requests: 2,
  counts: { inserted: 1200, revised: 1, unchanged: 2, provisional: 3, quarantined: 4 },
  watermark: Date.parse("2026-11-20"),
  startedAt: NOW - 4_000,
  finishedAt: NOW - 1_000,
};
const show = (change: Partial<RunReads>, query = "") =>
  runPage({ ...reads().run, ...change })(visit({ params: { id: "1" }, query: new URLSearchParams(query) }));
const found = (row: ReturnType<typeof run>) => ({ run: () => Promise.resolve(row) });

Deno.test("a run that failed: the outcome, the message, and what it was", async () => {
  const totals = { ...run(1).totals, series: 2, stored: 1, failed: 1, inserted: 1200, requests: 3 };
  const row = run(1, { outcome: "failed", message: "connection terminated", totals, tickId: 4 });
  const shown = await show({
    ...found(row),
    tickDueAt: () => Promise.resolve(NOW - 3_600_000),
    results: () => Promise.resolve([RESULT]),
  });
  const text = said(shown);
  assert.match(drawn(shown.body), /href="\/schedule\?before=2026-11-22T13:00:00\.001Z#tick-4"/);
  assert.match(text, /^Run 1\nfailed in 10\.0 s: 1 of 2 series stored, 1,200 new bars, 3 requests\./);
  assert.match(text, /connection terminated/);
  assert.match(text, /schedule, tick of 2026-11-22 13:00 UTC/);
  assert.match(text, /IBM daily failed premium 1,200 1 2 3 4 2 3\.0 s 2026-11-20 the vendor wants money/);
});

Deno.test("a run at work counts what is done, and has no totals yet", async () => {
  const row = run(1, { outcome: null, finishedAt: null, startedAt: NOW - 5_000, planned: 7 });
  const text = said(await show({ ...found(row), results: () => Promise.resolve([RESULT]) }));
  assert.match(text, /At work for 5\.0 s: 1 of 7 due series done\. running/);
  assert.match(text, /Ended –it is running/);
});

Deno.test("nothing was due", async () => {
  assert.match(
    said(await show(found(run(1, { outcome: "nothing-due" })))),
    /nothing due in 10\.0 s: nothing was due\..*No series was due/s,
  );
});

Deno.test("the filters of the log reach the question", async () => {
  const asked: unknown[] = [];
  await show(
    { events: (filter) => Promise.resolve((asked.push(filter), [])) },
    "level=warning&type=rows-refused&text=burst&symbol=IBM&before=9",
  );
  assert.deepEqual(asked, [{
    runId: 1,
    levels: ["warning", "error"],
    types: ["rows-refused"],
    text: "burst",
    symbol: "IBM",
    interval: null,
    after: null,
    before: 9,
    limit: 200,
  }]);
});

Deno.test("of what is drawn only the chosen series is asked for when the others are hidden", async () => {
  const asked: unknown[] = [];
  const spanEvents: RunReads["spanEvents"] = (id, of) => Promise.resolve((asked.push([id, of]), []));
  await show({ spanEvents }, "symbol=IBM&interval=daily");
  await show({ spanEvents }, "symbol=IBM&interval=daily&only=yes");
  assert.deepEqual(asked, [[1, { symbol: null, interval: null }], [1, { symbol: "IBM", interval: "daily" }]]);
});

Deno.test("a run nobody has is not found", async () => {
  await assert.rejects(show({ run: () => Promise.resolve(null) }), (error: Refusal) => error.status === 404);
});
