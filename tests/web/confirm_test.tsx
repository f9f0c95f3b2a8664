/** Is it told with which runs something can be done, and with which not and why, before it is done? */
import assert from "node:assert/strict";
import { chosenRuns, confirmPage, RUN_DEEDS } from "../../src/web/confirm.tsx";
import type { Refusal } from "../../src/web/visit.ts";
import { drawn, said } from "../support/draw.tsx";
import { run, visit } from "../support/page.ts";

const RUNS = [
  run(1, { outcome: null, finishedAt: null }),
  run(2, { outcome: "complete" }),
  run(3, { outcome: "partial" }),
  run(4, { outcome: "nothing-due" }),
];
const page = confirmPage({ run: (id) => Promise.resolve(RUNS.find((run) => run.id === id) ?? null) });
const show = (query: string, role: "view" | "operate" = "operate") =>
  page(visit({ query: new URLSearchParams(query), role }));
const ALL = "run=1&run=2&run=3&run=4&run=5";

Deno.test("each deed with the runs it is for; the others with the reason they are left alone", async () => {
  const able = async (deed: string) =>
    [...drawn((await show(`do=${deed}&${ALL}`)).body).matchAll(/name="run" value="(\d+)"/g)].map(([, id]) =>
      Number(id)
    );
  assert.deepEqual(await able("cancel"), [1]);
  assert.deepEqual(await able("again-all"), [2, 3]);
  assert.deepEqual(await able("again-failed"), [3]);
  assert.deepEqual(await able("forget"), [2, 3, 4]);
  const text = said(await show(`do=again-failed&${ALL}`));
  assert.match(text, /Re-run failed 1 of 5 chosen runs\?/);
  assert.match(text, /Run 1 running left alone: it is at work Run 2 complete left alone: nothing failed in it/);
  assert.match(text, /Run 5 left alone: there is none of that number/);
});

Deno.test("the button posts what was shown; none when there is nothing to do", async () => {
  for (const { name, path } of RUN_DEEDS) {
    const html = drawn((await show(`do=${name}&${ALL}`)).body);
    const form = `<form method="post" action="${path}" class="sure"><input type="hidden" name="token" value="t"/>`;
    assert.ok(html.includes(`${form}<input type="hidden" name="do" value="${name}"/>`), name);
    assert.equal(html.includes('name="force"'), name !== "forget");
  }
  const none = await show("do=cancel&run=2");
  assert.match(said(none), /Cancel 0 of 1 chosen run\?.*With none of them can it be done.*it ended complete/s);
  assert.doesNotMatch(drawn(none.body), /<form/);
});

Deno.test("nothing chosen, too much, no number, an unknown deed, a log-in to look: refused", async () => {
  const status = async (query: string, role?: "view") => {
    try {
      await show(query, role);
    } catch (error) {
      return (error as Refusal).status;
    }
  };
  assert.deepEqual(
    [
      await status("do=forget"),
      await status("do=forget&run=x"),
      await status("do=dance&run=1"),
      await status("run=1"),
      await status("do=forget&run=1", "view"),
    ],
    [400, 400, 400, 400, 403],
  );
  const many = (count: number) =>
    new URLSearchParams(Array.from({ length: count }, (_, index) => ["run", String(index)]));
  assert.equal(chosenRuns(many(200)).length, 200);
  assert.throws(() => chosenRuns(many(201)), /201 runs were chosen, 200 are the most/);
  assert.deepEqual(chosenRuns(new URLSearchParams("run=1&run=1")), [1]);
});
