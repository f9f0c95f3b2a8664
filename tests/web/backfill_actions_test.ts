/** Do the forms about backfills do what the commands do, and come back with what was refused? */
import assert from "node:assert/strict";
import { Refused } from "../../src/refused.ts";
import { backfillActions, type BackfillSteps } from "../../src/web/backfill_actions.ts";
import { backfill } from "../support/backfill.ts";
import { reads, visit } from "../support/page.ts";

function at(change: Partial<BackfillSteps> = {}) {
  const did: unknown[] = [];
  const steps: BackfillSteps = {
    start: (by, wish) => Promise.resolve((did.push(["start", by, wish]), backfill(4))),
    pause: (by, id) => Promise.resolve((did.push(["pause", by, id]), backfill(id))),
    resume: (by, id) => Promise.resolve((did.push(["resume", by, id]), backfill(id))),
    cancel: (by, id) => Promise.resolve((did.push(["cancel", by, id]), backfill(id))),
    ...change,
  };
  const actions = backfillActions(steps, reads().launch);
  const post = (path: string, fields: Record<string, string> = {}, id = "4") => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return actions.find((action) => action.path === path)!.act(visit({ params: { id } }), form);
  };
  return { did, post };
}

Deno.test("a range of dates begins one", async () => {
  const { did, post } = at();
  const asked = { symbols: "IBM", intervals: "1min", from: "2004-01-01", note: "why" };
  assert.deepEqual(await post("/backfills", asked), { to: "/backfills/4", said: "Backfill 4 has begun." });
  assert.deepEqual(did, [["start", "the page", {
    series: [{ symbol: "IBM", interval: "1min" }],
    from: "2004-01-01",
    to: null,
    note: "why",
  }]]);
});

Deno.test("what is wrong leads back to the form, filled in", async () => {
  const { did, post } = at();
  const wrong: Record<string, string>[] = [
    { symbols: "IBM" },
    { symbols: "I BM!", from: "2004-01-01" },
    { from: "2004-13-01" },
  ];
  for (const fields of wrong) {
    const { to, said } = await post("/backfills", fields);
    assert.match(to, /^\/launch\?/);
    assert.match(said, /^Not begun: /);
  }
  assert.deepEqual(did, []);
  const refused = at({ start: () => Promise.reject(new Refused("invalid", "Cannot backfill: not so")) });
  assert.equal((await refused.post("/backfills", { from: "2004-01-01" })).said, "Cannot backfill: not so");
});

Deno.test("pause, resume and cancel", async () => {
  const { did, post } = at();
  for (const step of ["pause", "resume", "cancel"]) {
    assert.equal((await post(`/backfills/:id/${step}`)).to, "/backfills/4");
  }
  assert.deepEqual(did, [["pause", "the page", 4], ["resume", "the page", 4], ["cancel", "the page", 4]]);
  const refused = at({
    pause: () => Promise.reject(new Refused("conflict", "Cannot pause backfill 4: it is complete")),
  });
  assert.deepEqual(await refused.post("/backfills/:id/pause"), {
    to: "/backfills/4",
    said: "Cannot pause backfill 4: it is complete",
  });
  const gone = at({ pause: () => Promise.reject(new Refused("unknown", "none")) });
  assert.equal((await gone.post("/backfills/:id/pause")).to, "/backfills");
  await assert.rejects(async () => await post("/backfills/:id/pause", {}, "x"), /it is not a number/);
  const broken = at({ pause: () => Promise.reject(new Error("boom")) });
  await assert.rejects(async () => await broken.post("/backfills/:id/pause"), /boom/);
});
