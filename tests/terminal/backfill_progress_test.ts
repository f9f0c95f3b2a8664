/** Does a backfill in progress show one bar of sessions to a person, and a line for each run to whatever collects them? */
import assert from "node:assert/strict";
import { NO_ROWS, type SeriesResult } from "../../src/run.ts";
import { createBackfillProgress } from "../../src/terminal/backfill_progress.ts";
import { backfill } from "../support/backfill.ts";

function screen(isTTY: boolean) {
  const written: string[] = [];
  // What cli-progress asks of a terminal beside writing.
  const nothing = () => {};
  const stream = { cursorTo: nothing, moveCursor: nothing, clearLine: nothing, clearScreenDown: nothing };
  return { ...stream, isTTY, columns: 120, written, write: (text: string) => written.push(text) };
}

const result = (status: SeriesResult["status"]): SeriesResult => ({
  series: { symbol: "IBM", interval: "1min" },
  status,
  kind: status === "stored" ? null : "outage",
  message: "HTTP 503",
  requests: 1,
  counts: NO_ROWS,
  watermark: null,
  startedAt: 0,
  finishedAt: 1,
});
const finished = (status: SeriesResult["status"]) =>
  ({ type: "series-finished", runId: 1, result: result(status), index: 1, of: 1 }) as const;

Deno.test("in a pipe: a line for each run, and what went wrong", () => {
  const to = screen(false);
  const progress = createBackfillProgress({ screen: to, quiet: false });
  progress.stands(backfill(3), { slice: false });
  progress.emit(finished("stored"));
  progress.emit(finished("failed"));
  progress.stands(backfill(3), { slice: true });
  progress.close();
  assert.deepEqual(to.written, [
    "IBM 1min: failed: outage: HTTP 503\n",
    "Backfill 3 is running: 1,250 of 5,000 sessions (25 %), 180 requests left, about 4 min\n",
  ]);
});

Deno.test("on a terminal: a bar that is taken away at the end, also when it is closed twice", () => {
  const to = screen(true);
  const progress = createBackfillProgress({ screen: to, quiet: false });
  progress.emit(finished("failed"));
  progress.stands(backfill(3), { slice: false });
  progress.emit(finished("failed"));
  progress.stands(backfill(3, { held: 2_500 }), { slice: false });
  progress.close();
  progress.close();
  const text = to.written.join("");
  assert.match(text, /^IBM 1min: failed/);
  assert.match(text, /2500\/5000 sessions|1250\/5000 sessions/);
  assert.match(text, /180 requests left, about 4 min/);
  assert.ok(text.includes("\x1b[?25h"), "the cursor was not shown again");
});

Deno.test("quiet: nothing", () => {
  const to = screen(true);
  const progress = createBackfillProgress({ screen: to, quiet: true });
  progress.stands(backfill(3), { slice: true });
  progress.emit(finished("failed"));
  progress.close();
  assert.deepEqual(to.written, []);
});
