/** What do the list of runs and the page of a run read? */
import type { App } from "./app.ts";
import { compareSettings } from "./kept_settings.ts";
import { runFile } from "./log_name.ts";
import { eventCounts, searchEvents } from "./postgres/event_search.ts";
import { waitingLaunches } from "./postgres/launches.ts";
import { settingsOfRun } from "./postgres/run_settings.ts";
import { resultsOf } from "./postgres/results.ts";
import { listRuns, runCounts, runsAgain } from "./postgres/run_list.ts";
import { runById } from "./postgres/runs.ts";
import { toldOf } from "./postgres/told.ts";
import { tickById } from "./postgres/tick_list.ts";
import type { RunReads } from "./web/run.tsx";
import type { RunsReads } from "./web/runs.tsx";
import { SPAN_TYPES } from "./web/spans.ts";

const WEEK = 7 * 86_400_000;
const MOST_AGAIN = 10;
/** A drawing shows the first series: five hundred events of a hundred series at most. */
const MOST_SPAN_EVENTS = 2_000;

export function runsReads(opened: Promise<App>): RunsReads {
  return {
    runs: async ({ outcome, ...filter }) =>
      await listRuns((await opened).database, { ...filter, outcomes: outcome === null ? null : [outcome] }),
    counts: async (now) => {
      const counts = await runCounts((await opened).database, { since: now - WEEK });
      return Object.fromEntries(counts.map(({ outcome, count }) => [outcome ?? "running", count]));
    },
    waiting: async () => await waitingLaunches((await opened).database),
  };
}

export function runReads(opened: Promise<App>): RunReads {
  return {
    run: async (id) => await runById((await opened).database, id),
    results: async (id) => await resultsOf((await opened).database, id),
    events: async (filter) => await searchEvents((await opened).database, filter),
    again: async (runId) => await runsAgain((await opened).database, { runId, limit: MOST_AGAIN }),
    eventCounts: async (id) => {
      const counts = await eventCounts((await opened).database, id);
      const by = (name: "level" | "type") => {
        const sums: Record<string, number> = {};
        for (const row of counts) sums[row[name]] = (sums[row[name]] ?? 0) + row.count;
        return sums;
      };
      return { levels: by("level"), types: by("type") };
    },
    spanEvents: async (runId, of) =>
      await searchEvents((await opened).database, {
        ...of,
        runId,
        types: SPAN_TYPES,
        after: 0,
        limit: MOST_SPAN_EVENTS,
      }),
    told: async (id) => await toldOf((await opened).database, id),
    settings: async (id) => {
      const { database, settings } = await opened;
      const then = await settingsOfRun(database, id);
      return then === null ? null : compareSettings(then, settings ?? []);
    },
    tickDueAt: async (id) => (await tickById((await opened).database, id))?.dueAt ?? null,
    logFile: async ({ id, startedAt }) => {
      const { logDir } = (await opened).config;
      if (logDir === null) return null;
      const { month, name } = runFile({ runId: id, at: startedAt });
      const path = `${logDir}/${month}/${name}`;
      try {
        if (!(await Deno.stat(path)).isFile) return null;
      } catch {
        // Swept away, or written by a process on another machine.
        return null;
      }
      return { name, text: async () => (await Deno.open(path)).readable };
    },
  };
}
