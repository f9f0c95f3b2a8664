/**
 * How do answers that somebody kept get into the archive and the tables? Series by series, each answer put where it was told
 * among those that are there, under the place of the one run. Killed at any point it can simply be started again: what is
 * loaded is known.
 */
import { type Series, seriesName } from "./bar.ts";
import type { Claim } from "./effects.ts";
import type { SearchReport } from "./gap_search.ts";
import { holdingThePlace } from "./hold.ts";
import { type FileSurvey, type LoadAsked, PLACELESS, readAt } from "./load_survey.ts";
import { hashOf } from "./postgres/answers.ts";
import { type Kept, loadAnswers, type LoadOptions as Loading } from "./postgres/load.ts";
import { DamagedAnswer } from "./postgres/rebuild.ts";
import { reclaim } from "./postgres/reclaim.ts";
import { readArchived, REWRITTEN } from "./replay.ts";
import { NO_ROWS, type Outcome, type RowCounts, totalsOf } from "./run.ts";
import type { Rooms } from "./wiring.ts";

export interface LoadOptions {
  readonly asked: LoadAsked;
  readonly files: readonly FileSurvey[];
  /** Aborted: no further series is begun. */
  readonly stop: AbortSignal;
  /** Aborted: the series under way is left as it was. */
  readonly abort: AbortSignal;
  /** Told a line for each series and each file that is left out. */
  readonly tell: (line: string) => void;
  /** Holds what is stored of the series against the calendar: gaps that are filled now are closed. */
  readonly searchGaps: (series: readonly Series[], stop: AbortSignal) => Promise<SearchReport>;
}

export interface LoadReport {
  readonly runId: number;
  /** `partial`: some files have no place any more, or an archived answer cannot be read. */
  readonly outcome: Extract<Outcome, "complete" | "partial" | "cancelled">;
  readonly message: string;
  readonly counts: RowCounts;
}

/**
 * Loads them, all files of a series or none. It asks nobody, so it leaves no series result: the planner must not take it for
 * an answer of today.
 *
 * @throws LeaseLost, and whatever the database throws: the run is closed as failed then
 */
export async function load(
  rooms: Pick<Rooms, "database" | "world" | "settings">,
  { asked, files, stop, abort, tell, searchGaps }: LoadOptions,
): Promise<LoadReport | Exclude<Claim, { runId: number }>> {
  const done: Done = { loaded: 0, known: 0, left: 0, rebuilt: false, counts: NO_ROWS };
  const totals = () => ({ ...totalsOf([]), ...done.counts });
  const report = await holdingThePlace(rooms, { stop, abort, totals }, async ({ holder, stop, signal }) => {
    const report = (outcome: LoadReport["outcome"]) => ({
      runId: holder.runId,
      outcome,
      message: messageOf(files.length, { ...done, outcome }),
      counts: done.counts,
    });
    for (const group of bySeries(files)) {
      if (stop.aborted) return report("cancelled");
      const { series } = group[0]!;
      const kept = group.map((file) => () => keptAt(file, asked));
      const now = rooms.world.now();
      const shared = { holder, series, kept, now, read: readArchived, signal };
      for (const said of await loadSeries(rooms, { shared, group, done })) tell(said);
      await searchGaps([series], stop).catch((error: unknown) =>
        rooms.world.onError(`Cannot search for gaps: ${error instanceof Error ? error.message : String(error)}`)
      );
    }
    return report(done.left === 0 ? "complete" : "partial");
  });
  if (done.rebuilt) await reclaim(rooms.database, REWRITTEN, { stop, onError: rooms.world.onError });
  return report;
}

/** What has been done, in files, as it is done: a run that fails halfway says so too. */
interface Done {
  loaded: number;
  known: number;
  /** Left out. */
  left: number;
  /** Bars were written anew beside the old ones. */
  rebuilt: boolean;
  counts: RowCounts;
}

/** In the order they are told in: then each is written without what was written before it being made anew. */
function bySeries(files: readonly FileSurvey[]): FileSurvey[][] {
  const ordered = files.toSorted((a, b) => a.hash < b.hash ? -1 : 1);
  return [...Map.groupBy(ordered, ({ series }) => seriesName(series)).values()];
}

/** Read again, so that not all of them are in memory. @throws Error when it has become something else since the look */
async function keptAt({ path, hash }: FileSurvey, asked: LoadAsked): Promise<Kept> {
  const kept = readAt(path, asked);
  if (typeof kept === "string") throw new Error(kept);
  if (await hashOf(new TextEncoder().encode(kept.answer.body)) !== hash) {
    throw new Error(`Cannot load "${path}": it has changed meanwhile`);
  }
  return { answer: kept.answer, hash, ...kept.reading };
}

/** @returns what became of it, line by line */
async function loadSeries(
  { database }: Pick<Rooms, "database">,
  { shared, group, done }: { shared: Loading; group: readonly FileSurvey[]; done: Done },
): Promise<string[]> {
  const name = seriesName(shared.series);
  try {
    const { became, bars, revisions, quarantined, rebuilt } = await loadAnswers(database, shared);
    const files = (what: string) => group.filter((_, index) => became[index] === what).map(({ path }) => path);
    const [loaded, known, placeless] = [files("loaded"), files("known"), files("placeless")];
    done.loaded += loaded.length;
    done.known += known.length;
    done.left += placeless.length;
    done.rebuilt ||= rebuilt;
    done.counts = {
      ...done.counts,
      inserted: done.counts.inserted + Math.max(0, bars),
      revised: done.counts.revised + Math.max(0, revisions),
      quarantined: done.counts.quarantined + Math.max(0, quarantined),
    };
    const more = `${bars} bars, ${revisions} revisions, ${quarantined} rows in quarantine more`;
    return [
      ...(loaded.length > 0
        ? [`${name}: ${loaded.length} loaded${rebuilt ? ", the series made anew" : ""}: ${more}`]
        : []),
      ...known.map((path) => `${path}, ${name}: loaded before`),
      ...placeless.map((path) => `${path}, ${name}: left out: ${PLACELESS}`),
    ];
  } catch (error) {
    if (!(error instanceof DamagedAnswer)) throw error;
    done.left += group.length;
    const found =
      `answer ${error.answerId} cannot be read, so the series cannot be made anew with them: ${error.found}`;
    return group.map(({ path }) => `${path}, ${name}: left out: ${found}`);
  }
}

function messageOf(all: number, { loaded, known, left, counts, outcome }: Done & Pick<LoadReport, "outcome">): string {
  const parts = [
    `Load of ${loaded} of ${all} files: ${counts.inserted} bars and ${counts.revised} revisions more`,
    ...(known > 0 ? [`${known} loaded before`] : []),
    ...(left > 0 ? [`${left} left out`] : []),
    ...(outcome === "cancelled" ? ["stopped; do it again"] : []),
  ];
  return parts.join(", ");
}
