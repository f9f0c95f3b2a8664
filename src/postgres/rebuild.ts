/**
 * How are the tables of a series made anew from its archived answers? Rewound to where the kept bodies begin, then
 * written answer by answer by the very statements that wrote them first, each under its own time and run.
 */
import type pg from "pg";
import type { Bar, Reject, Series } from "../bar.ts";
import { type Answer, PLACE, TOLD_AFTER } from "./answers.ts";
import { type ArchiveState, archiveState, describeLack, lacks, NOWHERE } from "./archive_states.ts";
import { writeRows } from "./bars.ts";
import type { Database } from "./connect.ts";
import { type Release, releasesOf } from "./releases.ts";
import { lockSeries } from "./results.ts";
import { extendLease, fence, type Holder } from "./runs.ts";
import { transaction } from "./transaction.ts";
import { instant, instantOrNull } from "./values.ts";

export interface ArchivedAnswer extends Omit<Answer, "requestId"> {
  readonly id: number;
  readonly place: string;
  readonly runId: number | null;
  readonly series: Series;
}

interface StoredAnswer extends ArchivedAnswer {
  /** The body is still the text that was hashed when it came. */
  readonly intact: boolean;
}

export interface RebuildOptions {
  readonly holder: Holder;
  readonly series: Series;
  /** Leave what cannot be rebuilt as it stands, instead of refusing. */
  readonly partial: boolean;
  /** What the answer says. May throw: then it counts as damaged. */
  readonly read: (answer: ArchivedAnswer) => { readonly bars: readonly Bar[]; readonly rejects: readonly Reject[] };
  /** Aborted: the series is left as it was. */
  readonly signal: AbortSignal;
}

/** What was made of a series. */
export interface Rebuilt {
  /** How many answers were replayed. */
  readonly replayed: number;
  /** Answers that cannot be read any more. In their place stands what the tables still had of them. */
  readonly damaged: readonly Damage[];
}

export interface Damage {
  readonly answerId: number;
  /** What is wrong with it. */
  readonly found: string;
}

/**
 * Rebuilds `stock_data`, `revision` and `quarantine` of one series, all or nothing. What was written before the cut stays:
 * a bar revised since then first goes back to what it said, bad rows first seen before then keep their counts. One thing
 * can be lost by a cut: adjusted columns that a plain answer took over from a provisional bar, which nobody keeps.
 *
 * Answers whose body is not what was archived, or that cannot be read, do not stop it. Their bars that are still in
 * `stock_data` or `revision` are written again at their place; what they alone put into quarantine is lost.
 *
 * @throws LeaseLost; Error when something cannot be rebuilt and `partial` is not set; the signal's reason
 */
export async function rebuildSeries(db: Database, options: RebuildOptions): Promise<Rebuilt> {
  try {
    return await rebuildBeside(db, { ...options, damaged: [] });
  } catch (error) {
    if (!(error instanceof DamagedAnswer)) throw error;
    // Found halfway, when what the tables had of it was gone: once more, knowing all of them from the start.
    return await rebuildBeside(db, { ...options, damaged: await findDamaged(db, options) });
  }
}

async function rebuildBeside(
  db: Database,
  { holder, series, partial, damaged, ...how }: RebuildOptions & { damaged: readonly Damage[] },
): Promise<Rebuilt> {
  return await transaction(db, async (client) => {
    await lockSeries(client, series);
    await fence(client, holder);
    const state = await archiveState(client, series);
    if (state === undefined) return { replayed: 0, damaged: [] };
    if (!partial && lacks(state)) throw new Error(describeLack(state));
    const { capabilities } = db;
    const replayed = await rebuildAfter(client, state, { ...how, capabilities, damaged });
    await extendLease(client, holder);
    return { replayed, damaged };
  }, { signal: how.signal });
}

/**
 * What {@link rebuildSeries} does, inside the caller's transaction.
 *
 * @returns how many answers were replayed
 * @throws DamagedAnswer for one that is not among `damaged`; the signal's reason
 */
export async function rebuildWithin(
  client: pg.PoolClient,
  series: Series,
  how: Pick<RebuildOptions, "read" | "signal"> & Pick<Database, "capabilities">,
): Promise<number> {
  const state = await archiveState(client, series);
  return state === undefined ? 0 : await rebuildAfter(client, state, { ...how, damaged: [] });
}

