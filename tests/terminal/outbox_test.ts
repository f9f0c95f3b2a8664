import assert from "node:assert/strict";
import { renderOutbox } from "../../src/terminal/outbox.ts";

const AT = Date.parse("2026-03-02T21:30:00Z");
const CHANNEL = { channel: "mail", configured: true, waiting: 1, undeliverable: 0 } as const;
const ROW = {
  id: 7,
  channel: "mail",
  subject: "[stocks-etl] partial",
  state: "waiting",
  attempts: 2,
  createdAt: AT,
  dueAt: AT + 60_000,
  sentAt: null,
  error: "451 later\nplease",
} as const;

Deno.test("channels with their last result, then messages, then why they wait", () => {
  const channels = [
    { ...CHANNEL, last: { at: AT, state: "waiting", error: "451 later" } },
    { ...CHANNEL, channel: "slack" as const, waiting: 0, last: null },
    { ...CHANNEL, channel: "ping" as const, configured: false, waiting: 0, last: null },
  ];
  const text = renderOutbox({ channels, rows: [ROW, { ...ROW, id: 6, state: "sent", sentAt: AT, error: null }] }, {
    colour: false,
    width: 120,
  });
  assert.match(text, /mail +waiting +2026-03-02 21:30Z +1 +0 +451 later\n/);
  assert.match(text, /slack +nothing sent yet/);
  assert.match(text, /ping +not set up/);
  assert.match(text, / 7 +mail +waiting +2 +2026-03-02 21:30Z +2026-03-02 21:31Z +\[stocks-etl\] partial\n/);
  assert.match(text, / 6 +mail +sent +2 +2026-03-02 21:30Z +2026-03-02 21:30Z/);
  assert.match(text, /\n7: 451 later please\n/);
});

Deno.test("an empty outbox says so", () => {
  assert.match(
    renderOutbox({ channels: [{ ...CHANNEL, last: null }], rows: [] }, { colour: false }),
    /The outbox is empty\n$/,
  );
});
