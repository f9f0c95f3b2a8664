/** Backfills as the pages get them. */
import type { BackfillCost, BackfillView, SeriesProgress } from "../../src/backfill.ts";
import { NOW } from "./page.ts";

const DAY = 86_400_000;

export function backfill(id: number, change: Partial<BackfillView> = {}): BackfillView {
  return {
    id,
    from: "2004-01-01",
    to: "2024-12-31",
    note: null,
    askedBy: "ann",
    askedAt: NOW - 3_600_000,
    state: "running",
    reason: null,
    restUntil: null,
    troubles: 0,
    finishedAt: null,
    series: 1,
    open: 1,
    names: [{ symbol: "IBM", interval: "1min" }],
    lastRun: null,
    wished: 5_000,
    held: 1_250,
    none: 0,
    refused: 0,
    failed: 0,
    requests: 180,
    takesMs: 240_000,
    ...change,
  };
}

export function progress(change: Partial<SeriesProgress> = {}): SeriesProgress {
  return {
    series: { symbol: "IBM", interval: "1min" },
    state: "open",
    reason: null,
    waitUntil: null,
    wished: 5_000,
    held: 1_250,
    none: 0,
    refused: 0,
    failed: 0,
    requests: 180,
    ...change,
  };
}

export function backfillCost(change: Partial<BackfillCost> = {}): BackfillCost {
  const { series: _, state: __, reason: ___, waitUntil: ____, ...total } = progress();
  return {
    from: "2004-01-01",
    to: "2024-12-31",
    series: [progress()],
    total,
    allowance: { perDay: 25, reserve: 4, today: 10, paceMs: 1_000 },
    takesMs: 9 * DAY,
    ...change,
  };
}
