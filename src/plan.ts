/** Which requests are worth making next, in which order, and why is each other series not asked? */
import { intradayLength, type Series } from "./bar.ts";
import { exchangeDate, exchangeOf, sessionsBetween } from "./calendar.ts";
import { isComplete, type Market, type Target, targetOf } from "./due.ts";
import { type BarRequest, formOf, functionOf, hasSize, type Size } from "./request.ts";
import type { FailureKind } from "./run.ts";

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
  /** Worth a request now. */
  | { readonly action: "ask"; readonly series: Series; readonly request: BarRequest; readonly reason: string }
  /** Due, but it waits: for quota, or because it was refused or late a short while ago. */
  | {
    readonly action: "defer";
    readonly series: Series;
    readonly kind: FailureKind;
    readonly reason: string;
    readonly until: number;
  }
  /** No request can bring a new settled bar. */
  | {
    readonly action: "skip";
    readonly series: Series;
    readonly why: "complete" | "not-entitled";
    readonly reason: string;
  };

/** One entry per series; those to ask come first, in the order they will be asked. */
export interface Plan {
  readonly now: number;
  readonly entries: readonly PlanEntry[];
  readonly quota: Quota;
}

/** What the decision needs besides the states. */
export interface PlanOptions {
  readonly now: number;
  readonly market: Market;
  /** Ask the adjusted functions for daily, weekly and monthly. */
  readonly adjusted: boolean;
  readonly quota: Quota;
  readonly entitlements: readonly Entitlement[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A premium refusal is believed for a week: the gates move about once a year (facts §2.1). */
export const REPROBE_MS = 7 * DAY;
/** How long a series waits after a result that asking again at once cannot mend. */
const REST_MS: Partial<Record<string, number>> = { stale: HOUR, empty: 6 * HOUR, "bad-symbol": DAY };
/** The newest points a compact answer holds are 100; a margin covers the bars it brings besides the missing ones. */
const COMPACT_POINTS = 95;

/**
 * The ordered requests of the next run, each with its reason, and why every other series is not asked.
 *
 * Order: series that hold something before series that hold nothing (keeping what we have fresh buys most), those
 * furthest behind first; what the quota does not cover is deferred from the end of that order.
 */
export function plan(states: readonly SeriesState[], options: PlanOptions): Plan {
  const { now, quota } = options;
  const decided = states.map((state) => ({ state, entry: decide(state, options) }));
  const wanted = decided.filter(({ entry }) => entry.action === "ask").sort((a, b) => urgency(a.state, b.state));
  const rest = decided.map(({ entry }) => entry).filter((entry) => entry.action !== "ask");
  const blocked = quota.blockedUntil !== null && quota.blockedUntil > now;
  const left = blocked ? 0 : quota.perDay === null ? Infinity : Math.max(0, quota.perDay - quota.usedToday);
  const asks = wanted.slice(0, left).map(({ entry }) => entry);
  const over = wanted.slice(asks.length).map(({ entry }): PlanEntry => ({
    action: "defer",
    series: entry.series,
    kind: blocked ? "daily-limit" : "quota",
    reason: blocked
      ? "the vendor said the daily limit is reached"
      : `the ${quota.perDay} requests of today are spent or planned`,
    until: blocked ? quota.blockedUntil! : nextUtcMidnight(now),
  }));
  return { now, entries: [...asks, ...over, ...rest], quota };
}

function urgency(a: SeriesState, b: SeriesState): number {
  if ((a.watermark === null) !== (b.watermark === null)) return a.watermark === null ? 1 : -1;
  return (a.watermark ?? 0) - (b.watermark ?? 0);
}

function nextUtcMidnight(now: number): number {
  return (Math.floor(now / DAY) + 1) * DAY;
}

function decide(state: SeriesState, options: PlanOptions): PlanEntry {
  const { series, watermark, last } = state;
  const { now } = options;
  const target = targetOf(series, now, options.market);
  if (isComplete(state, target)) {
    return { action: "skip", series, why: "complete", reason: `complete to ${target.name}` };
  }
  const request = cheapest(state, target, options);
  if ("refused" in request) {
    const { form, learntAt } = request.refused;
    const reason = `${form} was refused as premium on ${isoDate(learntAt)}; asked again after ${
      isoDate(learntAt + REPROBE_MS)
    }`;
    return { action: "skip", series, why: "not-entitled", reason };
  }
  const rest = last?.kind ? REST_MS[last.kind] : undefined;
  if (last !== null && rest !== undefined && last.at + rest > now) {
    const reason = last.kind === "stale"
      ? `the vendor did not have ${target.name} yet`
      : `the last answer was "${last.kind}"`;
    return { action: "defer", series, kind: last.kind as FailureKind, reason, until: last.at + rest };
  }
  const reason = watermark === null
    ? "no settled bar yet: starts with the fullest answer this key may have"
    : `has ${stampOf(series, watermark)}, not yet ${target.name}`;
  return { action: "ask", series, request, reason };
}

/** The smallest request this key may send that covers what is missing, or the refusal that leaves none. */
function cheapest(
  { series, watermark }: SeriesState,
  target: Target,
  { adjusted, entitlements, now, market }: PlanOptions,
): BarRequest | { refused: Entitlement } {
  const name = functionOf(series.interval, adjusted);
  const few = watermark !== null && pointsBetween(series, watermark, { target, market }) <= COMPACT_POINTS;
  const sizes: (Size | null)[] = !hasSize(name) ? [null] : few ? ["compact"] : ["full", "compact"];
  let refused: Entitlement | undefined;
  for (const size of sizes) {
    const request = { series, function: name, size, month: null };
    const known = entitlements.find(({ form, allowed }) => !allowed && form === formOf(request));
    if (known === undefined || known.learntAt + REPROBE_MS <= now) return request;
    refused = known;
  }
  return { refused: refused! };
}

/** How many points the vendor can have between the watermark and the target: never too few. */
function pointsBetween(
  series: Series,
  watermark: number,
  { target, market }: { target: Target; market: Market },
): number {
  const exchange = exchangeOf(series.symbol);
  const from = exchangeDate(exchange, watermark);
  const to = exchangeDate(exchange, target.availableAt);
  const sessions = sessionsBetween(exchange, from < to ? from : to, to).length;
  const length = intradayLength(series.interval);
  if (length === null) return sessions;
  return sessions * Math.ceil((market.extendedHours ? 16 * HOUR : 6.5 * HOUR) / length);
}

function stampOf(series: Series, ts: number): string {
  const iso = new Date(ts).toISOString();
  return intradayLength(series.interval) === null ? iso.slice(0, 10) : `${iso.slice(0, 16)}Z`;
}

function isoDate(ts: number): string {
  return new Date(ts).toISOString().slice(0, 10);
}
