/** Is the whole chain told, each link once, and does it end? */
import assert from "node:assert/strict";
import { wordsOf } from "../src/causes.ts";

Deno.test("each cause once, from the outside in", () => {
  const root = new Error("disk is full");
  const middle = new Error("Cannot write the page: disk is full", { cause: root });
  assert.equal(
    wordsOf(new Error("Cannot store IBM", { cause: middle })),
    "Cannot store IBM; because Cannot write the page: disk is full",
  );
  assert.equal(wordsOf(new Error("a", { cause: new Error("b", { cause: "c" }) })), "a; because b; because c");
  assert.equal(wordsOf(new AggregateError([new Error("b")], "a")), "a; because b");
  assert.equal(wordsOf("words"), "words");
});

Deno.test("an error that is its own cause comes to an end", () => {
  const error = new Error("round");
  error.cause = error;
  assert.equal(wordsOf(error), "round");
  let deep = new Error("0");
  for (let depth = 1; depth < 50; depth++) deep = new Error(String.fromCharCode(64 + depth), { cause: deep });
  assert.equal(wordsOf(deep).split("; because ").length, 5);
});
