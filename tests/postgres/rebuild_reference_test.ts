/** Are splits, dividends and listings made anew from the archive what they were? */
import assert from "node:assert/strict";
import { classify } from "../../src/alphavantage/answer.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { archivedReferences, rebuildReference } from "../../src/postgres/rebuild_reference.ts";
import type { Holder } from "../../src/postgres/runs.ts";
import { storeReference } from "../../src/postgres/store_reference.ts";
import type { ReferenceRequest } from "../../src/request.ts";
import { dividend } from "../support/actions.ts";
import { withDatabases } from "../support/database.ts";
import { dividendsBody, listingsBody, splitsBody } from "../support/reference_answers.ts";
import { NOW, startRun } from "../support/stored.ts";

const SPLITS: ReferenceRequest = { form: "SPLITS", symbol: "A" };
const DIVIDENDS: ReferenceRequest = { form: "DIVIDENDS", symbol: "A" };
const LISTED: ReferenceRequest = { form: "LISTING_STATUS active", symbol: null };
const DELISTED: ReferenceRequest = { form: "LISTING_STATUS delisted", symbol: null };

function read(body: string, request: ReferenceRequest) {
  const answer = classify(body, { httpStatus: 200, request });
  if (answer.kind !== "reference") throw new Error(`reads as ${answer.kind}`);
  return answer.document;
}

async function history(db: Database, run: Holder): Promise<void> {
  const tell = (request: ReferenceRequest, body: string, day: number) =>
    storeReference(db, {
      ...run,
      request,
      document: { ...read(body, request), requestId: null, receivedAt: NOW + day * 86_400_000 },
    });
  const split = (...factors: string[]) =>
    splitsBody("A", factors.map((factor, index) => ({ date: `202${index}-01-02`, factor })));
  await tell(SPLITS, split("2", "3"), 0);
  await tell(SPLITS, split("2", "4", "5"), 7);
  await tell(SPLITS, split("2", "4"), 14);
  await tell(DIVIDENDS, dividendsBody("A", [dividend("2024-02-08", "1"), dividend("2024-05-09", "1")]), 0);
  await tell(DIVIDENDS, dividendsBody("A", [dividend("2024-02-08", "1"), dividend("2024-05-09", "1.1")]), 7);
  await tell(LISTED, listingsBody([{ symbol: "A" }, { symbol: "B" }]), 0);
  await tell(LISTED, listingsBody([{ symbol: "A", name: "New" }, { symbol: "C" }]), 7);
  await tell(DELISTED, listingsBody([{ symbol: "B", delistingDate: "2026-03-05" }]), 7);
}

async function tables(db: Database): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const table of ["split", "dividend", "listing"]) {
    const { rows } = await db.pool.query(`select (to_jsonb(t) - 'id')::text as row from ${table} as t order by 1`);
    found[table] = rows.map(({ row }) => row);
  }
  return found;
}

async function rebuildAll(db: Database, run: Holder): Promise<number[]> {
  const signal = new AbortController().signal;
  const told: number[] = [];
  for (const request of await archivedReferences(db)) {
    told.push(await rebuildReference(db, { ...run, request, read, signal }));
  }
  return told;
}

withDatabases("emptied, damaged or left as they are: the same rows again", async (db) => {
  const run = await startRun(db);
  await history(db, run);
  const before = await tables(db);
  assert.deepEqual([before.split!.length, before.dividend!.length, before.listing!.length], [4, 3, 3]);
  assert.deepEqual(await archivedReferences(db), [DIVIDENDS, LISTED, DELISTED, SPLITS]);
  for (
    const harm of [
      "select",
      "delete from split; delete from dividend; delete from listing",
      "update split set factor = 9; update listing set name = 'x'",
    ]
  ) {
    await db.pool.query(harm);
    assert.deepEqual(await rebuildAll(db, run), [2, 1, 1, 3]);
    const after = await tables(db);
    // A row of a list says which answer first said so; only the newest is told again.
    const named = (rows: string[]) => rows.map((row) => row.replace(/"answer_id": \d+/, ""));
    assert.deepEqual([after.split, after.dividend], [before.split, before.dividend], harm);
    assert.deepEqual(named(after.listing!), named(before.listing!), harm);
  }
});

withDatabases("what is older than the kept bodies stays, what is newer is told again", async (db) => {
  const run = await startRun(db);
  await history(db, run);
  const before = await tables(db);
  await db.pool.query(
    `update answer_body set body = null where id = (select body_id from reference_answer where form = 'SPLITS' order by id limit 1)`,
  );
  const signal = new AbortController().signal;
  assert.equal(await rebuildReference(db, { ...run, request: SPLITS, read, signal }), 2);
  assert.deepEqual(await tables(db), before);
  await db.pool.query("update answer_body set body = null");
  assert.deepEqual(await rebuildAll(db, run), [0, 0, 0, 0]);
  assert.deepEqual(await tables(db), before);
});

withDatabases("one that cannot be read any more leaves all as it was", async (db) => {
  const run = await startRun(db);
  await history(db, run);
  const before = await tables(db);
  await db.pool.query("update answer_body set body = 'gone wrong'");
  const signal = new AbortController().signal;
  await assert.rejects(rebuildReference(db, { ...run, request: SPLITS, read, signal }), /reads as malformed/);
  assert.deepEqual(await tables(db), before);
});
