import assert from "node:assert/strict";
import fc from "fast-check";
import { instant, plainArray } from "../../src/postgres/values.ts";
import { withDatabases } from "../support/database.ts";

withDatabases("values come back exactly", async (db) => {
  const { rows: [row] } = await db.pool.query(
    `select 9007199254740991::bigint as safe, 1.10::numeric as price, '{1.10,NULL,0.98765432109876543}'::numeric[] as prices,
       '2026-03-02T09:30:00.123Z'::timestamptz as at, null::timestamptz as never, '2026-03-02'::date as date,
       '1965-06-01T00:00Z'::timestamptz as old, true as yes, '{a,"b c"}'::text[] as texts`,
  );
  assert.deepEqual(row, {
    safe: 9007199254740991,
    price: "1.10",
    prices: ["1.10", null, "0.98765432109876543"],
    at: Date.parse("2026-03-02T09:30:00.123Z"),
    never: null,
    date: "2026-03-02",
    old: Date.parse("1965-06-01T00:00Z"),
    yes: true,
    texts: ["a", "b c"],
  });
  await assert.rejects(db.pool.query("select 9007199254740993::bigint"), {
    message: 'Cannot read "9007199254740993" as a number: select it as text',
  });
});

withDatabases("an instant is the same in every session zone", async (db) => {
  const client = await db.pool.connect();
  try {
    await client.query("set timezone = 'America/New_York'");
    const at = Date.parse("2026-03-08T06:59:59.999Z");
    assert.deepEqual((await client.query("select $1::timestamptz as at", [instant(at)])).rows, [{ at }]);
  } finally {
    await client.query("set timezone = 'UTC'");
    client.release();
  }
});

withDatabases("a plain array arrives as it was", async (db) => {
  const decimal = fc.tuple(fc.nat(), fc.nat()).map(([whole, fraction]) => `${whole}.${fraction}`);
  const value = fc.option(decimal, { nil: null });
  await fc.assert(
    fc.asyncProperty(fc.array(value), async (values) => {
      const { rows } = await db.pool.query("select $1::text::numeric[] as back", [plainArray(values)]);
      assert.deepEqual(rows[0].back, values);
    }),
    { numRuns: 50 },
  );
});

Deno.test("plainArray refuses what would need quotes", () => {
  assert.equal(plainArray([]), "{}");
  assert.equal(plainArray(["1", null, true]), "{1,NULL,true}");
  for (const value of ["1,2", '"', "a b", "{", "}", "\\", "\n"]) {
    assert.throws(() => plainArray([value]), RangeError, JSON.stringify(value));
  }
});
