/** What do the messages rest on? Facts read from the database, and what they come to: letters that are not yet addressed. */
import { gapOf, lateBars, type ScheduleState, seenByClock, tickProblem } from "./alarm.ts";
import { backfillLetter, factsOfBackfill } from "./backfill_letter.ts";
import { seriesName } from "./bar.ts";
import { type Circumstances, digestOf, type FinishedRun, type RunFacts } from "./digest.ts";
import { isComplete, type Market, targetOf } from "./due.ts";
import { SCHEDULE, type Served, servedBy } from "./heartbeat.ts";
import { type Incident, type Look, type News, type Problem, problemsOf, seenByRun } from "./incident.ts";
import { factsOfNews, factsOfRun, pingOf, redacted, type Telling } from "./messages.ts";
import type { SeriesState } from "./plan.ts";
import { backfillById, seriesOfBackfill } from "./postgres/backfills.ts";
import { happenedSince, scheduleState } from "./postgres/day.ts";
import { quotaState } from "./postgres/quota.ts";
import { resultsOf } from "./postgres/results.ts";
import { runById } from "./postgres/runs.ts";
import { seriesStates } from "./postgres/states.ts";
import type { SeriesResult } from "./run.ts";
import { dueTicks, nextTick, type Schedule } from "./schedule.ts";
import { scheduleInForce } from "./steer_schedule.ts";
import { alarmOf, type DayFacts, summaryOf } from "./summary.ts";
import { marketOf, type Rooms } from "./wiring.ts";

const DAY = 86_400_000;
/** Of a backfill: more are counted. */
const MOST_SERIES = 200;

/** How everything stands at one instant. */
export interface Standing extends Circumstances {
  readonly market: Market;
  readonly states: readonly SeriesState[];
  /** Names of the configured series. */
  readonly configured: ReadonlySet<string>;
  /** Of them those that hold all they can. */
  readonly complete: ReadonlySet<string>;
  /** The one in force: the operator's, or the configured one. */
  readonly schedule: Schedule;
  /** `null`: nobody has looked at it yet. */
  readonly ticks: ScheduleState | null;
  readonly served: Served;
}

export async function standingNow(rooms: Rooms): Promise<Standing> {
  const { config, database, keyHash, world } = rooms;
  const { series, notices, vendor } = config;
  const now = world.now();
  const market = marketOf(config);
  const states = await seriesStates(database, series);
  const schedule = await scheduleInForce(rooms);
  const ticks = await scheduleState(database, { schedule: SCHEDULE, now });
  const complete = states.filter((state) => isComplete(state, targetOf(state.series, now, market)));
  return {
    now,
    market,
    states,
    configured: new Set(series.map(seriesName)),
    complete: new Set(complete.map((state) => seriesName(state.series))),
    quota: await quotaState(database, { keyHash, now, perDay: vendor.perDay }),
    nextTick: ticks?.paused === true ? null : nextTick(schedule, now),
    pageUrl: notices.pageUrl,
    schedule,
    ticks,
    served: await servedBy(rooms),
  };
}

/** A closed run with its results, without a secret; `null`: it is no longer kept, or still at work. */
export async function finishedRun(
  { database }: Pick<Rooms, "database">,
  { runId, redact }: { runId: number; redact: (text: string) => string },
): Promise<{ run: FinishedRun; results: SeriesResult[] } | null> {
  const run = await runById(database, runId);
  if (run === null || run.outcome === null || run.finishedAt === null) return null;
  const { outcome, finishedAt } = run;
  return redacted({ run: { ...run, outcome, finishedAt }, results: await resultsOf(database, runId) }, redact);
}

/** What a run found. Problems are as old as the run that met them, so that days are counted from start to start. */
export function lookOfRun(
  { run, results }: { run: FinishedRun; results: readonly SeriesResult[] },
  standing: Standing,
): Look {
  const stored = results.filter(({ status }) => status === "stored").map(({ series }) => seriesName(series));
  const healed = new Set([...stored, ...standing.complete]);
  return {
    at: run.startedAt,
    problems: keptProblems(problemsOf(run, results), standing),
    sees: standing.served === "theirs" ? () => false : seenByRun,
    healed: (series) => healed.has(series) || isDropped(series, standing),
  };
}

/**
 * Those whose end will be seen: of series that are asked again. What was launched once, or is asked by hand beside a
 * program of another configuration, is told with its run alone.
 */
function keptProblems(problems: readonly Problem[], { configured, served }: Standing): Problem[] {
  if (served === "theirs") return [];
  return problems.flatMap((problem) => {
    const series = problem.series.filter((one) => configured.has(one));
    return series.length === 0 && problem.series.length > 0 ? [] : [{ ...problem, series }];
  });
}

