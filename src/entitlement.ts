/** What may this key ask, and for how long is a refusal believed? Pure. */
import { type BarRequest, formOf } from "./request.ts";

/** What this key may ask, by {@link formOf}. A form that is not listed has not been refused. */
export interface Entitlement {
  readonly form: string;
  readonly allowed: boolean;
  /** When the answer that taught it came, epoch ms. */
  readonly learntAt: number;
}

/** A premium refusal is believed for a week: the gates move about once a year (facts §2.1). */
export const REPROBE_MS = 7 * 86_400_000;

/** The refusal of the request's form that still counts at `now` (epoch ms); `null`: it may be asked. */
export function refusalOf(
  request: BarRequest,
  { entitlements, now }: { entitlements: readonly Entitlement[]; now: number },
): Entitlement | null {
  const form = formOf(request);
  const refusal = entitlements.find((known) => !known.allowed && known.form === form);
  return refusal === undefined || refusal.learntAt + REPROBE_MS <= now ? null : refusal;
}
