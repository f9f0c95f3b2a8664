/** Does a row of what is on record say what is not known, and why? */
import assert from "node:assert/strict";
import { HeldCells, RequestCells } from "../../src/web/record_cells.tsx";
import { drawn } from "../support/draw.tsx";
import { NOW } from "../support/page.ts";

Deno.test("a request without an answer has dashes with a reason, never zeros", () => {
  const row = {
    id: 8,
    form: "F",
    attempt: 1,
    sentAt: NOW,
    kind: null,
    httpStatus: null,
    bytes: null,
    durationMs: null,
  };
  const html = drawn(<RequestCells row={{ ...row, message: null, runId: null }} />);
  assert.equal(html.match(/title="no answer came"/g)?.length, 3);
  assert.match(html, /its run is not kept any more/);
});

Deno.test("of a stamp sent twice one row has to be chosen; raw text that is no JSON harms nobody", () => {
  const row = {
    id: 5,
    stamp: "s",
    rule: "duplicate-stamp",
    firstSeenAt: 0,
    lastSeenAt: NOW,
    times: 1,
    runId: 7,
    released: null,
  } as const;
  const options = (raw: string) => drawn(<HeldCells row={{ ...row, raw }} release />).match(/<option/g)?.length ?? 0;
  assert.deepEqual([options("[{},{},{}]"), options("{}"), options("no JSON")], [3, 0, 0]);
});
