/** The course of a run: months one by one, several series at once, stops, and a lease or a database that is lost. */
import assert from "node:assert/strict";
import type { Claim, Effects } from "../../src/effects.ts";
import { ingest, type RunReport } from "../../src/ingest.ts";
import type { BarRequest } from "../../src/request.ts";
import { LeaseLost, type SeriesResult } from "../../src/run.ts";
import { type Answer, MONDAY, NOW, options, played, type Script, world } from "../support/story.ts";

const MARCH = Date.parse("2023-03-31T23:30Z");
const MONTH = "A TIME_SERIES_INTRADAY full month";
const intraday = { series: [{ symbol: "A", interval: "30min" as const }] };

Deno.test("an old hole is asked for month by month within the run, and has one result", async () => {
  const series = ["B", "A"].map((symbol) => ({ symbol, interval: "30min" as const }));
  const watermarks = { A: MARCH, B: Date.parse("2023-06-30T23:30Z") };
  const { asked, told, report, events, kept } = await played("", { watermarks }, { series });
  const newest = "TIME_SERIES_INTRADAY compact";
  assert.deepEqual(asked, [`${MONTH} 2023-04`, `${MONTH} 2023-05`, `${MONTH} 2023-06`, `A ${newest}`, `B ${newest}`]);
  assert.deepEqual(told, ["A stored", "B stored"]);
  assert.equal(report.outcome, "complete");
  assert.equal(events.filter(({ type }) => type === "series-finished").length, 2);
  assert.deepEqual(kept.map(({ requests }) => requests), [1, 1, 1, 1, 1], "each request is kept once");
});

Deno.test("a month without bars is passed over; one that fails ends the series, so that nothing is jumped over", async () => {
  const at = (answers: Script["answers"]) => played("A", { watermarks: { A: MARCH }, answers }, intraday);
  for (const kind of ["empty", "bad-symbol"] as const) {
    const { asked, told, kept } = await at({ [`${MONTH} 2023-05`]: kind });
    assert.deepEqual([asked.length, told], [4, ["A stored"]]);
    assert.deepEqual(kept.map(({ requests }) => requests), [1, 2, 1]);
  }
  for (const kind of ["outage", "malformed", "refused-rows"] as const) {
    const { asked, told } = await at({ [`${MONTH} 2023-05`]: kind });
    assert.deepEqual([asked.length, told], [2, [`A failed ${kind === "refused-rows" ? "malformed" : kind}`]]);
  }
  const refused = await at({ [`${MONTH} 2023-05`]: "premium" });
  const then = ["A TIME_SERIES_INTRADAY full"];
  assert.deepEqual([refused.asked.slice(2), refused.told], [then, ["A stored"]], "the hole stays");
  const limited = await at({ [`${MONTH} 2023-05`]: "daily-limit" });
  assert.deepEqual([limited.asked.length, limited.told], [2, ["A deferred daily-limit"]]);
});

Deno.test("what is learnt after the months does not have them asked for again", async () => {
  const series = [{ symbol: "A", interval: "1min" as const }];
  const answers = { "A TIME_SERIES_INTRADAY full": "premium" } as const;
  const { asked, told } = await played("", { watermarks: { A: MARCH }, answers }, { series });
  // A compact answer does not hold a whole session of minutes.
  const newest = ["A TIME_SERIES_INTRADAY full", `${MONTH} 2023-07`];
  assert.deepEqual(asked, [`${MONTH} 2023-04`, `${MONTH} 2023-05`, `${MONTH} 2023-06`, ...newest]);
  assert.deepEqual(told, ["A stored"]);
});

Deno.test("months that the quota does not cover leave the series deferred, with what it got", async () => {
  const { asked, told, report } = await played("A", { watermarks: { A: MARCH }, perDay: 2 }, intraday);
  assert.deepEqual([asked.length, told, report.outcome], [2, ["A deferred quota"], "deferred"]);
});

