/** Do times know their zone, states their shape, and blanks their reason? */
import assert from "node:assert/strict";
import { Ago, None, State, Time, ZoneName } from "../../src/web/facts.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";
import { NOW } from "../support/page.ts";

const NEW_YORK = { zone: { choice: "exchange", name: "America/New_York", unknown: false } } as const;

Deno.test("a time is the visitor's, the instant stays exact, how long ago is beside it", () => {
  const text = drawn(<Time at={NOW - 60_000} zone />, NEW_YORK);
  assert.match(text, /datetime="2026-11-22T13:59:00.000Z"/);
  assert.match(text, /title="1 min ago; 2026-11-22 13:59:00 UTC"/);
  assert.match(text, />2026-11-22 08:59 EST</);
  assert.equal(wordsOf(drawn(<Ago at={NOW - 60_000} />)), "1 min ago");
  assert.equal(wordsOf(drawn(<ZoneName />, NEW_YORK)), "EST");
});

Deno.test("nothing is a dash with a reason", () => {
  assert.match(drawn(<Time at={null} none="it is running" />), /–.*it is running/);
  assert.match(drawn(<None why="never asked" />), /title="never asked"/);
});

Deno.test("every state has its word, and no two that differ in colour share a shape", () => {
  const states = ["complete", "partial", "deferred", "nothing-due", "failed", "cancelled", "abandoned", "running"];
  const shapes = states.map((state) => {
    const text = drawn(<State of={state} />);
    assert.equal(wordsOf(text), state.replace("-", " "));
    return / d="([^"]+)"/.exec(text)![1];
  });
  assert.equal(new Set(shapes).size, states.length);
  assert.equal(wordsOf(drawn(<State of="never heard of" />)), "never heard of");
});
