import assert from "node:assert/strict";
import { emailOf, halfMail, secretsOfLogin } from "../src/email.ts";
import { findSettings } from "../src/setting.ts";

const SERVER = { SMTP_HOST: "mail.example.com", SMTP_PORT: 587 };
const BOTH = { EMAIL_SENDER_ADDRESS: "me@example.com", EMAIL_RECIPIENT_ADDRESS: ["you@example.com"] };

Deno.test("no mail without a sender and a recipient", () => {
  assert.equal(emailOf(SERVER), null);
  assert.equal(emailOf({ ...SERVER, EMAIL_SENDER_ADDRESS: "me@example.com" }), null);
  assert.equal(emailOf({ ...SERVER, EMAIL_RECIPIENT_ADDRESS: ["you@example.com"] }), null);
});

Deno.test("the port tells how the connection is secured, unless that is said", () => {
  const secure = (change: object) => emailOf({ ...SERVER, ...BOTH, ...change })?.smtp.secure;
  assert.equal(secure({}), "starttls");
  assert.equal(secure({ SMTP_PORT: 465 }), "tls");
  assert.equal(secure({ SMTP_PORT: 465, SMTP_SECURE: "none" }), "none");
});

Deno.test("a sender of a common provider needs no server named, any other has the one the old pipeline knew", () => {
  const host = (sender: string, change: object = {}) =>
    emailOf({ SMTP_PORT: 587, ...BOTH, EMAIL_SENDER_ADDRESS: sender, ...change })?.smtp.host;
  assert.equal(host("a@gmail.com"), "smtp.gmail.com");
  assert.equal(host("a@GMX.de"), "mail.gmx.net");
  assert.equal(host("a@hotmail.co.uk"), "smtp-mail.outlook.com");
  assert.equal(host("a@yahoo.de"), "smtp.mail.yahoo.com");
  assert.equal(host("a@company.example"), "smtp.gmail.com");
  assert.equal(host("a@gmail.com.evil.example"), "smtp.gmail.com");
  assert.equal(host("a@gmx.de", { SMTP_HOST: "relay.example" }), "relay.example");
});

Deno.test("the sender logs in, unless another user is named", () => {
  assert.equal(emailOf({ ...SERVER, ...BOTH })?.user, "me@example.com");
  assert.equal(emailOf({ ...SERVER, ...BOTH, SMTP_USER: "apikey" })?.user, "apikey");
});

Deno.test("how a login looks on the wire is as secret as the password", () => {
  const found = secretsOfLogin({ user: "me", password: "pässword" });
  const base64 = (text: string) => new TextEncoder().encode(text).toBase64().replace(/=+$/, "");
  assert.deepEqual(found, [base64("pässword"), base64("\0me\0pässword")]);
  assert.deepEqual(secretsOfLogin({ user: "me", password: null }), []);
});

Deno.test("half of the mail settings is a slip that is told", () => {
  const told = (env: Record<string, string>) => halfMail(findSettings(env, () => "")).map(({ name }) => name);
  assert.deepEqual(told({}), []);
  assert.deepEqual(told({ EMAIL_SENDER_ADDRESS: "me@example.com" }), ["EMAIL_RECIPIENT_ADDRESS"]);
  assert.deepEqual(told({ EMAIL_ON: "always", EMAIL_SUMMARY_AT: "none" }), []);
  assert.deepEqual(told({ EMAIL_SENDER_PASSWORD: "x" }), ["EMAIL_SENDER_ADDRESS", "EMAIL_RECIPIENT_ADDRESS"]);
});

Deno.test("the names of the intraday pipeline's first version", async () => {
  const { parseConfig } = await import("../src/config.ts");
  const env = { sender_email: "a@gmail.com", receiver_email: "b@example.org", email_app_passwd: "abcd efgh ijkl mnop" };
  const parsed = parseConfig(env, { readFile: () => "" });
  assert.ok("config" in parsed);
  const { sender, password, recipients } = parsed.config.email!;
  assert.deepEqual([sender, password, recipients], ["a@gmail.com", env.email_app_passwd, ["b@example.org"]]);
  assert.ok(parsed.secrets.includes(env.email_app_passwd));
});