Deno.test("several series are under way at once, never more than allowed, and each is asked once", async () => {
  let [open, most] = [0, 0];
  const onAsk = async () => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, open));
    open -= 1;
  };
  const symbols = Array.from({ length: 20 }, (_, index) => `S${index}`);
  const { asked, told, report } = await played(symbols.join(), { onAsk }, { concurrency: 4 });
  assert.equal(most, 4);
  assert.deepEqual(asked.map((name) => name.split(" ")[0]), symbols);
  assert.deepEqual(told.toSorted(), symbols.map((symbol) => `${symbol} stored`).sort());
  assert.equal(report.outcome, "complete");
});

Deno.test("what is learnt with others under way plans anew only what has not been begun", async () => {
  const full = "TIME_SERIES_DAILY full";
  const onAsk = ({ series: { symbol }, size }: BarRequest) =>
    // The refusal of A comes while B and C are still being answered.
    symbol !== "A" && size === "full" ? new Promise<void>((resolve) => setTimeout(resolve, 5)) : undefined;
  const { asked, told } = await played("A,B,C,D", { answers: { [`A ${full}`]: "premium" }, onAsk }, { concurrency: 3 });
  const compact = "TIME_SERIES_DAILY compact";
  assert.deepEqual(asked, [`A ${full}`, `B ${full}`, `C ${full}`, `A ${compact}`, `D ${compact}`]);
  assert.deepEqual(told.toSorted(), ["A stored", "B stored", "C stored", "D stored"]);
});

Deno.test("requests under way count when the rest is planned anew: the day's quota is never planned twice", async () => {
  const onAsk = ({ series: { symbol } }: BarRequest) =>
    symbol === "B" || symbol === "C" ? new Promise<void>((resolve) => setTimeout(resolve, 5)) : undefined;
  const answers = { "A TIME_SERIES_DAILY full": "premium" } as const;
  const { asked, told } = await played("A,B,C,D,E", { answers, onAsk, perDay: 5 }, { concurrency: 3 });
  assert.equal(asked.length, 5);
  assert.equal(told.filter((line) => line.endsWith("deferred quota")).length, 1);
});

Deno.test("a database that is gone gives up what is under way, and the run ends when all is still", async () => {
  const stage = world({ storeFails: { A: new Error("gone") }, recordFails: new Error("gone for good") });
  let open = 0;
  const effects: Effects<Answer> = {
    ...stage.effects,
    ask: (request, { signal, runId }) => {
      if (request.series.symbol === "A") return stage.effects.ask(request, { signal, runId });
      open += 1;
      return new Promise((resolve) =>
        signal.addEventListener("abort", () => {
          open -= 1;
          resolve({ kind: "cancelled", message: "given up", requests: 1 });
        })
      );
    },
    close: (runId, ending) => {
      assert.equal(open, 0, "closed with requests under way");
      return stage.effects.close(runId, ending);
    },
  };
  const report = await ingest(options("B,C,A,D", { concurrency: 3 }), effects) as RunReport;
  assert.deepEqual([report.outcome, report.message, stage.closed], ["failed", "gone for good", ["failed"]]);
  assert.deepEqual(stage.asked, ["A TIME_SERIES_DAILY full"]);
});

Deno.test("a ledger that refuses whatever the planner believes is asked once, and the run ends", async () => {
  for (const perDay of [undefined, 500]) {
    const stage = world({ perDay });
    let charges = 0;
    const effects: Effects<Answer> = {
      ...stage.effects,
      ask: () => {
        assert.ok(++charges < 10, "asked again and again");
        return Promise.resolve({ kind: "quota", message: "25 of 25 requests used today", requests: 0 });
      },
    };
    const report = await ingest(options("A,B,C"), effects) as RunReport;
    assert.deepEqual([charges, report.outcome, report.totals.deferred], [1, "deferred", 3]);
  }
});

