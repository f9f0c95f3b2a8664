/**
 * A real SMTP server on this machine, scriptable: it takes mail, or fails in one of the ways servers do.
 *
 *     await using mailbox = await startMailbox();
 *     mailbox.fail("greylist");              // the next connection; every later one goes well
 *     … point the program at mailbox.port …
 *     assert.equal(mailbox.mails[0]!.subject, "…");
 */
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerSession as Session } from "npm:smtp-server@3.21.6";
import { CERTIFICATE, KEY } from "./certificate.ts";
import { type MailParts, partsOf } from "./mime.ts";

export type MailFault =
  /** 421 in place of a greeting. */
  | "closed"
  /** No greeting at all. */
  | "silent"
  /** Every recipient: 451. */
  | "greylist"
  /** Every recipient: 550. */
  | "unknown-recipient"
  /** Those named `later@…`: 451, `never@…`: 550; the others are taken. */
  | "half"
  /** The connection ends in the middle of the message. */
  | "cut-in-data"
  /** The message is taken, and the connection ends before the answer. */
  | "cut-after-data"
  /** 554 after the message. */
  | "spam"
  /** 552 for a message of more than 20 kB. */
  | "too-large";

export interface Mail extends MailParts {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came. */
  readonly raw: string;
  /** The connection was encrypted. */
  readonly secure: boolean;
  readonly user: string | null;
}

export interface Mailbox extends AsyncDisposable {
  readonly port: number;
  readonly mails: readonly Mail[];
  /** Faults for the next connections, one each, in order. */
  fail(...faults: readonly MailFault[]): void;
  /** Every connection, until told otherwise. */
  failAll(fault: MailFault | (() => MailFault | null) | null): void;
  /** Ends every conversation under way. */
  cut(): void;
  /** Told of each step of a conversation: `connect`, `mail`, `rcpt`, `data`, `taken`. */
  onStep(listener: ((step: string) => void) | null): void;
  /** Resolves when `count` mails have arrived in all. */
  arrived(count: number): Promise<void>;
  connections(): number;
}

export interface MailboxOptions {
  readonly secure?: "tls" | "starttls" | "none";
  /** Asked of everybody; without it nobody need log in. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Says why in these words when a login is refused. */
  readonly refusal?: (given: { user: string; password: string }) => string;
}

export async function startMailbox({ secure = "none", login, refusal }: MailboxOptions = {}): Promise<Mailbox> {
  const mails: Mail[] = [];
  const queue: MailFault[] = [];
  const faults = new Map<string, MailFault>();
  const waiting: { count: number; resolve: () => void }[] = [];
  let always: MailFault | (() => MailFault | null) | null = null;
  let step: (name: string) => void = () => {};
  let connections = 0;
  const faultOf = ({ id }: Session) => faults.get(id);
  const cut = ({ id }: Session) => {
    for (const { session, _socket } of server.connections) if (session.id === id) _socket.destroy();
  };

  const server = new SMTPServer({
    secure: secure === "tls",
    key: KEY,
    cert: CERTIFICATE,
    disabledCommands: [...(secure === "none" ? ["STARTTLS"] : []), ...(login === undefined ? ["AUTH"] : [])],
    authOptional: login === undefined,
    allowInsecureAuth: secure === "none",
    logger: false,
    closeTimeout: 100,
    onAuth({ username = "", password }, _session, done) {
      const given = { user: username, password: password ?? "" };
      const right = given.user === login?.user && given.password === login?.password;
      const words = refusal?.(given) ?? "5.7.8 Username and Password not accepted";
      done(right ? null : failure(535, words), { user: username });
    },
    onConnect(session, done) {
      connections += 1;
      const fault = queue.shift() ?? (typeof always === "function" ? always() : always);
      if (fault) faults.set(session.id, fault);
      step("connect");
      if (fault === "silent") return;
      done(fault === "closed" ? failure(421, "4.3.2 Service not available") : null);
    },
    onMailFrom(_address, _session, done) {
      step("mail");
      done();
    },
    onRcptTo({ address }, session, done) {
      step("rcpt");
      const fault = faultOf(session);
      if (fault === "greylist" || (fault === "half" && address.startsWith("later@"))) {
        return done(failure(451, "4.7.1 Greylisted, try again later"));
      }
      if (fault === "unknown-recipient" || (fault === "half" && address.startsWith("never@"))) {
        return done(failure(550, "5.1.1 No such user"));
      }
      done();
    },
    onData(stream, session, done) {
      step("data");
      const fault = faultOf(session);
      const chunks: Uint8Array[] = [];
      stream.on("data", (chunk: Uint8Array) => {
        chunks.push(chunk);
        if (fault === "cut-in-data") cut(session);
      });
      stream.on("end", () => {
        const raw = new TextDecoder("latin1").decode(joined(chunks));
        if (fault === "cut-in-data") return;
        if (fault === "spam") return done(failure(554, "5.7.1 Message refused as spam"));
        if (fault === "too-large" && raw.length > 20_000) return done(failure(552, "5.3.4 Message too big"));
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          secure: session.secure,
          user: typeof session.user === "string" ? session.user : null,
          raw,
          ...partsOf(raw),
        });
        for (const { count, resolve } of waiting) if (mails.length >= count) resolve();
        step("taken");
        if (fault === "cut-after-data") return cut(session);
        done(null, "OK");
      });
    },
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    fail: (...more) => void queue.push(...more),
    failAll: (fault) => void (always = fault),
    cut: () => {
      for (const { _socket } of server.connections) _socket.destroy();
    },
    onStep: (listener) => void (step = listener ?? (() => {})),
    arrived: (count) =>
      mails.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      for (const { _socket } of server.connections) _socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function failure(responseCode: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode });
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
