import assert from "node:assert/strict";
import { instant } from "../../src/web/endpoint.ts";

Deno.test("an instant leaves as ISO 8601 in UTC, and nothing else leaves as one", () => {
  assert.equal(instant.parse(0), "1970-01-01T00:00:00.000Z");
  assert.equal(instant.safeParse("yesterday").success, false);
});
