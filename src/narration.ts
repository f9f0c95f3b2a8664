/** What does the log say of each event: how severe, in which words, with which properties beside them? */
import { seriesName } from "./bar.ts";
import type { RunEvent } from "./event.ts";
import type { AnswerKind, Outcome, SeriesStatus } from "./run.ts";

export type Level = "debug" | "info" | "warning" | "error";

export interface Description {
  readonly level: Level;
  /** One sentence for a person. */
  readonly message: string;
  /** The event's facts for a machine, flat, `event` naming its type. Times are ISO 8601 in UTC, durations in ms. */
  readonly properties: Readonly<Record<string, string | number | null>>;
}

/** Total over the union: a new event does not compile until it has its words here. */
export function describeEvent(event: RunEvent): Description {
  const run = { event: event.type, runId: event.runId };
  switch (event.type) {
    case "run-waiting":
      return {
        level: "info",
        message: `Waiting for run ${event.runId} of ${event.owner}`,
        properties: { ...run, owner: event.owner, until: iso(event.until) },
      };
    case "run-abandoned":
      return {
        level: "warning",
        message: `Run ${event.runId} of ${event.owner} was found dead and is abandoned`,
        properties: { ...run, owner: event.owner },
      };
    case "run-started":
      return {
        level: "info",
        message: `Run ${event.runId} started (${event.trigger})`,
        properties: { ...run, trigger: event.trigger, at: iso(event.at) },
      };
    case "run-planned":
      return {
        level: "info",
        message: `Planned: ${event.ask} to ask, ${event.defer} deferred, ${event.skip} not needed`,
        properties: { ...run, ask: event.ask, defer: event.defer, skip: event.skip },
      };
    case "run-cancelling": {
      const { runId, by, force } = event;
      const how = force ? "at once" : "after the series under way";
      return {
        level: "warning",
        message: `Run ${runId} is cancelled by ${by}, ${how}`,
        properties: { ...run, by, how },
      };
    }
    case "reference-finished": {
      const { form, symbol, requests, kind, message } = event;
      return {
        level: kind === null ? "info" : "warning",
        message: `${symbol === null ? "" : `${symbol} `}${form}: ${message}`,
        properties: { ...run, symbol, form, requests, kind },
      };
    }
    case "lease-lost":
      return { level: "error", message: event.message, properties: run };
    case "run-finished":
      return {
        level: levelOfOutcome(event.outcome),
        message: `Run ${event.runId} ${event.outcome}` + (event.message === null ? "" : `: ${event.message}`),
        properties: { ...run, outcome: event.outcome, durationMs: event.durationMs, ...event.totals },
      };
    default:
      return describeSeriesEvent(event);
  }
}

type SeriesEvent = Exclude<RunEvent, { type: `run-${string}` | "lease-lost" | "reference-finished" }>;

function describeSeriesEvent(event: SeriesEvent): Description {
  const series = event.type === "series-finished" ? event.result.series : event.series;
  const name = seriesName(series);
  const base = { event: event.type, runId: event.runId, symbol: series.symbol, interval: series.interval };
  switch (event.type) {
    case "series-started":
      return { level: "debug", message: `${name}: ${event.reason}`, properties: { ...base, reason: event.reason } };
    case "request-sent": {
      const { form, attempt } = event;
      return {
        level: "debug",
        message: `${name}: asking ${form}, attempt ${attempt}`,
        properties: { ...base, form, attempt },
      };
    }
    case "request-answered": {
      const { form, attempt, kind, httpStatus, bytes, durationMs, message } = event;
      return {
        level: levelOfAnswer(kind),
        message: `${name}: ${kind}, ${bytes} bytes in ${durationMs} ms` + (message === null ? "" : `: ${message}`),
        properties: { ...base, form, attempt, kind, httpStatus, bytes, durationMs },
      };
    }
    case "request-retried": {
      const { attempt, kind, delayMs } = event;
      return {
        level: "info",
        message: `${name}: ${kind}, attempt ${attempt} in ${delayMs} ms`,
        properties: { ...base, attempt, kind, delayMs },
      };
    }
    case "rows-refused": {
      const { rule, count, first } = event;
      return {
        level: "warning",
        message: `${name}: ${count} rows in quarantine, ${rule}, first "${first}"`,
        properties: { ...base, rule, count, first },
      };
    }
    case "rows-stored": {
      const { inserted, revised, unchanged, provisional } = event.counts;
      return {
        level: "info",
        message: `${name}: ${inserted} new, ${revised} revised, ${unchanged} unchanged, ${provisional} provisional`,
        properties: { ...base, ...event.counts },
      };
    }
    case "series-finished": {
      const { status, kind, message, requests, watermark } = event.result;
      return {
        level: levelOfStatus(status),
        message: `${name}: ${status} (${event.index} of ${event.of})` + (message === null ? "" : `: ${message}`),
        properties: { ...base, status, kind, requests, watermark: watermark === null ? null : iso(watermark) },
      };
    }
  }
}

function levelOfOutcome(outcome: Outcome): Level {
  if (outcome === "failed" || outcome === "abandoned") return "error";
  return outcome === "complete" || outcome === "nothing-due" ? "info" : "warning";
}

function levelOfStatus(status: SeriesStatus): Level {
  return status === "stored" ? "info" : status === "failed" ? "error" : "warning";
}

/** Wording nobody has seen before is the loudest: it may be a refusal we do not understand. */
function levelOfAnswer(kind: AnswerKind): Level {
  if (kind === "bars" || kind === "reference") return "debug";
  return kind === "unknown-notice" || kind === "bad-key" ? "error" : "warning";
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