async function rebuildAfter(
  client: pg.PoolClient,
  { series, cut }: ArchiveState,
  { read, signal, capabilities, damaged }: Pick<RebuildOptions, "read" | "signal"> & Pick<Database, "capabilities"> & {
    damaged: readonly Damage[];
  },
): Promise<number> {
  let answer = await nextAnswer(client, { series, after: cut });
  const countSince = await firstAfter(client, { series, cut }) ?? undefined;
  const kept = await keptOf(client, { series, damaged });
  await rewind(client, { series, cut, countSince });
  const releases = await releasesOf(client, { series, cut, since: countSince ?? null });
  const releaseUpTo = (before: number) => storeAgain(client, releases, { series, before, capabilities });
  let replayed = 0;
  for (; answer !== null; answer = await nextAnswer(client, { series, after: answer.place })) {
    signal.throwIfAborted();
    const { id: answerId, runId, receivedAt: now } = answer;
    await releaseUpTo(now);
    const rows = kept.get(answerId) ?? readIntact(answer, read);
    await writeRows(client, { ...rows, series, answerId, runId, now, capabilities, countSince });
    if (!kept.has(answerId)) replayed += 1;
  }
  await releaseUpTo(Infinity);
  return replayed;
}

/** An answer that cannot be read. */
export class DamagedAnswer extends Error {
  constructor(readonly answerId: number, readonly found: string) {
    super(`Cannot read answer ${answerId}: ${found}`);
  }
}

/** @throws DamagedAnswer */
function readIntact(answer: StoredAnswer, read: RebuildOptions["read"]): ReturnType<RebuildOptions["read"]> {
  if (!answer.intact) throw new DamagedAnswer(answer.id, "its body is not what was archived: the hash differs");
  try {
    return read(answer);
  } catch (error) {
    throw new DamagedAnswer(answer.id, error instanceof Error ? error.message : String(error));
  }
}

/** Every answer after the cut that cannot be read. */
async function findDamaged(db: Database, { series, read, signal }: RebuildOptions): Promise<Damage[]> {
  const state = await archiveState(db.pool, series);
  const damaged: Damage[] = [];
  for (let after = state?.cut ?? NOWHERE;;) {
    signal.throwIfAborted();
    const answer = await nextAnswer(db.pool, { series, after });
    if (answer === null) return damaged;
    try {
      readIntact(answer, read);
    } catch (error) {
      if (!(error instanceof DamagedAnswer)) throw error;
      damaged.push({ answerId: error.answerId, found: error.found });
    }
    after = answer.place;
  }
}

/** What the tables have of damaged answers, by answer: bars as they stand, and those that a later answer changed. */
async function keptOf(
  client: pg.PoolClient,
  { series: { symbol, interval }, damaged }: { series: Series; damaged: readonly Damage[] },
): Promise<Map<number, { bars: Bar[]; rejects: [] }>> {
  const kept = new Map(damaged.map(({ answerId }) => [answerId, { bars: [] as Bar[], rejects: [] as [] }]));
  if (damaged.length === 0) return kept;
  const columns = `answer_id as "answerId", ts, open, high, low, close, volume::text, adjusted_close as "adjustedClose",
    dividend_amount as "dividendAmount", split_coefficient as "splitCoefficient"`;
  const given = `symbol = $1 and "interval" = $2 and answer_id = any($3::bigint[])`;
  const { rows } = await client.query<Bar & { answerId: number }>(
    `select ${columns}, settled from stock_data where ${given}
     union all select ${columns}, true from revision where ${given}`,
    [symbol, interval, [...kept.keys()]],
  );
  for (const { answerId, ...bar } of rows) kept.get(answerId)!.bars.push(bar);
  return kept;
}

/** What an operator released before `before` (epoch ms), at its place among the answers: later ones may have changed it. */
async function storeAgain(
  client: pg.PoolClient,
  releases: Release[],
  { series, before, capabilities }: { series: Series; before: number } & Pick<Database, "capabilities">,
): Promise<void> {
  while (releases[0] !== undefined && releases[0].releasedAt < before) {
    const { bar, answerId, runId, releasedAt: now } = releases.shift()!;
    await writeRows(client, { runId, series, answerId, bars: [bar], rejects: [], now, capabilities });
  }
}

