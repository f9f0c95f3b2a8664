/** Which gaps are worth a request, how often is the vendor asked for one, and what does an answer say of them? Pure. */
import type { Bar, Reject, Rule, Series } from "./bar.ts";
import { type Exchange, exchangeOf } from "./calendar.ts";
import type { GapNews, Reading } from "./effects.ts";
import { rulesIn, slotName, slotOf } from "./gaps.ts";
import { type AskOptions, datesBrought, type Errand, requestsFor } from "./holes.ts";
import type { BarRequest } from "./request.ts";

/** A gap that has not been closed. */
export interface OpenGap {
  /** Its slot, as `slotsBetween` names it. */
  readonly date: string;
  /** How often an answer covered it and had no bar. */
  readonly tries: number;
  /** Epoch ms; `null`: its rows are in quarantine, and asking again would bring the same. */
  readonly nextTryAt: number | null;
}

/** How the vendor is asked for a gap. */
export interface Patience {
  /** From when it was found. */
  readonly firstMs: number;
  /** Between one try and the next. After the last try it is closed: the vendor has none. */
  readonly restsMs: readonly number[];
}

/** What is asked for the gaps of a series, after all that is due. */
export interface Heal {
  readonly series: Series;
  /** Sent in this order. */
  readonly requests: readonly Errand[];
  /** Gaps for which nothing is asked now, though it is time, and why. */
  readonly left: readonly { readonly dates: readonly string[]; readonly reason: string }[];
}

const DAY = 86_400_000;
/** Words for a person need not list a thousand dates. */
const NAMED = 3;

/**
 * New York: at once, a day later, a week after the first. Of other exchanges the holidays are not known, and most of their
 * gaps are some: the answers of the next days say so for nothing, and one try is enough.
 */
export function patienceOf(exchange: Exchange): Patience {
  return exchange === "us" ? { firstMs: 0, restsMs: [DAY, 6 * DAY] } : { firstMs: 3 * DAY, restsMs: [] };
}

/** The next try after one that failed for another reason than that the vendor has none. */
export const POSTPONED_MS = DAY;

/**
 * The requests for those gaps of a series whose time has come and that what is `sent` anyway does not bring. `null`: there
 * are none.
 *
 * @param options.waits why the series is not asked for gaps now; `null`: it may be
 */
export function healOf(
  { series, gaps }: { readonly series: Series; readonly gaps: readonly OpenGap[] },
  { sent, waits, ...options }: AskOptions & { sent: readonly BarRequest[]; waits: string | null },
): Heal | null {
  if (gaps.length === 0) return null;
  const due = gaps.filter(({ nextTryAt }) => nextTryAt !== null && nextTryAt <= options.now).map(({ date }) => date);
  const brought = new Set(sent.flatMap((request) => datesBrought(request, due, options)));
  const dates = due.filter((date) => !brought.has(date));
  if (dates.length === 0) return null;
  if (waits !== null) return { series, requests: [], left: [{ dates, reason: waits }] };
  const { requests, refused, beyond } = requestsFor(series, dates, options);
  const left = refused.map(({ entitlement: { form, learntAt }, dates }) => ({
    dates,
    reason: `${form} was refused as premium on ${new Date(learntAt).toISOString().slice(0, 10)}`,
  }));
  const never = beyond.length === 0 ? [] : [{ dates: beyond, reason: "no request reaches so far back" }];
  return { series, requests, left: [...left, ...never] };
}

/**
 * Gives out what is left of the day's requests, to those that bring most first.
 *
 * @param options.left requests; `reason`: why there are no more
 */
export function rationHeals(heals: readonly Heal[], options: { left: number; reason: string }): Heal[] {
  let { left } = options;
  const worth = ({ requests }: Heal) => datesOf(requests).length / Math.max(1, requests.length);
  return heals.toSorted((a, b) => worth(b) - worth(a)).map((heal): Heal => {
    const given = heal.requests.slice(0, left);
    const dates = datesOf(heal.requests.slice(given.length));
    left -= given.length;
    if (dates.length === 0) return heal;
    return { ...heal, requests: given, left: [...heal.left, { dates, reason: options.reason }] };
  });
}

/** The slots that errands are for. */
export function datesOf(errands: readonly Errand[]): string[] {
  return errands.flatMap(({ dates }) => dates);
}

/** `3 gaps: 2024-01-05, 2024-01-08, 2024-02-01`. */
export function nameGaps(dates: readonly string[]): string {
  const more = dates.length - NAMED;
  const named = dates.slice(0, NAMED).join(", ");
  return `${dates.length} ${dates.length === 1 ? "gap" : "gaps"}: ${named}${more > 0 ? ` and ${more} more` : ""}`;
}

/** What an answer says of the open gaps of its series; `null`: it has none. @param answered see {@link GapNews} */
export function newsOfGaps(
  errand: Errand,
  { gaps, reading, answered }: { gaps: readonly OpenGap[]; reading: Reading | null; answered: boolean },
): GapNews | null {
  if (gaps.length === 0) return null;
  const { series } = errand.request;
  const { bars, rejects } = reading ?? { bars: [], rejects: [] };
  const dates = datesAnswered(errand, { bars, gaps });
  const { restsMs } = patienceOf(exchangeOf(series.symbol));
  return { dates, answered, refused: datesRefused(series, { gaps, rejects }), restsMs };
}

/**
 * The gaps an answer covers: what it has no bar of there, the vendor does not have. A month covers all its days, any other
 * answer what lies between its oldest and its newest bar, and each what it was sent for.
 */
function datesAnswered(
  { request: { series, month }, dates }: Errand,
  { bars, gaps }: { bars: readonly Pick<Bar, "ts">[]; gaps: readonly Pick<OpenGap, "date">[] },
): string[] {
  const stamps = bars.map(({ ts }) => ts);
  const oldest = stamps.reduce((a, b) => Math.min(a, b), Infinity);
  const newest = stamps.reduce((a, b) => Math.max(a, b), -Infinity);
  const between = ({ date }: Pick<OpenGap, "date">) =>
    stamps.length > 0 && date > slotName(series, oldest) && date < slotName(series, newest);
  const covered = gaps.filter((gap) => month === null ? between(gap) : gap.date.startsWith(month));
  return [...new Set([...dates, ...covered.map(({ date }) => date)])].sort();
}

/** The gaps of which an answer had rows, all of them refused by a rule: those rows are in quarantine. */
function datesRefused(
  series: Series,
  { gaps, rejects }: { gaps: readonly Pick<OpenGap, "date">[]; rejects: readonly Pick<Reject, "stamp" | "rule">[] },
): { readonly date: string; readonly rule: Rule }[] {
  if (rejects.length === 0) return [];
  return gaps.flatMap(({ date }) => {
    const slot = slotOf(series, date);
    const [rule] = slot === null ? [] : rulesIn(slot, rejects);
    return rule === undefined ? [] : { date, rule };
  });
}
