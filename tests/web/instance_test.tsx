/** Does the page say above everything what is wrong, and show no part that is not there? */
import assert from "node:assert/strict";
import { type InstanceFacts, instancePage } from "../../src/web/instance.tsx";
import { said } from "../support/draw.tsx";
import { instanceFacts, NOW, reads, visit } from "../support/page.ts";

const alive = {
  name: "scheduler",
  owner: "vm:1:abc",
  startedAt: NOW - 3_600_000,
  beatAt: NOW - 8_000,
  doing: "waits",
  error: null,
};
const at = async (change: Partial<InstanceFacts> = {}, query = "") => {
  const asked: unknown[] = [];
  const { ledger } = reads().instance;
  const page = instancePage({
    instance: () => Promise.resolve(instanceFacts({ heartbeats: [alive], ...change })),
    ledger: (range) => (asked.push(range), ledger(range)),
  });
  return { text: said(await page(visit({ query: new URLSearchParams(query) }))), asked };
};

Deno.test("all is well: in a sentence, then what is running here", async () => {
  const { text } = await at();
  assert.match(text, /Every part is alive; the database answers in 2 ms; the vendor was never asked\./);
  assert.match(
    text,
    /Version 1\.2\.3 Commit 0123456789ab Up for 1 h, since 2026-11-22 13:00 UTC Runs on Deno 2 on linux/,
  );
  assert.match(
    text,
    /Database PostgreSQL server 17\.2 Where localhost:5432\/stocks Size on disk 12\.3 MB Schema 1 migration/,
  );
});

Deno.test("what is wrong comes first", async () => {
  const vendor = { at: NOW, kind: "daily-limit", httpStatus: 200, message: null };
  const connections = { ...instanceFacts().connections, vendor };
  assert.match(
    (await at({ heartbeats: [], connections })).text,
    /No scheduler has shown itself.*last answer was daily limit\./,
  );
  const error = { message: "it broke", at: NOW };
  assert.match((await at({ heartbeats: [{ ...alive, error }] })).text, /The scheduler last failed; /);
});

Deno.test("the ledger is asked for the page of the address, with one more to know of older ones", async () => {
  assert.deepEqual((await at({}, "before=70&limit=10")).asked, [{ before: 70, limit: 11 }]);
});
