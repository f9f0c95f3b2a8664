import assert from "node:assert/strict";
import fc from "fast-check";
import { cut, displayWidth, layOut, oneLine, styleOf } from "../../src/terminal/columns.ts";

Deno.test("columns are aligned by what a terminal shows, not by code units", () => {
  const columns = [{ heading: "name" }, { heading: "n", align: "right" }, { heading: "end" }] as const;
  assert.deepEqual(layOut(columns, [["東𠀀", "1", "x"], ["e\u0301a", "1000", "y"], ["🚀", "22", ""]], { width: 80 }), [
    "name     n  end",
    "東𠀀     1  x",
    "e\u0301a    1000  y",
    "🚀      22",
  ]);
});

Deno.test("the flexible column takes what is left, is cut with an ellipsis, and gives way when nothing is left", () => {
  const columns = [{ heading: "a" }, { heading: "message", flexible: true }] as const;
  const rows = [["12345678", "a long message that does not fit"]];
  assert.equal(layOut(columns, rows, { width: 30 })[1], "12345678  a long message that…");
  assert.equal(layOut(columns, rows, { width: 80 })[1], "12345678  a long message that does not fit");
  assert.deepEqual(layOut(columns, rows, { width: 20 }), ["a", "12345678"]);
});

Deno.test("a short flexible column stays where it fits", () => {
  const columns = [{ heading: "a" }, { heading: "msg", flexible: true }] as const;
  assert.deepEqual(layOut(columns, [["12345678", "ok"]], { width: 13 }), ["a         msg", "12345678  ok"]);
});

Deno.test("a message of others cannot steer the terminal", () => {
  assert.equal(oneLine("a\x1b[31mb\r\n\tc\x07\u202Ed\x9b2Je"), "a [31mb c d 2Je");
  const line = layOut([{ heading: "h" }], [["x\x1b]0;title\x07\ny"]], { width: 80 })[1]!;
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(line, /[\x00-\x1f]/);
});

Deno.test("colour is asked for, or there is none, and it does not count as width", () => {
  assert.equal(styleOf(false).bad("x"), "x");
  assert.equal(styleOf(true).bad("x"), "\x1b[31mx\x1b[0m");
  const paint = (cell: string, { row, column }: { row: number; column: number }) =>
    row === 1 && column === 0 ? styleOf(true).good(cell) : cell;
  const lines = layOut([{ heading: "h" }, { heading: "i" }], [["long", "1"], ["s", "2"]], { width: 80, paint });
  assert.deepEqual(lines, ["h     i", "long  1", "\x1b[32ms   \x1b[0m  2"]);
});

Deno.test("random text: cut never passes its width, and layOut never its own", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 40 });
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 30 }), (text, width) => {
    assert.ok(displayWidth(cut(text, width)) <= width);
  }));
  fc.assert(fc.property(text, fc.integer({ min: 20, max: 60 }), (text, width) => {
    const lines = layOut([{ heading: "k" }, { heading: "m", flexible: true }], [["k", text]], { width });
    assert.equal(lines.length, 2);
    assert.ok(lines.every((line) => displayWidth(line) <= width && !line.includes("\n")));
  }));
});
