/** Is a part that is silent told from one that is alive, has failed, or need not be there? */
import assert from "node:assert/strict";
import { Heartbeats, silentParts } from "../../src/web/instance_heartbeats.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";
import { NOW } from "../support/page.ts";

const beat = (name: string, ago = 8_000) => ({
  name,
  owner: "vm:1:abc",
  startedAt: NOW - 3_600_000,
  beatAt: NOW - ago,
  doing: "looking at the clock",
  error: null,
});
const list = (...args: Parameters<typeof Heartbeats>) => wordsOf(drawn(Heartbeats(...args)));

Deno.test("the scheduler is missed after three minutes, unless a run holds it", () => {
  assert.deepEqual(silentParts([], NOW), ["scheduler"]);
  assert.deepEqual(silentParts([beat("scheduler", 180_000)], NOW), []);
  assert.deepEqual(silentParts([beat("scheduler", 180_001)], NOW), ["scheduler"]);
  assert.deepEqual(silentParts([beat("scheduler", 180_001), beat("worker")], NOW), []);
});

Deno.test("alive, silent, failed, absent: each with its word", () => {
  const heartbeats = [
    beat("scheduler"),
    beat("worker", 200_000),
    { ...beat("healer"), error: { message: "<broke>", at: NOW - 60_000 } },
  ];
  const text = list({ heartbeats, channels: false });
  assert.match(text, /scheduler alive 8 s ago up for 1 h looking at the clock vm:1:abc –nothing has gone wrong/);
  assert.match(text, /worker silent 3 min ago/);
  assert.match(text, /notifier –no channel is configured –never sends the notices no channel is configured/);
  assert.match(text, /healer failed .*&lt;broke&gt; since 1 min ago/);
  assert.match(list({ heartbeats: [], channels: true }), /scheduler missing .*notifier –it has not shown itself/);
});
