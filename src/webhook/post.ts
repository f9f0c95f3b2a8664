/** How does a message reach an address on the web: a Slack-compatible webhook, a signed JSON webhook, a dead-man's switch? */
import type { Delivery, Ping } from "../delivery.ts";
import type { Fetch } from "../trace.ts";

export interface PostOptions {
  readonly signal: AbortSignal;
  /** In ms, the answer's body included; default 15 s. */
  readonly timeoutMs?: number;
  /** Default: the global one. */
  readonly fetch?: Fetch | undefined;
}

/** Some words of an answer explain a refusal; the rest is not read. */
const MOST_ANSWER = 300;

/** Posts a text to a Slack-compatible webhook. Never rejects. */
export function postText(url: string, text: string, options: PostOptions): Promise<Delivery> {
  return post(url, JSON.stringify({ text }), { ...options, headers: { "content-type": "application/json" } });
}

/**
 * Posts a JSON event, signed as Standard Webhooks have it: HMAC-SHA256 over `id.timestamp.body`, so that a receiver can
 * refuse what is forged or old. Never rejects.
 *
 * @param options.at when it is sent, epoch ms
 */
export async function postEvent(
  { url, secret }: { url: string; secret: string | null },
  { id, event }: { id: string; event: Readonly<Record<string, unknown>> },
  { at, ...options }: PostOptions & { at: number },
): Promise<Delivery> {
  const body = JSON.stringify({ id, ...event });
  const seconds = String(Math.floor(at / 1000));
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": seconds,
  };
  if (secret !== null) headers["webhook-signature"] = `v1,${await signatureOf(`${id}.${seconds}.${body}`, secret)}`;
  return await post(url, body, { ...options, headers });
}

/** Tells a dead-man's switch how a run is doing. Never rejects. */
export function postPing(
  url: string,
  { ping, text }: { ping: Ping; text: string },
  options: PostOptions,
): Promise<Delivery> {
  const target = new URL(url);
  if (ping !== "success") target.pathname = `${target.pathname.replace(/\/$/, "")}/${ping}`;
  return post(target.href, text, { ...options, headers: { "content-type": "text/plain; charset=utf-8" } });
}

/** A secret written as Standard Webhooks do (`whsec_…`) is base64; any other is taken as it is. */
async function signatureOf(text: string, secret: string): Promise<string> {
  const encoder = new TextEncoder();
  const bytes = secret.startsWith("whsec_") ? Uint8Array.fromBase64(secret.slice(6)) : encoder.encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text))).toBase64();
}

async function post(
  url: string,
  body: string,
  { headers, signal, timeoutMs = 15_000, fetch: send = fetch }: PostOptions & { headers: Record<string, string> },
): Promise<Delivery> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    // Not followed: a signed message is for whom it was signed for.
    const response = await send(url, { method: "POST", body, headers, redirect: "manual", signal: limit });
    const words = await beginningOf(response);
    return judged(response, words);
  } catch (error) {
    return { state: "failed", reason: reasonOf(error, { url, timeoutMs }), unreachable: true };
  }
}

/** What no attempt of the same message will change. */
const FINAL = [400, 410, 413, 422];

function judged({ ok, status, headers }: Response, words: string): Delivery {
  if (ok) return { state: "sent", note: null };
  const reason = `HTTP ${status}${words === "" ? "" : `: ${words}`}`;
  if (FINAL.includes(status)) return { state: "refused", reason };
  if (status >= 300 && status < 400) return { state: "refused", reason: `HTTP ${status}: redirects are not followed` };
  const seconds = Number(headers.get("retry-after") ?? "0");
  const afterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
  return { state: "failed", reason, unreachable: status === 429 || status >= 500, afterMs };
}

async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const { value } = await reader.read();
  await reader.cancel();
  const text = new TextDecoder().decode(value ?? new Uint8Array());
  return text.replace(/\s+/g, " ").trim().slice(0, MOST_ANSWER);
}

/** `fetch` names the whole address in its errors, and the address is a secret: the host is enough. */
function reasonOf(error: unknown, { url, timeoutMs }: { url: string; timeoutMs: number }): string {
  const { host } = new URL(url);
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `${host} did not answer within ${timeoutMs / 1000} s`;
  }
  if (error instanceof DOMException && error.name === "AbortError") return "given up: the program is stopping";
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const words = cause instanceof Error ? cause.message : String(cause);
  const found = /(refused|reset|dns error|certificate|closed|timed out)/i.exec(words)?.[1]?.toLowerCase();
  return `${host} cannot be reached${found === undefined ? "" : `: ${found}`}`;
}
