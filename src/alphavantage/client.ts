/**
 * How is the vendor asked? Charge the ledger, keep the pace, send, classify, and try again where that can help; several
 * answers may be waited for at once, the sending is in turn. Every text that leaves here has the key taken out.
 */
import { type BackoffPolicy, delayBefore } from "../backoff.ts";
import type { RunEvent } from "../event.ts";
import { createRedactor } from "../redact.ts";
import {
  asksForBars,
  type BarRequest,
  formOf,
  type ReferenceRequest,
  type SearchRequest,
  type VendorRequest,
} from "../request.ts";
import type { AnswerKind } from "../run.ts";
import type { Fetch } from "../trace.ts";
import { type Address, describeRequest, requestUrl } from "./address.ts";
import { type Answer, attemptsWorth, classify, leastWait, type Refusal } from "./answer.ts";
import { nextSend, type Pace, type Sent, sentEarlier, withSent } from "./pace.ts";
import { type Exchange, exchange } from "./transport.ts";
import { createTurns, type InTurn } from "./turns.ts";

/** A month of 1min bars is some 5 MB; twenty years of daily ones 1.3 (facts §8). */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** The ledger is charged this much before the instant of sending, so that its round trip does not slow the pace. */
const CHARGE_LEAD_MS = 25;

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Rejects at once when the signal is aborted, before or during the sleep. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface RequestRecord {
  readonly kind: AnswerKind | "cancelled";
  /** `null` when no answer came. */
  readonly httpStatus: number | null;
  readonly bytes: number;
  readonly durationMs: number;
  /** `null` for a good answer. */
  readonly message: string | null;
}

export interface ClientOptions extends Address {
  /** For one whole exchange. */
  readonly timeoutMs: number;
  /** Default 32 MB. */
  readonly maxBodyBytes?: number;
  readonly pace: Pace;
  /** Asks under way at once, retries included. A free key is refused at more than one (facts §2.3). */
  readonly concurrency: number;
  readonly backoff: BackoffPolicy;
  /** When this key sent the requests of its newest minute, also by an earlier process; epoch ms, ascending. */
  readonly sentLately?: readonly number[];
  readonly fetch?: Fetch;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Called before every attempt: the ledger knows of a request before the vendor does. `at`: when it will be sent. */
  readonly charge: (
    request: VendorRequest,
    options: { readonly attempt: number; readonly at: number },
  ) => Promise<{ readonly id: number } | { readonly refused: string; readonly until: number | null }>;
  /** Called after every attempt that was charged. */
  readonly record: (id: number, record: RequestRecord) => Promise<void>;
}

type WithoutRun<Event> = Event extends RunEvent ? Omit<Event, "runId"> : never;
export type ClientEvent = WithoutRun<
  Extract<RunEvent, { type: "request-sent" | "request-answered" | "request-retried" }>
>;

export interface AskOptions {
  /** Gives up what is under way: queue, sleep, request. */
  readonly signal: AbortSignal;
  /** Told of requests for bars; of others their result says enough. */
  readonly onEvent: (event: ClientEvent) => void;
}

export interface AskResult<Good extends "bars" | "reference" = "bars" | "reference"> {
  readonly answer:
    | Extract<Answer, { kind: Good }>
    | Refusal
    | { readonly kind: "quota"; readonly message: string; readonly until: number | null }
    | { readonly kind: "cancelled"; readonly message: string };
  /** The last body that came, key removed. */
  readonly body: string | null;
  /** The last request sent: its id in the ledger, and when its exchange was over, epoch ms. */
  readonly last: { readonly requestId: number; readonly receivedAt: number } | null;
  /** HTTP requests sent. */
  readonly requests: number;
}

export interface Client {
  /** Rejects only when `charge`, `record` or `onEvent` does. */
  ask(request: BarRequest, options: AskOptions): Promise<AskResult<"bars">>;
  ask(request: ReferenceRequest | SearchRequest, options: AskOptions): Promise<AskResult<"reference">>;
  /** Gives up whatever is under way or waiting, as `cancelled`; so ends every later `ask`. */
  close(): void;
}

/** What the asks of one client share. */
interface Line {
  readonly options: ClientOptions;
  readonly redact: (text: string) => string;
  /** One at a time may charge and send. */
  readonly sending: InTurn;
  /** `null`: nothing yet. */
  sent: Sent | null;
  /** The last burst refusal: it is everybody's, so nobody sends within its wait. `null` when that is over. */
  burst: { readonly at: number; readonly waitMs: number } | null;
}

/** One ask on its way. */
interface Errand extends AskOptions {
  readonly line: Line;
  requests: number;
  last: AskResult["last"];
  body: string | null;
}

export function createClient(options: ClientOptions): Client {
  const { sentLately = [], pace } = options;
  const line: Line = {
    options,
    redact: createRedactor([options.key]),
    sending: createTurns(1),
    sent: sentEarlier(sentLately, pace),
    burst: null,
  };
  const inTurn = createTurns(options.concurrency);
  const closed = new AbortController();
  const ask = async (request: VendorRequest, { signal, onEvent }: AskOptions): Promise<AskResult> => {
    const either = AbortSignal.any([signal, closed.signal]);
    const errand: Errand = { line, signal: either, onEvent, requests: 0, last: null, body: null };
    const answer = await inTurn(either, () => askPatiently(request, errand)).catch((error): AskResult["answer"] => {
      if (!either.aborted || error !== either.reason) throw error;
      const message = `Cannot go on asking for ${describeRequest(request)}: the program was told to stop`;
      return { kind: "cancelled", message };
    });
    const { body, last, requests } = errand;
    return { answer, body, last, requests };
  };
  // What an answer can be is decided by what was asked: see `classify`.
  return { close: () => closed.abort(), ask: ask as Client["ask"] };
}

