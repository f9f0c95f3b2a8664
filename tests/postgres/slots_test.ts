/** Are bars counted where they lie, the end of a slot left out? */
import assert from "node:assert/strict";
import { barsIn, barsOfMany, slotsHeld } from "../../src/postgres/slots.ts";
import { serverDatabase, withDatabases } from "../support/database.ts";
import { bar, IBM, startRun, store } from "../support/stored.ts";

withDatabases("bars of each slot, none of between them", async (db) => {
  const bars = ["14:30", "15:00", "15:25", "15:30", "17:00"].map((time) => bar(`2026-03-02T${time}Z`, "1"));
  await store(db, await startRun(db), { bars });
  const at = (time: string) => Date.parse(`2026-03-02T${time}Z`);
  const slots = [
    { from: at("14:00"), to: at("14:30") },
    { from: at("14:30"), to: at("15:00") },
    { from: at("15:00"), to: at("15:20") },
    { from: at("15:30"), to: at("17:00") },
  ];
  assert.deepEqual(await barsIn(db, IBM, slots), [0, 1, 1, 1]);
  assert.deepEqual(await barsIn(db, { ...IBM, symbol: "MSFT" }, slots), [0, 0, 0, 0]);
  assert.deepEqual(await barsIn(db, IBM, []), []);
  assert.deepEqual(await slotsHeld(db, IBM, slots), [false, true, true, true]);
  assert.deepEqual(await slotsHeld(db, { ...IBM, symbol: "MSFT" }, slots), [false, false, false, false]);
  assert.deepEqual(await slotsHeld(db, IBM, []), []);
});

withDatabases("more slots than are looked up at once keep their order", async (db) => {
  const [first, day] = [Date.parse("2026-01-01"), 86_400_000];
  const held = [0, 999, 1_000, 1_001, 2_499];
  const bars = held.map((place) => bar(new Date(first + place * day).toISOString(), "1"));
  await store(db, await startRun(db), { bars });
  const slots = Array.from({ length: 2_500 }, (_, place) => ({
    from: first + place * day,
    to: first + (place + 1) * day,
  }));
  const found = await slotsHeld(db, IBM, slots);
  assert.deepEqual(found.flatMap((is, place) => is ? [place] : []), held);
});

Deno.test("what lies in the slots does not matter, only how many there are: each is a probe", async () => {
  await using at = await serverDatabase();
  const { pool } = at.db;
  await pool.query(
    `insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
     select 'IBM', '30min', '2026-01-01'::timestamptz + i * interval '1 minute', 1, 1, 1, 1, 1, true
     from generate_series(1, 200000) as i`,
  );
  await pool.query("analyze stock_data");
  const [first, day] = [Date.parse("2026-01-01"), 86_400_000];
  const slots = Array.from(
    { length: 130 },
    (_, place) => ({ from: first + place * day, to: first + (place + 1) * day }),
  );
  const read = async () => {
    await pool.query("select pg_stat_force_next_flush()");
    const { rows: [row] } = await pool.query(
      "select idx_tup_read::int as read from pg_stat_user_indexes where indexrelname = 'stock_data_pkey'",
    );
    return Number(row.read);
  };
  const client = await pool.connect();
  try {
    const before = await read();
    await slotsHeld({ ...at.db, pool: { query: client.query.bind(client) } as unknown as typeof pool }, IBM, slots);
    await client.query("select pg_stat_force_next_flush()");
    const seen = await read() - before;
    assert.ok(seen >= 130 && seen < 1_000, `${seen} index entries for 130 slots of 1,440 bars`);
  } finally {
    client.release();
  }
});

withDatabases("of many symbols at once, each its own; other intervals and symbols left out", async (db) => {
  const run = await startRun(db);
  const daily = (symbol: string) => ({ symbol, interval: "daily" as const });
  await store(db, run, { series: daily("A"), bars: [bar("2026-03-02", "1"), bar("2026-03-04", "1")] });
  await store(db, run, { series: daily("B"), bars: [bar("2026-03-03", "1"), bar("2026-03-08", "1")] });
  await store(db, run, { series: daily("C"), bars: [bar("2026-03-02", "1")] });
  await store(db, run, { series: { symbol: "A", interval: "weekly" }, bars: [bar("2026-03-03", "1")] });
  const slots = [2, 3, 4].map((day) => ({ from: Date.UTC(2026, 2, day), to: Date.UTC(2026, 2, day + 1) }));
  const found = await barsOfMany(db, { symbols: ["A", "B", "Z"], interval: "daily" }, slots);
  assert.deepEqual([...found].toSorted(), [["A", [1, 0, 1]], ["B", [0, 1, 0]]]);
  assert.equal((await barsOfMany(db, { symbols: ["A"], interval: "daily" }, [])).size, 0);
});
