import assert from "node:assert/strict";
import { columnsOf, writerTo } from "../../src/terminal/output.ts";

Deno.test("a stream that takes a few bytes at a time gets the whole text", () => {
  const got: number[] = [];
  const write = writerTo({
    writeSync: (bytes) => {
      got.push(...bytes.subarray(0, 3));
      return Math.min(3, bytes.length);
    },
  }, assert.fail);
  write("Grüße, 10 €");
  assert.equal(new TextDecoder().decode(new Uint8Array(got)), "Grüße, 10 €");
});

Deno.test("a reader that went away is no failure, a full disk is told and does not throw", () => {
  const told: string[] = [];
  const broken = (error: Error) =>
    writerTo({
      writeSync: () => {
        throw error;
      },
    }, (found) => told.push(found));
  broken(new Deno.errors.BrokenPipe("gone"))("text");
  assert.deepEqual(told, []);
  broken(new Error("No space left on device"))("text");
  assert.deepEqual(told, ["No space left on device"]);
});

Deno.test("a pipe has no edge", () => assert.equal(columnsOf({ isTerminal: () => false }), 200));
