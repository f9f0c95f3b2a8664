import assert from "node:assert/strict";
import { createRedactor } from "../src/redact.ts";
import { secretsIn } from "../src/secrets.ts";
import { findSettings } from "../src/setting.ts";

const secrets = (env: Record<string, string>) => secretsIn(findSettings(env, () => ""));

Deno.test("every secret that is given is known, in the spellings it travels in", () => {
  const env = {
    ALPHAVANTAGE_API_KEY: "KEY+1234567",
    DATABASE_URL: "postgres://me:db%20pass@h/d",
    EMAIL_SENDER_ADDRESS: "me@example.com",
    EMAIL_SENDER_PASSWORD: "mail pass",
    SLACK_WEBHOOK_URL: "https://hooks.example/T0/B0/token1",
    WEBHOOK_SECRET: "sign me please",
    PING_URL: "https://hc.example/0000-1111",
  };
  const found = secrets(env);
  for (const text of ["KEY+1234567", "KEY%2B1234567", "db pass", "mail pass", "sign me please", "T0/B0/token1"]) {
    assert.ok(found.includes(text), text);
  }
  const redact = createRedactor(found);
  const plain = btoa("\0me@example.com\0mail pass");
  for (
    const text of [`535 ${plain}`, `334 ${btoa("mail pass")}`, "POST /T0/B0/token1", "to https://hc.example/0000-1111"]
  ) {
    assert.match(redact(text), /\[redacted\]/, text);
  }
});

Deno.test("the login is the sender's unless a user is named; nothing given, nothing secret", () => {
  const env = { SMTP_USER: "apikey", EMAIL_SENDER_ADDRESS: "me@example.com", EMAIL_SENDER_PASSWORD: "pass word" };
  assert.ok(secrets(env).includes(btoa("\0apikey\0pass word").replace(/=+$/, "")));
  assert.deepEqual(secrets({}), []);
});
