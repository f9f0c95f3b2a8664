/** Does the way of a run show what is done, what goes on and what is ahead? */
import assert from "node:assert/strict";
import type { SeriesResult } from "../../src/run.ts";
import { RunFlow, type RunFlowProps } from "../../src/web/run_flow.tsx";
import type { LoggedEvent } from "../../src/web/spans.ts";
import { drawn, wordsOf } from "../support/draw.tsx";
import { NOW, run } from "../support/page.ts";

const AT_WORK = run(1, { outcome: null, finishedAt: null, planned: 2 });
const RESULT: SeriesResult = {
  series: { symbol: "IBM", interval: "daily" },
  status: "stored",
  kind: null,
  message: null,
  requests: 3,
  counts: { inserted: 1200, revised: 0, unchanged: 0, provisional: 0, quarantined: 2 },
  watermark: NOW,
  startedAt: NOW,
  finishedAt: NOW,
};
const event = (type: string, data = {}): LoggedEvent => ({
  seq: 1,
  at: NOW,
  type,
  level: "info",
  symbol: "IBM",
  interval: "daily",
  message: "",
  data,
});
const draw = (change: Partial<RunFlowProps>) =>
  drawn(<RunFlow run={run(1)} results={[]} counts={{ levels: {}, types: {} }} events={[]} told={null} {...change} />);
const standings = (change: Partial<RunFlowProps>) =>
  [...draw(change).matchAll(/<li class="(\w+)"/g)].map(([, standing]) => standing).join(" ");

Deno.test("a run that ended: every step with what was counted there", () => {
  const types = { "request-sent": 4, "request-answered": 4 };
  const text = wordsOf(draw({
    results: [RESULT],
    counts: { levels: {}, types },
    told: { decided: true, sent: 2, waiting: 0, undeliverable: 0 },
  }));
  assert.match(text, /Plan: done ?2 due series Ask: done ?4 requests Read: done ?4 answers, 2 quarantined/);
  assert.match(text, /Store: done ?1,200 new bars Close: done ?complete Notify: done ?2 sent/);
  assert.match(wordsOf(draw({ results: [RESULT] })), /Ask: done ?3 requests Read: done ?–its events are not kept/);
});

Deno.test("a run at work: what goes on now is one step, those after it are ahead", () => {
  const of = (events: LoggedEvent[], change: Partial<RunFlowProps> = {}) =>
    standings({ run: AT_WORK, events, ...change });
  assert.equal(standings({ run: { ...AT_WORK, planned: null } }), "busy ahead ahead ahead ahead ahead");
  assert.equal(of([event("request-sent")]), "done busy ahead ahead ahead ahead");
  assert.equal(of([event("request-retried")]), "done busy ahead ahead ahead ahead");
  assert.equal(of([event("request-answered", { kind: "bars" })]), "done done done busy ahead ahead");
  assert.equal(of([], { results: [RESULT] }), "done busy ahead ahead ahead ahead");
  assert.equal(of([], { results: [RESULT, RESULT] }), "done done done done busy ahead");
});

Deno.test("what has gone wrong: no plan, a run that failed, a message nobody gets", () => {
  const failed = run(1, { outcome: "failed", planned: null });
  assert.equal(standings({ run: failed }), "bad done done done bad ahead");
  const told = { decided: true, sent: 1, waiting: 1, undeliverable: 1 };
  assert.match(draw({ told }), /<li class="bad" title="Whoever[^>]*>.*href="\/instance">1 sent, 1 waiting, 1 undel/s);
  assert.match(standings({ told: { ...told, undeliverable: 0 } }), /busy$/);
  assert.match(standings({ told: { ...told, decided: false } }), /busy$/);
  assert.match(wordsOf(draw({ told: { decided: true, sent: 0, waiting: 0, undeliverable: 0 } })), /nobody to tell/);
});
