/** How is an answer that is no bars stored? Fence, archive, rows and clock in one transaction. */
import type pg from "pg";
import type { ReferenceDocument } from "../reference.ts";
import type { ReferenceForm, ReferenceRequest } from "../request.ts";
import { writeActions } from "./actions.ts";
import type { Database } from "./connect.ts";
import { writeListings } from "./listings.ts";
import { archiveReference, Implausible, recordReferenceAnswer, type ReferenceAnswer } from "./reference.ts";
import { extendLease, fence, type Holder } from "./runs.ts";
import { transaction } from "./transaction.ts";

/** A document with when it came (epoch ms) and the row of its request in the ledger. */
export type ReceivedReference = ReferenceDocument & Omit<ReferenceAnswer, "body">;

/**
 * Stores one answer.
 *
 * @returns what became of its rows: `2 new, 1 corrected`
 * @throws LeaseLost when the run is no longer the holder's; Implausible
 */
export async function storeReference(
  db: Database,
  { request, document, ...holder }: Holder & { request: ReferenceRequest; document: ReceivedReference },
): Promise<string> {
  return await transaction(db, async (client) => {
    await fence(client, holder);
    const { runId } = holder;
    const { requestId, receivedAt, source: body } = document;
    const answerId = await archiveReference(client, { runId, request, answer: { requestId, receivedAt, body } });
    const words = await writeReference(client, { request, document, answerId, receivedAt });
    const { refused } = document;
    const note = refused === null
      ? null
      : `${refused.rows} rows refused, first: ${refused.first}`.replaceAll("\0", "\\0");
    await recordReferenceAnswer(client, { request, receivedAt, note });
    await extendLease(client, holder);
    return note === null ? words : `${words}; ${note}`;
  });
}

/** Writes what an answer says, in the caller's transaction. Told twice, it changes nothing the second time. */
export async function writeReference(
  client: pg.PoolClient,
  { request, document, answerId, receivedAt }: {
    request: ReferenceRequest;
    document: ReferenceDocument;
    answerId: number;
    receivedAt: number;
  },
): Promise<string> {
  if ("listings" in document) {
    const delisted = request.form === "LISTING_STATUS delisted";
    const { changed } = await writeListings(client, { delisted, listings: document.listings, answerId });
    return `${document.listings.length} symbols, ${changed} changed`;
  }
  if (!isAction(request) || "matches" in document) {
    throw new RangeError(`Cannot store the answer of ${request.form}: it is of another function`);
  }
  const rows = "splits" in document ? document.splits.length : document.dividends.length;
  const counts = await writeActions(client, { request, answerId, receivedAt, document });
  if (rows === 0) await refuseIfKnown(client, request);
  const words = Object.entries(counts).filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`);
  return words.length === 0 ? `${rows} known, none changed` : words.join(", ");
}

function isAction(request: ReferenceRequest): request is ReferenceRequest & { form: "SPLITS" | "DIVIDENDS" } {
  return request.form === "SPLITS" || request.form === "DIVIDENDS";
}

/** "There are none" is believed of a symbol of which none are known. */
async function refuseIfKnown(client: pg.PoolClient, { form, symbol }: ReferenceRequest): Promise<void> {
  const table: Partial<Record<ReferenceForm, string>> = { SPLITS: "split", DIVIDENDS: "dividend" };
  const { rows: [{ known }] } = await client.query(
    `select count(*) as known from ${table[form]} where symbol = $1 and dropped_at is null`,
    [symbol],
  );
  if (known > 0) throw new Implausible(`it has no row, where ${known} are known`);
}
