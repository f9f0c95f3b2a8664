/**
 * How do answers that somebody kept get into the archive and the tables? Each is put where it was told among those that are
 * there, under the place of the one run. Killed at any point it can simply be started again: what is loaded is known.
 */
import { classify } from "./alphavantage/answer.ts";
import { requestIn } from "./alphavantage/identify.ts";
import { type Series, seriesName } from "./bar.ts";
import { ianaZone } from "./calendar.ts";
import type { Claim, Reading } from "./effects.ts";
import { holdingThePlace } from "./hold.ts";
import type { Answer } from "./postgres/answers.ts";
import type { Database } from "./postgres/connect.ts";
import { barsMet } from "./postgres/imports.ts";
import { isLoaded, loadAnswer, PlaceGone } from "./postgres/load.ts";
import type { Holder } from "./postgres/runs.ts";
import { Refused } from "./refused.ts";
import { readArchived } from "./replay.ts";
import { type BarRequest, formOf } from "./request.ts";
import { NO_ROWS, type Outcome, type RowCounts, totalsOf } from "./run.ts";
import { readAnswer, type Rooms } from "./wiring.ts";

/** A file that holds an answer of the vendor. */
export interface KeptFile {
  readonly path: string;
  /** Key removed. */
  readonly text: string;
}

/** What loading a file would do. Bars: `fresh` + `same` + `differing`. */
export interface FileSurvey {
  readonly path: string;
  readonly series: Series;
  readonly form: string;
  /** It is in the archive, told at that time: it would be left out. */
  readonly known: boolean;
  readonly fresh: number;
  readonly same: number;
  /** They are stored with other values: one of both becomes a revision. */
  readonly differing: number;
  readonly refused: number;
  /** Epoch ms. */
  readonly first: number | null;
  readonly newest: number | null;
}

/** A survey with what loading needs beside it. */
export interface Surveyed {
  readonly survey: FileSurvey;
  readonly answer: Answer;
}

export interface LoadReport {
  readonly runId: number;
  /** `partial`: some files have no place any more, or an archived answer could not be read. */
  readonly outcome: Extract<Outcome, "complete" | "partial" | "cancelled">;
  readonly message: string;
  readonly counts: RowCounts;
}

/**
 * What loading the files would do, all told at `receivedAt` (epoch ms).
 *
 * @throws Refused with every file that holds no answer with bars, or one that cannot have been told then
 */
export async function surveyLoad(
  { database, now }: { database: Database; now: number },
  { files, receivedAt }: { files: readonly KeptFile[]; receivedAt: number },
): Promise<Surveyed[]> {
  if (receivedAt > now) {
    throw new Refused("invalid", "Cannot load what was told in the future: --received-at is too late");
  }
  const read = files.map((file) => ({ file, found: readFile(file, receivedAt) }));
  const problems = read.flatMap(({ file, found }) =>
    typeof found === "string" ? [`Cannot load "${file.path}": ${found}`] : []
  );
  if (problems.length > 0) throw new Refused("invalid", problems.join("\nstocks-etl: "));
  const all: Surveyed[] = [];
  for (const { file, found } of read) {
    if (typeof found === "string") continue;
    const { request: { series }, answer, reading: { bars, rejects } } = found;
    const met = await barsMet(database, { series, bars });
    const same = met.filter((bar) => bar.same).length;
    const survey = {
      path: file.path,
      series,
      form: answer.form,
      known: await isLoaded(database, { series, answer }),
      fresh: bars.length - met.length,
      same,
      differing: met.length - same,
      refused: rejects.length,
      first: bars[0]?.ts ?? null,
      newest: bars.at(-1)?.ts ?? null,
    };
    all.push({ survey, answer });
  }
  return all;
}

/** What the file says, or why it cannot be loaded. */
function readFile(
  { text }: KeptFile,
  receivedAt: number,
): { request: BarRequest; answer: Answer; reading: Reading } | string {
  const request = requestIn(text);
  if (request === null) return "it is no answer with bars in JSON (CSV does not say of which series it is)";
  const answer = classify(text, { httpStatus: 200, request });
  if (answer.kind !== "bars") return answer.message;
  const document = { ...answer.document, receivedAt, reachesTo: receivedAt };
  const reading = readAnswer(document, request);
  const early = reading.rejects.find(({ rule }) => rule === "future");
  if (early !== undefined) return `it has a bar of "${early.stamp}", so it was told later than --received-at says`;
  const { zone, source: body } = answer.document;
  return {
    request,
    reading,
    answer: { requestId: null, form: formOf(request), zone: ianaZone(zone), receivedAt, reachesTo: receivedAt, body },
  };
}

