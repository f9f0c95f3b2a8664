import assert from "node:assert/strict";
import { digest, randomToken, same } from "../../src/web/token.ts";

Deno.test("tokens differ, and fit into a cookie", () => {
  const tokens = Array.from({ length: 100 }, randomToken);
  assert.equal(new Set(tokens).size, 100);
  assert.ok(tokens.every((token) => /^[\w-]{43}$/.test(token)));
});

Deno.test("a digest tells its parts apart, and equal texts are the same", () => {
  assert.notEqual(digest("a", "bc"), digest("ab", "c"));
  assert.match(digest("a"), /^[0-9a-f]{64}$/);
  assert.deepEqual([same("abc", "abc"), same("abc", "abd"), same("abc", "abcd"), same("", "")], [
    true,
    false,
    false,
    true,
  ]);
});
