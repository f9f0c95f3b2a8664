/** The commands about notices, as the terminal calls them: what they do, print and end with. */
import assert from "node:assert/strict";
import { operate } from "../src/operate.ts";
import { parseCommand } from "../src/terminal/commands.ts";
import { serverDatabase } from "./support/database.ts";
import { fakeMachine } from "./support/machine.ts";
import { startMailbox } from "./support/mailbox.ts";
import { startCurrentVendor } from "./support/market.ts";
import { partsOf } from "./support/mime.ts";
import { workFolder } from "./support/program.ts";
import { startReceiver } from "./support/receiver.ts";

async function stage() {
  const [vendor, mailbox, receiver] = [await startCurrentVendor(["AAA"]), await startMailbox(), await startReceiver()];
  const [database, folder] = [await serverDatabase(), await workFolder()];
  const env: Record<string, string> = {
    ALPHAVANTAGE_API_KEY: "commandkey",
    ALPHAVANTAGE_URL: vendor.url,
    API_POLITE_DELAY_SEC: "0",
    STOCK_SYMBOLS: "AAA",
    STOCK_INTERVALS: "daily",
    DATABASE_URL: database.url,
    LOG_DIR: "none",
    EMAIL_SENDER_ADDRESS: "etl@example.com",
    EMAIL_RECIPIENT_ADDRESS: "me@example.com",
    EMAIL_ON: "always",
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: String(mailbox.port),
    SMTP_SECURE: "none",
    WEBHOOK_URL: `${receiver.url}/hooks/SECRETTOKEN123`,
  };
  return {
    mailbox,
    receiver,
    folder: folder.path,
    env,
    play: async (line: string, change: Record<string, string> = {}) => {
      const machine = fakeMachine({ ...env, ...change });
      const command = parseCommand(line.split(" "), { version: "1.2.3" });
      assert.ok(command.name !== "serve" && command.name !== "print");
      return { code: await operate(command, machine), ...machine.told };
    },
    [Symbol.asyncDispose]: async () => {
      await vendor.close();
      await mailbox[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a run by hand sends its own notices before it ends, and its exit code is the run's", async () => {
  await using at = await stage();
  assert.equal((await at.play("run --quiet")).code, 0);
  assert.match(at.mailbox.mails[0]!.subject, /complete: 100 new bars in 1 series/);
  at.mailbox.failAll("closed");
  const { code, err } = await at.play("run --quiet");
  assert.equal(code, 0, err);
  assert.match((await at.play("notify status")).out, /mail +waiting .*421/);
});

Deno.test("notify test: one of each kind, each result printed; what is refused is not tried again", async () => {
  await using at = await stage();
  const good = await at.play("notify test");
  assert.equal(good.code, 0, good.out + good.err);
  assert.deepEqual(good.out.trim().split("\n").map((line) => line.split(/\s+/).slice(0, 2).join(" ")), [
    "sent mail",
    "sent webhook",
    "sent mail",
    "sent webhook",
    "sent mail",
    "sent webhook",
    "sent mail",
    "sent webhook",
  ]);
  assert.equal(at.mailbox.mails.length, 4);
  assert.ok(at.receiver.received.every(({ body }) => JSON.parse(body).type === "test"));
  at.receiver.failAll({ status: 500, body: `no such hook: ${at.env.WEBHOOK_URL}` });
  const bad = await at.play("notify test");
  assert.equal(bad.code, 1);
  assert.match(bad.out, /undeliverable webhook .*HTTP 500: no such hook: \[redacted\]/);
  assert.ok(!(bad.out + (await at.play("notify status --json")).out).includes("SECRETTOKEN"));
});

Deno.test("notify status: nothing yet, then what was sent, also as JSON", async () => {
  await using at = await stage();
  assert.match(
    (await at.play("notify status")).out,
    /mail +nothing sent yet[\s\S]*webhook +nothing sent yet[\s\S]*empty/,
  );
  await at.play("run --quiet");
  const { channels, outbox } = JSON.parse((await at.play("notify status --json")).out);
  assert.deepEqual(channels.map((one: { channel: string }) => one.channel), ["mail", "webhook"]);
  assert.equal(outbox.length, 2);
  assert.match(outbox[0].createdAt, /^\d{4}-\d\d-\d\dT/);
  const none = { EMAIL_SENDER_ADDRESS: "", EMAIL_RECIPIENT_ADDRESS: "", WEBHOOK_URL: "" };
  assert.match((await at.play("notify status", none)).out, /mail +sent/);
});

Deno.test("without a channel there is nothing to test: what to set, exit code 2", async () => {
  await using at = await stage();
  const none = { EMAIL_SENDER_ADDRESS: "", EMAIL_RECIPIENT_ADDRESS: "", WEBHOOK_URL: "" };
  const { code, err } = await at.play("notify test", none);
  assert.equal(code, 2);
  assert.match(err, /Cannot test the channels: none is set up; set EMAIL_SENDER_ADDRESS/);
});

Deno.test("mail preview: the digest as HTML, text and a message; nothing is sent", async () => {
  await using at = await stage();
  const early = await at.play(`mail preview --out ${at.folder}/a.html`);
  assert.equal(early.code, 1);
  assert.match(early.err, /Cannot preview a mail: no run has ended yet; the command run makes one/);
  await at.play("run --quiet");
  const sent = at.mailbox.mails.length;
  for (const kind of ["html", "txt", "eml"]) {
    const { code, out, err } = await at.play(`mail preview --run 1 --out ${at.folder}/a.${kind}`);
    assert.equal(code, 0, err);
    assert.match(out, /The digest of run 1 is in/);
  }
  assert.match(await Deno.readTextFile(`${at.folder}/a.html`), /^<!doctype html>[\s\S]*AAA daily/);
  assert.match(
    await Deno.readTextFile(`${at.folder}/a.txt`),
    /^Subject: \[stocks-etl\] complete[\s\S]*AAA daily +stored/,
  );
  const mail = partsOf(new TextDecoder("latin1").decode(await Deno.readFile(`${at.folder}/a.eml`)));
  assert.equal(mail.subject, at.mailbox.mails[0]!.subject);
  assert.match(mail.log!, /Run 1 started/);
  assert.equal(at.mailbox.mails.length, sent);
  const wrong = await at.play(`mail preview --run 99 --out ${at.folder}/a.txt`);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /Cannot preview the mail of run 99: there is no such run that has ended/);
});
