/** Does the last part of a run ask for what is due, keep what fails, and know when to stop? */
import assert from "node:assert/strict";
import type { ReferenceEffects } from "../src/effects.ts";
import { ingest, type IngestOptions, type RunReport } from "../src/ingest.ts";
import type { ReferencePlanEntry } from "../src/reference.ts";
import { type FailureKind, LeaseLost } from "../src/run.ts";
import { MONDAY, options, type Script, world } from "./support/story.ts";

type Said = FailureKind | "reference" | "implausible" | Error;

interface Given {
  /** What each asked-for thing gets, by `SYMBOL FORM`; default a good answer. */
  readonly answers?: Record<string, Said>;
  readonly entries?: ReferencePlanEntry[];
  readonly script?: Script;
  readonly change?: Partial<IngestOptions>;
  readonly onAsk?: () => void;
}

const entry = (symbol: string, form: "SPLITS" | "DIVIDENDS", action: "ask" | "defer" = "ask"): ReferencePlanEntry => ({
  action,
  request: { form, symbol },
  reason: "",
  until: null,
});
const ALL = ["A", "B", "C", "D"].flatMap((symbol) => [entry(symbol, "SPLITS"), entry(symbol, "DIVIDENDS")]);

async function play({ answers = {}, entries = ALL, script = {}, change = {}, onAsk = () => {} }: Given = {}) {
  const stage = world(script);
  const [asked, failed]: [string[], string[]] = [[], []];
  const beside: ReferenceEffects<Said> = {
    plan: () => Promise.resolve(entries),
    ask: ({ form, symbol }) => {
      const name = `${symbol} ${form}`;
      asked.push(name);
      onAsk();
      const said = answers[name] ?? "reference";
      const good = said === "reference" || said === "implausible" || said instanceof Error;
      return Promise.resolve(
        good
          ? { kind: "reference", document: said, requests: 2 }
          : { kind: said, message: `said ${said}`, requests: 1 },
      );
    },
    store: (said) => {
      if (said instanceof Error) return Promise.reject(said);
      return Promise.resolve(said === "implausible" ? { implausible: "it is short" } : { became: "1 added" });
    },
    fail: ({ kind }, { request: { form, symbol } }) => Promise.resolve(void failed.push(`${symbol} ${form} ${kind}`)),
  };
  const report = await ingest(options("A", change), { ...stage.effects, beside }) as RunReport;
  return { ...stage, report, besides: asked, failed };
}

Deno.test("after the bars, one by one; what is deferred is not asked; all requests count", async () => {
  const { asked, besides, report, events } = await play({
    entries: [entry("A", "SPLITS"), entry("B", "SPLITS", "defer")],
  });
  assert.deepEqual([asked, besides], [["A TIME_SERIES_DAILY full"], ["A SPLITS"]]);
  assert.equal(report.outcome, "complete");
  assert.equal(report.totals.requests, 3);
  const order = events.map(({ type }) => type).filter((type) =>
    type === "series-finished" || type === "reference-finished"
  );
  assert.deepEqual(order, ["series-finished", "reference-finished"]);
});

Deno.test("no bars due, and still what is due beside them", async () => {
  const { report, besides } = await play({ script: { watermarks: { A: MONDAY } }, entries: [entry("A", "SPLITS")] });
  assert.deepEqual([report.outcome, report.totals.requests, besides.length], ["nothing-due", 2, 1]);
});

Deno.test("what fails is kept for its clock, and the run is what its bars made of it", async () => {
  const answers = { "A SPLITS": "empty", "A DIVIDENDS": "implausible", "B SPLITS": new Error("disk full") } as const;
  const { report, failed, besides, events } = await play({ answers });
  assert.equal(report.outcome, "complete");
  assert.equal(besides.length, 8);
  assert.deepEqual(failed, ["A SPLITS empty", "A DIVIDENDS malformed", "B SPLITS database"]);
  const told = events.flatMap((event) => event.type === "reference-finished" ? [event.kind] : []);
  assert.deepEqual(told, ["empty", "malformed", "database", null, null, null, null, null]);
});

for (const kind of ["daily-limit", "quota", "bad-key", "cancelled"] as const) {
  Deno.test(`"${kind}": nothing more is asked, and nothing is held against what was`, async () => {
    const { besides, failed } = await play({ answers: { "A DIVIDENDS": kind } });
    assert.deepEqual([besides.length, failed], [2, []]);
  });
}

Deno.test("a refused form is learnt and not asked for again, the other is", async () => {
  const { besides, learnt, failed } = await play({ answers: { "A SPLITS": "premium" } });
  assert.deepEqual(besides, ["A SPLITS", "A DIVIDENDS", "B DIVIDENDS", "C DIVIDENDS", "D DIVIDENDS"]);
  assert.deepEqual(learnt.map(({ form, allowed }) => [form, allowed]), [["SPLITS", false]]);
  assert.deepEqual(failed, ["A SPLITS premium"]);
});

Deno.test("three outages in a row end it, two do not", async () => {
  const down = {
    "A SPLITS": "outage",
    "A DIVIDENDS": "outage",
    "B DIVIDENDS": "outage",
    "C SPLITS": "outage",
    "C DIVIDENDS": "outage",
  } as const;
  assert.equal((await play({ answers: down })).besides.length, 6);
});

Deno.test("stopped, halted or out of quota: not begun, not carried on", async () => {
  const stop = new AbortController();
  assert.equal((await play({ change: { stop: stop.signal }, onAsk: () => stop.abort() })).besides.length, 1);
  for (const answer of ["bad-key", "daily-limit", "quota"] as const) {
    assert.deepEqual((await play({ script: { answers: { A: answer } } })).besides, [], answer);
  }
});

Deno.test("a run that is not ours any more stores nothing further", async () => {
  const { report, besides, closed } = await play({ answers: { "A SPLITS": new LeaseLost(7) } });
  assert.deepEqual([report.outcome, besides.length, closed], ["abandoned", 1, []]);
});
