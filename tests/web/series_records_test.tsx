/** Is each list on record shown row by row, by the page, with the vendor's words escaped and a reason where nothing is? */
import assert from "node:assert/strict";
import { type RecordReads, Records } from "../../src/web/series_records.tsx";
import { NO_ROWS } from "../../src/run.ts";
import { drawn, wordsOf } from "../support/draw.tsx";
import { NOW, seriesReads } from "../support/page.ts";

const IBM = { symbol: "IBM", interval: "daily" } as const;
const list = async (
  show: "results" | "revisions" | "quarantine" | "answers" | "requests",
  change: Partial<RecordReads>,
  { before, release = false }: { before?: number; release?: boolean } = {},
) => drawn(await Records({ reads: seriesReads(change), series: IBM, asked: { show, before }, release }));

Deno.test("nothing on record says so", async () => {
  assert.match(await list("results", {}), /No run has asked for it yet/);
  assert.match(await list("revisions", {}), /No settled bar has ever come back different/);
  assert.match(await list("quarantine", {}), /No row has broken a rule/);
  assert.match(await list("answers", {}), /No answer with rows is in the archive/);
  assert.match(await list("requests", {}), /The vendor has not been asked for it/);
});

Deno.test("results: 25 a page, the next one from the last run of this", async () => {
  const row = {
    status: "failed",
    kind: "outage",
    message: "<b>down</b>",
    requests: 3,
    counts: NO_ROWS,
    watermark: null,
    startedAt: NOW - 2_000,
    finishedAt: NOW,
  } as const;
  const rows = Array.from({ length: 26 }, (_, index) => ({ ...row, runId: 90 - index }));
  const html = await list("results", { results: () => Promise.resolve(rows) }, { before: 91 });
  assert.equal(html.match(/<tr><th scope="row">/g)?.length, 25);
  assert.match(html, /href="\/symbols\/IBM\/daily\?show=results&amp;before=66#records-title">Older/);
  assert.match(html, /show=results#records-title">Newest/);
  assert.match(html, /&lt;b&gt;down/);
  assert.match(wordsOf(html), /90 failed outage 2026-11-22 14:00 now 0 0 0 0 0 3 2\.0 s/);
});

Deno.test("a revision: what changed stands out, a bar that is gone is struck out", async () => {
  const was = { open: "1", high: "2", low: "1", close: "1.5", volume: "10" };
  const row = {
    id: 1,
    ts: Date.parse("2026-11-19"),
    was,
    became: { ...was, close: "1.6" },
    seenAt: NOW,
    runId: 7,
    changedBy: 3,
  };
  const html = await list("revisions", {
    revisions: () => Promise.resolve([row, { ...row, became: null, runId: null }]),
  });
  assert.match(html, /<del>1\.5<\/del> → <ins>1\.6<\/ins>/);
  assert.equal(html.match(/<ins>/g)?.length, 1);
  assert.match(wordsOf(html), /2026-11-19 1 2 1 1\.5 → 1\.6 10/);
  assert.match(html, /its run is not kept any more/);
});

Deno.test("quarantine: rule and raw row; released by whom; the button where it may be pressed", async () => {
  const row = {
    id: 5,
    stamp: "2026-11-19",
    rule: "zero-price",
    raw: '{"<i>":0}',
    firstSeenAt: 0,
    lastSeenAt: NOW,
    times: 2,
    runId: 7,
    released: null,
  } as const;
  const reads = { quarantine: () => Promise.resolve([row, { ...row, id: 4, released: { by: "ann", at: NOW } }]) };
  const html = await list("quarantine", reads, { release: true });
  assert.match(html, /zero-price[\s\S]*\{&quot;&lt;i&gt;&quot;:0\}/);
  assert.equal(html.match(/action="\/quarantine\/\d\/release"/g)?.length, 1);
  assert.doesNotMatch(html, /<select/);
  assert.match(wordsOf(html), /by ann, now/);
  assert.doesNotMatch(await list("quarantine", reads), /<form/);
});

Deno.test("answers to take home, if they are still there; requests that were never answered", async () => {
  const answer = { id: 3, form: "TIME_SERIES_DAILY full", receivedAt: NOW, bytes: 12_345, kept: true, runId: 7 };
  const answers = await list("answers", {
    answers: () => Promise.resolve([answer, { ...answer, id: 2, kept: false }]),
  });
  assert.deepEqual([...answers.matchAll(/\/answers\/(\d)\/body/g)].map(([, id]) => id), ["3"]);
  assert.match(answers, /12,345[\s\S]*older than ARCHIVE_DAYS/);
  const request = {
    id: 8,
    form: "F",
    attempt: 2,
    sentAt: NOW,
    kind: null,
    httpStatus: null,
    bytes: null,
    durationMs: null,
    message: null,
    runId: 7,
  };
  assert.match(await list("requests", { requests: () => Promise.resolve([request]) }), /never answered, but it counts/);
});
