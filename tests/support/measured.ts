/** Measurements of a program with something of everything, for what shows them. */
import type { Measured, MetricFacts } from "../../src/metrics.ts";

export const NOW = Date.parse("2026-11-20T12:00:00Z");

const FACTS: MetricFacts = {
  now: NOW,
  runs: { complete: 5, partial: 2 },
  lastRuns: { complete: NOW - 90_000, "nothing-due": NOW - 60_000, partial: NOW - 10_000 },
  running: { startedAt: NOW - 30_000, alive: false },
  inserted: 100,
  revised: 1,
  quarantined: 2,
  queued: [NOW - 5_000, NOW - 1_000],
  ticks: { requested: 3, skipped: 1, failed: 0, late: 1 },
  owed: [NOW - 10_000],
  schedule: { evaluatedTo: NOW - 20_000, paused: false },
  requests: { bars: 7, unanswered: 1 },
  outbox: [{ channel: "mail", waiting: 1, undeliverable: 2, oldest: NOW - 1_000 }],
  incidents: 1,
  heartbeats: { scheduler: NOW - 20_000 },
  bars: 1_000_000,
  databaseBytes: 123_456_789,
};

export function measured(): Measured {
  return {
    facts: FACTS,
    quota: { perDay: 25, usedToday: 4, blockedUntil: null },
    nextTick: NOW + 60_000,
    series: [
      {
        state: { series: { symbol: "IBM", interval: "daily" }, watermark: NOW - 86_400_000 },
        freshness: { state: "late", target: "the session of 2026-11-19", behind: 3 },
      },
      {
        state: { series: { symbol: "IBM", interval: "30min" }, watermark: null },
        freshness: { state: "empty", target: "the session of 2026-11-19", behind: null },
      },
    ],
  };
}
