import assert from "node:assert/strict";
import { createTurns } from "../../src/alphavantage/turns.ts";

const never = new AbortController().signal;

/** Long enough for every promise that can go on to have gone on. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("work is done one at a time, in order, whatever it comes to", async () => {
  const inTurn = createTurns(1);
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await settled();
    log.push(`${name} ends`);
    if (name === "b") throw new Error("b fails");
    return name;
  };
  const results = await Promise.allSettled(["a", "b", "c"].map((name) => inTurn(never, work(name))));
  assert.deepEqual(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assert.deepEqual(log, ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

Deno.test("as many at once as there are places, and no more", async () => {
  const inTurn = createTurns(3);
  let [open, most] = [0, 0];
  const work = async () => {
    most = Math.max(most, ++open);
    await settled();
    open -= 1;
  };
  await Promise.all(Array.from({ length: 10 }, () => inTurn(never, work)));
  assert.deepEqual([open, most], [0, 3]);
});

Deno.test("one who leaves the queue goes at once, never works, and lets nobody in early", async () => {
  const inTurn = createTurns(1);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const leave = new AbortController();
  const began: string[] = [];
  const work = (name: string) => () => {
    began.push(name);
    return gate;
  };
  const first = inTurn(never, work("first"));
  const second = inTurn(leave.signal, work("second"));
  const third = inTurn(never, work("third"));
  const reason = new Error("leaving");
  leave.abort(reason);
  await assert.rejects(second, reason);
  await settled();
  assert.deepEqual(began, ["first"]);
  open();
  await Promise.all([first, third]);
  assert.deepEqual(began, ["first", "third"]);
});

Deno.test("with an aborted signal nothing is begun, even when nobody waits", async () => {
  const reason = new Error("too late");
  await assert.rejects(createTurns(1)(AbortSignal.abort(reason), () => assert.fail("it was begun")), reason);
});
