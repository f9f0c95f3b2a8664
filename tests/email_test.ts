import assert from "node:assert/strict";
import { emailOf, halfMail } from "../src/email.ts";
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

Deno.test("half of the mail settings is a slip that is told", () => {
  const told = (env: Record<string, string>) => halfMail(findSettings(env, () => "")).map(({ name }) => name);
  assert.deepEqual(told({}), []);
  assert.deepEqual(told({ EMAIL_SENDER_ADDRESS: "me@example.com" }), ["EMAIL_RECIPIENT_ADDRESS"]);
  assert.deepEqual(told({ EMAIL_SENDER_PASSWORD: "x" }), ["EMAIL_SENDER_ADDRESS", "EMAIL_RECIPIENT_ADDRESS"]);
});
