/** What do the messages look like when nothing has happened? One of each kind, made up, for testing the channels. */
import { type Circumstances, digestOf } from "./digest.ts";
import type { Ping } from "./delivery.ts";
import type { Incident, News } from "./incident.ts";
import { factsOfNews, factsOfRun, type Telling } from "./messages.ts";
import { NO_ROWS, outcomeOf, type SeriesResult, totalsOf } from "./run.ts";
import { alarmOf, asTest, summaryOf } from "./summary.ts";

const HOUR = 3_600_000;
const NO_NEWS: News = { opened: [], reminded: [], recovered: [], open: [] };

/** @param options.now epoch ms */
export function sampleTellings({ now, pageUrl }: { now: number; pageUrl: string | null }): Telling[] {
  const quota = { perDay: 25, usedToday: 5, blockedUntil: null };
  const circumstances = { now, quota, nextTick: now + 24 * HOUR, pageUrl };
  const incident: Incident = {
    id: 0,
    key: "stale",
    title: "the vendor does not have the newest session",
    detail: "an example",
    series: ["IBM 30min"],
    openedAt: now - HOUR,
    toldAt: now,
    reminders: 0,
    returns: 0,
    recoveredAt: null,
    quietUntil: null,
  };
  const opened = { ...NO_NEWS, opened: [incident], open: [incident] };
  const recovered = { ...NO_NEWS, recovered: [{ ...incident, recoveredAt: now }] };
  const telling = (kind: string, one: Omit<Telling, "kind" | "at" | "runId" | "ping">, ping: Ping | null): Telling => ({
    kind: "test",
    at: now,
    letter: asTest(one.letter, kind),
    facts: { test: kind, ...one.facts },
    ping,
    runId: null,
  });
  const day = {
    ...circumstances,
    since: now - 24 * HOUR,
    runs: { complete: 1 },
    inserted: 120,
    revised: 0,
    quarantined: 0,
    requests: 5,
    series: 4,
    complete: 4,
    open: [],
  };
  return [
    telling("digest", digestSample(circumstances, opened), "start"),
    telling("alarm", { letter: alarmOf(opened, circumstances), facts: factsOfNews(opened) }, "fail"),
    telling("recovery", { letter: alarmOf(recovered, circumstances), facts: factsOfNews(recovered) }, null),
    // The last ping leaves the switch as it should be.
    telling("summary", { letter: summaryOf(day), facts: {} }, "success"),
  ];
}

function digestSample(circumstances: Circumstances, news: News) {
  const { now } = circumstances;
  const result = (symbol: string, over: Partial<SeriesResult>): SeriesResult => ({
    series: { symbol: symbol as SeriesResult["series"]["symbol"], interval: "30min" },
    status: "stored",
    kind: null,
    message: null,
    requests: 1,
    counts: { ...NO_ROWS, inserted: 26 },
    watermark: now - HOUR,
    startedAt: now - 4_000,
    finishedAt: now - 2_000,
    ...over,
  });
  const results = [
    result("IBM", { status: "late", kind: "stale", message: "the vendor's newest bar is of the session before" }),
    result("MSFT", {}),
  ];
  const run = {
    id: 0,
    trigger: "schedule" as const,
    outcome: outcomeOf(results),
    message: null,
    startedAt: now - 5_000,
    finishedAt: now,
    totals: totalsOf(results),
  };
  const facts = { ...circumstances, run, results, news, gapOf: () => 0, pageUrl: null };
  return { letter: digestOf(facts), facts: factsOfRun(facts) };
}
