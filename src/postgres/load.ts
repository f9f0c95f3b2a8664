/**
 * How does an answer that somebody kept get to where it was told, among those that are archived already? Its series is made
 * anew with it: bars, revisions and quarantine are then as if it had come on its day.
 */
import type pg from "pg";
import type { Series } from "../bar.ts";
import { type Answer, archiveAnswer, PLACE } from "./answers.ts";
import type { Database } from "./connect.ts";
import { type RebuildOptions, rebuildSeries, type Rebuilt } from "./rebuild.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

export interface LoadOptions extends Pick<RebuildOptions, "holder" | "series" | "read" | "signal"> {
  /** With the instant it was told at as `receivedAt`. */
  readonly answer: Answer;
  /** Epoch ms: its body is kept for as long as one that comes now. */
  readonly now: number;
}

/** Answers told after it are known by their bars only, so nothing can be put before them. */
export class PlaceGone extends Error {}

/** What a load changed in its series; a bar that is there in its place counts as neither. */
export interface Loaded extends Pick<Rebuilt, "damaged"> {
  readonly bars: number;
  readonly revisions: number;
  readonly quarantined: number;
}

/**
 * Archives the answer at its place and makes its series anew, all or nothing. Bars of no answer, or of answers whose bodies
 * are dropped, stay as they are.
 *
 * @throws PlaceGone; LeaseLost; the signal's reason
 */
export async function loadAnswer(
  db: Database,
  { holder, series, answer, now, read, signal }: LoadOptions,
): Promise<Loaded> {
  const before = await countsOf(db, series);
  const { damaged } = await rebuildSeries(db, {
    holder,
    series,
    partial: true,
    read,
    signal,
    prepare: async (client) => {
      const place = await placeOf(client, { series, answer });
      const { runId } = holder;
      await archiveAnswer(client, { runId, series, answer, late: { place, keptSince: now } });
    },
  });
  const after = await countsOf(db, series);
  return {
    damaged,
    bars: after.bars - before.bars,
    revisions: after.revisions - before.revisions,
    quarantined: after.quarantined - before.quarantined,
  };
}

/** Whether the archive has this body of the series, told at this very time. */
export async function isLoaded(
  db: Database,
  { series: { symbol, interval }, answer: { body, receivedAt } }: Pick<LoadOptions, "series"> & {
    answer: Pick<Answer, "body" | "receivedAt">;
  },
): Promise<boolean> {
  const rows = await query(
    db,
    `select from answer join answer_body on answer_body.id = body_id
     where symbol = $1 and "interval" = $2 and received_at = $3 and sha256 = sha256(convert_to($4, 'UTF8')) limit 1`,
    [symbol, interval, instant(receivedAt), body],
  );
  return rows.length > 0;
}

/**
 * Before the first that was told later, halfway to the one in front of it. A clock that was wrong on one day makes that
 * answer stand where it came, not where its time says, so the first is the careful choice: nothing told later is undone.
 *
 * @returns `null`: none was told later
 * @throws PlaceGone
 */
async function placeOf(
  client: pg.PoolClient,
  { series: { symbol, interval }, answer: { receivedAt } }: Pick<LoadOptions, "series" | "answer">,
): Promise<string | null> {
  const { rows: [row] } = await client.query<{ place: string | null; gone: boolean }>(
    `with told as (
       select ${PLACE} as place, received_at > $3 as later, body is null as gone
       from answer join answer_body on answer_body.id = body_id where symbol = $1 and "interval" = $2
     ), following as (
       select min(place) as place from told where later
     )
     select (following.place + coalesce((select max(place) from told where place < following.place), following.place - 1)) * 0.5
         as place,
       exists (select from told where gone and place >= following.place) as gone
     from following`,
    [symbol, interval, instant(receivedAt)],
  );
  if (row!.gone) throw new PlaceGone();
  return row!.place;
}

async function countsOf(
  db: Database,
  { symbol, interval }: Series,
): Promise<Pick<Loaded, "bars" | "revisions" | "quarantined">> {
  const counted = (table: string) => `(select count(*) from ${table} where symbol = $1 and "interval" = $2)`;
  const [row] = await query<Record<"bars" | "revisions" | "quarantined", number>>(
    db,
    `select ${counted("stock_data")} as bars, ${counted("revision")} as revisions, ${
      counted("quarantine")
    } as quarantined`,
    [symbol, interval],
  );
  return row!;
}
