/** Does the menu of a run offer what may be done with it, and say why the rest may not? */
import assert from "node:assert/strict";
import { RunMenu } from "../../src/web/run_menu.tsx";
import type { RunRow } from "../../src/web/runs.tsx";
import type { Role } from "../../src/web/visit.ts";
import { drawn } from "../support/draw.tsx";
import { run } from "../support/page.ts";

const offered = (row: RunRow, role: Role = "operate") =>
  [...drawn(<RunMenu run={row} />, { role }).matchAll(/<a href="([^"]*)"[^>]*>([^<]*)/g)].map(([, href, label]) =>
    `${label} ${href!.replaceAll("&amp;", "&")}`
  );

Deno.test("a run that failed: everything but cancelling, which says why", () => {
  const row = run(7, { outcome: "failed" });
  assert.deepEqual(offered(row), [
    "Open /runs/7",
    "Events (JSON Lines) /runs/7/events.jsonl",
    "Log file /runs/7/log",
    "Launch form with it /launch?of=7&again=all",
    "Re-run all… /runs/confirm?do=again-all&run=7",
    "Re-run failed… /runs/confirm?do=again-failed&run=7",
    "Forget… /runs/confirm?do=forget&run=7",
  ]);
  assert.match(drawn(<RunMenu run={row} />), /title="it ended failed">Cancel…/);
});

Deno.test("a run at work can be cancelled, and nothing else", () => {
  const deeds = offered(run(7, { outcome: null, finishedAt: null })).slice(3);
  assert.deepEqual(deeds, ["Cancel… /runs/confirm?do=cancel&run=7"]);
});

Deno.test("who may only look is offered nothing to do, not even with a reason", () => {
  assert.equal(offered(run(7, { outcome: "failed" }), "view").length, 3);
  assert.doesNotMatch(drawn(<RunMenu run={run(7)} />, { role: "view" }), /Forget|Cancel|Launch/);
});
