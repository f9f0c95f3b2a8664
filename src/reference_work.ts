/**
 * What is asked for beside bars, when, and how is it carried out? The rooms' functions behind the plan and the last part
 * of a run, and the search for a symbol.
 */
import type { Client } from "./alphavantage/client.ts";
import type { Series } from "./bar.ts";
import type { Entitlement } from "./entitlement.ts";
import type { AskedBeside, ReferenceEffects } from "./effects.ts";
import type { Plan } from "./plan.ts";
import { entitlements } from "./postgres/entitlements.ts";
import { unlistedAmong } from "./postgres/listings.ts";
import { quotaState } from "./postgres/quota.ts";
import { Implausible, recordReferenceFailure, referenceStates } from "./postgres/reference.ts";
import type { Holder } from "./postgres/runs.ts";
import { type ReceivedReference, storeReference } from "./postgres/store_reference.ts";
import {
  type Match,
  planReference,
  type ReferencePlanEntry,
  type ReferenceState,
  referenceWanted,
} from "./reference.ts";
import type { ReferenceRequest } from "./request.ts";
import { nextTickInForce } from "./steer_schedule.ts";
import { marketOf, openClient, type Rooms } from "./wiring.ts";

/** When each thing beside the bars of these series was asked for, and what came of it. */
export async function referenceKept(
  { config, database }: Pick<Rooms, "config" | "database">,
  series: readonly Series[],
): Promise<ReferenceState[]> {
  const clock = config.reference;
  const symbols = [...new Set(series.map(({ symbol }) => symbol))];
  const unlisted = clock.listingDays === null ? [] : await unlistedAmong(database, symbols);
  return await referenceStates(database, referenceWanted(series, { clock, unlisted }));
}

/** What is due beside the bars of these series, after those that `plan` asks for. Asks nobody. */
export async function referencePlan(
  rooms: Pick<Rooms, "config" | "database">,
  { series, plan, entitlements: known }: {
    series: readonly Series[];
    plan: Plan;
    entitlements: readonly Entitlement[];
  },
): Promise<ReferencePlanEntry[]> {
  const { config } = rooms;
  const states = await referenceKept(rooms, series);
  if (states.length === 0) return [];
  const nextTick = await nextTickInForce(rooms, plan.now);
  const [market, { now }] = [marketOf(config), plan];
  return planReference(states, {
    now,
    clock: config.reference,
    entitlements: known,
    plan,
    market,
    series: config.series,
    nextTick,
  });
}

/** The effects of the last part of a run. */
export function referenceEffects(
  rooms: Rooms,
  { client, fence }: { client: Client; fence: (runId: number) => Holder },
): ReferenceEffects<ReceivedReference> {
  const { config, database, keyHash, world } = rooms;
  return {
    plan: async (series) => {
      const now = world.now();
      const quota = await quotaState(database, { keyHash, now, perDay: config.vendor.perDay });
      const known = await entitlements(database, keyHash);
      // The bars have been asked for: the ledger knows what that took.
      return await referencePlan(rooms, { series, plan: { now, entries: [], quota }, entitlements: known });
    },
    ask: (request, { signal }) => ask(client, request, signal),
    store: async (document, { runId, request }) => {
      try {
        return { became: await storeReference(database, { ...fence(runId), request, document }) };
      } catch (error) {
        if (!(error instanceof Implausible)) throw error;
        return { implausible: error.message };
      }
    },
    fail: (failure, { runId, request }) =>
      recordReferenceFailure(database, { ...fence(runId), request, ...failure, now: world.now() }),
  };
}

async function ask(
  client: Client,
  request: ReferenceRequest,
  signal: AbortSignal,
): Promise<AskedBeside<ReceivedReference>> {
  const { answer, requests, last } = await client.ask(request, { signal, onEvent: () => {} });
  if (answer.kind !== "reference") return { ...answer, requests };
  return { kind: "reference", document: { ...answer.document, ...last! }, requests };
}

/**
 * The symbols a text may mean, best first, by one request of the vendor's search.
 *
 * @throws Error when no key is configured, or the vendor does not answer the question
 */
export async function searchSymbols(
  rooms: Rooms,
  keywords: string,
  { signal }: { signal: AbortSignal },
): Promise<readonly Match[]> {
  const client = await openClient(rooms, () => null);
  try {
    const request = { form: "SYMBOL_SEARCH", symbol: null, keywords } as const;
    const { answer } = await client.ask(request, { signal, onEvent: () => {} });
    if (answer.kind !== "reference") throw new Error(`Cannot search for "${keywords}": ${answer.message}`);
    return "matches" in answer.document ? answer.document.matches : [];
  } finally {
    client.close();
  }
}
