/** What has been wished of the history of some series, may it be wished, and what has become of it as a whole? Pure. */
import { intradayLength, type Series } from "./bar.ts";
import { dateOf, isDate } from "./calendar.ts";
import { type Slot, slotsBetween } from "./gaps.ts";
import { Refused } from "./refused.ts";
import type { Allowance } from "./reserve.ts";
import type { Outcome } from "./run.ts";

/** `running`: it is worked on, or will be. `partial`: nothing more can be done, and not all of it could. */
export type BackfillState = "running" | "paused" | "cancelled" | "complete" | "partial";

/** `open`: something is left to ask. `refused`: what is left this key may not ask for. `failed`: it was asked for in vain. */
export type BackfillSeriesState = "open" | "complete" | "refused" | "failed";

/** Dates of the exchange, both included. */
export interface DateRange {
  readonly from: string;
  readonly to: string;
}

/** "These series shall hold every session of this range." */
export interface BackfillOrder extends DateRange {
  /** Each once, never empty; configured or not. */
  readonly series: readonly Series[];
  readonly note: string | null;
  readonly askedBy: string;
}

/** Sessions of a series (weeks, months) by what has become of them; what is left of `wished` is still to be asked for. */
export interface Figures {
  readonly wished: number;
  readonly held: number;
  /** The vendor was asked and does not have them. */
  readonly none: number;
  /** This key may not ask for them. */
  readonly refused: number;
  /** Asked for in vain. */
  readonly failed: number;
  /** Requests still to be sent. */
  readonly requests: number;
}

/** How a series of a backfill stands. */
export interface SeriesProgress extends Figures {
  readonly series: Series;
  readonly state: BackfillSeriesState;
  /** Why it is no further; `null`: nothing is in its way. */
  readonly reason: string | null;
  /** All that is left waits until then, epoch ms; `null`: it does not. */
  readonly waitUntil: number | null;
}

/** Instants are epoch ms. */
export interface BackfillRecord extends Figures {
  readonly id: number;
  readonly from: string;
  readonly to: string;
  readonly note: string | null;
  readonly askedBy: string;
  readonly askedAt: number;
  readonly state: BackfillState;
  /** Why it waits, is paused, was cancelled or could not do all; `null`: nothing to say. */
  readonly reason: string | null;
  /** Not worked on before; `null`: it can be at any time. */
  readonly restUntil: number | null;
  readonly troubles: number;
  readonly finishedAt: number | null;
  /** How many there are, and of them how many are open. */
  readonly series: number;
  readonly open: number;
  /** The first of them, in the order given. */
  readonly names: readonly Series[];
  /** The newest run that did a slice of it; `null`: none has. */
  readonly lastRun: { readonly id: number; readonly outcome: Outcome | null } | null;
}

/** What a backfill would come to, before it begins. */
export interface BackfillCost extends DateRange {
  readonly series: readonly SeriesProgress[];
  readonly total: Figures;
  readonly allowance: Allowance;
  /** How long it takes, ms; `null`: for ever. */
  readonly takesMs: number | null;
}

/** One with its series, and how long the rest of it takes, ms; `null`: for ever, or it is not running. */
export interface BackfillView extends BackfillRecord {
  readonly takesMs: number | null;
}

/** The vendor's first month of intraday bars (facts §1). Daily bars are older by some months, weekly ones too. */
const FIRST_INTRADAY = "2000-01-01";
/** No bar of the vendor's is as old. */
const OLDEST = "1990-01-01";

/** @throws Refused that says what is wrong with the range */
export function checkRange({ from, to }: DateRange, now: number): DateRange {
  const refuse = (found: string) => new Refused("invalid", `Cannot backfill: ${found}`);
  for (const date of [from, to]) {
    if (!isDate(date)) throw refuse(`${JSON.stringify(date)} is not a date of the form YYYY-MM-DD`);
  }
  if (from > to) throw refuse(`"${from}" is after "${to}"`);
  if (to > dateOf(now)) throw refuse(`"${to}" has not been yet: today is ${dateOf(now)}`);
  if (from < OLDEST) throw refuse(`"${from}" is older than any bar of the vendor's: begin at ${OLDEST} or later`);
  return { from, to };
}

/**
 * Where bars are wished: the sessions, weeks or months of the range that have closed, oldest first.
 *
 * @param reached the date a punctual answer reaches, as `targetOf` has it
 */
export function wishedSlots(series: Series, { from, to }: DateRange, reached: string): Slot[] {
  const begin = intradayLength(series.interval) !== null && from < FIRST_INTRADAY ? FIRST_INTRADAY : from;
  // A market that closes at midnight closes on that date still.
  return slotsBetween(series, begin, to).filter(({ close }) => dateOf(close - 1) <= reached);
}

/** The figures of several series added up. */
export function addUp(series: readonly Figures[]): Figures {
  const sum = (name: keyof Figures) => series.reduce((total, one) => total + one[name], 0);
  return {
    wished: sum("wished"),
    held: sum("held"),
    none: sum("none"),
    refused: sum("refused"),
    failed: sum("failed"),
    requests: sum("requests"),
  };
}

/** Of 1, rounded down so that 1 is said of the whole only. What the vendor does not have cannot be there and is not missed. */
export function shareDone({ wished, held, none }: Figures): number {
  return wished === 0 ? 1 : Math.floor((held + none) / wished * 1_000) / 1_000;
}

/** The end a backfill has come to when none of its series is open. `null`: one is. */
export function endOf(
  series: readonly Pick<SeriesProgress, "state">[],
): { readonly state: "complete" | "partial"; readonly reason: string | null } | null {
  const count = (state: BackfillSeriesState) => series.filter((one) => one.state === state).length;
  if (count("open") > 0) return null;
  const [refused, failed] = [count("refused"), count("failed")];
  if (refused + failed === 0) return { state: "complete", reason: null };
  const parts = [
    ...(refused > 0 ? [`${refused} of ${series.length} series not entitled`] : []),
    ...(failed > 0 ? [`${failed} of ${series.length} series asked for in vain`] : []),
  ];
  return { state: "partial", reason: parts.join(", ") };
}

/** Process exit code of a backfill that is worked on in the foreground: 3 when work is left, as of a run. */
export function exitCodeOfBackfill(state: BackfillState): 0 | 1 | 3 {
  return state === "complete" ? 0 : state === "cancelled" ? 1 : 3;
}
