/** When was each thing beside bars last asked for, and what came of it? The slow clock, and the archive of its answers. */
import type pg from "pg";
import type { ReferenceState } from "../reference.ts";
import type { ReferenceRequest } from "../request.ts";
import type { FailureKind } from "../run.ts";
import type { Database } from "./connect.ts";
import { extendLease, fence, type Holder } from "./runs.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

/** One good answer. Instants are epoch ms. */
export interface ReferenceAnswer {
  /** The ledger row of the request it answers; `null`: none is known. */
  readonly requestId: number | null;
  readonly receivedAt: number;
  /** Key removed. */
  readonly body: string;
}

/** An answer that would take away what is known, which no good one does. */
export class Implausible extends Error {
  override readonly name = "Implausible";
}

/** The states of these requests, in the order given. */
export async function referenceStates(db: Database, requests: readonly ReferenceRequest[]): Promise<ReferenceState[]> {
  const rows = await query<Omit<ReferenceState, "request">>(
    db,
    `select known.asked_at as "askedAt", known.answered_at as "answeredAt", coalesce(known.failures, 0) as failures,
       known.kind, known.message
     from unnest($1::text[], $2::text[]) with ordinality as asked (form, symbol, place)
     left join reference as known on known.form = asked.form and known.symbol = asked.symbol
     order by asked.place`,
    [requests.map(({ form }) => form), requests.map(({ symbol }) => symbol ?? "")],
  );
  return rows.map((row, index) => ({ request: requests[index]!, ...row }));
}

/**
 * Keeps that a request failed.
 *
 * @throws LeaseLost when the run is no longer the holder's
 */
export async function recordReferenceFailure(
  db: Database,
  { request, kind, message, now, ...holder }: Holder & {
    request: ReferenceRequest;
    kind: FailureKind;
    message: string;
    now: number;
  },
): Promise<void> {
  await transaction(db, async (client) => {
    await fence(client, holder);
    // Of a second attempt after a lost commit: the same instant is the same failure.
    await client.query(
      `insert into reference as old (form, symbol, asked_at, failures, kind, message) values ($1, $2, $3, 1, $4, $5)
       on conflict (form, symbol) do update set asked_at = $3, failures = old.failures + 1, kind = $4, message = $5
       where old.asked_at is distinct from $3`,
      [request.form, request.symbol ?? "", instant(now), kind, message],
    );
    await extendLease(client, holder);
  });
}

/** Keeps that an answer was good, in the transaction that stores what it says. `note`: what of it was refused, or `null`. */
export async function recordReferenceAnswer(
  client: pg.PoolClient,
  { request, receivedAt, note }: { request: ReferenceRequest; receivedAt: number; note: string | null },
): Promise<void> {
  await client.query(
    `insert into reference as old (form, symbol, asked_at, answered_at, failures, message) values ($1, $2, $3, $3, 0, $4)
     on conflict (form, symbol) do update set asked_at = $3, answered_at = $3, failures = 0, kind = null, message = $4`,
    [request.form, request.symbol ?? "", instant(receivedAt), note],
  );
}

/** Writes an answer into the archive. @returns its id; later answers have greater ids */
export async function archiveReference(
  client: pg.PoolClient,
  { runId, request, answer }: { runId: number; request: ReferenceRequest; answer: ReferenceAnswer },
): Promise<number> {
  const bytes = new TextEncoder().encode(answer.body);
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  const { rows: [row] } = await client.query<{ id: number }>(
    `with kept as (
       insert into answer_body as old (sha256, last_received_at, body, bytes) values (decode($1, 'hex'), $2, $3, $4)
       on conflict (sha256) do update set
         body = coalesce(old.body, excluded.body),
         last_received_at = greatest(old.last_received_at, excluded.last_received_at)
       returning id
     )
     insert into reference_answer (body_id, request_id, run_id, form, symbol, received_at)
     select id, $5::bigint, $6::bigint, $7, $8, $2 from kept returning id`,
    [sha256, instant(answer.receivedAt), bytes, bytes.length, answer.requestId, runId, request.form, request.symbol],
  );
  return row!.id;
}
