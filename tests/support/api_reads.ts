/** What pages and programs are told when there is nothing to tell: no plan, no gap, all is well. */
import type { ApiReads } from "../../src/web/api.ts";
import type { Reads } from "../../src/web/routes.tsx";
import type { SeriesReads } from "../../src/web/series.tsx";

export function apiReads({ now }: { now: number }): ApiReads {
  const quota = { perDay: 25, usedToday: 3, blockedUntil: null };
  return {
    states: () => Promise.resolve([]),
    plan: () => Promise.resolve({ now, entries: [], heals: [], quota }),
    gaps: () => Promise.resolve({ counts: { open: 0, healed: 0, vendorHasNone: 0 }, gaps: [] }),
  };
}

/** Whatever is asked about is there. */
export const presentAt: SeriesReads["why"] = (series, date) =>
  Promise.resolve({ series, date, slot: date, verdict: "present", sentence: "1 bar" });

/** A program in order. */
export const alive: Pick<Reads, "health" | "ready"> = {
  health: () => ({ healthy: true, message: "ok", lastBeat: null, version: "1.2.3" }),
  ready: () => Promise.resolve(),
};
