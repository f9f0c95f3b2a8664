/** When are stored bars held against the calendar? In quiet moments, each series once a day, so many at a time. */
import { type Series } from "./bar.ts";
import { exchangeOf } from "./calendar.ts";
import { patienceOf } from "./healing.ts";
import { markScanned, NOTHING_FOUND, type ScanFindings, scanSeries, unscanned } from "./postgres/gap_scan.ts";
import { isQuiet } from "./postgres/retention.ts";
import type { Rooms } from "./wiring.ts";

/** What a search looked at and what it changed. */
export interface SearchReport extends ScanFindings {
  readonly series: number;
}

const DAY = 86_400_000;
/** Between two looks at what else there is to do. */
const BATCH = 50;

/**
 * Searches those configured series that have not been searched for a day, until none is left, a run begins, or `most` have
 * been. Never throws: what was not searched is searched at the next call.
 *
 * @param options.stop aborted: ends after the series under way
 */
export async function searchGaps(
  rooms: Pick<Rooms, "config" | "database" | "world">,
  { stop, most }: { stop: AbortSignal; most: number },
): Promise<SearchReport> {
  const { config, database, world } = rooms;
  let report: SearchReport = { series: 0, ...NOTHING_FOUND };
  try {
    while (report.series < most && !stop.aborted && await isQuiet(database)) {
      const limit = Math.min(BATCH, most - report.series);
      const batch = await unscanned(database, config.series, { now: world.now(), everyMs: DAY, limit });
      if (batch.length === 0) break;
      report = add(report, await searchAll(rooms, batch, { stop, reopen: false }));
    }
  } catch (error) {
    world.onError(`Cannot search for gaps: ${error instanceof Error ? error.message : String(error)}`);
  }
  return report;
}

/**
 * Searches these series now.
 *
 * @param options.reopen what the vendor was found not to have is asked for again
 */
export async function searchAll(
  { database, world }: Pick<Rooms, "database" | "world">,
  series: readonly Series[],
  { stop, reopen }: { stop: AbortSignal; reopen: boolean },
): Promise<SearchReport> {
  let report: SearchReport = { series: 0, ...NOTHING_FOUND };
  const done: Series[] = [];
  for (const one of series) {
    if (stop.aborted) break;
    const patience = patienceOf(exchangeOf(one.symbol));
    const found = await scanSeries(database, one, { now: world.now(), patience, reopen });
    report = add(report, { series: 1, ...found });
    done.push(one);
  }
  if (done.length > 0) await markScanned(database, done, world.now());
  return report;
}

function add(a: SearchReport, b: SearchReport): SearchReport {
  return {
    series: a.series + b.series,
    found: a.found + b.found,
    healed: a.healed + b.healed,
    reopened: a.reopened + b.reopened,
  };
}
