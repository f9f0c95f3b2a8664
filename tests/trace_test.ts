import assert from "node:assert/strict";
import { untraced } from "../src/trace.ts";

Deno.test("nobody traces: the work is done, its result and its error go out", async () => {
  const work = untraced("run", {}, (span) => {
    span.set({ outcome: "complete" });
    return Promise.resolve(7);
  });
  assert.equal(await work, 7);
  await assert.rejects(untraced("run", {}, () => Promise.reject(new Error("gone"))), { message: "gone" });
});
