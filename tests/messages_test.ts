import assert from "node:assert/strict";
import { CHANNELS, type Content, MOST_ATTEMPTS } from "../src/delivery.ts";
import { digestOf } from "../src/digest.ts";
import { factsOfRun, messagesOf, pingOf, redacted, type Telling } from "../src/messages.ts";
import { createRedactor } from "../src/redact.ts";
import { factsOf, failed, incident, NO_NEWS, NOW, result } from "./support/finished.ts";

const KEY = `Secret"<&'Key/12 34`;
const OPTIONS = { channels: CHANNELS, recipients: ["me@example.com"], redact: createRedactor([KEY]) };

/** As the notifier does it: redacted before a letter cuts anything. */
function tellingOf(words: string): Telling {
  const message = redacted(words, OPTIONS.redact);
  const facts = factsOf([failed("IBM daily", "outage", message), result("A daily")], {
    news: { ...NO_NEWS, opened: [incident("vendor", ["IBM daily"], { detail: message })] },
    run: { message },
    pageUrl: "https://x.example",
  });
  return { kind: "run", at: NOW, letter: digestOf(facts), facts: factsOfRun(facts), ping: "fail", runId: 1042 };
}

Deno.test("nothing secret is in any message of any channel, however it is written there", () => {
  const far = "x".repeat(290) + KEY;
  assert.deepEqual(redacted({ a: [KEY, { [KEY]: 1 }], b: null }, OPTIONS.redact), {
    a: ["[redacted]", { "[redacted]": 1 }],
    b: null,
  });
  for (const message of [`the vendor said ${KEY}`, far, `${far}${far}`]) {
    for (const { content, subject } of messagesOf(tellingOf(message), OPTIONS)) {
      const text = subject + JSON.stringify(content);
      assert.doesNotMatch(text, /Secret|Key\/12|&amp;&#39;Key/, `${content.channel}: ${text}`);
    }
  }
});

Deno.test("what nobody redacted before is redacted here", () => {
  const telling = tellingOf("x");
  const careless = {
    ...telling,
    letter: { ...telling.letter, lead: KEY, foot: [KEY] },
    facts: { deep: [{ key: KEY }] },
  };
  for (const { content } of messagesOf(careless, OPTIONS)) {
    assert.doesNotMatch(JSON.stringify(content), /Secret|Key\/12/, content.channel);
    assert.match(JSON.stringify(content), /\[redacted\]/, content.channel);
  }
});

Deno.test("each channel gets what it can show, and as many attempts as suit it", () => {
  const messages = messagesOf(tellingOf("down"), OPTIONS);
  assert.deepEqual(messages.map(({ most }) => most), CHANNELS.map((channel) => MOST_ATTEMPTS[channel]));
  assert.deepEqual(messages.map(({ recipients }) => recipients.length), [1, 0, 0, 0]);
  const [mail, slack, webhook, ping] = messages.map(({ content }) => content) as [Content, Content, Content, Content];
  assert.ok(mail.channel === "mail" && /<!doctype html>/.test(mail.html) && mail.runId === 1042);
  assert.ok(slack.channel === "slack" && slack.text.startsWith("*[stocks-etl] partial"));
  assert.ok(ping.channel === "ping" && ping.ping === "fail" && ping.text.length <= 2_000);
  assert.ok(webhook.channel === "webhook");
  assert.equal(webhook.event["type"], "run");
  assert.equal(webhook.event["at"], "2026-11-20T06:00:41.000Z");
  assert.deepEqual((webhook.event["run"] as { startedAt: string }).startedAt, "2026-11-20T06:00:00.000Z");
  assert.equal(webhook.event["nextTick"], "2026-11-21T06:00:41.000Z");
});

Deno.test("what is no ping is not pinged", () => {
  assert.deepEqual(messagesOf({ ...tellingOf("x"), ping: null }, { ...OPTIONS, channels: ["ping"] }), []);
});

Deno.test("green is complete, nothing due, or waiting for quota; a stop says nothing", () => {
  const outcomes = ["complete", "nothing-due", "deferred", "partial", "failed", "abandoned", "cancelled"] as const;
  assert.deepEqual(outcomes.map(pingOf), ["success", "success", "success", "fail", "fail", "fail", null]);
});
