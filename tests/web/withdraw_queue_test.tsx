/** Is the queue withdrawn as it was shown, and by nobody who may only look? */
import assert from "node:assert/strict";
import type { LaunchRow } from "../../src/web/queue.tsx";
import type { Refusal } from "../../src/web/visit.ts";
import { withdrawnLaunches, withdrawQueuePage } from "../../src/web/withdraw_queue.tsx";
import { drawn, said } from "../support/draw.tsx";
import { launch, visit } from "../support/page.ts";

const show = (waiting: readonly LaunchRow[], role: "view" | "operate" = "operate") =>
  withdrawQueuePage({ waiting: () => Promise.resolve(waiting) })(visit({ role }));

Deno.test("asked with each launch that waits; those are what the form names", async () => {
  const shown = await show([launch(8, { askedBy: "<b>eve</b>" }), launch(9)]);
  assert.match(said(shown), /Withdraw 2 launches that wait\?/);
  const html = drawn(shown.body);
  assert.match(html, /asked by &lt;b&gt;eve/);
  assert.deepEqual([...html.matchAll(/name="launch" value="(\d+)"/g)].map(([, id]) => id), ["8", "9"]);
  assert.match(html, /<form method="post" action="\/runs\/withdraw" class="sure"><input type="hidden" name="token"/);
  assert.match(said(await show([launch(8)])), /Withdraw 1 launch that waits\?/);
});

Deno.test("nothing waits: no form; who may only look is not asked", async () => {
  assert.doesNotMatch(drawn((await show([])).body), /<form/);
  await assert.rejects(show([launch(8)], "view"), (error: Refusal) => error.status === 403);
});

Deno.test("what names no launch is refused", () => {
  const of = (...ids: string[]) => {
    const form = new FormData();
    for (const id of ids) form.append("launch", id);
    return form;
  };
  assert.deepEqual(withdrawnLaunches(of("8", "9", "8")), [8, 9]);
  for (const wrong of [of(), of("x"), of("-1"), of(...Array.from({ length: 501 }, (_, id) => String(id)))]) {
    assert.throws(() => withdrawnLaunches(wrong), (error: Refusal) => error.status === 400);
  }
});
