/** Which requests are worth making next, in which order, and why is each other series not asked? */
import { intradayLength, type Series } from "./bar.ts";
import { type Attempt, troubleOf } from "./breaker.ts";
import { coverageOf } from "./coverage.ts";
import { endedOn, isComplete, type Target, targetOf } from "./due.ts";
import { REPROBE_MS } from "./entitlement.ts";
import type { AskOptions } from "./holes.ts";
import type { Lags } from "./publication.ts";
import type { ReferencePlanEntry } from "./reference.ts";
import type { BarRequest } from "./request.ts";
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
  /** The newest times it was really asked for, newest first. */
  readonly recent: readonly Attempt[];
  /** The exchange's date on which its symbol was delisted; `null` or absent: listed, or nothing known (see `listing`). */
  readonly delistedOn?: string | null;
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

/** Due, but it waits: for quota, or because it was refused or late a short while ago. */
export interface Deferral {
  readonly action: "defer";
  readonly series: Series;
  readonly kind: FailureKind;
  readonly reason: string;
  /** Epoch ms. */
  readonly until: number;
}

/** Worth a request now, or several that follow each other. */
export interface Ask {
  readonly action: "ask";
  readonly series: Series;
  readonly request: BarRequest;
  /** Sent after it, in this order, each when the one before has been stored. */
  readonly then: readonly BarRequest[];
  /** What becomes of the series after these: `null` when they cover all that it lacks. */
  readonly later: Deferral | null;
  readonly reason: string;
}

export type PlanEntry =
  | Ask
  | Deferral
  /** No request can bring a new settled bar. */
  | {
    readonly action: "skip";
    readonly series: Series;
    readonly why: "complete" | "not-entitled" | "delisted";
    readonly reason: string;
  };

/** One entry per series; those to ask come first, in the order they will be asked. */
export interface Plan {
  readonly now: number;
  readonly entries: readonly PlanEntry[];
  readonly quota: Quota;
  /** What is due beside bars, asked after them; absent where only bars are planned. */
  readonly reference?: readonly ReferencePlanEntry[];
}

/** What the decision needs besides the states. */
export interface PlanOptions extends AskOptions {
  readonly quota: Quota;
  readonly lags: Lags;
  /**
   * Every series is asked, whatever was known of it before this instant (epoch ms): complete, resting after failures,
   * refused as premium, not yet published. The quota is kept. `null`: only what is worth asking.
   */
  readonly forcedAt: number | null;
}

const DAY = 86_400_000;

/** Users met the daily limit one request early (facts §2.3): of a quota that can spare it, one is left for retries. */
const KEPT_BACK = 1;
const SPARES_FROM = 10;

/**
 * The ordered requests of the next run, each with its reason, and why every other series is not asked.
 *
 * Order: by what a request buys, which is the closed sessions it brings that the series lacks (a series with no bars
 * counts as a hundred behind); then those furthest behind. So a key with too few requests a day for its series fills new
 * ones first and then goes around, each request bringing all that has closed since the last. What the quota does not
 * cover is deferred from the end of that order.
 */
export function plan(states: readonly SeriesState[], options: PlanOptions): Plan {
  const { now, quota } = options;
  const decided = states.map((state) => decide(state, options));
  const wanted = decided.filter((one) => one.entry.action === "ask") as Wanted[];
  const rest = decided.map(({ entry }) => entry).filter((entry) => entry.action !== "ask");
  return { now, entries: [...ration(wanted.sort(byWorth), { now, quota }), ...rest], quota };
}

interface Wanted {
  readonly entry: Ask;
  readonly watermark: number | null;
  readonly gain: number;
}

function byWorth(a: Wanted, b: Wanted): number {
  const reached = ({ watermark }: Wanted) => watermark ?? Number.MAX_VALUE;
  return b.gain - a.gain || reached(a) - reached(b);
}

/** Gives out the day's requests from the front. */
function ration(wanted: readonly Wanted[], { now, quota }: { now: number; quota: Quota }): PlanEntry[] {
  let left = requestsLeft(quota, now);
  return wanted.map(({ entry }): PlanEntry => {
    const requests = [entry.request, ...entry.then];
    const given = requests.slice(0, left);
    left -= given.length;
    const later = given.length === requests.length ? null : deferral(entry.series, { now, quota });
    const [request, ...then] = given;
    return request === undefined ? later! : { ...entry, request, then, later };
  });
}

