/**
 * How do an older program's bars get into our tables? Series by series, in batches, under the place of the one run, so
 * that nothing else writes meanwhile. Killed at any point it can simply be started again: what is there is left alone.
 */
import { seriesName } from "./bar.ts";
import type { Claim } from "./effects.ts";
import { lookAt, ofInterval, rowsOf, type Surveyed } from "./import_survey.ts";
import type { OldSource } from "./old_source.ts";
import { importRows } from "./postgres/imports.ts";
import { type Cancel, closeRun } from "./postgres/runs.ts";
import { LeaseLost, NO_ROWS, type Outcome, type RowCounts, totalsOf } from "./run.ts";
import { claimPatiently, keepAlive, LEASE_MS, type Rooms } from "./wiring.ts";

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
  const { database, world } = rooms;
  const claim = await claimPatiently(rooms, {
    trigger: "manual",
    tickId: null,
    emit: () => {},
    abort: options.abort,
    patient: true,
  });
  if (!("runId" in claim)) return claim;
  const { runId } = claim;
  const [lost, cancelled] = [new AbortController(), new AbortController()];
  const release = keepAlive(rooms, runId, {
    lost: () => lost.abort(),
    cancel: (_wish: Cancel) => cancelled.abort(),
  });
  let counts: RowCounts = NO_ROWS;
  const close = (outcome: Outcome, message: string) => {
    const totals = { ...totalsOf([]), ...counts };
    return closeRun(database, { runId, owner: world.owner, outcome, message, totals, now: world.now() });
  };
  try {
    const stop = AbortSignal.any([options.stop, options.abort, lost.signal, cancelled.signal]);
    const { done, differing } = await importAll(rooms, {
      ...options,
      stop,
      runId,
      add: (more) => counts = sum(counts, more),
    });
    const ended = endingOf(options, { done, differing, counts });
    if (!await close(ended.outcome, ended.message)) throw new LeaseLost(runId);
    return { runId, ...ended, counts };
  } catch (error) {
    if (!(error instanceof LeaseLost)) await close("failed", error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    release();
  }
}

async function importAll(
  { database, world }: Pick<Rooms, "database" | "world">,
  { source, surveyed: { survey, groups }, stop, runId, tell, add }: ImportOptions & {
    runId: number;
    add: (counts: RowCounts) => void;
  },
): Promise<{ done: number; differing: number }> {
  const { columns, interval, meaning } = survey;
  const { owner, leaseMs = LEASE_MS } = world;
  let [done, differing] = [0, 0];
  for (const group of groups) {
    if (stop.aborted) break;
    const now = world.now();
    const series = { symbol: group.symbol, interval };
    const rows = ofInterval(await rowsOf(source, { columns, group }), { columns, interval });
    const { reading: { bars, rejects }, met } = await lookAt(database, { rows, series, columns, meaning, now });
    const there = new Set(met.map(({ ts }) => ts));
    const fresh = bars.filter(({ ts }) => !there.has(ts));
    const holder = { runId, owner, leaseMs };
    const written = await importRows(database, { holder, series, bars: fresh, rejects, now, stop });
    if (stop.aborted) {
      add({ ...NO_ROWS, ...written });
      break;
    }
    const other = met.filter(({ same }) => !same).length;
    add({ ...NO_ROWS, ...written, unchanged: met.length, quarantined: rejects.length });
    differing += other;
    done += 1;
    const sentence = `${written.inserted + written.provisional} bars imported, ${met.length} were there`;
    tell(`${seriesName(series)}: ${sentence}, ${rejects.length} refused`);
  }
  return { done, differing };
}

function endingOf(
  { source, surveyed: { survey, groups } }: ImportOptions,
  { done, differing, counts }: { done: number; differing: number; counts: RowCounts },
): Pick<ImportReport, "outcome" | "message"> {
  const from = `from ${source.describe}`;
  const bars = counts.inserted + counts.provisional;
  if (done < groups.length) {
    const message =
      `Import ${from} stopped after ${done} of ${groups.length} series, ${bars} bars written; do it again`;
    return { outcome: "cancelled", message };
  }
  const left = survey.unnamed.reduce((total, { rows }) => total + rows, 0);
  const parts = [
    `Import of ${bars} bars of ${done} series ${from}`,
    `${counts.unchanged} were there (${differing} otherwise, they stay)`,
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
