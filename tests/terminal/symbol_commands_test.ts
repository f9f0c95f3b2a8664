/** Do the words about symbols become what is meant, and wrong ones one clear message? */
import assert from "node:assert/strict";
import { parseCommand } from "../../src/terminal/commands.ts";

const parse = (...words: string[]) => parseCommand(words, { version: "1" });

Deno.test("symbols, and the search for one", () => {
  assert.deepEqual(parse("symbols"), { name: "symbols", json: false });
  assert.deepEqual(parse("symbols", "--json"), { name: "symbols", json: true });
  assert.deepEqual(parse("symbols", "search", " tesco plc "), {
    name: "symbols search",
    keywords: "tesco plc",
    json: false,
  });
  assert.deepEqual(parse("symbols", "search", "x", "--json"), { name: "symbols search", keywords: "x", json: true });
  for (
    const words of [["symbols", "search"], ["symbols", "search", " "], ["symbols", "find", "x"], [
      "symbols",
      "search",
      "x".repeat(101),
    ]]
  ) {
    const found = parse(...words);
    assert.equal(found.name, "usage", words.join(" "));
  }
});
