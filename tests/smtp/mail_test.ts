import assert from "node:assert/strict";
import type { Parcel } from "../../src/delivery.ts";
import type { EmailConfig } from "../../src/email.ts";
import { type Limits, mailFile, openMailer } from "../../src/smtp/mail.ts";
import { CERTIFICATE } from "../support/certificate.ts";
import { type Mailbox, type MailboxOptions, type MailFault, startMailbox } from "../support/mailbox.ts";
import { partsOf } from "../support/mime.ts";

const SENDER = "etl@example.com";
const LOGIN = { user: SENDER, password: "app pässword" };
/** Where an answer is awaited, however slow the machine. */
const PATIENT: Limits = { connectMs: 30_000, silenceMs: 30_000, mailMs: 60_000 };
/** Where silence is. */
const SHORT: Limits = { connectMs: 400, silenceMs: 400, mailMs: 3_000 };
const AT = Date.parse("2026-03-02T21:30:00Z");

function parcel(over: Partial<Parcel> = {}): Parcel {
  return {
    id: 7,
    messageId: "stocks-etl.7.0b9c",
    subject: "[stocks-etl] partial: 3 of 40 series late · quota 0/25",
    content: { channel: "mail", text: "In words: ä\n.\nlast line\n", html: "<p>In HTML: ä</p>", runId: 3 },
    recipients: ["me@example.com"],
    attempt: 1,
    most: 20,
    createdAt: AT,
    ...over,
  };
}

function configOf(mailbox: Pick<Mailbox, "port">, over: Partial<EmailConfig & EmailConfig["smtp"]> = {}): EmailConfig {
  const { host = "127.0.0.1", port = mailbox.port, secure = "none", ...rest } = over;
  return {
    sender: SENDER,
    user: SENDER,
    password: null,
    recipients: ["me@example.com"],
    smtp: { host, port, secure },
    ...rest,
  };
}

interface Sending {
  readonly over?: Parameters<typeof configOf>[1];
  readonly parcel?: Parcel;
  readonly log?: string | null;
  readonly ca?: string;
  readonly signal?: AbortSignal;
  readonly limits?: Limits;
}

async function deliver(
  mailbox: Pick<Mailbox, "port">,
  { over, ca, log = null, signal, limits = PATIENT, ...rest }: Sending = {},
) {
  const mailer = await openMailer(configOf(mailbox, over), { limits, ...(ca === undefined ? {} : { ca }) });
  try {
    return await mailer.deliver(rest.parcel ?? parcel(), { log, signal: signal ?? new AbortController().signal });
  } finally {
    mailer.close();
  }
}

Deno.test("a mail arrives whole: both bodies, the log, its id, to all who are to get it", async () => {
  await using mailbox = await startMailbox();
  const recipients = ["me@example.com", "you@example.com"];
  const sent = await deliver(mailbox, { parcel: parcel({ recipients }), log: "line one\nline two ä\n" });
  assert.deepEqual(sent, { state: "sent", note: null });
  const [mail] = mailbox.mails;
  assert.equal(mail!.from, SENDER);
  assert.deepEqual(mail!.to, recipients);
  assert.equal(mail!.subject, "[stocks-etl] partial: 3 of 40 series late · quota 0/25");
  assert.equal(mail!.text, "In words: ä\n.\nlast line\n");
  assert.equal(mail!.html, "<p>In HTML: ä</p>");
  assert.equal(mail!.log, "line one\nline two ä\n");
  assert.equal(mail!.messageId, "<stocks-etl.7.0b9c@example.com>");
  assert.equal(new Date(mail!.headers.get("date")!).getTime(), AT);
  assert.equal(mail!.headers.get("auto-submitted"), "auto-generated");
  assert.match(mail!.raw, /multipart\/mixed[\s\S]*multipart\/alternative/);
});

for (const secure of ["starttls", "tls", "none"] as const) {
  Deno.test(`a login over ${secure}`, async () => {
    await using mailbox = await startMailbox({ secure, login: LOGIN });
    const sent = await deliver(mailbox, { over: { secure, password: LOGIN.password }, ca: CERTIFICATE });
    assert.deepEqual(sent, { state: "sent", note: null });
    assert.equal(mailbox.mails[0]!.user, SENDER);
    assert.equal(mailbox.mails[0]!.secure, secure !== "none");
  });
}

Deno.test("nothing goes out in clear where encryption is asked for, to nobody unknown, and not without the login", async () => {
  const refused = async (options: MailboxOptions, sending: Sending) => {
    await using mailbox = await startMailbox(options);
    const delivery = await deliver(mailbox, sending);
    assert.equal(mailbox.mails.length, 0);
    assert.ok(delivery.state === "failed" && delivery.unreachable, JSON.stringify(delivery));
    assert.ok(!delivery.reason.includes(LOGIN.password));
    return delivery.reason;
  };
  assert.match(await refused({ secure: "none" }, { over: { secure: "starttls" } }), /STARTTLS/i);
  assert.match(await refused({ secure: "starttls" }, { over: { secure: "starttls" } }), /self[- ]signed/i);
  assert.match(await refused({ secure: "none" }, { over: { secure: "tls" } }), /TLS|SSL|version/i);
  // Each waits for the other to speak.
  await refused({ secure: "tls" }, { over: { secure: "none" }, limits: SHORT });
  const wrong = { secure: "starttls", password: "wrong" } as const;
  const login = await refused({ secure: "starttls", login: LOGIN }, { over: wrong, ca: CERTIFICATE });
  assert.match(login, /535.*not accepted/);
  const none = { secure: "starttls", password: LOGIN.password } as const;
  await refused({ secure: "starttls" }, { over: none, ca: CERTIFICATE });
  assert.match(await refused({ secure: "none", login: LOGIN }, {}), /530|authentication/i);
});

