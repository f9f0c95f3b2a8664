import assert from "node:assert/strict";
import { closingLine, tallyOf } from "./tally.ts";

const report = (...cases: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="deno test">\n<testsuite>${
    cases.join("\n")
  }</testsuite>\n</testsuites>\n`;
const passing = `<testcase name="a &gt; b" classname="./a_test.ts" time="0.000" line="1" col="6">\n</testcase>`;
const failing =
  `<testcase name="c"><failure message="Uncaught Error">Error: &lt;testcase &lt;error/&gt;</failure></testcase>`;
const cancelled = `<testcase name="d"><error message="Cancelled"/></testcase>`;
const skipped = `<testcase name="e">\n<skipped/>\n</testcase>`;

Deno.test("a clean run passes", () => {
  assert.deepEqual(tallyOf(report(passing, passing), { exitCode: 0, filtered: false }), { passed: 2, failed: 0 });
});

Deno.test("failed, cancelled and skipped tests count as failed, once each", () => {
  assert.deepEqual(tallyOf(report(passing, failing, cancelled, skipped), { exitCode: 1, filtered: false }), {
    passed: 1,
    failed: 3,
  });
});

Deno.test("a skipped test alone spoils the run, although deno is content", () => {
  assert.deepEqual(tallyOf(report(passing, skipped), { exitCode: 0, filtered: false }), { passed: 1, failed: 1 });
});

Deno.test("a run that went wrong without a failed test has failed", () => {
  assert.deepEqual(
    tallyOf(report(passing), { exitCode: 1, filtered: false }),
    { passed: 1, failed: 1 },
    "a module did not load",
  );
  assert.deepEqual(tallyOf(null, { exitCode: 0, filtered: false }), { passed: 0, failed: 1 }, "no report");
  assert.deepEqual(tallyOf(report(), { exitCode: 0, filtered: false }), { passed: 0, failed: 1 }, "no test");
  const cut = report(passing).replace("</testsuites>", "");
  assert.deepEqual(tallyOf(cut, { exitCode: 0, filtered: false }), { passed: 1, failed: 1 }, "a report cut short");
});

Deno.test("tests the operator left out are not counted, but one must have run", () => {
  const options = { exitCode: 0, filtered: true };
  assert.deepEqual(tallyOf(report(passing, skipped), options), { passed: 1, failed: 0 });
  assert.deepEqual(tallyOf(report(skipped), options), { passed: 0, failed: 1 });
});

Deno.test("the closing line", () => assert.equal(closingLine({ passed: 12, failed: 3 }), "12 passed, 3 failed"));