/** Requests that may still be planned today. `now`: epoch ms. */
export function requestsLeft({ perDay, usedToday, blockedUntil }: Quota, now: number): number {
  if (blockedUntil !== null && blockedUntil > now) return 0;
  if (perDay === null) return Infinity;
  return Math.max(0, perDay - (perDay < SPARES_FROM ? 0 : KEPT_BACK) - usedToday);
}

function deferral(series: Series, { now, quota }: { now: number; quota: Quota }): Deferral {
  const { perDay, blockedUntil } = quota;
  if (blockedUntil !== null && blockedUntil > now) {
    const reason = "the vendor said the daily limit is reached";
    return { action: "defer", series, kind: "daily-limit", reason, until: blockedUntil };
  }
  const reason = `the ${perDay} requests of today are spent or planned`;
  return { action: "defer", series, kind: "quota", reason, until: (Math.floor(now / DAY) + 1) * DAY };
}

function decide(state: SeriesState, options: PlanOptions): Wanted | { entry: PlanEntry } {
  const { series, watermark } = state;
  const { now, forcedAt } = options;
  const forced = forcedAt !== null;
  const ended = endedOn(state);
  if (ended !== null && !forced) {
    const reason = `delisted on ${ended}, and the vendor has answered since: its bars stay`;
    return { entry: { action: "skip", series, why: "delisted", reason } };
  }
  const target = targetOf(series, now, options.market);
  const complete = isComplete(state, target);
  if (complete && !forced) {
    return { entry: { action: "skip", series, why: "complete", reason: `complete to ${target.name}` } };
  }
  const trouble = troubleOf(state.recent);
  // A refusal that came after the force was applied is news.
  const entitlements = options.entitlements.filter(({ learntAt }) => !forced || learntAt >= forcedAt);
  // A series that fails may have ended: its months between then and now would be asked for nothing.
  const found = coverageOf(state, target, { ...options, entitlements, months: trouble === null });
  if ("refused" in found) {
    const { form, learntAt } = found.refused;
    const reason = `${form} was refused as premium on ${isoDate(learntAt)}; asked again after ${
      isoDate(learntAt + REPROBE_MS)
    }`;
    return { entry: { action: "skip", series, why: "not-entitled", reason } };
  }
  const wait = resting(state, { now, target }) ?? notYetPublished(state, { ...options, target });
  if (wait !== null && !forced) return { entry: wait };
  const [request, ...then] = found.requests;
  const reason = complete
    ? `forced: complete to ${target.name}`
    : wait !== null
    ? `forced: ${wait.reason}`
    : watermark === null
    ? "no settled bar yet: starts with the fullest answer this key may have"
    : `has ${stampOf(series, watermark)}, not yet ${target.name}${
      request.month === null ? "" : `: month by month from ${request.month}`
    }`;
  return { entry: { action: "ask", series, request, then, later: null, reason }, watermark, gain: found.gain };
}

/** Leaves a series that failed alone for a while. */
function resting({ series, recent }: SeriesState, { now, target }: { now: number; target: Target }): Deferral | null {
  const trouble = troubleOf(recent);
  if (trouble === null || trouble.until <= now) return null;
  const { kind, times, until } = trouble;
  const answers = times === 1 ? "the last answer was" : `the last ${times} answers were`;
  const reason = kind === "stale" ? `the vendor did not have ${target.name} yet` : `${answers} "${kind}"`;
  return { action: "defer", series, kind, reason, until };
}

/** Waits for a session the vendor cannot have yet, as far as its habits are known, when nothing else is missing. */
function notYetPublished(
  state: SeriesState,
  { now, market, lags, target }: PlanOptions & { target: Target },
): Deferral | null {
  const { series } = state;
  const lag = lags[series.interval] ?? 0;
  if (!isComplete(state, targetOf(series, now - lag, market))) return null;
  const reason = `the vendor as a rule has ${target.name} ${Math.ceil(lag / 60_000)} min after its close`;
  return { action: "defer", series, kind: "stale", reason, until: target.availableAt + lag };
}

function stampOf(series: Series, ts: number): string {
  const iso = new Date(ts).toISOString();
  return intradayLength(series.interval) === null ? iso.slice(0, 10) : `${iso.slice(0, 16)}Z`;
}

function isoDate(ts: number): string {
  return new Date(ts).toISOString().slice(0, 10);
}
