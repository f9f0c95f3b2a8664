/**
 * How does a mail leave, and what did the server make of it? Every wait has a limit; a connection that was to be secured
 * is never used in clear; a password is never left unused; one refused recipient is not forgotten beside one that took it.
 */
import { gzipSync } from "node:zlib";
import type { Delivery, Parcel } from "../delivery.ts";
import type { EmailConfig } from "../email.ts";

interface Mail {
  readonly transport: Awaited<ReturnType<typeof createTransport>>;
  readonly from: string;
}

export interface Mailer {
  /** Never rejects. `log`: attached, compressed. */
  deliver(parcel: Parcel, options: { log: string | null; signal: AbortSignal }): Promise<Delivery>;
  /** Logs in and sends nothing. @returns what went wrong; `null`: nothing */
  verify(): Promise<string | null>;
  close(): void;
}

/** In ms. A server that answers at all does so within these. */
export interface Limits {
  readonly connectMs: number;
  readonly silenceMs: number;
  /** For the whole of one mail. */
  readonly mailMs: number;
}

const LIMITS: Limits = { connectMs: 10_000, silenceMs: 20_000, mailMs: 60_000 };
/** Servers take 10 to 25 MB; a log that is read on a phone is far smaller. */
const MOST_LOG_BYTES = 1_000_000;

/** @param options.ca a certificate to trust beside those of the system */
export async function openMailer(
  config: EmailConfig,
  { limits = LIMITS, ca }: { limits?: Limits; ca?: string } = {},
): Promise<Mailer> {
  const mail = { transport: await createTransport(config, { limits, ca }), from: config.sender };
  return {
    deliver: async (parcel, { log, signal }) => {
      const attempt = (text: string | null) => within(limits.mailMs, signal, send(mail, parcel, text));
      try {
        return await attempt(log);
      } catch (error) {
        if (log === null || codeOf(error).status !== 552) return judged(error);
      }
      // Too large for this server: the log is in the database as well.
      return await attempt(null).catch((error) => judged(error));
    },
    verify: async () => {
      try {
        await within(limits.connectMs + limits.silenceMs, AbortSignal.any([]), mail.transport.verify());
        return null;
      } catch (error) {
        return reasonOf(error);
      }
    },
    close: () => mail.transport.close(),
  };
}

/** The message as a file that mail programs open. */
export async function mailFile(config: EmailConfig, parcel: Parcel, log: string | null): Promise<Uint8Array> {
  const nodemailer = await import("nodemailer");
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: "unix" });
  const info: { message: unknown } = await transport.sendMail(envelopeOf({ from: config.sender }, parcel, log));
  return info.message as Uint8Array;
}

