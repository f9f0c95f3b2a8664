import assert from "node:assert/strict";
import { type GapShown, renderGaps } from "../../src/terminal/gap_tables.ts";

const NOW = Date.parse("2026-11-21T06:00Z");
const gap = (change: Partial<GapShown> = {}): GapShown => ({
  series: { symbol: "IBM", interval: "daily" },
  date: "2026-11-18",
  foundAt: NOW - 3_600_000,
  tries: 0,
  nextTryAt: NOW,
  rule: null,
  closed: null,
  ...change,
});
const counts = { open: 3, series: 1, healed: 1, vendorHasNone: 0 };

Deno.test("each gap with what becomes of it, then the sums", () => {
  const gaps = [
    gap(),
    gap({ tries: 1, nextTryAt: NOW + 3_600_000 }),
    gap({ nextTryAt: null, rule: "zero-price" }),
    gap({ nextTryAt: null, closed: { at: NOW, as: "healed" } }),
    gap({ tries: 3, nextTryAt: null, closed: { at: NOW, as: "vendor-has-none" } }),
  ];
  const lines = renderGaps({ counts, gaps, searched: null }, { colour: false, now: NOW }).split("\n");
  assert.deepEqual(lines.slice(1, 6).map((line) => line.slice(line.indexOf("05:00Z") + 13).trim()), [
    "asked for in the next run",
    "asked for from 2026-11-21 07:00Z",
    "its rows are in quarantine: zero-price",
    "healed 2026-11-21 06:00Z",
    "the vendor has none, since 2026-11-21 06:00Z",
  ]);
  assert.equal(lines.at(-2), "3 open gaps in 1 series, 1 healed, 0 the vendor has not");
});

Deno.test("a search says what it changed; a list that is cut says so; none is none", () => {
  const searched = { series: 2, found: 1, healed: 0, reopened: 4 };
  const some = renderGaps({ counts, gaps: [gap()], searched }, { colour: false, now: NOW });
  assert.match(
    some,
    /\nSearched 2 series: 1 found, 0 healed since, 4 open again\nShown are 1; --json has more\n3 open/,
  );
  const none = { open: 0, series: 0, healed: 0, vendorHasNone: 2 };
  assert.equal(
    renderGaps({ counts: none, gaps: [], searched: null }, { colour: false, now: NOW }),
    "0 open gaps, 0 healed, 2 the vendor has not\n",
  );
});
