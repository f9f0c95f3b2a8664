/** Does the overview answer first, and say of everything late why, and what comes next? */
import assert from "node:assert/strict";
import { overviewPage, QuotaMeter, windowOf } from "../../src/web/overview.tsx";
import { drawn, said, wordsOf } from "../support/draw.tsx";
import { NOW, reads, run, visit } from "../support/page.ts";

const HOUR = 3_600_000;
const asked = (text: string) => windowOf({ query: new URLSearchParams(text), now: NOW });

Deno.test("all is well: one sentence, no table", async () => {
  const text = said(await overviewPage(reads().overview)(visit()));
  assert.match(text, /2 of 2 series are complete\. Next tick in 1 h, 2026-11-22 15:00 UTC\./);
  assert.match(text, /Nothing: every series holds all/);
  assert.match(text, /None in the last seven days/);
});

Deno.test("what is late: what it holds, how it went, why, and from when on it is asked", async () => {
  const { overview } = reads().overview;
  const late = [
    {
      name: "A daily",
      holdsTo: "2026-11-19",
      why: "has 2026-11-19",
      waits: null,
      last: { status: "failed", kind: "outage", at: NOW - HOUR },
    },
    { name: "B daily", holdsTo: null, why: "the 25 requests of today are spent", waits: NOW + 10 * HOUR, last: null },
    { name: "C 1min", holdsTo: null, why: "refused as premium", waits: "never" as const, last: null },
  ];
  const standing = { series: 60, complete: 0, due: 1, waiting: 58, refused: 1, ended: 0 };
  const text = said(
    await overviewPage({ overview: async (range) => ({ ...await overview(range), late, standing }) })(visit()),
  );
  assert.match(text, /A daily 2026-11-19 failed outage 1 h ago has 2026-11-19; the next tick asks/);
  assert.match(
    text,
    /B daily –no bar yet –never asked the 25 requests of today are spent; not before 2026-11-23 00:00 UTC/,
  );
  assert.match(text, /C 1min –no bar yet –never asked refused as premium /);
  assert.match(text, /and 57 more/);
});

Deno.test("incidents tell what was stored and what was not", async () => {
  const { overview } = reads().overview;
  const incidents = [
    run(3, { outcome: "partial", message: "down", totals: { ...run(3).totals, stored: 3, failed: 1 } }),
  ];
  const text = said(
    await overviewPage({ overview: async (range) => ({ ...await overview(range), incidents }) })(visit()),
  );
  assert.match(text, /Run 3 partial 1 h ago 3 stored, 1 failed: down/);
});

Deno.test("the window is what the address says, if it is one of ours", () => {
  assert.deepEqual(asked(""), { hours: 24, at: NOW, moved: false, from: NOW - 24 * HOUR, to: NOW + 6 * HOUR });
  assert.equal(asked("window=6h").from, NOW - 6 * HOUR);
  assert.deepEqual([asked("window=7h").hours, asked("window=%3Cscript%3E").hours], [24, 24]);
  assert.equal(asked("at=2026-11-20T00:00:00Z").at, Date.parse("2026-11-20T00:00Z"));
  assert.deepEqual([asked("at=soon").at, asked("at=9999-01-01").at], [NOW, NOW]);
});

Deno.test("the meter counts what is left, says when the vendor refuses, and knows keys without a limit", () => {
  const meter = (quota: Parameters<typeof QuotaMeter>[0]["quota"]) =>
    wordsOf(drawn(<QuotaMeter quota={quota} now={NOW} />));
  assert.match(
    meter({ perDay: 25, usedToday: 24, blockedUntil: null }),
    /24 of 25 requests sent since 00:00 UTC, 1 left\.$/,
  );
  assert.match(
    meter({ perDay: 25, usedToday: 30, blockedUntil: NOW + HOUR }),
    /0 left\. The vendor said .* before 2026-11-22 15:00 UTC/,
  );
  assert.match(
    meter({ perDay: null, usedToday: 1, blockedUntil: null }),
    /1 request sent today; this key has no daily limit/,
  );
});
