/** What would a load do? Of which series each file is, what in it is new, and where among the archived answers it stands. */
import { type Series, seriesName } from "./bar.ts";
import { type KeptAnswer, readKept } from "./kept_file.ts";
import { hashOf } from "./postgres/answers.ts";
import type { Database } from "./postgres/connect.ts";
import { barsMet } from "./postgres/imports.ts";
import { placeOf } from "./postgres/load.ts";
import { Refused } from "./refused.ts";

export interface LoadAsked {
  readonly paths: readonly string[];
  /** When all of them were told, epoch ms. */
  readonly receivedAt: number;
  /** The text of a file, key removed. May throw. */
  readonly read: (path: string) => string;
}

/** Bars: `fresh` + `same` + `differing`. */
export interface FileSurvey {
  readonly path: string;
  readonly series: Series;
  readonly form: string;
  /** SHA-256 of the answer, in hex: of two told at one instant the smaller one goes first. */
  readonly hash: string;
  /** It is in the archive, told at that time: it would be left out. */
  readonly known: boolean;
  /** It would be left out: bodies of answers told after it are dropped. */
  readonly placeless: boolean;
  /** Answers of the series that were told later: what they say of a bar stands. */
  readonly later: number;
  readonly fresh: number;
  readonly same: number;
  /** They are stored with other values: one of both becomes a revision. */
  readonly differing: number;
  readonly refused: number;
  /** Epoch ms. */
  readonly first: number | null;
  readonly newest: number | null;
}

export interface LoadSurvey {
  readonly files: readonly FileSurvey[];
  /** What an operator may want to look at again. */
  readonly warnings: readonly string[];
}

const DAY = 86_400_000;
/** Longer than a market is closed, and than a month's answer is asked for after its end. */
const STALE_DAYS = 40;

/**
 * One file after the other is in memory, never all.
 *
 * @throws Refused with every file that holds no answer with bars, or one that cannot have been told then
 */
export async function surveyLoad(
  { database, configured, now }: { database: Database; configured: readonly Series[]; now: number },
  asked: LoadAsked,
): Promise<LoadSurvey> {
  if (asked.receivedAt > now) {
    throw new Refused("invalid", "Cannot load what was told in the future: --received-at is too late");
  }
  const files: FileSurvey[] = [];
  const [problems, warnings] = [[] as string[], [] as string[]];
  for (const path of asked.paths) {
    const kept = readAt(path, asked);
    if (typeof kept === "string") {
      problems.push(kept);
      continue;
    }
    const found = await surveyFile(database, { path, kept });
    files.push(found.survey);
    const all = configured.some((one) => seriesName(one) === seriesName(kept.series));
    warnings.push(...warningsOf(found, { receivedAt: asked.receivedAt, isConfigured: all }));
  }
  if (problems.length > 0) throw new Refused("invalid", problems.join("\nstocks-etl: "));
  return { files, warnings: [...new Set(warnings)] };
}

/** What the file holds, or why it cannot be loaded, in a whole sentence. */
export function readAt(
  path: string,
  { read, receivedAt }: Pick<LoadAsked, "read" | "receivedAt">,
): KeptAnswer | string {
  let text: string;
  try {
    text = read(path);
  } catch (error) {
    return `Cannot read "${path}": ${error instanceof Error ? error.message : error}`;
  }
  const kept = readKept(text, receivedAt);
  return typeof kept === "string" ? `Cannot load "${path}": ${kept}` : kept;
}

async function surveyFile(
  database: Database,
  { path, kept: { series, answer, reading: { bars, rejects } } }: { path: string; kept: KeptAnswer },
): Promise<{ survey: FileSurvey; alsoAt: number | null }> {
  const met = await barsMet(database, { series, bars });
  const same = met.filter((bar) => bar.same).length;
  const { receivedAt, body } = answer;
  const hash = await hashOf(new TextEncoder().encode(body));
  const { known, gone, later, alsoAt } = await placeOf(database.pool, { series, receivedAt, hash });
  const survey = {
    path,
    series,
    form: answer.form,
    hash,
    known,
    placeless: gone && !known,
    later,
    fresh: bars.length - met.length,
    same,
    differing: met.length - same,
    refused: rejects.length,
    first: bars[0]?.ts ?? null,
    newest: bars.at(-1)?.ts ?? null,
  };
  return { survey, alsoAt };
}

function warningsOf(
  { survey: { path, series, newest, known, placeless }, alsoAt }: { survey: FileSurvey; alsoAt: number | null },
  { receivedAt, isConfigured }: { receivedAt: number; isConfigured: boolean },
): string[] {
  const days = newest === null ? 0 : Math.floor((receivedAt - newest) / DAY);
  return [
    ...(known ? [`${path} is loaded: it is left out`] : []),
    ...(placeless ? [`${path} is left out: ${PLACELESS}`] : []),
    ...(!known && alsoAt !== null ? [`${path} is in the archive, told at ${new Date(alsoAt).toISOString()}`] : []),
    ...(days > STALE_DAYS ? [`${path}: its newest bar is ${days} days older than --received-at; is that right?`] : []),
    ...(isConfigured ? [] : [`${seriesName(series)} is not configured: it is stored, and never asked for`]),
  ];
}

export const PLACELESS = "bodies of answers told after it are dropped, so it has no place among them";
