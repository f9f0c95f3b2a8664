import assert from "node:assert/strict";
import { mutationsOf } from "./mutations.ts";

const SOURCE = `/** a < b && c */
export interface A {
  readonly wide: true;
}
export function least(a: number, b: number): number {
  if (a < b && a > 0) return a;
  forget("a && b", a);
  return Math.max(b, 10);
}
`;

Deno.test("mutations change code one place at a time, and neither comments nor texts nor types", () => {
  const found = mutationsOf(SOURCE, { sql: false });
  const lines = found.map(({ text, line }) => `${line}: ${text.split("\n")[line - 1]!.trim()}`);
  assert.deepEqual(lines.sort(), [
    "6: if (a < b && a < 0) return a;",
    "6: if (a < b && a > 0) return undefined!;",
    "6: if (a < b && a > 1) return a;",
    "6: if (a < b && a >= 0) return a;",
    "6: if (a < b || a > 0) return a;",
    "6: if (a <= b && a > 0) return a;",
    "6: if (a > b && a > 0) return a;",
    "6: if (false) return a;",
    "6: if (true) return a;",
    "7: ;",
    "8: return Math.max(b, 11);",
    "8: return Math.min(b, 10);",
    "8: return undefined!;",
  ]);
  for (const { text, line } of found) {
    const changed = text.split("\n").filter((one, index) => one !== SOURCE.split("\n")[index]);
    assert.equal(changed.length, 1, `line ${line}`);
  }
});

Deno.test("a truth returned is changed once, and a pattern is no division", () => {
  const changed = (source: string) => mutationsOf(source, { sql: false }).map(({ text }) => text.trim());
  assert.deepEqual(changed("  return true;\n"), ["return false;"]);
  assert.deepEqual(changed("  found(/ a /, b / c);\n"), [";", "found(/ a /, b * c);"]);
  assert.deepEqual(changed("  return /ab/.test(c);\n"), ["return undefined!;"]);
});

Deno.test("SQL is changed where it stands in a text, when asked for", () => {
  const source = "const a = `select x from t where a = b and c is not null`; // and = is null\n";
  const texts = mutationsOf(source, { sql: true }).map(({ text }) => text.split("`")[1]);
  assert.deepEqual(texts.sort(), [
    "select x from t where a <> b and c is not null",
    "select x from t where a = b and c is null",
    "select x from t where a = b or c is not null",
  ]);
  assert.deepEqual(mutationsOf(source, { sql: false }), []);
});