async function createTransport(
  { user, password, smtp }: EmailConfig,
  { limits, ca }: { limits: Limits; ca: string | undefined },
) {
  // Loaded when there is a mail to send, not before.
  const nodemailer = await import("nodemailer");
  const transport = nodemailer.createTransport({
    pool: true,
    maxConnections: 1,
    maxMessages: Infinity,
    host: smtp.host,
    port: smtp.port,
    secure: smtp.secure === "tls",
    requireTLS: smtp.secure === "starttls",
    ignoreTLS: smtp.secure === "none",
    ...(password === null ? {} : { auth: { user, pass: password } }),
    // Without it, a server that offers no login would get the mail without one.
    forceAuth: password !== null,
    tls: { minVersion: "TLSv1.2", ...(ca === undefined ? {} : { ca }) },
    connectionTimeout: limits.connectMs,
    greetingTimeout: limits.connectMs,
    dnsTimeout: limits.connectMs,
    socketTimeout: limits.silenceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // An idle connection that breaks is nobody's failure, but without a listener it ends the process.
  transport.on("error", () => {});
  return transport;
}

function envelopeOf(
  { from }: { from: string },
  { messageId, subject, content, recipients, createdAt }: Parcel,
  log: string | null,
) {
  if (content.channel !== "mail") throw new Error(`Cannot mail a message that is for ${content.channel}`);
  const name = `run-${content.runId}.log.gz`;
  return {
    from: { name: "stocks-etl", address: from },
    to: [...recipients],
    messageId: `<${messageId}@${from.slice(from.lastIndexOf("@") + 1)}>`,
    // A message that is sent again says the same in every byte that matters.
    date: new Date(createdAt),
    subject,
    text: content.text,
    html: content.html,
    headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
    attachments: log === null ? [] : [{ filename: name, content: compressed(log), contentType: "application/gzip" }],
  };
}

/** Halved until it fits: of a log that is too long, the beginning and the end. */
function compressed(log: string): ReturnType<typeof gzipSync> {
  let lines = log.split("\n");
  for (;;) {
    const bytes = gzipSync(lines.join("\n"));
    if (bytes.length <= MOST_LOG_BYTES || lines.length < 4) return bytes;
    const keep = Math.floor(lines.length / 4);
    lines = [...lines.slice(0, keep), `… ${lines.length - 2 * keep} lines are left out`, ...lines.slice(-keep)];
  }
}

async function send({ transport, from }: Mail, parcel: Parcel, log: string | null): Promise<Delivery> {
  const info = await transport.sendMail(envelopeOf({ from }, parcel, log));
  const refusals = refusalsOf(info);
  return refusals.length === 0 ? { state: "sent", note: null } : afterRefusals(refusals, { taken: true });
}

/** A recipient the server did not take. */
interface Refusal {
  readonly recipient: string;
  readonly forNow: boolean;
  readonly reason: string;
}

function refusalsOf(found: unknown): Refusal[] {
  const { rejectedErrors = [] } = found as { rejectedErrors?: (Error & { recipient?: string })[] };
  return rejectedErrors.map((error) => ({
    recipient: error.recipient ?? "",
    forNow: (codeOf(error).status ?? 400) < 500,
    reason: reasonOf(error),
  }));
}

function afterRefusals(refusals: readonly Refusal[], { taken }: { taken: boolean }): Delivery {
  const remaining = refusals.filter(({ forNow }) => forNow).map(({ recipient }) => recipient);
  const reason = refusals.map(({ recipient, reason }) => `${recipient}: ${reason}`).join("; ");
  if (remaining.length > 0) return { state: "partly", remaining, reason };
  return taken ? { state: "sent", note: `not to ${reason}` } : { state: "refused", reason };
}

function judged(error: unknown): Delivery {
  const refusals = refusalsOf(error);
  if (refusals.length > 0) return afterRefusals(refusals, { taken: false });
  const { status, command } = codeOf(error);
  const reason = reasonOf(error);
  // The message itself is refused for good. A refused login or sender is a setting that somebody may be mending.
  const ofMessage = command === "DATA" || command === null;
  if (status !== null && status >= 500 && ofMessage) return { state: "refused", reason };
  return { state: "failed", reason, unreachable: status === null || !ofMessage || status === 421 };
}

function codeOf(error: unknown): { status: number | null; command: string | null } {
  const { responseCode, command } = error as { responseCode?: unknown; command?: unknown };
  return {
    status: typeof responseCode === "number" ? responseCode : null,
    command: typeof command === "string" ? command : null,
  };
}

/** One line, short: what the server said, or what the library found. */
function reasonOf(error: unknown): string {
  const { response } = error as { response?: unknown };
  const message = error instanceof Error ? error.message : String(error);
  const said = typeof response === "string" && !message.includes(response) ? `: ${response}` : "";
  const words = message === "Timeout" ? "the server fell silent" : `${message}${said}`;
  return words.replace(/\s+/g, " ").trim().slice(0, 300);
}

/** The work, given up after so long or when told. What it still does then, nobody waits for. */
async function within<T>(ms: number, signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => {});
  const over = Promise.withResolvers<never>();
  const giveUp = () => over.reject(new Error("given up: the program is stopping"));
  const timer = setTimeout(() => over.reject(new Error(`no end after ${ms / 1000} s`)), ms);
  signal.addEventListener("abort", giveUp);
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}
