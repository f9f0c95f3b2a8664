/** What does an operator's wish for a run come to: which series, or what is wrong with it? */
import { INTERVALS, isInterval, parseSymbol, type Series, seriesName } from "./bar.ts";
import { Refused } from "./refused.ts";
import type { SeriesResult } from "./run.ts";

/** A run to be made as soon as none is at work. */
export interface LaunchOrder {
  /** Each once, never empty; configured or not. */
  readonly series: readonly Series[];
  /** Ask for every one of them, whatever is known of it. */
  readonly force: boolean;
  /** The run whose series these are; `null`: chosen afresh. */
  readonly ofRun: number | null;
  readonly note: string | null;
  readonly askedBy: string;
}

/** Which series of an earlier run: `all`, or those it did not store. */
export type Again = "all" | "failed";

/** What is known of a run that is to be run again. */
export interface PastRun {
  readonly runId: number;
  readonly results: readonly Pick<SeriesResult, "series" | "status">[];
  /** Series it found due; `null`: it died before it had a plan. */
  readonly planned: number | null;
  /** What it was launched for, if by a launch; `null`: it was for the configured series. */
  readonly launched: readonly Series[] | null;
}

/** More is a mistake: a request for each of them would take longer than a day. */
const MOST_SERIES = 10_000;
const MOST_NOTE = 500;

/**
 * The series of a launch from what was typed, each once, in the order given.
 *
 * @throws Refused that quotes the first symbol or interval that is none, or says that nothing was chosen
 */
export function checkSeries(chosen: readonly { readonly symbol: string; readonly interval: string }[]): Series[] {
  const series = new Map<string, Series>();
  for (const { symbol: text, interval } of chosen) {
    const symbol = parseSymbol(text);
    if (symbol === null) throw new Refused("invalid", `Cannot launch a run: ${JSON.stringify(text)} is not a symbol`);
    if (!isInterval(interval)) {
      const known = INTERVALS.join(", ");
      throw new Refused("invalid", `Cannot launch a run: ${JSON.stringify(interval)} is not one of ${known}`);
    }
    series.set(seriesName({ symbol, interval }), { symbol, interval });
  }
  if (series.size === 0) throw new Refused("invalid", "Cannot launch a run: no series was chosen");
  if (series.size > MOST_SERIES) {
    throw new Refused("invalid", `Cannot launch a run: ${series.size} series were chosen, ${MOST_SERIES} are the most`);
  }
  return [...series.values()];
}

/** A note as it is kept; `null` for an empty one. @throws Refused when it is too long */
export function checkNote(text: string | null): string | null {
  const note = text?.trim() ?? "";
  if (note.length <= MOST_NOTE) return note === "" ? null : note;
  throw new Refused(
    "invalid",
    `Cannot launch a run: the note has ${note.length} characters, ${MOST_NOTE} are the most`,
  );
}

/**
 * The series of an earlier run. A run that ended before it came to all it had found due has no results for the rest:
 * these are then looked for among what it was for.
 *
 * @param configured what a run is for that was not launched
 * @throws Refused when there are none
 */
export function seriesAgain(
  { runId, results, planned, launched }: PastRun,
  { again, configured }: { again: Again; configured: readonly Series[] },
): Series[] {
  const known = new Set(results.map(({ series }) => seriesName(series)));
  const cutShort = planned === null || planned > results.length;
  const missed = cutShort ? (launched ?? configured).filter((series) => !known.has(seriesName(series))) : [];
  const wanted = results.filter(({ status }) => again === "all" || status !== "stored").map(({ series }) => series);
  const series = [...wanted, ...missed];
  if (series.length > 0) return series;
  throw new Refused(
    "invalid",
    results.length === 0
      ? `Cannot run the series of run ${runId} again: nothing was due in it; choose series instead`
      : `Cannot run what failed in run ${runId} again: all ${results.length} series of it were stored`,
  );
}