/** Nobody's business any more: not configured here, nor where another configuration is served. */
function isDropped(series: string, { configured, served }: Standing): boolean {
  return served !== "theirs" && !configured.has(series);
}

export function tellRun(
  { run, results }: { run: FinishedRun; results: readonly SeriesResult[] },
  { news, standing }: { news: News; standing: Standing },
): Telling {
  const { now, quota, nextTick, pageUrl, market } = standing;
  const facts: RunFacts = {
    // Not the whole row: who holds a lease is nobody's business outside.
    run: {
      id: run.id,
      trigger: run.trigger,
      outcome: run.outcome,
      message: run.message,
      startedAt: run.startedAt,
      finishedAt: run.finishedAt,
      totals: run.totals,
    },
    results,
    news,
    gapOf: (series, watermark) => gapOf(series, watermark, { now, market }),
    now,
    quota,
    nextTick,
    pageUrl,
  };
  return {
    kind: "run",
    at: run.finishedAt,
    letter: digestOf(facts),
    facts: factsOfRun(facts),
    ping: pingOf(run.outcome),
    runId: run.id,
  };
}

/** A backfill that has ended, or has stopped by itself; `null`: it is no longer kept. */
export async function tellBackfill(
  { database }: Pick<Rooms, "database">,
  { backfillId, standing, redact }: { backfillId: number; standing: Standing; redact: (text: string) => string },
): Promise<{ readonly telling: Telling; readonly done: boolean } | null> {
  const found = await backfillById(database, backfillId);
  if (found === null) return null;
  const series = await seriesOfBackfill(database, { backfillId, limit: MOST_SERIES });
  const { now, quota, nextTick, pageUrl } = standing;
  const facts = redacted({ backfill: { ...found, takesMs: null }, series, now, quota, nextTick, pageUrl }, redact);
  return {
    telling: {
      kind: "backfill",
      at: found.finishedAt ?? now,
      letter: backfillLetter(facts),
      facts: factsOfBackfill(facts),
      ping: null,
      runId: null,
    },
    done: found.state === "complete",
  };
}

/**
 * What the clock finds: ticks that did not fire, bars that are late. Nothing when nobody serves the schedule: who stopped the
 * program, and runs it by hand, expects no tick.
 */
export function lookByClock(standing: Standing): (known: readonly Incident[]) => Look {
  const { now, market, states, complete, schedule, ticks, served } = standing;
  const tick = served === "ours" ? tickProblem(ticks, { now, dueAfter: (after) => nextTick(schedule, after) }) : null;
  const lastDue = (upTo: number) => dueTicks(schedule, { after: upTo - 400 * DAY, upTo, limit: 1 }).ticks[0] ?? null;
  const isWatched = served === "ours" && ticks !== null && !ticks.paused;
  return (known) => {
    const explained = known.filter(({ key, recoveredAt }) => recoveredAt === null && !seenByClock(key));
    const troubled = new Set(explained.flatMap(({ series }) => series));
    const bars = isWatched ? lateBars(states, { now, market, known: troubled, lastDue }) : null;
    return {
      at: now,
      problems: [tick, bars].filter((problem) => problem !== null),
      sees: seenByClock,
      healed: (series) => complete.has(series) || isDropped(series, standing),
    };
  };
}

export function tellAlarm(news: News, standing: Standing): Telling {
  const letter = alarmOf(news, standing);
  return { kind: "alarm", at: standing.now, letter, facts: factsOfNews(news), ping: null, runId: null };
}

/** The last 24 hours, but for what is open: that is known under the lock. */
export async function dayFacts({ database }: Rooms, standing: Standing): Promise<Omit<DayFacts, "open">> {
  const { now, quota, nextTick, pageUrl, configured, complete } = standing;
  const since = now - DAY;
  const happened = await happenedSince(database, since);
  return { now, since, quota, nextTick, pageUrl, series: configured.size, complete: complete.size, ...happened };
}

export function tellDay(facts: DayFacts): Telling {
  const { runs, inserted, revised, quarantined, requests, series, complete, open } = facts;
  return {
    kind: "summary",
    at: facts.now,
    letter: summaryOf(facts),
    facts: {
      since: new Date(facts.since).toISOString(),
      runs,
      inserted,
      revised,
      quarantined,
      requests,
      series,
      complete,
      ...factsOfNews({ opened: [], reminded: [], recovered: [], open }),
    },
    ping: null,
    runId: null,
  };
}
