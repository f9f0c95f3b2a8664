/**
 * How are the tables made anew from the archive? `replay`: series by series, each from its own answers, oldest first, as
 * of the time each came. No request, no key; killed at any point it can simply be started again.
 */
import { classify } from "./alphavantage/answer.ts";
import { type Series, seriesName } from "./bar.ts";
import type { Claim, Reading } from "./effects.ts";
import { holdingThePlace } from "./hold.ts";
import { type ArchiveState, archiveStates, describeLack, lacks } from "./postgres/archive_states.ts";
import { type ArchivedAnswer, rebuildSeries } from "./postgres/rebuild.ts";
import { archivedReferences, rebuildReference } from "./postgres/rebuild_reference.ts";
import { reclaim } from "./postgres/reclaim.ts";
import type { Holder } from "./postgres/runs.ts";
import type { ReferenceDocument } from "./reference.ts";
import { type ReferenceRequest, requestOfForm } from "./request.ts";
import type { Outcome } from "./run.ts";
import type { Selection } from "./selection.ts";
import { readAnswer, type Rooms } from "./wiring.ts";

/** The tables that are as good as new after a replay. */
export const REWRITTEN = ["stock_data", "revision", "quarantine"];

export interface ReplayOptions {
  /** Of the series that have bars or answers, configured or not. */
  readonly selection: Selection;
  /** Keep what is older than the kept answers, instead of refusing. */
  readonly partial: boolean;
  /** Aborted: no further series is begun. */
  readonly stop: AbortSignal;
  /** Aborted: the series under way is left as it was. */
  readonly abort: AbortSignal;
  /** Told a line for each series that is done. */
  readonly tell: (line: string) => void;
}

export interface ReplayReport {
  /** `partial`: an answer could not be read any more. */
  readonly outcome: Extract<Outcome, "complete" | "partial" | "cancelled">;
  readonly message: string;
}

/**
 * Rebuilds `stock_data`, `revision` and `quarantine`, then `split`, `dividend` and `listing`. It is no run, but nothing
 * else may write meanwhile: it holds the place of the one run, and its row says what it was.
 *
 * An archived answer that cannot be read any more is told with its series, and all others are replayed.
 *
 * @throws Error when nothing is selected, or when something cannot be rebuilt and `partial` is not set: nothing is changed
 * then
 */
export async function replay(
  rooms: Pick<Rooms, "database" | "world" | "settings">,
  options: ReplayOptions,
): Promise<ReplayReport | Exclude<Claim, { runId: number }>> {
  const states = selected(await archiveStates(rooms.database), options);
  const report = await holdingThePlace(rooms, options, async ({ holder, stop, signal }) => {
    const shared = { rooms, holder, signal, options: { ...options, stop } };
    return await rebuildReferences(await rebuildAll(states, shared), shared);
  });
  // Every bar was written anew beside the old one. Only now: the run is closed, and cannot fail by it any more.
  if ("outcome" in report) {
    await reclaim(rooms.database, REWRITTEN, { stop: options.stop, onError: rooms.world.onError });
  }
  return report;
}

function selected(states: readonly ArchiveState[], { selection, partial }: ReplayOptions): Series[] {
  const { symbols, intervals } = selection;
  const wanted = states.filter(({ series }) =>
    (symbols?.includes(series.symbol) ?? true) && (intervals?.includes(series.interval) ?? true)
  );
  if (wanted.length === 0) throw new Error("Cannot replay: nothing is stored of the series asked for");
  const lacking = wanted.filter(lacks);
  if (lacking.length > 0 && !partial) {
    throw new Error(`${lacking.map(describeLack).join("\n")}\nWith --partial these stay as they stand`);
  }
  return wanted.map(({ series }) => series);
}

interface Rebuilding {
  readonly rooms: Pick<Rooms, "database">;
  readonly holder: Holder;
  readonly signal: AbortSignal;
  readonly options: ReplayOptions;
}

async function rebuildAll(
  all: readonly Series[],
  { rooms: { database }, holder, signal, options }: Rebuilding,
): Promise<ReplayReport> {
  let [answers, unread] = [0, 0];
  for (const [done, series] of all.entries()) {
    if (options.stop.aborted) {
      return { outcome: "cancelled", message: `Replay stopped after ${done} of ${all.length} series` };
    }
    const { partial } = options;
    const { replayed, damaged } = await rebuildSeries(database, {
      holder,
      series,
      partial,
      read: readArchived,
      signal,
    });
    answers += replayed;
    unread += damaged.length;
    options.tell(`${seriesName(series)}: ${replayed} answers replayed`);
    for (const { answerId, found } of damaged) {
      options.tell(
        `${seriesName(series)}: answer ${answerId} cannot be read, what the tables had of it stays: ${found}`,
      );
    }
  }
  const message = `Replay of ${all.length} series from ${answers} answers, no request`;
  if (unread === 0) return { outcome: "complete", message };
  return { outcome: "partial", message: `${message}; ${unread} answers cannot be read any more` };
}

/** As a run read it on the day it came, by the rules of today. */
export function readArchived({ series, form, body, receivedAt, reachesTo }: ArchivedAnswer): Reading {
  const request = requestOfForm(series, form);
  const answer = classify(body, { httpStatus: 200, request });
  if (answer.kind === "bars") return readAnswer({ ...answer.document, receivedAt, reachesTo }, request);
  throw new Error(`it reads as "${answer.kind}", ${answer.message}`);
}

/** What is known beside bars, of the symbols selected; of the whole market only when nothing was selected. */
async function rebuildReferences(
  bars: ReplayReport,
  { rooms: { database }, holder, signal, options }: Rebuilding,
): Promise<ReplayReport> {
  const { selection: { symbols, intervals }, stop, tell } = options;
  if (intervals !== null || bars.outcome === "cancelled") return bars;
  let outcome = bars.outcome;
  const wanted = (await archivedReferences(database)).filter(({ symbol }) =>
    symbols === null || (symbol !== null && symbols.includes(symbol))
  );
  for (const request of wanted) {
    const name = `${request.symbol ?? "the market"} ${request.form}`;
    if (stop.aborted) return { outcome: "cancelled", message: `Replay stopped before ${name}` };
    try {
      const replayed = await rebuildReference(database, { ...holder, request, read: readBeside, signal });
      tell(`${name}: ${replayed} answers replayed`);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      outcome = "partial";
      tell(`${name}: left as it is: ${error.message}`);
    }
  }
  return { ...bars, outcome };
}

class Unreadable extends Error {}

function readBeside(body: string, request: ReferenceRequest): ReferenceDocument {
  const answer = classify(body, { httpStatus: 200, request });
  if (answer.kind === "reference") return answer.document;
  throw new Unreadable(`an answer reads as "${answer.kind}", ${answer.message}`);
}
