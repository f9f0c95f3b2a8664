/** Is what somebody looks at kept in the address, and nothing else? */
import assert from "node:assert/strict";
import { runAddress, stretchParameters } from "../../src/web/run_address.ts";

Deno.test("what is chosen stays when something else changes; the page of events does not", () => {
  const asked = { limit: 200, level: "info", symbol: "A&B", before: 9, after: 3 } as const;
  assert.equal(
    runAddress(7, asked, { type: "rows-stored", at: "log" }),
    "/runs/7?level=info&symbol=A%26B&type=rows-stored#log",
  );
  assert.equal(runAddress(7, asked, { symbol: undefined, level: undefined, at: "gantt-title" }), "/runs/7#gantt-title");
  assert.equal(runAddress(7, { limit: 5 }, { before: 2, at: "log" }), "/runs/7?limit=5&before=2#log");
});

Deno.test("a stretch in the address is two instants; the whole is none", () => {
  assert.deepEqual(stretchParameters({ from: 0, to: 1_500 }), {
    from: "1970-01-01T00:00:00.000Z",
    to: "1970-01-01T00:00:01.500Z",
  });
  assert.deepEqual(stretchParameters(null), { from: undefined, to: undefined });
});
