/** What is measured of the program, under which names? Every label has a handful of values, however many series there are. Pure. */
import { INTERVALS } from "./bar.ts";
import { CHANNELS } from "./delivery.ts";
import type { Freshness } from "./freshness.ts";
import type { Family, Sample } from "./openmetrics.ts";
import type { Quota, SeriesState } from "./plan.ts";
import type { AnswerKind, Outcome } from "./run.ts";

/** What the rows say, so that what no process lives to tell is told as well. Instants are epoch ms, of the last day: 24 hours. */
export interface MetricFacts {
  readonly now: number;
  /** Runs begun in the last day that have ended. */
  readonly runs: Readonly<Partial<Record<Outcome, number>>>;
  /** When the newest run of each outcome ended, of all that are kept. */
  readonly lastRuns: Readonly<Partial<Record<Outcome, number>>>;
  /** The run without an end; `alive`: its process still renews the lease. */
  readonly running: { readonly startedAt: number; readonly alive: boolean } | null;
  readonly inserted: number;
  readonly revised: number;
  readonly quarantined: number;
  /** When launches were asked for that still wait. */
  readonly queued: readonly number[];
  /** Ticks that came due in the last day. `late`: noticed long after. */
  readonly ticks: Readonly<Record<"requested" | "skipped" | "failed" | "late", number>>;
  /** When ticks came due that are owed a run. */
  readonly owed: readonly number[];
  /** `null`: nobody has looked at the schedule yet. */
  readonly schedule: { readonly evaluatedTo: number; readonly paused: boolean } | null;
  /** Requests of the last day by their answer; `unanswered` has none. */
  readonly requests: Readonly<Partial<Record<AnswerKind | "cancelled" | "unanswered", number>>>;
  readonly outbox: readonly {
    readonly channel: string;
    readonly waiting: number;
    /** Given up in the last day. */
    readonly undeliverable: number;
    readonly oldest: number | null;
  }[];
  readonly incidents: number;
  /** When each part of any program said last that it lives. */
  readonly heartbeats: Readonly<Record<string, number>>;
  /** As the planner of the database estimates it. */
  readonly bars: number;
  readonly databaseBytes: number;
}

export interface Measured {
  readonly facts: MetricFacts;
  readonly quota: Quota;
  readonly nextTick: number | null;
  readonly series: readonly {
    readonly state: Pick<SeriesState, "series" | "watermark">;
    readonly freshness: Freshness;
  }[];
}

export interface Build {
  readonly version: string;
  readonly runtime: string;
  readonly engine: string;
}

const PREFIX = "stocks_etl_";
const OUTCOMES = ["complete", "partial", "deferred", "nothing-due", "failed", "cancelled", "abandoned"] as const;
const SUCCESSES = ["complete", "nothing-due"] as const;
const ANSWERS = [
  ...[
    "bars",
    "empty",
    "stale",
    "burst",
    "daily-limit",
    "premium",
    "bad-symbol",
    "bad-key",
    "outage",
    "malformed",
  ] as const,
  ...["unknown-notice", "cancelled", "unanswered"] as const,
];
const PARTS = ["scheduler", "worker", "notifier", "healer"] as const;

/** `null`: the database does not answer. */
export function familiesOf(build: Build, measured: Measured | null): Family[] {
  const { version, runtime, engine } = build;
  const about = [
    {
      ...gauge("build", "Which program this is", [{ labels: { version, runtime, engine }, value: 1 }]),
      type: "info" as const,
    },
    gauge(
      "database_up",
      "1: the database answers. 0: it does not, and nothing else is told",
      one(measured === null ? 0 : 1),
    ),
  ];
  if (measured === null) return about;
  const { facts } = measured;
  return [
    ...about,
    ...ofRuns(facts),
    ...ofSchedule(measured),
    ...ofSeries(measured),
    ...ofRequests(measured),
    ...ofNotices(facts),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name: PREFIX + name, type: "gauge", help, samples };
}

function one(value: number | null): Sample[] {
  return [{ value }];
}

function seconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : ms / 1000;
}

function oldest(instants: readonly number[], now: number): number | null {
  return instants.length === 0 ? null : Math.max(0, now - Math.min(...instants)) / 1000;
}

function ofRuns(
  { now, runs, lastRuns, running, inserted, revised, quarantined, bars, databaseBytes }: MetricFacts,
): Family[] {
  const successes = SUCCESSES.flatMap((outcome) => lastRuns[outcome] ?? []);
  return [
    gauge(
      "runs_last_day",
      "Runs begun in the last 24 hours, by outcome",
      OUTCOMES.map((outcome) => ({ labels: { outcome }, value: runs[outcome] ?? 0 })),
    ),
    gauge(
      "last_run_timestamp_seconds",
      "When the newest run of each outcome ended",
      OUTCOMES.map((outcome) => ({ labels: { outcome }, value: seconds(lastRuns[outcome]) })),
    ),
    gauge(
      "last_success_timestamp_seconds",
      "When the newest run ended that was complete or found nothing due",
      one(successes.length === 0 ? null : seconds(Math.max(...successes))),
    ),
    gauge("runs_running", "Runs at work", one(running?.alive === true ? 1 : 0)),
    gauge(
      "runs_stuck",
      "Runs without an end whose process has stopped renewing the lease: killed, or cut off",
      one(running?.alive === false ? 1 : 0),
    ),
    gauge(
      "run_age_seconds",
      "How long ago the run without an end began",
      one(running === null ? null : oldest([running.startedAt], now)),
    ),
    gauge("bars_inserted_last_day", "Bars that runs of the last 24 hours brought", one(inserted)),
    gauge("bars_revised_last_day", "Settled bars that came back different", one(revised)),
    gauge("rows_quarantined_last_day", "Rows of the vendor that broke a rule", one(quarantined)),
    gauge("bars_stored", "Bars in the table, as the database's planner estimates it", one(bars)),
    gauge("database_size_bytes", "Bytes the database takes on its disk", one(databaseBytes)),
  ];
}

