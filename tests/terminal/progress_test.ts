import assert from "node:assert/strict";
import type { RunEvent } from "../../src/event.ts";
import { NO_ROWS, type SeriesResult, totalsOf } from "../../src/run.ts";
import { createProgress, progressLine, type Screen } from "../../src/terminal/progress.ts";

const series = { symbol: "IBM", interval: "daily" } as const;
const runId = 7;

function finished(index: number, over: Partial<SeriesResult> = {}): RunEvent {
  const result: SeriesResult = {
    series,
    status: "stored",
    kind: null,
    message: null,
    requests: 1,
    counts: { ...NO_ROWS, inserted: 100 },
    watermark: null,
    startedAt: 0,
    finishedAt: 0,
    ...over,
  };
  return { type: "series-finished", runId, result, index, of: 2 };
}

const run: RunEvent[] = [
  { type: "run-abandoned", runId: 6, owner: "host:1" },
  { type: "run-started", runId, trigger: "manual", at: 0 },
  { type: "run-planned", runId, ask: 1, defer: 1, skip: 4, heal: 0 },
  { type: "series-started", runId, series, reason: "never asked" },
  { type: "request-sent", runId, series, form: "TIME_SERIES_DAILY compact", attempt: 1 },
  { type: "request-retried", runId, series, attempt: 2, kind: "burst", delayMs: 1500 },
  { type: "request-sent", runId, series, form: "TIME_SERIES_DAILY compact", attempt: 2 },
  { type: "rows-stored", runId, series, counts: { ...NO_ROWS, inserted: 100 } },
  finished(1),
  finished(2, { status: "failed", kind: "outage", message: "reset\n\x1b[2Jby peer", counts: NO_ROWS }),
  { type: "run-finished", runId, outcome: "partial", message: null, totals: totalsOf([]), durationMs: 1 },
];

function screenOf(isTTY: boolean): Screen & { text: string } {
  return {
    isTTY,
    columns: 80,
    text: "",
    write(text: string) {
      this.text += text;
    },
  };
}

function play(screen: Screen, options: { quiet: boolean }): void {
  const progress = createProgress({ screen, ...options });
  for (const event of run) progress.emit(event);
  progress.close();
  progress.close();
}

Deno.test("in a pipe: one plain line per series, no control characters", () => {
  const screen = screenOf(false);
  play(screen, { quiet: false });
  assert.equal(
    screen.text,
    [
      "Run 6 of host:1 was found dead: abandoned",
      "IBM daily: 100 new, 0 revised, 0 unchanged",
      "IBM daily: failed: outage: reset [2Jby peer",
      "",
    ].join("\n"),
  );
});

Deno.test("quiet draws nothing, on a terminal and in a pipe", () => {
  for (const isTTY of [true, false]) {
    const screen = screenOf(isTTY);
    play(screen, { quiet: true });
    assert.equal(screen.text, "");
  }
});

Deno.test("on a terminal: a bar that counts series, lines above it, the cursor back at the end", () => {
  const screen = screenOf(true);
  play(screen, { quiet: false });
  assert.match(screen.text, /\] 2\/2/);
  assert.ok(screen.text.includes("IBM daily: 100 new, 0 revised, 0 unchanged\n"));
  assert.ok(screen.text.includes("IBM daily: failed: outage: reset [2Jby peer\n"));
  assert.ok(!screen.text.includes("\x1b[2Jby"), "the vendor's text steers the terminal");
  assert.ok(screen.text.indexOf("\x1b[?25l") < screen.text.lastIndexOf("\x1b[?25h"), "the cursor stays hidden");
});

Deno.test("on a terminal: closing in the middle of a run leaves neither timer nor hidden cursor", () => {
  const screen = screenOf(true);
  const progress = createProgress({ screen, quiet: false });
  for (const event of run.slice(0, 5)) progress.emit(event);
  progress.close();
  const text = screen.text;
  assert.ok(text.lastIndexOf("\x1b[?25h") > text.lastIndexOf("\x1b[?25l"));
  progress.emit(finished(1));
  assert.equal(screen.text.slice(text.length), "IBM daily: 100 new, 0 revised, 0 unchanged\n");
});

Deno.test("on a terminal: nothing due draws no bar", () => {
  const screen = screenOf(true);
  const progress = createProgress({ screen, quiet: false });
  progress.emit({ type: "run-planned", runId, ask: 0, defer: 0, skip: 9, heal: 0 });
  progress.close();
  assert.equal(screen.text, "");
});

Deno.test("the line of a series says what is not as it should be", () => {
  const line = (over: Partial<SeriesResult>) => progressLine(finished(1, over));
  const counts = { inserted: 1, revised: 2, unchanged: 3, provisional: 4, quarantined: 5 };
  assert.equal(line({ counts }), "IBM daily: 1 new, 2 revised, 3 unchanged, 4 provisional, 5 quarantined");
  assert.equal(
    line({ status: "late", kind: "stale", message: "newest bar is 2023-06-30" }),
    "IBM daily: 100 new, 0 revised, 0 unchanged; late: stale: newest bar is 2023-06-30",
  );
  assert.equal(line({ status: "deferred", kind: "quota" }), "IBM daily: deferred: quota");
});
