/** A slice of a backfill: what each answer comes to, what is kept of it with the bars, and when the slice ends. */
import assert from "node:assert/strict";
import type { PartAnswer } from "../src/backfill_left.ts";
import { type PartErrand, type SliceOptions, type SliceReport, workSlice } from "../src/backfill_slice.ts";
import type { Series } from "../src/bar.ts";
import type { Effects } from "../src/effects.ts";
import { slotsBetween } from "../src/gaps.ts";
import { LeaseLost } from "../src/run.ts";
import { type Answer, reading, type Script, world } from "./support/story.ts";

const IBM: Series = { symbol: "IBM", interval: "1min" };
const MSFT: Series = { symbol: "MSFT", interval: "1min" };
/** The bar that every answer of the stage brings. */
const BAR_AT = Date.parse("2023-07-03T14:00Z");

function errand(series: Series, month: string, [from, to] = [`${month}-03`, `${month}-05`]): PartErrand {
  const request = { series, function: "TIME_SERIES_INTRADAY", size: "full", month } as const;
  return { series, request, part: month, slots: slotsBetween(series, from!, to!), from: from!, to: to! };
}

async function played(
  errands: readonly PartErrand[],
  script: Script = {},
  change: Partial<SliceOptions> = {},
  broken: Partial<Effects<Answer>> = {},
) {
  const stage = world(script);
  const parts: PartAnswer[] = [];
  const effects: Effects<Answer> = {
    ...stage.effects,
    read: (answer) => reading(answer, BAR_AT),
    store: (given, options) => {
      if (options.part !== undefined) parts.push(options.part);
      return stage.effects.store(given, options);
    },
    record: (result, options) => {
      if (options.part !== undefined) parts.push(options.part);
      return stage.effects.record(result, options);
    },
    ...broken,
  };
  const signal = new AbortController().signal;
  const report = await workSlice({
    backfillId: 3,
    errands: () => Promise.resolve(errands),
    mayGoOn: () => Promise.resolve(true),
    stop: signal,
    abort: signal,
    ...change,
  }, effects) as SliceReport;
  return { ...stage, report, parts };
}

Deno.test("each errand is sent once and kept with what it brought of the wished sessions", async () => {
  const { report, parts, asked, closed, kept } = await played([errand(IBM, "2023-07"), errand(IBM, "2023-06")]);
  assert.deepEqual(asked, [
    "IBM TIME_SERIES_INTRADAY full month 2023-07",
    "IBM TIME_SERIES_INTRADAY full month 2023-06",
  ]);
  assert.deepEqual([report.outcome, report.halt, report.broken, closed], ["complete", null, false, ["complete"]]);
  // The third and the fifth of July were wished, the bar is of the third; of June, Monday is the fifth.
  assert.deepEqual(parts.map(({ name, kind, brought, none, backfillId }) => [name, kind, brought, none, backfillId]), [
    ["2023-07", "bars", 1, 1, 3],
    ["2023-06", "bars", 0, 1, 3],
  ]);
  assert.equal(kept.length, 2);
});

Deno.test("a month without bars is an answer, and the run is none the worse for it", async () => {
  for (const kind of ["empty", "bad-symbol"] as const) {
    const { report, parts, kept } = await played([errand(IBM, "2023-06")], { answers: { IBM: kind } });
    assert.deepEqual([report.outcome, report.halt], ["complete", null]);
    assert.deepEqual([parts[0]!.kind, parts[0]!.none], [kind, 0]);
    assert.match(kept[0]!.message!, /the vendor has no bars for 2023-06/);
  }
});