function ofSchedule({ facts, nextTick }: Measured): Family[] {
  const { now, ticks, owed, schedule, queued, heartbeats } = facts;
  return [
    gauge(
      "ticks_last_day",
      "Ticks that came due in the last 24 hours, by what became of them",
      (["requested", "skipped", "failed"] as const).map((state) => ({ labels: { state }, value: ticks[state] })),
    ),
    gauge(
      "ticks_late_last_day",
      "Ticks noticed more than two minutes late: no program was there to see them",
      one(ticks.late),
    ),
    gauge("ticks_owed", "Ticks that wait for their run", one(owed.length)),
    gauge("tick_oldest_owed_seconds", "How long ago the oldest of them came due", one(oldest(owed, now))),
    gauge("next_tick_timestamp_seconds", "When the schedule is due next", one(seconds(nextTick))),
    gauge(
      "schedule_evaluated_timestamp_seconds",
      "Up to when the clock has been looked at",
      one(seconds(schedule?.evaluatedTo)),
    ),
    gauge(
      "schedule_paused",
      "1: an operator has paused the schedule",
      one(schedule === null ? null : Number(schedule.paused)),
    ),
    gauge("launches_queued", "Runs asked for by hand that wait", one(queued.length)),
    gauge("launch_oldest_queued_seconds", "How long ago the oldest of them was asked for", one(oldest(queued, now))),
    gauge(
      "heartbeat_age_seconds",
      "How long ago each part of the newest program said that it lives",
      PARTS.map((part) => ({
        labels: { part },
        value: heartbeats[part] === undefined ? null : oldest([heartbeats[part]], now),
      })),
    ),
  ];
}

function ofSeries({ series }: Measured): Family[] {
  const intervals = INTERVALS.filter((interval) => series.some(({ state }) => state.series.interval === interval));
  const of = (interval: string) => series.filter(({ state }) => state.series.interval === interval);
  const states = ["complete", "late", "empty"] as const;
  return [
    gauge(
      "series",
      "Configured series by interval and freshness",
      intervals.flatMap((interval) =>
        states.map((freshness) => ({
          labels: { interval, freshness },
          value: of(interval).filter((one) => one.freshness.state === freshness).length,
        }))
      ),
    ),
    gauge(
      "series_behind_most",
      "Closed sessions (weeks, months) that the series furthest behind lacks",
      intervals.map((interval) => ({
        labels: { interval },
        value: of(interval).reduce((most, { freshness }) => Math.max(most, freshness.behind ?? 0), 0),
      })),
    ),
    gauge(
      "series_oldest_watermark_timestamp_seconds",
      "The oldest of the newest settled bars",
      intervals.map((interval) => {
        const watermarks = of(interval).flatMap(({ state }) => state.watermark ?? []);
        const oldest = watermarks.reduce((least, watermark) => Math.min(least, watermark), Infinity);
        return { labels: { interval }, value: watermarks.length === 0 ? null : oldest / 1000 };
      }),
    ),
  ];
}

function ofRequests({ facts: { now, requests }, quota: { perDay, usedToday, blockedUntil } }: Measured): Family[] {
  return [
    gauge(
      "requests_last_day",
      "Requests to the vendor in the last 24 hours, by what came back",
      ANSWERS.map((kind) => ({ labels: { kind }, value: requests[kind] ?? 0 })),
    ),
    gauge("quota_requests_used", "Requests of this key since 00:00 UTC", one(usedToday)),
    gauge(
      "quota_requests_left",
      "Requests left today; absent without a daily limit",
      one(perDay === null ? null : Math.max(0, perDay - usedToday)),
    ),
    gauge(
      "quota_blocked_seconds",
      "How long the key rests after the vendor said that its day is used up",
      one(blockedUntil === null ? 0 : Math.max(0, blockedUntil - now) / 1000),
    ),
  ];
}

function ofNotices({ now, outbox, incidents }: MetricFacts): Family[] {
  const of = (channel: string) => outbox.find((one) => one.channel === channel);
  return [
    gauge(
      "outbox_waiting",
      "Messages on their way",
      CHANNELS.map((channel) => ({
        labels: { channel },
        value: of(channel)?.waiting ?? 0,
      })),
    ),
    gauge(
      "outbox_undeliverable_last_day",
      "Messages given up in the last 24 hours",
      CHANNELS.map((channel) => ({
        labels: { channel },
        value: of(channel)?.undeliverable ?? 0,
      })),
    ),
    gauge(
      "outbox_oldest_waiting_seconds",
      "How long the oldest message waits",
      CHANNELS.map((channel) => {
        const since = of(channel)?.oldest ?? null;
        return { labels: { channel }, value: since === null ? null : oldest([since], now) };
      }),
    ),
    gauge("incidents_open", "Problems that are open", one(incidents)),
  ];
}
