import assert from "node:assert/strict";
import { type LoggedEvent, runSpansOf, spansOf } from "../../src/web/spans.ts";

let seq = 0;
const event = (at: number, type: string, data: Record<string, unknown> = {}, symbol = "A"): LoggedEvent => {
  return { seq: ++seq, at, type, level: "info", symbol, interval: "daily", message: `${type} said`, data };
};
const told = (events: LoggedEvent[]) =>
  spansOf(events).map(({ symbol, status, spans }) =>
    `${symbol} ${status}: ${
      spans.map(({ phase, from, to, attempt }) => `${phase} ${from}-${to}${attempt === null ? "" : ` #${attempt}`}`)
        .join(", ")
    }`
  );

Deno.test("asking, waiting and storing follow each other, attempt by attempt", () => {
  assert.deepEqual(
    told([
      event(0, "series-started"),
      event(1, "request-sent", { attempt: 1 }),
      event(4, "request-answered", { kind: "burst" }),
      event(4, "request-retried", { attempt: 2 }),
      event(9, "request-sent", { attempt: 2 }),
      event(12, "request-answered", { kind: "bars" }),
      event(13, "rows-stored"),
      event(15, "series-finished", { status: "stored" }),
    ]),
    ["A stored: fetch 1-4 #1, wait 4-9 #2, fetch 9-12 #2, store 12-13"],
  );
});

Deno.test("what has not ended has no end, also when the run was killed in the middle", () => {
  assert.deepEqual(told([event(1, "request-sent", { attempt: 1 })]), ["A null: fetch 1-null #1"]);
  assert.deepEqual(told([event(1, "request-answered", { kind: "bars" })]), ["A null: store 1-null"]);
});

Deno.test("series under way at once are kept apart, in the order they began", () => {
  const events = [
    event(1, "request-sent", {}, "B"),
    event(2, "request-sent", {}, "A"),
    event(3, "series-finished", { status: "failed" }, "A"),
  ];
  assert.deepEqual(told(events), ["B null: fetch 1-null", "A failed: fetch 2-3"]);
  assert.deepEqual(told([{ ...event(1, "run-started"), symbol: null }]), []);
});

Deno.test("the run itself: planning to the plan, closing after the last series; open while it goes on", () => {
  const whole = (type: string, at: number) => ({ ...event(at, type), symbol: null, interval: null });
  const of = (events: LoggedEvent[], finishedAt: number | null) =>
    runSpansOf(events, { startedAt: 0, finishedAt }).map(({ phase, from, to }) => `${phase} ${from}-${to}`);
  const [planned, finished] = [whole("run-planned", 2), whole("run-finished", 9)];
  assert.deepEqual(of([planned, event(7, "series-finished"), finished], 10), ["plan 0-2", "close 7-9"]);
  assert.deepEqual(of([planned, finished], 10), ["plan 0-2", "close 2-9"], "nothing was due");
  assert.deepEqual(of([planned, event(3, "request-sent")], null), ["plan 0-2"], "at work");
  assert.deepEqual(of([], null), ["plan 0-null"], "it plans");
  assert.deepEqual(of([finished], 9), ["plan 0-9"], "it failed while it planned");
  assert.deepEqual(of([], 9), [], "swept away");
  assert.deepEqual(of([event(3, "request-sent")], 9), [], "the others were cut");
});
