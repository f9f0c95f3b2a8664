/** Is the text what a strict reader accepts, whatever stands in it, and would that reader notice if it were not? */
import assert from "node:assert/strict";
import { openMetricsOf } from "../src/openmetrics.ts";
import { readOpenMetrics } from "./support/openmetrics.ts";

Deno.test("types, units, help, labels with every awkward character, unknown values left out", () => {
  const awkward = 'a"b\\c\nd,e}f';
  const text = openMetricsOf([
    { name: "a_build", type: "info", help: "about\nus \\ them", samples: [{ labels: { version: awkward }, value: 1 }] },
    { name: "a_seconds", type: "gauge", help: "x", samples: [{ value: 1.5e-7 }, { labels: { b: "c" }, value: null }] },
    { name: "a_none", type: "gauge", help: "x", samples: [] },
  ]);
  const families = readOpenMetrics(text);
  assert.deepEqual(families.get("a_build")?.samples, [{ labels: { version: awkward }, value: 1 }]);
  assert.deepEqual([families.get("a_seconds")?.unit, families.get("a_seconds")?.samples], [
    "seconds",
    [{ labels: {}, value: 1.5e-7 }],
  ]);
  assert.deepEqual(families.get("a_none")?.samples, []);
  assert.match(text, /\n# EOF\n$/);
});

Deno.test("the strict reader refuses what is wrong", () => {
  const head = "# TYPE a gauge\n# HELP a x\n";
  const wrong = [
    `${head}a 1\n`,
    `${head}a 1\n# EOF`,
    `${head}a one\n# EOF\n`,
    `${head}b 1\n# EOF\n`,
    `${head}a 1\na 1\n# EOF\n`,
    `${head}a{b="c} 1\n# EOF\n`,
    `${head}a{b="c",} 1\n# EOF\n`,
    `${head}a{b="c",b="d"} 1\n# EOF\n`,
    `${head}a  1\n# EOF\n`,
    `# TYPE a gauge\na 1\n# EOF\n`,
    `# TYPE a counter\n# HELP a x\n# EOF\n`,
    `# TYPE a info\n# HELP a x\na_info 2\n# EOF\n`,
    `${head}# UNIT a seconds\n# EOF\n`,
    `${head}# TYPE b gauge\n# HELP b x\n# HELP a x\n# EOF\n`,
    `${head}\n# EOF\n`,
  ];
  for (const text of wrong) assert.throws(() => readOpenMetrics(text), Error, text);
});
