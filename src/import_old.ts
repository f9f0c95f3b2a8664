/**
 * How do an older program's bars get into our tables? Series by series, in batches, under the place of the one run, so
 * that nothing else writes meanwhile. Killed at any point it can simply be started again: what is there is left alone.
 */
import { seriesName } from "./bar.ts";
import type { Claim } from "./effects.ts";
import { holdingThePlace } from "./hold.ts";
import { lookAt, ofInterval, rowsOf, type Surveyed } from "./import_survey.ts";
import type { OldSource } from "./old_source.ts";
import { type ImportedRows, importRows } from "./postgres/imports.ts";
import type { Holder } from "./postgres/runs.ts";
import { NO_ROWS, type Outcome, type RowCounts, totalsOf } from "./run.ts";
import type { Rooms } from "./wiring.ts";

export interface ImportOptions {
  readonly source: OldSource;
  readonly surveyed: Surveyed;
  /** Aborted: no further batch is begun. */
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  /** Told a line for each series that is done. */
  readonly tell: (line: string) => void;
}

export interface ImportReport {
  readonly runId: number;
  /** `partial`: rows of symbols that cannot be any were left. */
  readonly outcome: Extract<Outcome, "complete" | "partial" | "cancelled">;
  readonly message: string;
  readonly counts: RowCounts;
}

/**
 * Does what the survey says, with the rows as they are now. It asks nobody, so it leaves no series result: the planner
 * must not take an import for an answer of the vendor. Its run says what it was, and how many bars it wrote.
 *
 * @throws LeaseLost, and whatever the database throws: the run is closed as failed then
 */
export async function importOld(
  rooms: Pick<Rooms, "database" | "world">,
  options: ImportOptions,
): Promise<ImportReport | Exclude<Claim, { runId: number }>> {
  const done: Done = { series: 0, differing: 0, counts: NO_ROWS };
  const { stop, abort } = options;
  const totals = () => {
    const series = { series: options.surveyed.groups.length, stored: done.series };
    return { ...totalsOf([]), ...done.counts, ...series };
  };
  return await holdingThePlace(rooms, { stop, abort, totals }, async ({ holder, stop, signal }) => {
    await importAll(rooms, { ...options, stop: AbortSignal.any([stop, signal]), holder, done });
    return { runId: holder.runId, ...endingOf(options, done), counts: done.counts };
  });
}

/** What has been done, as it is done: a run that fails halfway says so too. */
interface Done {
  series: number;
  /** Of the bars that were there. */
  differing: number;
  counts: RowCounts;
}

async function importAll(
  { database, world }: Pick<Rooms, "database" | "world">,
  { source, surveyed: { survey, groups }, stop, holder, tell, done }: ImportOptions & { holder: Holder; done: Done },
): Promise<void> {
  const { columns, interval, meaning } = survey;
  for (const group of groups) {
    if (stop.aborted) return;
    const now = world.now();
    const series = { symbol: group.symbol, interval };
    const rows = ofInterval(await rowsOf(source, { columns, group }), { columns, interval });
    const { reading: { bars, rejects }, met } = await lookAt(database, { rows, series, columns, meaning, now });
    const there = new Set(met.map(({ ts }) => ts));
    const fresh = bars.filter(({ ts }) => !there.has(ts));
    let imported = 0;
    const wrote = ({ inserted, provisional, quarantined }: ImportedRows) => {
      done.counts = sum(done.counts, { ...NO_ROWS, inserted, provisional, quarantined });
      imported += inserted + provisional;
    };
    await importRows(database, { holder, series, bars: fresh, rejects, now, stop, wrote });
    if (stop.aborted) return;
    done.counts = sum(done.counts, { ...NO_ROWS, unchanged: met.length });
    done.differing += met.filter(({ same }) => !same).length;
    done.series += 1;
    tell(`${seriesName(series)}: ${imported} bars imported, ${met.length} were there, ${rejects.length} refused`);
  }
}

function endingOf(
  { source, surveyed: { survey, groups } }: ImportOptions,
  { series, differing, counts }: Done,
): Pick<ImportReport, "outcome" | "message"> {
  const from = `from ${source.describe}`;
  const bars = counts.inserted + counts.provisional;
  if (series < groups.length) {
    const message =
      `Import ${from} stopped after ${series} of ${groups.length} series, ${bars} bars written; do it again`;
    return { outcome: "cancelled", message };
  }
  const left = survey.unnamed.reduce((total, { rows }) => total + rows, 0);
  const parts = [
    `Import of ${bars} bars of ${series} series ${from}`,
    `${counts.unchanged} were there (${differing} of them different, and stay so)`,
    `${counts.quarantined} refused`,
    ...(left === 0 ? [] : [`${left} rows of no symbol left out`]),
  ];
  return { outcome: left === 0 ? "complete" : "partial", message: parts.join(", ") };
}

function sum(a: RowCounts, b: RowCounts): RowCounts {
  return {
    inserted: a.inserted + b.inserted,
    revised: a.revised + b.revised,
    unchanged: a.unchanged + b.unchanged,
    provisional: a.provisional + b.provisional,
    quarantined: a.quarantined + b.quarantined,
  };
}
