import assert from "node:assert/strict";
import { CHANNELS } from "../src/delivery.ts";
import { messagesOf } from "../src/messages.ts";
import { sampleTellings } from "../src/sample.ts";
import { NOW } from "./support/finished.ts";

Deno.test("one of each kind for each channel, all marked as tests; the last ping is a good one", () => {
  const tellings = sampleTellings({ now: NOW, pageUrl: null });
  const options = { channels: CHANNELS, recipients: ["me@example.com"], redact: (text: string) => text, most: 1 };
  const messages = tellings.flatMap((telling) => messagesOf(telling, options));
  const count = (channel: string) => messages.filter(({ content }) => content.channel === channel).length;
  assert.deepEqual(CHANNELS.map(count), [4, 4, 4, 3]);
  assert.ok(messages.every(({ subject, most }) => subject.startsWith("[stocks-etl] test: ") && most === 1));
  const pings = messages.flatMap(({ content }) => content.channel === "ping" ? [content.ping] : []);
  assert.deepEqual(pings, ["start", "fail", "success"]);
  assert.deepEqual(tellings.map(({ facts }) => facts["test"]), ["digest", "alarm", "recovery", "summary"]);
});
