/**
 * How do answers that somebody kept get to where they were told, among those of their series that are archived already? If
 * any of these was told later, the series is made anew: it is then as if each had come on its day.
 */
import type pg from "pg";
import type { Bar, Reject, Series } from "../bar.ts";
import { type Answer, archiveAnswer, PLACE } from "./answers.ts";
import { writeRows } from "./bars.ts";
import type { Database } from "./connect.ts";
import { type RebuildOptions, rebuildWithin } from "./rebuild.ts";
import { lockSeries } from "./results.ts";
import { extendLease, fence } from "./runs.ts";
import { transaction } from "./transaction.ts";
import { instant } from "./values.ts";

/** An answer with what it says. Its `receivedAt` is when it was told. */
export interface Kept {
  readonly answer: Answer;
  /** `hashOf` its body. */
  readonly hash: string;
  readonly bars: readonly Bar[];
  readonly rejects: readonly Reject[];
}

export interface LoadOptions extends Pick<RebuildOptions, "holder" | "series" | "read" | "signal"> {
  /** Each gives one answer, and is asked when its turn comes: bodies are long. May be asked again. */
  readonly kept: readonly (() => Promise<Kept>)[];
  /** Epoch ms: the bodies are kept for as long as one that comes now. */
  readonly now: number;
}

/**
 * `known`: the archive has it, told at this time. `placeless`: bodies of answers told after it are dropped, so the tables
 * cannot be made anew from there.
 */
export type Became = "loaded" | "known" | "placeless";

/** What a load changed in its series. */
export interface Loaded {
  /** Of each answer. */
  readonly became: readonly Became[];
  readonly bars: number;
  readonly revisions: number;
  readonly quarantined: number;
  /** What was there before was written anew. */
  readonly rebuilt: boolean;
}

/** What the archive knows of the place of an answer. */
export interface Place {
  /** It is there, told at this very time. */
  readonly known: boolean;
  /** When else this body was told, epoch ms. */
  readonly alsoAt: number | null;
  /** How many answers of the series were told later. */
  readonly later: number;
  /** An operator released a row of the series after it was told. */
  readonly released: boolean;
  /** One of those, or one told before them but after it, has no body any more. */
  readonly gone: boolean;
  /** Where it would stand; `null`: none was told later. */
  readonly place: string | null;
}

/**
 * Archives the answers at their places and brings bars, revisions and quarantine to what they say, all of them or nothing.
 * Bars of no answer, or of answers whose bodies are dropped, stay as they are.
 *
 * @throws DamagedAnswer when the series must be made anew and an archived answer cannot be read; LeaseLost; the signal's
 * reason
 */
export async function loadAnswers(
  db: Database,
  { holder, series, kept, now, read, signal }: LoadOptions,
): Promise<Loaded> {
  const { capabilities } = db;
  const became: Became[] = [];
  let loaded: Loaded | null = null;
  return await transaction(db, async (client, attempt) => {
    await lockSeries(client, series);
    await fence(client, holder);
    const { runId } = holder;
    const before = await countsOf(client, series);
    let [rebuilt, written] = [false, false];
    for (const [index, next] of kept.entries()) {
      signal.throwIfAborted();
      const { answer, hash, ...rows } = await next();
      const { known, gone, place, released } = await placeOf(client, { series, receivedAt: answer.receivedAt, hash });
      // An earlier attempt may have been committed after all.
      const ours = attempt > 1 && became[index] === "loaded";
      became[index] = known && !ours ? "known" : gone && !known ? "placeless" : "loaded";
      if (known || gone) continue;
      written = true;
      const answerId = await archiveAnswer(client, { runId, series, answer, late: { place, keptSince: now } });
      if (place !== null || released) rebuilt = true;
      else await writeRows(client, { ...rows, runId, series, answerId, now: answer.receivedAt, capabilities });
    }
    if (rebuilt) await rebuildWithin(client, series, { read, signal, capabilities });
    const after = await countsOf(client, series);
    await extendLease(client, holder);
    // All of it was there: then what the earlier attempt did was committed after all.
    if (loaded !== null && !written) return loaded;
    return loaded = {
      became: [...became],
      bars: after.bars - before.bars,
      revisions: after.revisions - before.revisions,
      quarantined: after.quarantined - before.quarantined,
      rebuilt,
    };
  }, { signal });
}

/**
 * Where an answer would stand: before the first that was told later, halfway to the one in front of it. A clock that was
 * wrong on one day makes that answer stand where it came, not where its time says, so the first is the careful choice:
 * nothing told later is undone. Of two told at one instant the smaller hash goes first, whichever comes first.
 *
 * @param about.receivedAt when it was told, epoch ms
 * @param about.hash `hashOf` its body
 */
export async function placeOf(
  asking: Pick<pg.Pool | pg.PoolClient, "query">,
  { series: { symbol, interval }, receivedAt, hash }: { series: Series; receivedAt: number; hash: string },
): Promise<Place> {
  const { rows: [row] } = await asking.query(
    `with told as (
       select ${PLACE} as place, received_at, body is null as gone, sha256 = decode($4, 'hex') as same,
         (received_at, sha256) > ($3::timestamptz, decode($4, 'hex')) as later
       from answer join answer_body on answer_body.id = body_id
       where symbol = $1 and "interval" = $2
     ), following as (
       select min(place) as place from told where later
     )
     select exists (select from told where same and received_at = $3) as known,
       (select max(received_at) from told where same and received_at <> $3) as "alsoAt",
       (select count(*) from told where later) as later,
       exists (select from told where gone and place >= following.place) as gone,
       exists (select from release where symbol = $1 and "interval" = $2 and released_at >= $3) as released,
       (following.place + coalesce((select max(place) from told where place < following.place), 0)) * 0.5 as place
     from following`,
    [symbol, interval, instant(receivedAt), hash],
  );
  return row;
}

async function countsOf(
  client: pg.PoolClient,
  { symbol, interval }: Series,
): Promise<Pick<Loaded, "bars" | "revisions" | "quarantined">> {
  const counted = (table: string) => `(select count(*) from ${table} where symbol = $1 and "interval" = $2)`;
  const { rows: [row] } = await client.query(
    `select ${counted("stock_data")} as bars, ${counted("revision")} as revisions, ${
      counted("quarantine")
    } as quarantined`,
    [symbol, interval],
  );
  return row;
}
