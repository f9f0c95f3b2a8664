/** How are splits, dividends and listings made anew from their archived answers? Symbol by symbol, all or nothing. */
import type { ReferenceDocument } from "../reference.ts";
import type { ReferenceForm, ReferenceRequest } from "../request.ts";
import { rewindActions } from "./actions.ts";
import type { Database } from "./connect.ts";
import { extendLease, fence, type Holder } from "./runs.ts";
import { writeReference } from "./store_reference.ts";
import { query, transaction } from "./transaction.ts";

/** Everything there are answers of, by form and symbol. */
export function archivedReferences(db: Database): Promise<ReferenceRequest[]> {
  return query<ReferenceRequest & Record<string, unknown>>(
    db,
    `select form, symbol from reference_answer group by form, symbol order by form, symbol nulls first`,
  );
}

/**
 * Rewound to where the kept bodies begin, then told answer by answer as it was first. Of a list of symbols only the
 * newest counts.
 *
 * @param options.read what an answer says; throws when it cannot be read any more: then all is left as it was
 * @returns how many answers were replayed
 * @throws LeaseLost; whatever `read` throws; the signal's reason
 */
export async function rebuildReference(
  db: Database,
  { request, read, signal, ...holder }: Holder & {
    request: ReferenceRequest;
    read: (body: string, request: ReferenceRequest) => ReferenceDocument;
    signal: AbortSignal;
  },
): Promise<number> {
  const { form, symbol } = request;
  return await transaction(db, async (client) => {
    await fence(client, holder);
    const { rows: answers } = await client.query<{ id: number; receivedAt: number }>(
      `select answer.id, answer.received_at as "receivedAt"
       from reference_answer as answer
       where form = $1 and symbol is not distinct from $2 and id > coalesce((
         select max(gone.id) from reference_answer as gone join answer_body on answer_body.id = gone.body_id
         where gone.form = $1 and gone.symbol is not distinct from $2 and body is null), 0)
       order by answer.id`,
      [form, symbol],
    );
    if (answers.length === 0) return 0;
    const told = isList(form) ? answers.slice(-1) : answers;
    if (isList(form)) await client.query(`delete from listing where ${KIND[form]}`);
    else await rewindActions(client, { form, symbol: symbol!, cut: answers[0]!.id - 1 });
    for (const { id: answerId, receivedAt } of told) {
      signal.throwIfAborted();
      const { rows: [{ body }] } = await client.query(
        "select body from reference_answer as answer join answer_body on answer_body.id = body_id where answer.id = $1",
        [answerId],
      );
      await writeReference(client, { request, document: read(body, request), answerId, receivedAt });
    }
    await extendLease(client, holder);
    return told.length;
  });
}

const KIND = {
  "LISTING_STATUS active": "delisting_date = 'infinity'",
  "LISTING_STATUS delisted": "delisting_date < 'infinity'",
} as const;

function isList(form: ReferenceForm): form is keyof typeof KIND {
  return form in KIND;
}