const FAULTS: [MailFault, RegExp, { state: string; unreachable?: boolean }][] = [
  ["closed", /421/, { state: "failed", unreachable: true }],
  ["silent", /greeting|silent/i, { state: "failed", unreachable: true }],
  ["greylist", /451.*Greylisted/, { state: "partly" }],
  ["unknown-recipient", /550.*No such user/, { state: "refused" }],
  ["cut-in-data", /./, { state: "failed", unreachable: true }],
  ["cut-after-data", /./, { state: "failed", unreachable: true }],
  ["spam", /554.*spam/, { state: "refused" }],
];

for (const [fault, reason, expected] of FAULTS) {
  Deno.test(`a server that fails: ${fault}`, async () => {
    await using mailbox = await startMailbox();
    mailbox.fail(fault);
    const delivery = await deliver(mailbox, { limits: fault === "silent" ? SHORT : PATIENT });
    assert.ok(delivery.state !== "sent", "sent");
    assert.match(delivery.reason, reason);
    assert.equal(delivery.state, expected.state);
    if (delivery.state === "failed") assert.equal(delivery.unreachable, expected.unreachable);
    assert.deepEqual(await deliver(mailbox), { state: "sent", note: null }, "the next one goes well");
  });
}

Deno.test("nobody there, no such name: unreachable, within the limit", async () => {
  const { port } = await (async () => {
    await using mailbox = await startMailbox();
    return { port: mailbox.port };
  })();
  const dead = await deliver({ port });
  assert.ok(dead.state === "failed" && dead.unreachable && /ECONNREFUSED/.test(dead.reason), JSON.stringify(dead));
});

Deno.test("of several recipients each is dealt with: taken, later, never", async () => {
  await using mailbox = await startMailbox();
  mailbox.fail("half");
  const recipients = ["a@example.com", "later@example.com", "never@example.com"];
  const delivery = await deliver(mailbox, { parcel: parcel({ recipients }) });
  assert.ok(delivery.state === "partly");
  assert.deepEqual(delivery.remaining, ["later@example.com"]);
  assert.match(delivery.reason, /^later@example\.com: .*451.*; never@example\.com: .*550/);
  assert.deepEqual(mailbox.mails[0]!.to, ["a@example.com"]);
  mailbox.fail("half");
  const rest = await deliver(mailbox, { parcel: parcel({ recipients: ["a@example.com", "never@example.com"] }) });
  assert.ok(rest.state === "sent");
  assert.match(rest.note!, /^not to never@example\.com: .*550/);
});

Deno.test("too large with its log: it goes without", async () => {
  await using mailbox = await startMailbox();
  mailbox.failAll("too-large");
  const noise = Array.from({ length: 3_000 }, () => crypto.randomUUID()).join("\n");
  assert.deepEqual(await deliver(mailbox, { log: noise }), { state: "sent", note: null });
  assert.equal(mailbox.mails[0]!.log, null);
});

Deno.test("a log that is too long is cut in its middle, and says so", async () => {
  await using mailbox = await startMailbox();
  const lines = Array.from({ length: 60_000 }, (_, index) => `${index} ${crypto.randomUUID()}`);
  await deliver(mailbox, { log: lines.join("\n") });
  const [mail] = mailbox.mails;
  const log = mail!.log!.split("\n");
  assert.equal(log[0], lines[0]);
  assert.equal(log.at(-1), lines.at(-1));
  assert.ok(log.some((line) => /^… \d+ lines are left out$/.test(line)));
  assert.ok(mail!.raw.length < 1_500_000, `${mail!.raw.length}`);
});

Deno.test("told to stop, a delivery is given up at once", async () => {
  await using mailbox = await startMailbox();
  mailbox.fail("silent");
  const stop = new AbortController();
  const delivery = deliver(mailbox, { signal: stop.signal });
  stop.abort();
  const found = await delivery;
  assert.ok(found.state === "failed" && /stopping/.test(found.reason), JSON.stringify(found));
});

Deno.test("header lines cannot be smuggled in by a subject", async () => {
  await using mailbox = await startMailbox();
  await deliver(mailbox, { parcel: parcel({ subject: "a\r\nBcc: thief@example.com" }) });
  assert.deepEqual(mailbox.mails[0]!.to, ["me@example.com"]);
  assert.equal(mailbox.mails[0]!.headers.get("bcc"), undefined);
});

Deno.test("verify logs in and sends nothing; it says what is wrong", async () => {
  await using mailbox = await startMailbox({ secure: "starttls", login: LOGIN });
  const verify = async (password: string) => {
    const config = configOf(mailbox, { secure: "starttls", password });
    const mailer = await openMailer(config, { limits: PATIENT, ca: CERTIFICATE });
    try {
      return await mailer.verify();
    } finally {
      mailer.close();
    }
  };
  assert.equal(await verify(LOGIN.password), null);
  assert.match((await verify("wrong"))!, /535/);
  assert.equal(mailbox.mails.length, 0);
});

Deno.test("the message as a file is what would be sent", async () => {
  const bytes = await mailFile(configOf({ port: 25 }), parcel(), "log line\n");
  const parts = partsOf(new TextDecoder("latin1").decode(bytes));
  assert.equal(parts.text, "In words: ä\n.\nlast line\n");
  assert.equal(parts.html, "<p>In HTML: ä</p>");
  assert.equal(parts.log, "log line\n");
  assert.equal(parts.messageId, "<stocks-etl.7.0b9c@example.com>");
});
