import assert from "node:assert/strict";
import fc from "fast-check";
import { delayBefore, VENDOR_BACKOFF } from "../src/backoff.ts";

const POLICY = { baseMs: 100, capMs: 1_000, attempts: 8 };
const ALMOST_ONE = 1 - Number.EPSILON;

Deno.test("the upper bound doubles with each attempt until the cap", () => {
  const bounds = [2, 3, 4, 5, 6, 7, 8].map((attempt) => delayBefore(attempt, POLICY, { random: ALMOST_ONE }));
  assert.deepEqual(bounds, [100, 200, 400, 800, 1_000, 1_000, 1_000]);
});

Deno.test("the jitter is full: any share of the bound, down to nothing", () => {
  assert.equal(delayBefore(4, POLICY, { random: 0 }), 0);
  assert.equal(delayBefore(4, POLICY, { random: 0.5 }), 200);
  assert.equal(delayBefore(8, POLICY, { random: 0.5 }), 500); // of the cap, not of what doubling would have reached
});

Deno.test("the first attempt waits for nothing, whatever the floor", () => {
  assert.equal(delayBefore(1, POLICY, { random: 0.9, floorMs: 500 }), 0);
});

Deno.test("after the last attempt there is none", () => {
  assert.equal(delayBefore(9, POLICY, { random: 0.5 }), null);
  assert.equal(delayBefore(2, { ...POLICY, attempts: 1 }, { random: 0.5 }), null);
});

Deno.test("the floor is added below the jitter, so that many clients still spread out", () => {
  assert.equal(delayBefore(2, POLICY, { random: 0, floorMs: 500 }), 500);
  assert.equal(delayBefore(2, POLICY, { random: 0.5, floorMs: 500 }), 550);
  assert.equal(delayBefore(8, POLICY, { random: 0.9, floorMs: 500 }), 1_400);
});

Deno.test("a vendor that refuses every attempt is left alone after four waits of half a minute in all", () => {
  const waits = [2, 3, 4, 5].map((attempt) => delayBefore(attempt, VENDOR_BACKOFF, { random: ALMOST_ONE })!);
  assert.deepEqual(waits, [2_000, 4_000, 8_000, 16_000]);
  assert.equal(delayBefore(6, VENDOR_BACKOFF, { random: 0 }), null);
});

Deno.test("no wait is negative, further above the floor than the cap or below what the failure asks for, at any attempt", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 100_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 0, max: 1_000 }),
      (attempt, random, floorMs) => {
        const wait = delayBefore(attempt, { ...POLICY, attempts: Infinity }, { random, floorMs })!;
        assert.ok(wait >= floorMs && wait <= floorMs + POLICY.capMs, `${wait}`);
      },
    ),
  );
});
