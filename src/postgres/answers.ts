/** Where is it kept what the vendor sent? Every answer that gave rows is one row; equal bodies are kept once. */
import type pg from "pg";
import type { Series } from "../bar.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/** One answer with rows. Instants are epoch ms. */
export interface Answer {
  /** The ledger row of the request it answers; `null`: none is known. */
  readonly requestId: number | null;
  /** `formOf` the request. */
  readonly form: string;
  /** The IANA zone of its intraday stamps. */
  readonly zone: string;
  readonly receivedAt: number;
  /** Up to when it could hold trades, by the delay of the key that asked. */
  readonly reachesTo: number;
  /** Key removed. */
  readonly body: string;
}

/** Where an answer stands among those of its series, in the order they were told. */
export const PLACE = "coalesce(answer.place, answer.id)";

/** The answers of the series `$1` `$2` that were told after the place `$3`, as a subquery of ids. */
export const TOLD_AFTER =
  `select answer.id from answer where symbol = $1 and "interval" = $2 and ${PLACE} > $3::numeric`;

/** One that is archived later than it was told. */
export interface Late {
  /** Between the places of those it was told between, as a decimal; `null`: after all of them. */
  readonly place: string | null;
  /** Since when its body is kept, epoch ms: what was told long ago is not dropped for that at once. */
  readonly keptSince: number;
}

/**
 * Writes an answer into the archive, in the transaction that stores its bars. A body that is there already is not written
 * again, one that was dropped comes back.
 *
 * @param options.late when it was told before others of its series that are archived already
 * @returns its id; of one series, answers told later have greater ids, but for late ones
 */
export async function archiveAnswer(
  client: pg.PoolClient,
  { runId, series, answer, late = null }: { runId: number; series: Series; answer: Answer; late?: Late | null },
): Promise<number> {
  const { requestId, form, zone, receivedAt, reachesTo, body } = answer;
  const bytes = new TextEncoder().encode(body);
  const sha256 = await hashOf(bytes);
  const about = [
    sha256,
    instant(receivedAt),
    requestId,
    runId,
    series.symbol,
    series.interval,
    form,
    zone,
    instant(reachesTo),
    late?.place ?? null,
    instant(late?.keptSince ?? receivedAt),
  ];
  // Most bodies are either quite new or there already: then they need not be sent.
  const { rows: [known] } = await client.query<{ id: number }>(ARCHIVE_KNOWN, about);
  if (known !== undefined) return known.id;
  const { rows: [row] } = await client.query<{ id: number }>(ARCHIVE, [...about, bytes, bytes.length]);
  return row!.id;
}

/** SHA-256 of a body in UTF-8, in hex. */
export async function hashOf(body: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", body)).toHex();
}

const ANSWER =
  `insert into answer (body_id, request_id, run_id, symbol, "interval", form, zone, received_at, reaches_to, place)
  select id, $3::bigint, $4::bigint, $5, $6, $7, $8, $2::timestamptz, $9::timestamptz, $10::numeric from kept returning id`;

const ARCHIVE_KNOWN = `with kept as (
    update answer_body set last_received_at = greatest(last_received_at, $11)
    where sha256 = decode($1, 'hex') and body is not null returning id
  ) ${ANSWER}`;

const ARCHIVE = `with kept as (
    insert into answer_body as old (sha256, last_received_at, body, bytes) values (decode($1, 'hex'), $11, $12, $13)
    on conflict (sha256) do update set
      body = coalesce(old.body, excluded.body),
      last_received_at = greatest(old.last_received_at, excluded.last_received_at)
    returning id
  ) ${ANSWER}`;

/**
 * Drops the bodies that last came before `before` (epoch ms), the oldest first, at most `limit`: call again while it
 * returns `limit`. What was made of them stays, but cannot be rebuilt from then on.
 *
 * @returns how many were dropped
 */
export async function retainAnswers(
  db: Database,
  { before, limit }: { before: number; limit: number },
): Promise<number> {
  const dropped = await query(
    db,
    `update answer_body set body = null where id in (
       select id from answer_body where body is not null and last_received_at < $1
       order by last_received_at limit $2 for update skip locked
     ) returning id`,
    [instant(before), limit],
  );
  return dropped.length;
}
