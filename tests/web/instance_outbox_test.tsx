/** What does the list of messages say of one that waits, one that went and one that never will? */
import assert from "node:assert/strict";
import { type MessageRow, Outbox } from "../../src/web/instance_outbox.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";
import { NOW } from "../support/page.ts";

const message: MessageRow = {
  id: 1,
  kind: "run",
  channel: "mail",
  subject: "[stocks-etl] failed <b>",
  state: "waiting",
  attempts: 2,
  most: 20,
  createdAt: NOW - 60_000,
  dueAt: NOW + 600_000,
  error: "451 greylisted",
};

Deno.test("a message that waits says when it is tried again and why it was not taken", () => {
  const html = drawn(<Outbox messages={[message]} />);
  assert.match(
    wordsOf(html),
    /\[stocks-etl\] failed .*mail .*waiting .*1 min ago .*2 of 20 .*in 10 min .*451 greylisted/,
  );
  assert.ok(!html.includes("<b>"));
});

Deno.test("one that is settled is not tried again; an empty outbox says so", () => {
  const text = wordsOf(drawn(<Outbox messages={[{ ...message, state: "undeliverable" }]} />));
  assert.match(text, /undeliverable .*2 of 20 –/);
  assert.doesNotMatch(text, /in 10 min/);
  assert.match(wordsOf(drawn(<Outbox messages={[]} />)), /No message was ever made/);
});
