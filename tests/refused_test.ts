import assert from "node:assert/strict";
import { exitCodeOfRefusal, Refused, statusOfRefusal } from "../src/refused.ts";

Deno.test("a wrong wish is the asker's fault, a state in its way is not", () => {
  const codes = (["invalid", "unknown", "conflict"] as const).map((reason) => {
    const refused = new Refused(reason, "words");
    assert.deepEqual([refused.name, refused.message], ["Refused", "words"]);
    return [exitCodeOfRefusal(refused), statusOfRefusal(refused)];
  });
  assert.deepEqual(codes, [[2, 400], [2, 404], [1, 409]]);
});
