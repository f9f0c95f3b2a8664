import assert from "node:assert/strict";
import { renderLoad } from "../../src/terminal/load_table.ts";

Deno.test("each file with its series and what is in it; what is loaded already is said", () => {
  const file = {
    path: "a.json",
    series: { symbol: "IBM", interval: "daily" as const },
    form: "TIME_SERIES_DAILY compact",
    known: false,
    later: 2,
    fresh: 3,
    same: 97,
    differing: 0,
    refused: 1,
    first: Date.parse("2019-01-02"),
    newest: Date.parse("2019-05-03"),
  };
  const known = { ...file, path: "b\u001b[2J.json", known: true, fresh: 0, first: null, newest: null };
  const text = renderLoad({
    receivedAt: Date.parse("2019-05-04T08:00Z"),
    files: [file, known],
    warnings: ["b\u001b[2J.json is loaded"],
  }, {
    colour: false,
    width: 120,
  });
  assert.equal(
    text,
    [
      "Told at 2019-05-04 08:00Z",
      "",
      "file        series     new  equal  differ  refused  told later  first bar   newest bar",
      "a.json      IBM daily    3     97       0        1           2  2019-01-02  2019-05-03",
      "b [2J.json  IBM daily    0     97       0        1           2  -           -",
      "",
      "b [2J.json is loaded",
      "",
    ].join("\n"),
  );
});