Deno.test("under a clock that leaps past every rest a refused form is asked for once, and the run ends", async () => {
  const endless = async (kind: "quota" | "daily-limit" | "premium") => {
    const stage = world();
    let [now, asked] = [NOW, 0];
    const effects: Effects<Answer> = {
      ...stage.effects,
      now: () => now += 8 * 86_400_000,
      quota: () => Promise.resolve({ perDay: null, usedToday: 0, blockedUntil: kind === "daily-limit" ? 1 : null }),
      ask: () => {
        assert.ok(++asked < 10, "asked again and again");
        return Promise.resolve({ kind, message: "no", requests: 1 });
      },
    };
    const report = await ingest(options("A"), effects) as RunReport;
    const [{ status, kind: told, message }] = report.results as [SeriesResult];
    return [asked, status, told, message];
  };
  assert.deepEqual(await endless("daily-limit"), [1, "deferred", "daily-limit", "no"]);
  assert.deepEqual((await endless("quota")).slice(0, 3), [1, "deferred", "quota"]);
  const refused = "TIME_SERIES_DAILY full was refused as premium in this run";
  assert.deepEqual(await endless("premium"), [1, "failed", "premium", refused]);
});

Deno.test("a forced run asks what is complete, falls back as ever, and does not ask a refused form again", async () => {
  const watermarks = { A: MONDAY };
  assert.deepEqual((await played("A", { watermarks })).report.outcome, "nothing-due");
  const compact = "TIME_SERIES_DAILY compact";
  const known = { "B TIME_SERIES_DAILY full": "premium" } as const;
  const { asked, told } = await played("A,B", { watermarks, answers: known }, { force: true });
  assert.deepEqual(asked, ["B TIME_SERIES_DAILY full", `B ${compact}`, `A ${compact}`]);
  assert.deepEqual(told, ["B stored", "A stored"]);
});

Deno.test("a stop between two series finishes the first and cancels the rest", async () => {
  const stop = new AbortController();
  const { told, report, asked } = await played("A,B,C", { onAsk: () => stop.abort() }, { stop: stop.signal });
  assert.equal(asked.length, 1);
  assert.deepEqual(told, ["A stored", "B cancelled cancelled", "C cancelled cancelled"]);
  assert.equal(report.outcome, "cancelled");
});

Deno.test("a series the database refuses fails alone; a database that is gone ends the run as failed", async () => {
  const storeFails = { A: new Error("value out of range") };
  const alone = await played("A,B", { storeFails });
  assert.deepEqual(alone.told, ["A failed database", "B stored"]);
  assert.equal(alone.report.outcome, "partial");
  const gone = await played("A,B", { storeFails, recordFails: new Error("connection refused") });
  assert.equal(gone.report.outcome, "failed");
  assert.equal(gone.report.message, "connection refused");
  assert.deepEqual(gone.closed, ["failed"]);
});

Deno.test("a lost lease ends the run at once as abandoned and writes no ending", async () => {
  const stored = await played("A,B", { storeFails: { A: new LeaseLost(7) } });
  assert.equal(stored.report.outcome, "abandoned");
  assert.deepEqual(stored.closed, []);
  assert.ok(stored.events.some(({ type }) => type === "lease-lost"));
  const closing = await played("A", { closes: false });
  assert.equal(closing.report.outcome, "abandoned");
});

Deno.test("a lease lost while the vendor is asked aborts the request", async () => {
  const stage = world();
  const effects: Effects<Answer> = {
    ...stage.effects,
    ask: (_request, { signal }) => {
      stage.lease.lost();
      assert.ok(signal.aborted);
      return Promise.resolve({ kind: "cancelled", message: "aborted", requests: 1 });
    },
    record: () => Promise.reject(new LeaseLost(7)),
  };
  const report = await ingest(options("A,B"), effects) as RunReport;
  assert.equal(report.outcome, "abandoned");
  assert.deepEqual(stage.closed, []);
});

Deno.test("a run that lost its lease begins no further series, and is not called complete, though all it did went well", async () => {
  const stage = world({ onAsk: () => stage.lease.lost() });
  const report = await ingest(options("A,B"), stage.effects) as RunReport;
  assert.deepEqual([report.outcome, stage.asked.length, stage.closed], ["abandoned", 1, []]);
});

Deno.test("a claim that is not ours does nothing at all", async () => {
  const claim: Claim = { busy: { runId: 3, owner: "other" } };
  const stage = world({ claim });
  assert.equal(await ingest(options("A"), stage.effects), claim);
  assert.deepEqual([stage.asked, stage.events, stage.closed], [[], [], []]);
});
