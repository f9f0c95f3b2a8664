/** Is everything people are used to there, in a real Chromium? Each row of docs/web.md that must be is walked once. */
import assert from "node:assert/strict";
import { startBrowser } from "../support/browser.ts";
import { furnish } from "../support/furnish.ts";
import { history } from "../support/runs.ts";
import { servingProgram } from "../support/serving.ts";
import { type Step, walkOn } from "../support/walk.ts";
import { PAGE_STEPS } from "../support/walk_pages.ts";
import { RUN_STEPS } from "../support/walk_runs.ts";

const STEPS: readonly Step[] = [...RUN_STEPS, ...PAGE_STEPS];
/** Nice to have; what of it is there has tests of its own. */
const OPTIONAL = ["F2", "F7", "F9", "P12", "P17", "P18", "L2", "L4", "L5", "S7", "C3", "D2", "D4", "D5"];

/** Rows of the tables of docs/web.md, by their number. */
async function documented(): Promise<Map<string, string>> {
  const text = await Deno.readTextFile(new URL("../../docs/web.md", import.meta.url));
  return new Map([...text.matchAll(/^\| ([A-Z]\d+) +\|[^|]*\|(.*)\|$/gm)].map(([, row, here]) => [row!, here!.trim()]));
}

Deno.test("every row of docs/web.md is walked, said not to be there yet, or not needed", async () => {
  const rows = await documented();
  assert.ok(rows.size > 60, "the tables are read");
  const walked = new Set(STEPS.map(([row]) => row));
  assert.deepEqual([...walked, ...OPTIONAL].filter((row) => !rows.has(row)), [], "walked, and in no table");
  assert.deepEqual(OPTIONAL.filter((row) => walked.has(row)), [], "walked, and called optional");
  const missing = [...rows].filter(([row, here]) =>
    !walked.has(row) && !OPTIONAL.includes(row) && !/^\*\*Not yet/.test(here)
  );
  assert.deepEqual(missing.map(([row]) => row), [], "in a table, and nobody walks there");
  assert.deepEqual(
    [...walked].filter((row) => /^\*\*Not yet/.test(rows.get(row)!)),
    [],
    "walked, and said not to be there",
  );
});

Deno.test("the walk: each thing people are used to, done once with mouse and keyboard", async (test) => {
  await using at = await servingProgram({ STOCK_SYMBOLS: "AAA,ZZZ", LOG_LEVEL: "debug" });
  assert.equal(await at.command("run", "--quiet"), 3, "ZZZ is a symbol the vendor does not know");
  await history(at.db, ["failed", "partial", "deferred", "nothing-due", "cancelled", "abandoned"]);
  await furnish(at.db.pool);
  // It would be served while we look at what is there.
  await at.db.pool.query("delete from launch");
  await at.serve(2);
  await using browser = await startBrowser();
  const walk = walkOn(await browser.open(), at);
  for (const [row, does, go] of STEPS) await test.step(`${row}: ${does}`, () => go(walk));
  // A page that is left while it asks for something has not failed; the server that was killed has.
  const problems = walk.tab.problems.filter((problem) => !/ERR_(?:CONNECTION|INCOMPLETE|EMPTY)/.test(problem));
  assert.deepEqual(problems, []);
});