/** Tries until an answer is final. Rejects with the signal's reason when stopped between two requests. */
async function askPatiently(request: VendorRequest, errand: Errand): Promise<AskResult["answer"]> {
  const { line } = errand;
  const { backoff, clock, random } = line.options;
  for (let attempt = 1;; attempt += 1) {
    const answer = await askOnce(request, { attempt, errand });
    if (isGood(answer) || answer.kind === "quota" || answer.kind === "cancelled") return answer;
    if (answer.kind === "burst") line.burst = { at: clock.now(), waitMs: leastWait(answer) };
    if (attempt >= attemptsWorth(answer.kind)) return answer;
    const delayMs = delayBefore(attempt + 1, backoff, { random: random(), floorMs: leastWait(answer) });
    if (delayMs === null) return answer;
    tell(request, errand, { type: "request-retried", attempt: attempt + 1, kind: answer.kind, delayMs });
    await pause(delayMs, errand);
  }
}

async function askOnce(
  request: VendorRequest,
  { attempt, errand }: { attempt: number; errand: Errand },
): Promise<AskResult["answer"]> {
  const { line, signal } = errand;
  const { clock, record, pace, fetch = globalThis.fetch, timeoutMs, maxBodyBytes = MAX_BODY_BYTES } = line.options;
  const about = { form: formOf(request), attempt };
  const start = await line.sending(signal, async () => {
    const charged = await chargeInTime(request, { attempt, errand });
    if ("refused" in charged) return charged;
    tell(request, errand, { type: "request-sent", ...about });
    const sentAt = clock.now();
    // A timer that rings a moment early must not add up over many requests.
    line.sent = withSent(line.sent, { at: Math.max(charged.at, sentAt), pace });
    errand.requests += 1;
    // Wrapped, because a promise as it is would be waited for here, and the next one could not be sent meanwhile.
    const got = exchange(requestUrl(request, line.options), { fetch, timeoutMs, maxBodyBytes, signal });
    return { id: charged.id, sentAt, answer: { got } };
  });
  if ("refused" in start) return { kind: "quota", message: start.refused, until: start.until };
  const got = await start.answer.got;
  const { httpStatus, bytes } = got;
  const receivedAt = clock.now();
  errand.last = { requestId: start.id, receivedAt };
  const durationMs = receivedAt - start.sentAt;
  const answer = understand(got, { request, errand });
  const message = isGood(answer) ? null : answer.message;
  await record(start.id, { kind: answer.kind, httpStatus, bytes, durationMs, message });
  if (answer.kind !== "cancelled") {
    tell(request, errand, {
      type: "request-answered",
      ...about,
      kind: answer.kind,
      httpStatus,
      bytes,
      durationMs,
      message,
    });
  }
  return answer;
}

/** Waits for the instant of sending and charges the ledger just before it. */
async function chargeInTime(
  request: VendorRequest,
  { attempt, errand }: { attempt: number; errand: Errand },
): Promise<{ id: number; at: number } | { refused: string; until: number | null }> {
  const { line } = errand;
  const { clock, pace, charge } = line.options;
  const now = clock.now();
  const { burst } = line;
  // As with the pace, a clock set back costs one such wait and not the time it was set back by.
  const calm = burst === null ? now : Math.min(burst.at, now) + burst.waitMs;
  const at = Math.max(nextSend(line.sent, { now, pace }), calm);
  await pause(at - now - CHARGE_LEAD_MS, errand);
  const charged = await charge(request, { attempt, at });
  if ("refused" in charged) return charged;
  await pause(at - clock.now(), errand);
  if (line.burst === burst) line.burst = null;
  return { id: charged.id, at };
}

/** The key is taken out of the body before anything reads it, and out of what the body says. */
function understand(
  got: Exchange,
  { request, errand }: { request: VendorRequest; errand: Errand },
): Answer | { kind: "cancelled"; message: string } {
  const { redact } = errand.line;
  if (got.kind !== "body") return { kind: got.kind, message: redact(got.message) };
  errand.body = redact(got.body);
  const answer = classify(errand.body, { httpStatus: got.httpStatus, request });
  // Parsing may have brought to light a key that was written with escapes.
  return isGood(answer) ? answer : { ...answer, message: redact(answer.message) };
}

function isGood(answer: AskResult["answer"]): answer is Exclude<Answer, { message: string }> {
  return answer.kind === "bars" || answer.kind === "reference";
}

type WithoutSeries<Event> = Event extends ClientEvent ? Omit<Event, "series"> : never;

function tell(request: VendorRequest, { onEvent }: Errand, event: WithoutSeries<ClientEvent>): void {
  if (asksForBars(request)) onEvent({ ...event, series: request.series } as ClientEvent);
}

/** Rejects with the signal's own reason, whatever the clock rejects with. */
async function pause(ms: number, { line, signal }: Errand): Promise<void> {
  try {
    if (ms > 0) await line.options.clock.sleep(ms, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  signal.throwIfAborted();
}
