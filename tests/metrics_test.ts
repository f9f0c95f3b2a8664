/** Is everything measured told, nothing unknown told as 0, and the number of samples the same for one series and for ten thousand? */
import assert from "node:assert/strict";
import type { Series } from "../src/bar.ts";
import { familiesOf, type Measured } from "../src/metrics.ts";
import { openMetricsOf } from "../src/openmetrics.ts";
import { readOpenMetrics } from "./support/openmetrics.ts";
import { measured, NOW } from "./support/measured.ts";

const BUILD = { version: "1.2.3", runtime: "Deno 2", engine: "server" };
const read = (change: Partial<Measured> = {}) =>
  readOpenMetrics(openMetricsOf(familiesOf(BUILD, { ...measured(), ...change })));
const valueOf = (families: ReturnType<typeof read>, name: string, labels: Record<string, string> = {}) => {
  const { samples } = families.get(`stocks_etl_${name}`)!;
  return samples.find((one) => JSON.stringify(one.labels) === JSON.stringify(labels))?.value;
};

Deno.test("each number under its name, ages and instants in seconds", () => {
  const families = read();
  assert.equal(valueOf(families, "build", BUILD), 1);
  assert.equal(valueOf(families, "database_up"), 1);
  assert.equal(valueOf(families, "runs_last_day", { outcome: "partial" }), 2);
  assert.equal(valueOf(families, "runs_last_day", { outcome: "failed" }), 0);
  assert.equal(valueOf(families, "last_success_timestamp_seconds"), (NOW - 60_000) / 1000);
  assert.deepEqual([valueOf(families, "runs_running"), valueOf(families, "runs_stuck")], [0, 1]);
  assert.equal(valueOf(families, "run_age_seconds"), 30);
  assert.equal(valueOf(families, "tick_oldest_owed_seconds"), 10);
  assert.equal(valueOf(families, "launches_queued"), 2);
  assert.equal(valueOf(families, "launch_oldest_queued_seconds"), 5);
  assert.equal(valueOf(families, "ticks_late_last_day"), 1);
  assert.equal(valueOf(families, "series", { interval: "daily", freshness: "late" }), 1);
  assert.equal(valueOf(families, "series_behind_most", { interval: "daily" }), 3);
  assert.equal(valueOf(families, "requests_last_day", { kind: "unanswered" }), 1);
  assert.equal(valueOf(families, "quota_requests_left"), 21);
  assert.equal(valueOf(families, "outbox_waiting", { channel: "mail" }), 1);
  assert.equal(valueOf(families, "heartbeat_age_seconds", { part: "scheduler" }), 20);
  assert.equal(valueOf(families, "bars_stored"), 1e6);
});

Deno.test("what is not known is not there", () => {
  const { facts } = measured();
  const families = read({
    quota: { perDay: null, usedToday: 0, blockedUntil: null },
    nextTick: null,
    facts: { ...facts, running: null, owed: [], queued: [], schedule: null, lastRuns: {}, heartbeats: {} },
  });
  const absent = [
    ...["quota_requests_left", "next_tick_timestamp_seconds", "run_age_seconds", "tick_oldest_owed_seconds"],
    ...["last_success_timestamp_seconds", "schedule_paused", "launch_oldest_queued_seconds", "heartbeat_age_seconds"],
  ];
  for (const name of absent) assert.deepEqual(families.get(`stocks_etl_${name}`)?.samples, [], name);
  assert.deepEqual([valueOf(families, "runs_running"), valueOf(families, "runs_stuck")], [0, 0]);
});

Deno.test("without a database that is what is told", () => {
  const families = readOpenMetrics(openMetricsOf(familiesOf(BUILD, null)));
  assert.deepEqual([...families.keys()], ["stocks_etl_build", "stocks_etl_database_up"]);
  assert.equal(valueOf(families, "database_up"), 0);
});

Deno.test("ten thousand series make no sample more than eight", () => {
  const samples = (count: number) => {
    const intervals = ["1min", "5min", "15min", "30min", "60min", "daily", "weekly", "monthly"] as const;
    const series = Array.from({ length: count }, (_, index) => {
      const one: Series = { symbol: `S${index}`, interval: intervals[index % 8]! };
      return {
        state: { series: one, watermark: NOW },
        freshness: { state: "complete", target: "x", behind: 0 } as const,
      };
    });
    return [...read({ series }).values()].reduce((sum, family) => sum + family.samples.length, 0);
  };
  assert.equal(samples(10_000), samples(8));
  assert.ok(samples(10_000) < 150);
});
