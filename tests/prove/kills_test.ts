import assert from "node:assert/strict";
import { proveKills } from "./kills.ts";

for (const [engine, count] of [["server", 60], ["embedded", 8]] as const) {
  Deno.test(`kill matrix: ${count} kills of a scheduled run, point by point (${engine})`, async () => {
    const { points, distinct, left } = await proveKills({ engine, count, atOnce: 2 });
    assert.ok(distinct >= 40, `${distinct} distinct points of ${points}`);
    if (engine === "server") assert.ok(left.nothing > 0, JSON.stringify(left));
  });
}
