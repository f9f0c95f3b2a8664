import assert from "node:assert/strict";
import { asJson } from "../../src/terminal/json.ts";

Deno.test("instants are written out, alone and in lists; other numbers stay", () => {
  const text = asJson({ at: 0, next: [0, 60_000], runs: 0, watermark: null, deep: { dueAt: 1 } });
  assert.deepEqual(JSON.parse(text), {
    at: "1970-01-01T00:00:00.000Z",
    next: ["1970-01-01T00:00:00.000Z", "1970-01-01T00:01:00.000Z"],
    runs: 0,
    watermark: null,
    deep: { dueAt: "1970-01-01T00:00:00.001Z" },
  });
  assert.ok(text.endsWith("}\n"));
});
