/** Which configured intervals may this key not have, and what should be set so that it is not asked for them? Pure. */
import { type Interval, INTERVALS, type Series } from "./bar.ts";
import { type AskOptions, newestAnswers } from "./holes.ts";
import type { SeriesResult } from "./run.ts";

export interface Advice {
  readonly found: string;
  readonly todo: string;
}

/** The intervals of which every form of asking is refused now, as far as is remembered. */
export function refusedIntervals(configured: readonly Series[], options: AskOptions): Interval[] {
  // A form is refused to the key, whatever the symbol.
  return INTERVALS.filter((interval) => {
    const series = configured.find((one) => one.interval === interval);
    return series !== undefined && newestAnswers(series, options).every(({ refusal }) => refusal !== null);
  });
}

/** The intervals that failed for that reason in a run. */
export function refusedIn(results: readonly Pick<SeriesResult, "series" | "kind">[]): Interval[] {
  const refused = new Set(results.flatMap(({ series, kind }) => kind === "premium" ? [series.interval] : []));
  return INTERVALS.filter((interval) => refused.has(interval));
}

/** What was found and what to set; `null`: nothing is refused. */
export function adviceOn(refused: readonly Interval[], configured: readonly Series[]): Advice | null {
  if (refused.length === 0) return null;
  const found = `this key may not have ${listed(refused)} bars`;
  const intervals = [...new Set(configured.map(({ interval }) => interval))];
  const left = intervals.filter((interval) => !refused.includes(interval));
  if (left.length === 0) {
    return {
      found,
      todo: "name other intervals in STOCK_INTERVALS (a free key has daily), or use a key that has these",
    };
  }
  const symbols = new Set(configured.map(({ symbol }) => symbol));
  // Where each symbol has its own intervals, one list for all would add some.
  const todo = symbols.size * intervals.length === configured.length
    ? `STOCK_INTERVALS=${left.join(",")} asks for nothing else`
    : "leave them out of STOCK_SYMBOLS and STOCK_INTERVALS";
  return { found, todo: `${todo}; or use a key that has them` };
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
