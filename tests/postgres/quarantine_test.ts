import assert from "node:assert/strict";
import type { Reject } from "../../src/bar.ts";
import { withDatabases } from "../support/database.ts";
import { countsOf, nextRun, NOW, startRun, store } from "../support/stored.ts";

withDatabases("the same bad row is kept once and counted each time it comes", async (db) => {
  const first = await startRun(db);
  const rejects: Reject[] = [
    { stamp: "2026-03-02 09:30:00", rule: "high-below-low", raw: { "2. high": "1", "3. low": "2" } },
    { stamp: "2026-03-02 09:30:00", rule: "future", raw: { "2. high": "1", "3. low": "2" } },
    { stamp: "2026-03-02 09:30:00", rule: "high-below-low", raw: { "2. high": "1", "3. low": "3" } },
  ];
  assert.equal(countsOf(await store(db, first, { rejects: [...rejects, rejects[0]!] })), "0 0 0 0 4");
  const second = await nextRun(db, first);
  assert.equal(countsOf(await store(db, second, { rejects: [rejects[0]!], now: NOW + 1_000 })), "0 0 0 0 1");
  const { rows } = await db.pool.query(
    "select rule, raw, times, first_seen_at as first, last_seen_at as last, run_id as run from quarantine order by rule, raw",
  );
  const once = { first: NOW, last: NOW, run: first.runId, times: 1 };
  assert.deepEqual(rows, [
    { ...once, rule: "future", raw: '{"2. high":"1","3. low":"2"}' },
    {
      rule: "high-below-low",
      raw: '{"2. high":"1","3. low":"2"}',
      first: NOW,
      last: NOW + 1_000,
      run: second.runId,
      times: 3,
    },
    { ...once, rule: "high-below-low", raw: '{"2. high":"1","3. low":"3"}' },
  ]);
});

withDatabases("rows of any shape are kept: huge, with NUL, quotes, braces, nothing at all", async (db) => {
  const run = await startRun(db);
  // Random, because the index compresses what repeats.
  const huge = Array.from(crypto.getRandomValues(new Uint8Array(20_000)), (byte) => byte.toString(36)).join("");
  const raws: unknown[] = [undefined, null, "a\0b", 'x"{},\\', [1, "ü"], { deep: { er: [] } }, huge];
  const rejects = raws.map((raw, i): Reject => ({ stamp: i === 6 ? huge : `\0${i}`, rule: "bad-row", raw }));
  await store(db, run, { rejects });
  const { rows } = await db.pool.query("select stamp, raw from quarantine order by id");
  const kept = new Map(rows.map(({ stamp, raw }) => [stamp, raw]));
  assert.equal(kept.get("\\01"), "null");
  assert.equal(kept.get("\\02"), '"a\\u0000b"');
  assert.equal(kept.get("\\03"), JSON.stringify('x"{},\\'));
  assert.equal(kept.get("\\05"), '{"deep":{"er":[]}}');
  assert.equal(kept.get(huge), JSON.stringify(huge));
  assert.equal(kept.size, raws.length);
});
