/** Does each form about runs do what its command does, lead on to what came of it, and tell what was refused? */
import assert from "node:assert/strict";
import { Refused } from "../../src/refused.ts";
import { launchActions, placeOf, type RunSteps, visitorName } from "../../src/web/launch_actions.ts";
import type { Refusal } from "../../src/web/visit.ts";
import { launch, reads, visit } from "../support/page.ts";

function at(change: Partial<RunSteps> = {}) {
  const done: unknown[] = [];
  const steps: RunSteps = {
    launch: (by, wish) => Promise.resolve((done.push(["launch", by, wish]), launch(7))),
    withdraw: (by, id) => Promise.resolve((done.push(["withdraw", by, id]), launch(id, { state: "withdrawn" }))),
    cancel: (by, id, options) => Promise.resolve(void done.push(["cancel", by, id, options])),
    forget: (by, id) => Promise.resolve(void done.push(["forget", by, id])),
    ...change,
  };
  const actions = launchActions(steps, reads().launch);
  const post = async (path: string, fields: string, params: Record<string, string> = {}) => {
    const form = new FormData();
    for (const [name, value] of new URLSearchParams(fields)) form.append(name, value);
    return await actions.find((action) => action.path === path)!.act(visit({ params }), form);
  };
  return { done, post };
}

const refuse = (message: string) => () => Promise.reject(new Refused("conflict", message));

Deno.test("a launch leads to its run, or to its place in the queue", async () => {
  const { done, post } = at();
  assert.deepEqual(await post("/runs", "symbols=ibm&intervals=daily&force=yes&note=why"), {
    to: "/launch/7",
    said: "Launch 7 is queued.",
  });
  const series = [{ symbol: "IBM", interval: "daily" }];
  assert.deepEqual(done, [["launch", "the page", { series, of: null, force: true, note: "why" }]]);
  const begun = launch(7, { state: "running", runs: [{ id: 13, outcome: null }] });
  assert.deepEqual(placeOf(begun), { to: "/runs/13", said: "Launch 7 has begun: this is its run." });
});

Deno.test("a form that is wrong, or refused, comes back as it was filled in", async () => {
  const wrong = at();
  assert.deepEqual(await wrong.post("/runs", "symbols=T%24LA&note=why"), {
    to: "/launch?symbols=T%24LA&note=why",
    said: "Not launched: see what is said beside the fields.",
  });
  assert.deepEqual(wrong.done, []);
  const full = at({ launch: refuse("Cannot queue a launch: 100 wait already") });
  assert.deepEqual(await full.post("/runs", "force=yes"), {
    to: "/launch?force=yes",
    said: "Cannot queue a launch: 100 wait already",
  });
  const broken = at({ launch: () => Promise.reject(new Error("no database")) });
  await assert.rejects(broken.post("/runs", ""), /no database/);
});

Deno.test("withdrawn, or why it cannot be", async () => {
  const { done, post } = at();
  const path = "/launch/:id/withdraw";
  assert.deepEqual(await post(path, "", { id: "7" }), { to: "/launch/7", said: "Launch 7 is withdrawn." });
  assert.deepEqual(done, [["withdraw", "the page", 7]]);
  const late = at({ withdraw: refuse("run 9 of it is at work; cancel that") });
  assert.match((await late.post(path, "", { id: "7" })).said, /run 9 of it is at work/);
});

Deno.test("one run or several: each is done, what is refused is told, the others are done all the same", async () => {
  const { done, post } = at({
    forget: (_, id) => id === 2 ? refuse("Cannot forget run 2: it is at work")() : Promise.resolve(),
  });
  assert.deepEqual(await post("/runs/cancel", "run=5&force=yes"), {
    to: "/runs/5",
    said: "1 run asked to end: it obeys within seconds.",
  });
  assert.deepEqual(done.splice(0), [["cancel", "the page", 5, { force: true }]]);
  assert.deepEqual(await post("/runs/forget", "run=1&run=2&run=3"), {
    to: "/runs",
    said: "2 runs forgotten; bars and the ledger of requests stay. Cannot forget run 2: it is at work",
  });
  assert.deepEqual(await post("/runs/again", "run=4&run=5&do=again-failed"), {
    to: "/runs?outcome=queued",
    said: "2 runs launched again.",
  });
  const again = (runId: number) => ({ series: null, of: { runId, again: "failed" }, force: false, note: null });
  assert.deepEqual(done.splice(0), [["launch", "the page", again(4)], ["launch", "the page", again(5)]]);
  await assert.rejects(post("/runs/cancel", ""), (error: Refusal) => error.status === 400);
});

Deno.test("who did it is told from how they came", () => {
  assert.equal(visitorName({ by: "open", role: "operate" }), "the page");
  assert.equal(visitorName({ by: "session", role: "operate" }), "a log-in to operate (page)");
  assert.equal(visitorName({ by: "bearer", role: "operate" }), "a program (API)");
});

Deno.test("the queue is withdrawn launch by launch; one that has begun meanwhile is told and keeps none back", async () => {
  const { done, post } = at();
  assert.deepEqual(await post("/runs/withdraw", "launch=8&launch=9"), {
    to: "/runs?outcome=queued",
    said: "2 launches withdrawn.",
  });
  assert.deepEqual(done, [["withdraw", "the page", 8], ["withdraw", "the page", 9]]);
  const begun = at({
    withdraw: (_, id) =>
      id === 8
        ? refuse("Cannot withdraw launch 8: run 3 of it is at work; cancel that")()
        : Promise.resolve(launch(id)),
  });
  assert.equal(
    (await begun.post("/runs/withdraw", "launch=8&launch=9")).said,
    "1 launch withdrawn. Cannot withdraw launch 8: run 3 of it is at work; cancel that",
  );
});
