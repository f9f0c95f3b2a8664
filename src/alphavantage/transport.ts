/** What came back over HTTP: a status and a whole body, or why not? One request, bounded in time and size. */
import type { Fetch } from "../trace.ts";

export interface TransportOptions {
  readonly fetch: Fetch;
  /** For the whole exchange, the last byte of the body included. */
  readonly timeoutMs: number;
  /** Of the body as received, decompressed. */
  readonly maxBodyBytes: number;
  /** Gives the exchange up at once. */
  readonly signal: AbortSignal;
}

export type Exchange =
  | { readonly kind: "body"; readonly httpStatus: number; readonly bytes: number; readonly body: string }
  | {
    readonly kind: "outage" | "malformed" | "unknown-notice" | "cancelled";
    /** Without URL and key. */
    readonly message: string;
    readonly httpStatus: number | null;
    readonly bytes: number;
  };

/** How far the exchange had come when it failed. */
interface Progress {
  httpStatus: number | null;
  bytes: number;
}

/** Sends one GET. Never throws: every failure is told in words that hold neither the URL nor the key. */
export async function exchange(url: URL, options: TransportOptions): Promise<Exchange> {
  const progress: Progress = { httpStatus: null, bytes: 0 };
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), options.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout.signal]);
  try {
    // A connection of its own: on one kept alive, fetch sends a request again by itself when it is reset before an
    // answer, and the ledger would have one row for two requests.
    const response = await options.fetch(url, {
      headers: { accept: "application/json", "user-agent": "stocks-etl", connection: "close" },
      redirect: "manual",
      signal,
    });
    progress.httpStatus = response.status;
    if (response.status >= 300 && response.status < 400) return await refuseRedirect(response);
    const body = await readBody(response, { limit: options.maxBodyBytes, progress });
    if (body === null) {
      const message = `Cannot read the answer: its body is larger than ${options.maxBodyBytes} bytes`;
      return { kind: "malformed", message, ...progress };
    }
    return { kind: "body", httpStatus: response.status, bytes: progress.bytes, body };
  } catch (error) {
    if (options.signal.aborted) return { kind: "cancelled", message: "the request was given up", ...progress };
    const state = timeout.signal.aborted ? `no whole answer within ${options.timeoutMs} ms` : wordsFor(error, progress);
    return { kind: "outage", message: `Cannot get an answer from "${url.host}": ${state}`, ...progress };
  } finally {
    clearTimeout(timer);
  }
}

/** A redirect is not followed: the key would travel with it, and the vendor has never sent one. */
async function refuseRedirect(response: Response): Promise<Exchange> {
  await response.body?.cancel();
  const location = response.headers.get("location") ?? "";
  const target = URL.canParse(location, "http://same.host") ? new URL(location, "http://same.host").host : "nowhere";
  const message = `Cannot use the answer: HTTP ${response.status} sends us on to "${target}", which is not followed`;
  return { kind: "unknown-notice", message, httpStatus: response.status, bytes: 0 };
}

/** The whole body as text, or `null` as soon as it exceeds the limit; the connection is dropped then. */
async function readBody(
  response: Response,
  { limit, progress }: { limit: number; progress: Progress },
): Promise<string | null> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  const parts: string[] = [];
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const chunk of response.body) {
    progress.bytes += chunk.byteLength;
    if (progress.bytes > limit) return null;
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  return parts.join("") + decoder.decode();
}

/** fetch's own messages carry the URL, key included, in the cause: they are matched, never passed on. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/connection refused/i, "the connection was refused"],
  [/dns error|failed to lookup/i, "its name cannot be resolved"],
  [/connection reset|broken pipe|connection closed/i, "the connection was cut"],
  [/certificate|tls|handshake/i, "no secure connection could be made"],
  [/unreachable/i, "the network is unreachable"],
  [/timed out/i, "the connection timed out"],
  [/requires net access|notcapable/i, "this program was started without the permission to reach it"],
];

function wordsFor(error: unknown, { httpStatus, bytes }: Progress): string {
  if (httpStatus !== null) return `the connection broke after ${bytes} bytes of the body`;
  const texts: string[] = [];
  for (let cause = error; cause instanceof Error && texts.length < 5; cause = cause.cause) {
    texts.push(`${cause.name}: ${cause.message}`);
  }
  const text = texts.join(" ");
  return CAUSES.find(([pattern]) => pattern.test(text))?.[1] ?? "the request failed before an answer came";
}
