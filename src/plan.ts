/** Which requests are worth making next, in which order, and why is each other series not asked? */
import type { Series } from "./bar.ts";
import type { BarRequest } from "./request.ts";

/** What the database knows of a series before a run. Times are epoch ms. */
export interface SeriesState {
  readonly series: Series;
  /** Oldest stored bar; `null` when there is none. */
  readonly first: number | null;
  /** Newest settled bar; `null` when there is none. */
  readonly watermark: number | null;
  /** Newest bar of any kind. */
  readonly newest: number | null;
  /** When the vendor last answered with bars for it. */
  readonly answeredAt: number | null;
  /** The last finished result, if any. */
  readonly last: { readonly status: string; readonly kind: string | null; readonly at: number } | null;
}

/** What this key may ask, by {@link formOf}. A form that is not listed has not been tried. */
export interface Entitlement {
  readonly form: string;
  readonly allowed: boolean;
  /** When the answer that taught it came, epoch ms. */
  readonly learntAt: number;
}

/** Requests left, as the ledger knows it. */
export interface Quota {
  /** Allowed per day; `null`: no daily limit. */
  readonly perDay: number | null;
  /** Sent since 00:00 UTC with this key. */
  readonly usedToday: number;
  /** After a daily-limit answer: not before this instant (epoch ms); else `null`. */
  readonly blockedUntil: number | null;
}

export type PlanEntry =
  | { readonly action: "ask"; readonly series: Series; readonly request: BarRequest; readonly reason: string }
  | { readonly action: "defer"; readonly series: Series; readonly reason: string; readonly until: number | null }
  | {
    readonly action: "skip";
    readonly series: Series;
    readonly why: "complete" | "not-entitled" | "asked-recently";
    readonly reason: string;
  };

/** One entry per configured series; those to ask come first, in the order they will be asked. */
export interface Plan {
  readonly now: number;
  readonly entries: readonly PlanEntry[];
  readonly quota: Quota;
}
