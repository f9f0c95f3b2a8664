/** Are CSV files read as those who write them mean it? */
import assert from "node:assert/strict";
import { parseDelimited } from "../src/delimited.ts";

Deno.test("quotes, doubled quotes, line breaks inside, empty lines, NULL beside an empty text", () => {
  assert.deepEqual(parseDelimited('\uFEFFa,b,c\r\n1,"x, ""y""\nz",\r\n\r\n2,,""\r\n'), {
    names: ["a", "b", "c"],
    rows: [{ a: "1", b: 'x, "y"\nz', c: null }, { a: "2", b: null, c: "" }],
  });
});

Deno.test("comma, semicolon, tab; the last line with or without its end", () => {
  for (const delimiter of [",", ";", "\t"]) {
    const text = ["a", "b c"].join(delimiter) + "\n" + ["1", "2"].join(delimiter);
    assert.deepEqual(parseDelimited(text).rows, [{ a: "1", "b c": "2" }]);
    assert.deepEqual(parseDelimited(`${text}\n`), parseDelimited(text));
  }
  assert.deepEqual(parseDelimited("a,b\n1,").rows, [{ a: "1", b: null }]);
});

Deno.test("what is no table says at which line", () => {
  const cases: Record<string, RegExp> = {
    "": /^it is empty/,
    "a,b\n1,2\n\n3": /^line 4 has 1 fields, the first line names 2 columns$/,
    'a,b\n"x\ny",2\n1,2,3': /^line 4 has 3 fields/,
    'a,b\n"x,1': /^line 2 has a quote that is not closed/,
    'a,b\n"x"y,1': /^line 2 has a quote that is not closed, or goes on after it/,
    "a,a\n1,2": /^two of its columns are named "a"$/,
  };
  for (const [text, message] of Object.entries(cases)) assert.throws(() => parseDelimited(text), { message });
});
