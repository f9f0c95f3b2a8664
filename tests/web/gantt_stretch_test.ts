/** Does looking closer, further and beside stay inside the run, and come back? */
import assert from "node:assert/strict";
import { around, isWhole, moved, type Stretch, stretchOf } from "../../src/web/gantt_stretch.ts";

const WHOLE = { from: 1_000, to: 9_000 };

Deno.test("what was asked for, inside the run; nonsense is the whole", () => {
  assert.deepEqual(stretchOf(WHOLE, { from: 2_000, to: 4_000 }), { from: 2_000, to: 4_000 });
  assert.deepEqual(stretchOf(WHOLE, { from: null, to: 4_000 }), { from: 1_000, to: 4_000 });
  assert.deepEqual(stretchOf(WHOLE, { from: -5, to: 99_000 }), WHOLE);
  for (const [from, to] of [[4_000, 2_000], [20_000, 30_000], [2_000, 2_001]] as const) {
    assert.deepEqual(stretchOf(WHOLE, { from, to }), WHOLE, `${from} to ${to}`);
  }
});

Deno.test("closer halves it around its middle, further doubles it, to the whole", () => {
  const closer = moved(WHOLE, WHOLE, "in")!;
  assert.deepEqual(closer, { from: 3_000, to: 7_000 });
  assert.deepEqual(moved(closer, WHOLE, "out"), WHOLE);
  assert.equal(moved(WHOLE, WHOLE, "out"), null);
  assert.deepEqual(moved({ from: 1_000, to: 2_000 }, WHOLE, "out"), { from: 1_000, to: 2_500 });
  let stretch: Stretch | null = WHOLE;
  let steps = 0;
  for (; stretch !== null && steps < 50; steps++) stretch = moved(stretch, WHOLE, "in");
  assert.ok(steps < 12, "closer ends where nothing more is to be seen");
});

Deno.test("beside keeps the length and stops at the ends", () => {
  assert.deepEqual(moved({ from: 3_000, to: 7_000 }, WHOLE, "back"), { from: 1_000, to: 5_000 });
  assert.deepEqual(moved({ from: 2_000, to: 6_000 }, WHOLE, "back"), { from: 1_000, to: 5_000 });
  assert.equal(moved({ from: 1_000, to: 5_000 }, WHOLE, "back"), null);
  assert.deepEqual(moved({ from: 4_500, to: 8_500 }, WHOLE, "on"), { from: 5_000, to: 9_000 });
  assert.equal(moved(WHOLE, WHOLE, "on"), null);
  assert.ok(isWhole(WHOLE, WHOLE) && !isWhole({ from: 1_001, to: 9_000 }, WHOLE));
});

Deno.test("around some stretches, with a little margin", () => {
  assert.deepEqual(around([{ from: 3_000, to: 4_000 }, { from: 4_500, to: 5_000 }], WHOLE), { from: 2_900, to: 5_100 });
  assert.deepEqual(around([{ from: 1_000, to: 1_001 }], WHOLE), { from: 1_000, to: 1_051 });
  assert.equal(around([], WHOLE), null);
});
