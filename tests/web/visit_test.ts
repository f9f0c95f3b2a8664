import assert from "node:assert/strict";
import { idOf, ownPath, Refusal } from "../../src/web/visit.ts";

Deno.test("only paths of ours are led back to", () => {
  for (const path of ["/", "/runs?outcome=failed&since=2026-01-01", "/runs/1#log"]) assert.equal(ownPath(path), path);
  for (
    const path of [
      "",
      "runs",
      "//evil",
      "/\\evil",
      "https://evil",
      "/a b",
      "/a\nb",
      "/\u0000",
      "/" + "a".repeat(3000),
      null,
      7,
    ]
  ) {
    assert.equal(ownPath(path), "/", String(path));
  }
});

Deno.test("an address whose number is none is not found", () => {
  assert.equal(idOf("12", "run"), 12);
  for (const text of ["", "x", "-1", "1.5", "1".repeat(20), undefined]) {
    assert.throws(() => idOf(text, "run"), (error: Refusal) => error.status === 404);
  }
});
