/** Is every series counted once, and is what there is none of left out? */
import assert from "node:assert/strict";
import type { PlanEntry } from "../src/plan.ts";
import { standingOf, standingSentence } from "../src/standing.ts";

const series = { symbol: "A", interval: "daily" } as const;
const complete: PlanEntry = { action: "skip", series, why: "complete", reason: "" };
const refused: PlanEntry = { action: "skip", series, why: "not-entitled", reason: "" };
const waiting: PlanEntry = { action: "defer", series, kind: "quota", reason: "", until: 0 };
const said = (...entries: PlanEntry[]) => standingSentence(standingOf({ entries }));

Deno.test("the sentence counts each series once, and leaves out what there is nothing of", () => {
  assert.equal(said(), "0 of 0 series are complete.");
  assert.equal(said(complete, complete), "2 of 2 series are complete.");
  const ended: PlanEntry = { action: "skip", series, why: "delisted", reason: "" };
  assert.equal(said(complete, ended), "1 of 2 series are complete; 1 delisted.");
  assert.equal(
    said(complete, waiting, waiting, refused),
    "1 of 4 series are complete; 2 waiting, 1 not in this key's plan.",
  );
});
