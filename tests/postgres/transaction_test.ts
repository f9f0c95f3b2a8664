import assert from "node:assert/strict";
import { openDatabase } from "../../src/postgres/connect.ts";
import { isTransient, query, transaction } from "../../src/postgres/transaction.ts";
import { serverDatabase, withDatabases } from "../support/database.ts";
import { bar, countsOf, IBM, startRun, store, stored } from "../support/stored.ts";
import { losingOnce } from "../support/lossy.ts";

const QUICK = { baseMs: 1, capMs: 1, attempts: 4 };
const failing = (code: string) => Object.assign(new Error(`failed with ${code}`), { code });

Deno.test("isTransient tells what another attempt may mend", () => {
  for (const code of ["40001", "40P01", "55P03", "57P01", "57P02", "57P03", "08006", "08P01", "53300", "25P03"]) {
    assert.ok(isTransient(failing(code)), code);
  }
  for (const code of ["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND"]) {
    assert.ok(isTransient(failing(code)), code);
  }
  for (const code of ["23505", "23514", "22P02", "42P01", "57014", "28P01", "3D000", "53100"]) {
    assert.ok(!isTransient(failing(code)), code);
  }
  assert.ok(isTransient(new Error("Connection terminated unexpectedly")));
  assert.ok(isTransient(new Error("timeout exceeded when trying to connect")));
  assert.ok(isTransient(new AggregateError([failing("ECONNREFUSED"), failing("ECONNREFUSED")])));
  assert.ok(!isTransient(new Error("bars are out of order")));
  assert.ok(!isTransient("57P01"));
});

withDatabases("a transient failure runs the whole work again, a bounded number of times", async (db) => {
  const attempts: number[] = [];
  const answer = await transaction(db, async (client, attempt) => {
    attempts.push(attempt);
    await client.query("insert into schedule values ('s', '* * * * *', 'UTC', now(), null, now())");
    if (attempt < 3) throw failing("40001");
    return "done";
  }, { backoff: QUICK });
  assert.equal(answer, "done");
  assert.deepEqual(attempts, [1, 2, 3]);
  assert.equal((await db.pool.query("select from schedule")).rowCount, 1);

  attempts.length = 0;
  const hopeless = transaction(db, (_, attempt) => {
    attempts.push(attempt);
    return Promise.reject(failing("40001"));
  }, { backoff: QUICK });
  await assert.rejects(hopeless, { code: "40001" });
  assert.deepEqual(attempts, [1, 2, 3, 4]);
});

withDatabases("any other failure goes out at once, leaves nothing behind and the connection usable", async (db) => {
  let attempts = 0;
  const work = transaction(db, async (client) => {
    attempts++;
    await client.query("insert into schedule values ('s', '* * * * *', 'UTC', now(), null, now())");
    await client.query("select 1 / 0");
  });
  await assert.rejects(work, { code: "22012" });
  assert.equal(attempts, 1);
  assert.deepEqual(await query(db, "select name from schedule"), []);
});

withDatabases("an aborted signal ends the retries", async (db) => {
  const stop = new AbortController();
  const work = transaction(db, () => {
    stop.abort();
    return Promise.reject(failing("57P03"));
  }, { signal: stop.signal, backoff: { ...QUICK, baseMs: 60_000, capMs: 60_000 } });
  await assert.rejects(work, { code: "57P03" });
});

Deno.test("a server that ends the connection in the middle of a store: tried again, stored once (server)", async () => {
  await using at = await serverDatabase();
  const run = await startRun(at.db);
  await at.db.pool.query(`
    create sequence blow;
    create function die() returns trigger language plpgsql as $$ begin
      -- A sequence is not rolled back: only the first attempt dies.
      if nextval('blow') = 1 then perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(5); end if;
      return null;
    end $$;
    create trigger die after insert on series_result execute function die()`);
  const result = await store(at.db, run, { bars: [bar("2026-03-02T14:30Z", "1")] });
  assert.equal(countsOf(result), "1 0 0 0 0");
  assert.deepEqual(await stored(at.db, "30min"), ["2026-03-02T14:30 1"]);
  assert.equal((await at.db.pool.query("select last_value from blow")).rows[0].last_value, 2);
});

Deno.test("a connection that dies between two statements does not end the process (server)", async () => {
  await using at = await serverDatabase();
  const attempts = await transaction(at.db, async (client, attempt) => {
    if (attempt === 1) {
      const { rows: [{ pid }] } = await client.query("select pg_backend_pid() as pid");
      const ended = new Promise<void>((resolve) => client.once("end", () => resolve()));
      await at.db.pool.query("select pg_terminate_backend($1)", [pid]);
      await ended;
    }
    await client.query("select 1");
    return attempt;
  });
  assert.equal(attempts, 2);
});

for (const statement of [/^begin/, /insert into series_result/, /^commit/]) {
  for (const after of [false, true]) {
    withDatabases(
      `a connection lost ${after ? "after" : "before"} ${statement}: stored once, counted once`,
      async (db) => {
        const run = await startRun(db);
        const bars = [bar("2026-03-02T14:30Z", "1"), bar("2026-03-02T15:00Z", "2", { settled: false })];
        const rejects = [{ stamp: "?", rule: "bad-stamp", raw: null } as const];
        const result = await store(losingOnce(db, { statement, after }), run, { bars, rejects });
        assert.equal(countsOf(result), "1 0 0 1 1");
        assert.equal(result.requests, 1);
        assert.deepEqual(result.series, IBM);
        const { rows } = await db.pool.query("select requests, inserted, provisional, quarantined from series_result");
        assert.deepEqual(rows, [{ requests: 1, inserted: 1, provisional: 1, quarantined: 1 }]);
        assert.deepEqual((await db.pool.query("select times from quarantine")).rows, [{ times: 1 }]);
      },
    );
  }
}

Deno.test("connections ended while idle are reported and replaced (server)", async () => {
  await using at = await serverDatabase();
  const told = Promise.withResolvers<Error>();
  const other = await openDatabase(at.config, { onError: told.resolve });
  try {
    const { rows: [{ pid }] } = await other.pool.query("select pg_backend_pid() as pid");
    await at.db.pool.query("select pg_terminate_backend($1)", [pid]);
    assert.match((await told.promise).message, /terminat/);
    assert.deepEqual(await query(other, "select 1 as one"), [{ one: 1 }]);
  } finally {
    await other.close();
  }
});
