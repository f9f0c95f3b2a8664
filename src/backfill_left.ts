/** What of a series' wished history is still to be asked for, and what has been asked for often enough? Pure. */
import { intradayLength, type Series, seriesName } from "./bar.ts";
import type { BackfillSeriesState } from "./backfill.ts";
import { type BarRequest, formOf } from "./request.ts";
import type { FailureKind } from "./run.ts";

/** What the vendor said to a part of a backfill: to a request of it, the newest time. */
export interface Part {
  readonly name: string;
  /** First and last date that were wished of it. */
  readonly from: string;
  readonly to: string;
  readonly kind: "bars" | FailureKind;
  readonly tries: number;
  /** Of the newest try, epoch ms. */
  readonly at: number;
  /** The vendor's words; `null` for bars. */
  readonly message: string | null;
}

/** An answer to a part, with what became of its wished sessions. */
export interface PartAnswer extends Omit<Part, "tries"> {
  readonly backfillId: number;
  /** Those that were missing and now hold bars. */
  readonly brought: number;
  /** Those the vendor does not have. */
  readonly none: number;
}

/** The missing dates by what is to be done about them. */
export interface Left {
  readonly due: readonly string[];
  /** Asked for without use, and to be asked for again. */
  readonly waiting: readonly string[];
  /** When, epoch ms; `null`: none waits. */
  readonly waitUntil: number | null;
  /** The vendor does not have them. */
  readonly none: readonly string[];
  readonly failed: readonly string[];
  /** Why those were given up; `null`: none was. */
  readonly failure: string | null;
  /** The months before this one were not asked for: a year of them had no bar. `null`: there is no such month. */
  readonly barren: string | null;
}

const MINUTE = 60_000;
/** The same words stand for "has none" and for a fault that passes (facts §3.2, #2 and #17). */
const NOTHING: readonly Part["kind"][] = ["empty", "bad-symbol"];
/**
 * A month between bars may be worth a second look; one before the oldest bar is most likely before the listing. Each try is
 * two requests in a row, because such an answer may be a fault that passes.
 */
const NOTHING_TRIES = 2;
const FAILED_TRIES = 3;
/** Before the second try and before the third. */
const RETRY_MS = [10 * MINUTE, 60 * MINUTE];
/** So many months without a bar, one after the other, going back, and the older ones are not asked for. */
const BARREN_MONTHS = 12;

/** What a request is called among the parts: a part that is asked for again keeps its name. */
export function partOf(request: BarRequest): string {
  return request.month ?? formOf(request);
}

type Standing = { readonly is: "none" | "failed" } | { readonly is: "waiting"; readonly until: number };

function standingOf(part: Part, { first }: { first: string | null }): Standing {
  const { kind, tries, at, to } = part;
  if (kind === "bars") return { is: "none" };
  const nothing = NOTHING.includes(kind);
  const enough = nothing ? (first !== null && to < first ? 1 : NOTHING_TRIES) : FAILED_TRIES;
  if (tries >= enough) return { is: nothing ? "none" : "failed" };
  return { is: "waiting", until: at + RETRY_MS[Math.min(tries, RETRY_MS.length) - 1]! };
}

/**
 * Sorts the dates of a series that hold no bar by what its parts have been answered.
 *
 * A part that was answered with bars has been answered: what it did not bring the vendor does not have. One without bars
 * is asked for again, a bounded number of times. Going back, a year of months without a bar ends the search: what is
 * older is taken to be before the listing.
 *
 * @param missing ascending
 * @param options.first date of the oldest bar of the series; `null`: it has none
 */
export function leftOf(
  missing: readonly string[],
  { parts, first, now }: { parts: readonly Part[]; first: string | null; now: number },
): Left {
  const judged = parts.map((part) => ({ part, standing: standingOf(part, { first }) }));
  const barren = barrenBefore(judged, first);
  const [due, waiting, none, failed]: string[][] = [[], [], [], []];
  let waitUntil: number | null = null;
  let failure: string | null = null;
  for (const date of missing) {
    const of = judged.filter(({ part }) => part.from <= date && date <= part.to);
    const given = of.find(({ standing }) => standing.is === "failed");
    const open = of.flatMap(({ standing }) => standing.is === "waiting" ? [standing.until] : []);
    const until = Math.max(...open);
    if (of.some(({ standing }) => standing.is === "none") || (barren !== null && date < barren)) none!.push(date);
    else if (given !== undefined) {
      failed!.push(date);
      failure ??= `asked for ${given.part.tries} times in vain, last "${given.part.kind}"` +
        (given.part.message === null ? "" : `: ${given.part.message}`);
    } else if (open.length > 0 && until > now) {
      waiting!.push(date);
      waitUntil = Math.min(waitUntil ?? Infinity, until);
    } else due!.push(date);
  }
  return { due: due!, waiting: waiting!, waitUntil, none: none!, failed: failed!, failure, barren };
}

/** The oldest date of a year's months, before the oldest bar, that were all asked for in vain. */
function barrenBefore(
  judged: readonly { readonly part: Part; readonly standing: Standing }[],
  first: string | null,
): string | null {
  const oldest = judged.filter(({ part }) => isMonth(part.name)).sort((a, b) => a.part.name < b.part.name ? -1 : 1);
  const vain = ({ part, standing }: typeof oldest[number]) =>
    NOTHING.includes(part.kind) && standing.is === "none" && (first === null || part.to < first);
  const found = oldest.findIndex((one) => !vain(one));
  const row = found === -1 ? oldest : oldest.slice(0, found);
  return row.length >= BARREN_MONTHS ? row[0]!.part.from : null;
}

function isMonth(name: string): boolean {
  return /^\d{4}-\d\d$/.test(name);
}

/** How a series stands, from what is left of it and what may be asked. */
export function seriesStanding(
  { series, left, requests, refused }: {
    series: Series;
    left: Left;
    requests: number;
    /** Why the rest may not be asked for; `null`: it may. */
    refused: string | null;
  },
): { readonly state: BackfillSeriesState; readonly reason: string | null } {
  if (requests > 0) return { state: "open", reason: null };
  if (left.waiting.length > 0) return { state: "open", reason: "what is left was asked for without use, and rests" };
  if (left.failed.length > 0) return { state: "failed", reason: left.failure };
  if (refused !== null) return { state: "refused", reason: refused };
  if (left.none.length === 0) return { state: "complete", reason: null };
  const period = intradayLength(series.interval) !== null || series.interval === "daily" ? "session" : "period";
  const before = left.barren === null
    ? ""
    : `; before ${left.barren} it was not asked for more, a year of months had no bar of ${seriesName(series)}`;
  const count = `${left.none.length} ${period}${left.none.length === 1 ? "" : "s"}`;
  return { state: "complete", reason: `the vendor has no bars of ${count}${before}` };
}
