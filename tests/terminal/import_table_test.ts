import assert from "node:assert/strict";
import { renderSurvey } from "../../src/terminal/import_table.ts";

Deno.test("a survey shows what is recognised, new, equal, different, refused and left out", () => {
  const prices = (close: string) => ({ open: "1", high: "2", low: "1", close, volume: "7" });
  const text = renderSurvey({
    source: "table public.old\u001b[2J of here",
    columns: { stamp: "at", open: "o" },
    interval: "30min",
    meaning: { stamps: "new-york", sessionZone: "UTC" },
    series: [{
      series: { symbol: "IBM", interval: "30min" },
      rows: 20,
      fresh: 10,
      same: 2,
      differing: 3,
      refused: 4,
      repeated: 1,
      rules: { "zero-price": 3, "bad-stamp": 1 },
      differences: [{ at: Date.parse("2026-03-02T14:30Z"), ours: prices("1.5"), theirs: prices("1.6") }],
      first: Date.parse("2026-03-02T14:30Z"),
      newest: null,
    }],
    unnamed: [{ symbol: "a\u001b[31m b", rows: 2 }],
    others: 5,
    warnings: ["mind"],
    cursor: "The cursor agrees",
  }, { colour: false });
  assert.equal(
    text,
    [
      "table public.old [2J of here: 30min bars, stamps are New York's wall clock",
      "stamp = at, open = o",
      "",
      "series     rows  new  equal  differ  refused  twice  first bar          newest bar",
      "IBM 30min    20   10      2       3        4      1  2026-03-02 14:30Z  -",
      "",
      "IBM 30min refused, into quarantine: 3 zero-price, 1 bad-stamp",
      "IBM 30min 2026-03-02 14:30Z stays 1 2 1 1.5 7; the older program has 1 2 1 1.6 7",
      "IBM 30min: and 2 more",
      '2 rows of "a\\u001b[31m b", which is no symbol: left out',
      "5 rows of other intervals: left out",
      "mind",
      "The cursor agrees",
      "",
    ].join("\n"),
  );
});