export interface LoadOptions {
  readonly surveyed: readonly Surveyed[];
  /** Aborted: no further file is begun. */
  readonly stop: AbortSignal;
  /** Aborted: the file under way is left out. */
  readonly abort: AbortSignal;
  /** Told a line for each file that is done. */
  readonly tell: (line: string) => void;
}

/**
 * Loads them file by file, all of a file or nothing. It asks nobody, so it leaves no series result: the planner must not take
 * it for an answer of today.
 *
 * @throws LeaseLost, and whatever the database throws: the run is closed as failed then
 */
export async function load(
  rooms: Pick<Rooms, "database" | "world" | "settings">,
  { surveyed, stop, abort, tell }: LoadOptions,
): Promise<LoadReport | Exclude<Claim, { runId: number }>> {
  const done: Done = { files: 0, known: 0, placeless: 0, damaged: 0, counts: NO_ROWS };
  const totals = () => ({ ...totalsOf([]), ...done.counts });
  return await holdingThePlace(rooms, { stop, abort, totals }, async ({ holder, stop, signal }) => {
    const all = surveyed.length;
    const report = (outcome: LoadReport["outcome"]) => ({
      runId: holder.runId,
      outcome,
      message: messageOf(all, { ...done, outcome }),
      counts: done.counts,
    });
    for (const { survey: { path, series }, answer } of surveyed) {
      if (stop.aborted) return report("cancelled");
      const said = await loadFile(rooms, { holder, series, answer, signal }, done);
      for (const found of said) tell(`${path}, ${seriesName(series)}: ${found}`);
    }
    return report(done.placeless + done.damaged === 0 ? "complete" : "partial");
  });
}

/** What has been done, as it is done: a run that fails halfway says so too. */
interface Done {
  /** Loaded now. */
  files: number;
  known: number;
  placeless: number;
  /** Archived answers that could not be read again. */
  damaged: number;
  counts: RowCounts;
}

/** @returns what became of it, line by line */
async function loadFile(
  { database, world }: Pick<Rooms, "database" | "world">,
  { holder, series, answer, signal }: { holder: Holder; series: Series; answer: Answer; signal: AbortSignal },
  done: Done,
): Promise<string[]> {
  if (await isLoaded(database, { series, answer })) {
    done.known += 1;
    return ["loaded before"];
  }
  try {
    const now = world.now();
    const loaded = await loadAnswer(database, { holder, series, answer, now, read: readArchived, signal });
    const { bars, revisions, quarantined, damaged } = loaded;
    const { counts } = done;
    done.files += 1;
    done.damaged += damaged.length;
    done.counts = {
      ...counts,
      inserted: counts.inserted + Math.max(0, bars),
      revised: counts.revised + Math.max(0, revisions),
      quarantined: counts.quarantined + Math.max(0, quarantined),
    };
    return [
      `${bars} bars, ${revisions} revisions, ${quarantined} rows in quarantine more`,
      ...damaged.map(({ answerId, found }) =>
        `answer ${answerId} cannot be read, what the tables had of it stays: ${found}`
      ),
    ];
  } catch (error) {
    if (!(error instanceof PlaceGone)) throw error;
    done.placeless += 1;
    return ["left out: bodies of answers told after it are dropped, so it has no place among them"];
  }
}

function messageOf(
  all: number,
  { files, known, placeless, damaged, counts, outcome }: Done & Pick<LoadReport, "outcome">,
): string {
  const parts = [
    `Load of ${files} of ${all} files: ${counts.inserted} bars and ${counts.revised} revisions more`,
    ...(known > 0 ? [`${known} loaded before`] : []),
    ...(placeless > 0 ? [`${placeless} without a place`] : []),
    ...(damaged > 0 ? [`${damaged} archived answers cannot be read`] : []),
    ...(outcome === "cancelled" ? ["stopped; do it again"] : []),
  ];
  return parts.join(", ");
}