Deno.test("what is not the part's fault is not kept as an answer to it", async () => {
  const cases = {
    premium: null,
    "bad-key": "vendor",
    outage: "vendor",
    burst: "vendor",
    quota: "quota",
    "daily-limit": "quota",
    cancelled: "stopped",
  } as const;
  for (const [kind, why] of Object.entries(cases)) {
    const { report, parts, asked } = await played([errand(IBM, "2023-07"), errand(MSFT, "2023-06")], {
      answers: { IBM: kind as Answer },
    });
    assert.deepEqual(parts.map(({ name }) => name), why === null ? ["2023-06"] : [], kind);
    assert.equal(report.halt?.why ?? null, why, kind);
    assert.equal(asked.length, why === null ? 2 : 1, kind);
  }
});

Deno.test("a form that was refused is not asked for again of the same series, and remembered", async () => {
  const { asked, learnt, report } = await played(
    [errand(IBM, "2023-07"), errand(IBM, "2023-06"), errand(MSFT, "2023-06")],
    { answers: { IBM: "premium" } },
  );
  assert.equal(asked.length, 2);
  assert.deepEqual(learnt.map(({ form, allowed }) => [form, allowed]), [["TIME_SERIES_INTRADAY full month", false]]);
  assert.equal(report.outcome, "partial");
});

Deno.test("rows that are all refused, and bars the database refuses, count as tries in vain", async () => {
  const refused = await played([errand(IBM, "2023-07")], { answers: { IBM: "refused-rows" } });
  assert.deepEqual([refused.parts[0]!.kind, refused.report.outcome], ["malformed", "failed"]);
  const broken = await played([errand(IBM, "2023-07"), errand(MSFT, "2023-07")], {
    storeFails: { IBM: new Error("numeric field overflow") },
  });
  assert.deepEqual(broken.parts.filter(({ kind }) => kind === "database").map(({ name }) => name), ["2023-07"]);
  assert.match(broken.kept[0]!.message!, /cannot store the bars of IBM 1min: numeric field overflow/);
  assert.equal(broken.asked.length, 2);
});

Deno.test("it makes way between two requests, for a stop and for what has come due", async () => {
  let left = 1;
  const yielding = await played([errand(IBM, "2023-07"), errand(IBM, "2023-06")], {}, {
    mayGoOn: () => Promise.resolve(left-- > 0),
  });
  assert.deepEqual([yielding.asked.length, yielding.report.outcome, yielding.report.halt], [1, "complete", {
    why: "stopped",
  }]);
  const stop = new AbortController();
  stop.abort();
  const stopped = await played([errand(IBM, "2023-07")], {}, { stop: stop.signal });
  assert.deepEqual([stopped.asked.length, stopped.report.outcome], [0, "nothing-due"]);
});

Deno.test("a lost lease ends it at once, and nothing more is stored", async () => {
  const { report, events } = await played([errand(IBM, "2023-07"), errand(IBM, "2023-06")], {
    storeFails: { IBM: new LeaseLost(7) },
  });
  assert.deepEqual([report.outcome, report.broken], ["abandoned", true]);
  assert.ok(events.some(({ type }) => type === "lease-lost"));
});

Deno.test("what goes wrong before the first request ends the run, and says so", async () => {
  const { report, closed } = await played([], {}, { errands: () => Promise.reject(new Error("no such table")) });
  assert.deepEqual([report.outcome, report.message, report.broken, closed], ["failed", "no such table", true, [
    "failed",
  ]]);
});

Deno.test("a run that is not ours to make is not begun", async () => {
  const { report, asked } = await played([errand(IBM, "2023-07")], { claim: { taken: true } });
  assert.deepEqual([report, asked], [{ taken: true }, []]);
});

Deno.test("its events are those of any run", async () => {
  const { events } = await played([errand(IBM, "2023-07"), errand(MSFT, "2023-07")]);
  assert.deepEqual(events.map(({ type }) => type), [
    "run-started",
    "run-planned",
    "series-started",
    "rows-stored",
    "series-finished",
    "series-started",
    "rows-stored",
    "series-finished",
    "run-finished",
  ]);
  const finished = events.flatMap((event) => event.type === "series-finished" ? [[event.index, event.of]] : []);
  assert.deepEqual(finished, [[1, 2], [2, 2]]);
});