/** One at a time, body included: that is all of the archive that is ever in memory. */
async function nextAnswer(
  client: Pick<pg.PoolClient, "query">,
  { series, after }: { series: Series; after: string },
): Promise<StoredAnswer | null> {
  const { rows: [row] } = await client.query<Omit<StoredAnswer, "series">>(
    `select answer.id, ${PLACE} as place, run_id as "runId", form, zone, received_at as "receivedAt", reaches_to as "reachesTo", body,
       sha256(convert_to(body, 'UTF8')) = sha256 as intact
     from answer join answer_body on answer_body.id = body_id
     where symbol = $1 and "interval" = $2 and ${PLACE} > $3::numeric order by ${PLACE} limit 1`,
    [series.symbol, series.interval, after],
  );
  return row === undefined ? null : { series, ...row };
}

/**
 * Takes back what the answers after the cut have written. A bar they changed says again what the oldest of its revisions
 * by them kept; the adjusted columns of a bar they left alone may be newer, and will be the same in the end.
 */
async function rewind(
  client: pg.PoolClient,
  { series: { symbol, interval }, cut, countSince }: { series: Series; cut: string; countSince?: number },
): Promise<void> {
  const taken = [symbol, interval, cut];
  const released = [...taken, instantOrNull(countSince ?? null)];
  await client.query(
    `with ${RELEASED} delete from stock_data as bar where symbol = $1 and "interval" = $2 and ${LATER_BAR}`,
    released,
  );
  await client.query(
    `with ${RELEASED} insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, adjusted_close,
       dividend_amount, split_coefficient, settled, answer_id)
     select symbol, "interval", ts, open, high, low, close, volume, adjusted_close, dividend_amount, split_coefficient,
       true, answer_id
     from revision as bar
     where symbol = $1 and "interval" = $2 and ${LATER_CHANGE} and (answer_id is null or not ${LATER_BAR}) order by ts`,
    released,
  );
  await client.query(
    `with ${RELEASED} delete from revision as bar where symbol = $1 and "interval" = $2 and ${LATER_CHANGE}`,
    released,
  );
  if (countSince === undefined) return;
  await client.query(
    `delete from quarantine where symbol = $1 and "interval" = $2
       and first_seen_at in (select received_at from answer where answer.id in (${TOLD_AFTER}))
       and first_seen_at not in (
         select received_at from answer where symbol = $1 and "interval" = $2 and ${PLACE} <= $3::numeric
       )`,
    taken,
  );
  // What no answer brought first, an import did: it stays, and the answers count it again.
  await client.query(
    `update quarantine set times = 1, last_seen_at = first_seen_at
     where symbol = $1 and "interval" = $2 and first_seen_at >= $3 and last_seen_at > first_seen_at`,
    [symbol, interval, instant(countSince)],
  );
}

/**
 * Releases that will be stored again although their answer stands before the cut: what they wrote is taken back as well. It
 * bears the name of that answer, which has no other bar at that time: its row was in quarantine.
 */
const RELEASED = `released as (
  select answer_id, released_at, to_timestamp((bar ->> 'ts')::double precision / 1000) as ts from release
  where symbol = $1 and "interval" = $2 and released_at >= $4::timestamptz and answer_id not in (${TOLD_AFTER})
)`;
const LATER_BAR = `(bar.answer_id in (${TOLD_AFTER})
  or exists (select from released where released.ts = bar.ts and released.answer_id = bar.answer_id))`;
const LATER_CHANGE = `(bar.changed_by in (${TOLD_AFTER})
  or exists (select from released where released.answer_id = bar.changed_by and released.released_at = bar.seen_at))`;

/** When the earliest of the answers after the cut was told, epoch ms; `null`: there is none. */
async function firstAfter(
  client: pg.PoolClient,
  { series: { symbol, interval }, cut }: { series: Series; cut: string },
): Promise<number | null> {
  const { rows: [row] } = await client.query<{ first: number | null }>(
    `select min(received_at) as first from answer where answer.id in (${TOLD_AFTER})`,
    [symbol, interval, cut],
  );
  return row!.first;
}
