/**
 * What is known of a symbol beside its bars, and what of it is worth asking for now? Splits, dividends and the list of
 * symbols change a few times a year: they are asked for on a slow clock, and only from what bars leave of the quota.
 */
import type { Series, StockSymbol } from "./bar.ts";
import { exchangeOf } from "./calendar.ts";
import { type Entitlement, REPROBE_MS } from "./entitlement.ts";
import { type Market, targetOf } from "./due.ts";
import { type Plan, type Quota, requestsLeft } from "./plan.ts";
import type { ReferenceForm, ReferenceRequest } from "./request.ts";
import type { FailureKind } from "./run.ts";

/** Dates are the exchange's, `YYYY-MM-DD`; numbers the vendor's decimal strings. */
export interface Split {
  readonly date: string;
  /** Shares that one share became. */
  readonly factor: string;
}

export interface Dividend {
  /** The ex-date. */
  readonly date: string;
  /** Cash per share as paid then. */
  readonly amount: string;
  readonly declarationDate: string | null;
  readonly recordDate: string | null;
  readonly paymentDate: string | null;
}

export interface Listing {
  readonly symbol: StockSymbol;
  readonly name: string | null;
  readonly exchange: string | null;
  readonly assetType: string | null;
  readonly ipoDate: string | null;
  /** `null`: it is listed. */
  readonly delistingDate: string | null;
}

/** A symbol that a search found. */
export interface Match {
  readonly symbol: StockSymbol;
  readonly name: string;
  readonly type: string;
  readonly region: string;
  readonly currency: string;
  /** 1: exactly that. */
  readonly score: string;
}

export type ReferenceRows =
  | { readonly splits: readonly Split[] }
  | { readonly dividends: readonly Dividend[] }
  | { readonly listings: readonly Listing[] }
  | { readonly matches: readonly Match[] };

/** What an answer that is no bars says. */
export type ReferenceDocument = ReferenceRows & {
  /** Rows that broke a rule, and the first of them with the rule; `null`: none. The others count. */
  readonly refused: { readonly rows: number; readonly first: string } | null;
  /** The body, without white space before it. */
  readonly source: string;
};

/** When one thing was last asked for, and what came of it. Instants are epoch ms. */
export interface ReferenceState {
  readonly request: ReferenceRequest;
  /** `null`: never. */
  readonly askedAt: number | null;
  readonly answeredAt: number | null;
  /** Failures since then, and the kind of the newest. */
  readonly failures: number;
  readonly kind: FailureKind | null;
  readonly message: string | null;
}

export interface ReferencePlanEntry {
  readonly action: "ask" | "defer";
  readonly request: ReferenceRequest;
  readonly reason: string;
  /** Not before, epoch ms; `null` when it is asked now. */
  readonly until: number | null;
}

/** How often each is asked for, in days; `null`: never. */
export interface ReferenceClock {
  readonly actionsDays: number | null;
  readonly listingDays: number | null;
}

