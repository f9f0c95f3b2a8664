/** Can a program look for what people look for, in the same words? */
import assert from "node:assert/strict";
import { NOW, routes, run } from "../support/page.ts";

Deno.test("what was found, instants in UTC, and nothing beyond what is promised", async () => {
  const event = { runId: 7, seq: 3, at: NOW, type: "rows-stored", level: "info", message: "m" };
  const found = {
    series: [{ symbol: "IBM", interval: "daily" } as const],
    runs: [run(7)],
    events: [{ ...event, symbol: null, interval: null, data: { secret: 1 } }],
  };
  const asked: string[] = [];
  const search = { search: (text: string) => Promise.resolve((asked.push(text), found)) };
  const { text } = await routes({}, { search }).client().send("/api/v1/search?q=the+vendor");
  const body = JSON.parse(text);
  assert.deepEqual(asked, ["the vendor"]);
  assert.deepEqual(body.series, found.series);
  assert.deepEqual([body.runs[0].id, "owner" in body.runs[0]], [7, false]);
  assert.deepEqual(body.events, [{ ...event, at: new Date(NOW).toISOString() }]);
});
