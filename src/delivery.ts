/**
 * What becomes of a message after an attempt to deliver it: is it sent, tried again and when, or given up? Which channels
 * there are, and what is handed to each.
 */
import { type BackoffPolicy, delayBefore } from "./backoff.ts";

export const CHANNELS = ["mail", "slack", "webhook", "ping"] as const;
export type Channel = typeof CHANNELS[number];

/** What each channel is handed. Nothing in it is secret. */
export type Content =
  | { readonly channel: "mail"; readonly text: string; readonly html: string; readonly runId: number | null }
  | { readonly channel: "slack"; readonly text: string }
  /** The body of the request, but for its id. */
  | { readonly channel: "webhook"; readonly event: Readonly<Record<string, unknown>> }
  | { readonly channel: "ping"; readonly ping: Ping; readonly text: string };

/** What a dead-man's switch is told. */
export type Ping = "start" | "success" | "fail";

/** A message in the hands of one process. Instants are epoch ms. */
export interface Parcel {
  readonly id: number;
  /** The same at every attempt, and nowhere else: what a receiver knows a repeated message by. */
  readonly messageId: string;
  readonly subject: string;
  readonly content: Content;
  /** Mail: who is still to get it. */
  readonly recipients: readonly string[];
  /** Counted from 1, this one included. */
  readonly attempt: number;
  readonly most: number;
  readonly createdAt: number;
}

/** A message for one channel, before it is on its way. */
export interface Outgoing {
  readonly subject: string;
  readonly content: Content;
  /** Mail: the addresses. */
  readonly recipients: readonly string[];
  readonly most: number;
}

/** What an attempt came to. Reasons are in words, without secrets. */
export type Delivery =
  /** `note`: what is worth knowing although it was sent. */
  | { readonly state: "sent"; readonly note: string | null }
  /** Some recipients have it; these may get it later. */
  | { readonly state: "partly"; readonly remaining: readonly string[]; readonly reason: string }
  /** It will never be taken. */
  | { readonly state: "refused"; readonly reason: string }
  /** `unreachable`: nobody took anything, so the next message need not be tried now. `afterMs`: asked for by the other side. */
  | { readonly state: "failed"; readonly reason: string; readonly unreachable: boolean; readonly afterMs?: number };

/** What the row says after the attempt. */
export interface Verdict {
  readonly state: "waiting" | "sent" | "undeliverable";
  readonly recipients: readonly string[];
  /** Epoch ms; meaningful while it waits. */
  readonly dueAt: number;
  readonly error: string | null;
}

/**
 * A mail server that is down for a night or a week-end loses nothing: 20 attempts take two days. A ping says that all is
 * well now, so it is given up after half an hour.
 */
export const MOST_ATTEMPTS: Readonly<Record<Channel, number>> = { mail: 20, slack: 20, webhook: 20, ping: 7 };

const OUTBOX_BACKOFF: BackoffPolicy = { baseMs: 40_000, capMs: 3 * 3_600_000, attempts: Infinity };
/** However long the other side asks us to wait. */
const LONGEST_WAIT_MS = 12 * 3_600_000;

/** @param options.random in [0, 1) */
export function verdictOf(
  { attempt, most, recipients }: Pick<Parcel, "attempt" | "most" | "recipients">,
  delivery: Delivery,
  { now, random }: { now: number; random: number },
): Verdict {
  if (delivery.state === "sent") return { state: "sent", recipients: [], dueAt: now, error: delivery.note };
  const left = delivery.state === "partly" ? delivery.remaining : recipients;
  const error = delivery.reason;
  if (delivery.state === "refused" || attempt >= most) {
    return { state: "undeliverable", recipients: left, dueAt: now, error };
  }
  const asked = delivery.state === "failed" ? Math.min(delivery.afterMs ?? 0, LONGEST_WAIT_MS) : 0;
  return { state: "waiting", recipients: left, dueAt: now + Math.max(asked, waitAfter(attempt, random)), error };
}

/** Between the policy's wait and twice that: greylisting wants minutes, and a hundred messages must not return together. */
function waitAfter(attempt: number, random: number): number {
  const floorMs = delayBefore(attempt + 1, OUTBOX_BACKOFF, { random: 1 })!;
  return delayBefore(attempt + 1, OUTBOX_BACKOFF, { random, floorMs })!;
}