export interface ReferenceOptions {
  readonly now: number;
  readonly clock: ReferenceClock;
  readonly entitlements: readonly Entitlement[];
  /** Before the bars are asked for. */
  readonly plan: Pick<Plan, "entries" | "quota">;
  readonly market: Market;
  /** Of every configured series: what they will still need today is not spent. */
  readonly series: readonly Series[];
  /** When the schedule is due next, epoch ms; `null`: never. */
  readonly nextTick: number | null;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Of one run: a run of bars that comes due meanwhile waits for no more than these. */
export const MOST_PER_RUN = 50;
const LONGEST_REST_MS = 28 * DAY;

/**
 * What the slow clock asks for, of these symbols: the list of symbols first, then each symbol's splits and dividends. The
 * delisted ones only when a symbol is not among the listed: that costs a request, and nobody else needs to know.
 *
 * Only of US symbols: the vendor has none of this for others (facts §6.4).
 *
 * @param options.unlisted the symbols that the list of listed ones, as stored, does not have
 */
export function referenceWanted(
  series: readonly Series[],
  { clock, unlisted }: { clock: ReferenceClock; unlisted: readonly StockSymbol[] },
): ReferenceRequest[] {
  const symbols = [...new Set(series.map(({ symbol }) => symbol))].filter((symbol) => exchangeOf(symbol) === "us");
  if (symbols.length === 0) return [];
  const strange = unlisted.some((symbol) => symbols.includes(symbol));
  const lists: ReferenceForm[] = clock.listingDays === null
    ? []
    : ["LISTING_STATUS active", ...(strange ? ["LISTING_STATUS delisted" as const] : [])];
  const actions = clock.actionsDays === null ? [] : symbols;
  return [
    ...lists.map((form) => ({ form, symbol: null })),
    ...actions.flatMap((symbol) => (["SPLITS", "DIVIDENDS"] as const).map((form) => ({ form, symbol }))),
  ];
}

/** What is due of them, those never asked for first, and what of it the quota leaves room for. */
export function planReference(
  states: readonly ReferenceState[],
  options: ReferenceOptions,
): ReferencePlanEntry[] {
  const { now } = options;
  const due = states
    .map((state) => ({ state, at: dueAt(state, options) }))
    .filter(({ at }) => at <= now)
    // A stable sort: among the new ones the list of symbols stays first.
    .sort((a, b) => a.at - b.at);
  const room = roomFor(options);
  return due.map(({ state: { request, answeredAt } }, index): ReferencePlanEntry => {
    if (index < Math.min(room.requests, MOST_PER_RUN)) {
      const reason = answeredAt === null
        ? "not known yet"
        : `last known on ${new Date(answeredAt).toISOString().slice(0, 10)}`;
      return { action: "ask", request, reason, until: null };
    }
    if (index < room.requests) {
      return { action: "defer", request, reason: `a run asks for ${MOST_PER_RUN} of these at most`, until: now };
    }
    return { action: "defer", request, reason: room.reason, until: room.until };
  });
}

/** When it is to be asked for, epoch ms. */
function dueAt(
  { request: { form }, askedAt, answeredAt, failures, kind }: ReferenceState,
  options: ReferenceOptions,
): number {
  const { clock, entitlements, now } = options;
  const refusal = entitlements.find((known) => known.form === form && !known.allowed);
  if (refusal !== undefined && refusal.learntAt + REPROBE_MS > now) return Infinity;
  const days = form === "SPLITS" || form === "DIVIDENDS" ? clock.actionsDays : clock.listingDays;
  if (days === null) return Infinity;
  const regular = answeredAt === null ? -Infinity : answeredAt + days * DAY;
  if (failures === 0 || askedAt === null || kind === "premium") return regular;
  // What is not there today will hardly be there tomorrow; what broke on its way may be whole in an hour.
  const first = kind === "empty" || kind === "bad-symbol" ? 7 * DAY : HOUR;
  return Math.max(regular, askedAt + Math.min(first * 2 ** (failures - 1), LONGEST_REST_MS));
}

interface Room {
  readonly requests: number;
  readonly reason: string;
  readonly until: number;
}

/** What bars leave of the day: neither what is asked now nor what runs of today will still have to ask. */
function roomFor({ now, plan: { entries, quota }, market, series, nextTick }: ReferenceOptions): Room {
  const midnight = (Math.floor(now / DAY) + 1) * DAY;
  const until = quota.blockedUntil !== null && quota.blockedUntil > now ? quota.blockedUntil : midnight;
  const left = requestsLeft(quota, now);
  if (left === Infinity) return { requests: Infinity, reason: "", until };
  const asked = entries.reduce((sum, entry) => sum + (entry.action === "ask" ? 1 + entry.then.length : 0), 0);
  const again = nextTick === null || nextTick >= midnight
    ? 0
    : series.filter((one) => comesDue(one, { now, midnight, market })).length;
  const requests = Math.max(0, left - asked - again);
  return { requests, reason: reasonOf(quota, { left, again }), until };
}

function comesDue(
  series: Series,
  { now, midnight, market }: { now: number; midnight: number; market: Market },
): boolean {
  return targetOf(series, midnight, market).ts > targetOf(series, now, market).ts;
}

function reasonOf({ perDay }: Quota, { left, again }: { left: number; again: number }): string {
  if (left === 0) return "no request is left today";
  return again === 0
    ? `bars need the ${perDay} requests of today`
    : `bars need what is left of the ${perDay} requests of today, ${again} of it for sessions that have still to close`;
}
