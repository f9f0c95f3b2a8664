import assert from "node:assert/strict";
import { openDatabase } from "../../src/postgres/connect.ts";
import { connectError, connectionUrls } from "../../src/postgres/server.ts";
import { query, transaction } from "../../src/postgres/transaction.ts";
import { serverDatabase } from "../support/database.ts";
import { startProxy } from "../support/proxy.ts";

const open = (url: string) => openDatabase({ kind: "server", url, poolSize: 2 }, { onError: () => {} });
const modesOf = (url: string) =>
  connectionUrls(url).attempts.map((attempt) => new URL(attempt).searchParams.get("sslmode"));

Deno.test("sslmode means what it means to libpq", () => {
  const remote = "postgres://u:p@db.example.org/x";
  assert.deepEqual(modesOf(remote), ["prefer", "disable"]);
  assert.deepEqual(modesOf(`${remote}?sslmode=prefer`), ["prefer", "disable"]);
  assert.deepEqual(modesOf(`${remote}?sslmode=allow`), ["prefer", "disable"]);
  for (const mode of ["disable", "require", "verify-full"]) {
    assert.deepEqual(modesOf(`${remote}?sslmode=${mode}`), [mode]);
  }
  for (const local of ["localhost", "127.0.0.1", "[::1]"]) {
    assert.deepEqual(modesOf(`postgres://u:p@${local}/x`), ["disable"], local);
  }
  assert.deepEqual(modesOf("postgres://u:p@localhost/x?sslmode=require"), ["require"]);
  // Without this word the driver takes "require" for "verify-full".
  assert.match(connectionUrls(`${remote}?sslmode=require`).attempts[0]!, /[?&]uselibpqcompat=true/);
  assert.throws(() => connectionUrls(`${remote}?sslmode=yes`), {
    message: 'Cannot use the database URL: sslmode is "yes", not one of libpq\'s',
  });
  assert.throws(() => connectionUrls(`${remote}?sslmode=verify-ca`), /"verify-ca" needs sslrootcert/);
});

Deno.test("the rest of the URL is left as it is", () => {
  const { target, attempts: [attempt] } = connectionUrls(
    "postgresql://us%40er:p%2Fw@db.example.org:6432/my%20db?sslmode=require&sslrootcert=system&options=-c%20search_path%3Dx",
  );
  assert.deepEqual(target, { host: "db.example.org", port: 6432, database: "my db", user: "us@er" });
  const parameters = new URL(attempt!).searchParams;
  assert.equal(parameters.get("options"), "-c search_path=x");
  assert.equal(parameters.has("sslrootcert"), false);
  assert.deepEqual(connectionUrls("postgres://u@/x?host=/run/postgresql").target.host, "/run/postgresql");
});

Deno.test("a URL that cannot be read is not quoted, its password never shown", () => {
  for (
    const url of ["postgres://u:hunter2@h:port/x", "mysql://u:hunter2@h/x", "hunter2", "postgres://u:hunter2/@h#/x"]
  ) {
    assert.throws(() => connectionUrls(url), (error: Error) => {
      assert.match(error.message, /^Cannot use the database URL: it does not read like/);
      assert.doesNotMatch(Deno.inspect(error), /hunter2/, url);
      return true;
    });
  }
  assert.throws(() => connectionUrls("postgres://u:hunter2@h/x?sslmode=verify-full&sslrootcert=/no/such.pem"), {
    message: 'Cannot use the database URL: "/no/such.pem" cannot be read (ENOENT)',
  });
});

Deno.test("an error says where, as whom, what was found and what to do", () => {
  const target = { host: "db", port: 5432, database: "stocks", user: "etl" };
  const told = (code: string | undefined, message = "driver's words") =>
    connectError(Object.assign(new Error(message), { code }), target).message;
  const start = 'Cannot connect to PostgreSQL at "db:5432/stocks" as "etl": ';
  assert.match(told("28P01"), /refused the user or password \(28P01.*check them in DATABASE_URL/);
  assert.match(told("3D000"), /does not exist \(3D000\); create it: createdb -h db -p 5432 "stocks"/);
  assert.match(told("53300"), /max_connections/);
  assert.match(told("57P03"), /not ready/);
  assert.match(told("ECONNREFUSED"), /nothing listens there/);
  assert.match(told("ENOTFOUND"), /host name is unknown/);
  assert.match(told("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate"), /sslrootcert, or sslmode=require/);
  assert.match(told(undefined, "timeout expired"), /no answer within 10 s/);
  assert.match(told("XX000"), /driver's words \(XX000\)/);
  for (const code of ["28P01", "3D000", "ECONNREFUSED", undefined]) assert.ok(told(code).startsWith(start), `${code}`);
});

Deno.test("real failures: nobody listens, no such database, no TLS there (server)", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assert.rejects(open(`postgres://u:hunter2@127.0.0.1:${port}/x`), (error: Error) => {
    assert.match(error.message, /nothing listens there \(ECONNREFUSED\)/);
    assert.doesNotMatch(Deno.inspect(error), /hunter2/);
    return true;
  });

  await using at = await serverDatabase();
  const missing = new URL(at.url);
  missing.pathname = "/no_such_database";
  await assert.rejects(open(missing.href), /the database does not exist \(3D000\)/);
});

Deno.test("a server without TLS: preferred falls back, required refuses", async () => {
  // All a client sees of such a server: the answer N to its question for TLS, then the connection in the clear.
  await using at = await serverDatabase();
  const { rows: [{ ssl }] } = await at.db.pool.query("select current_setting('ssl') as ssl");
  const url = new URL(at.url);
  url.searchParams.set("sslmode", "prefer");
  const db = await open(url.href);
  assert.equal((await db.pool.query("select 1")).rowCount, 1);
  await db.close();
  url.searchParams.set("sslmode", "require");
  if (ssl === "off") await assert.rejects(open(url.href), /does not speak TLS; use sslmode=disable/);
  else await (await open(url.href)).close();
});

Deno.test("a session is in UTC with its limits, a statement beyond them ends (server)", async () => {
  await using at = await serverDatabase();
  const { rows: [row] } = await at.db.pool.query(
    `select current_setting('timezone') as timezone, current_setting('statement_timeout') as statement,
       current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle,
       current_setting('application_name') as name`,
  );
  assert.deepEqual(row, { timezone: "UTC", statement: "1min", lock: "15s", idle: "10s", name: "stocks-etl" });
  assert.equal(at.db.describe, `${new URL(at.url).host}${new URL(at.url).pathname}`);
  await at.db.close();
  await at.db.close();
});

/** The database behind a proxy, with limits of a second. */
async function behindProxy(url: string) {
  const behind = new URL(url);
  const proxy = await startProxy({ host: behind.hostname, port: Number(behind.port) });
  behind.port = String(proxy.port);
  const config = { kind: "server", url: behind.href, poolSize: 2, timeoutMs: 1_000 } as const;
  const db = await openDatabase(config, { onError: () => {} });
  return { proxy, db };
}

Deno.test("a connection cut in silence is noticed, idle or in the middle of a transaction, and the work done on another", async () => {
  await using at = await serverDatabase();
  const { proxy, db } = await behindProxy(at.url);
  await using _proxy = proxy;
  try {
    proxy.silence();
    const started = Date.now();
    assert.deepEqual(await query(db, "select 1 as one"), [{ one: 1 }]);
    const attempts: number[] = [];
    const done = await transaction(db, async (client, attempt) => {
      attempts.push(attempt);
      await client.query("create table half (open int)");
      if (attempt === 1) proxy.silence();
      await client.query("insert into half values (1)");
      return (await client.query("select open from half")).rows;
    });
    assert.ok(attempts.length > 1);
    assert.deepEqual(done, [{ open: 1 }], "what the cut connection began is gone");
    assert.ok(Date.now() - started < 20_000, "every wait has a limit");
  } finally {
    await db.close();
  }
});

Deno.test("a server that is silent for good is given up in bounded time", async () => {
  await using at = await serverDatabase();
  const { proxy, db } = await behindProxy(at.url);
  await using _proxy = proxy;
  try {
    proxy.silence({ all: true });
    const started = Date.now();
    const backoff = { baseMs: 10, capMs: 10, attempts: 3 };
    await assert.rejects(transaction(db, (client) => client.query("select 1"), { backoff }), /timeout/i);
    assert.ok(Date.now() - started < 20_000, "every wait has a limit");
  } finally {
    await db.close();
  }
});

Deno.test("a statement that never ends is ended by the server, and the connection is as good as before", async () => {
  await using at = await serverDatabase();
  const { proxy, db } = await behindProxy(at.url);
  await using _proxy = proxy;
  try {
    await assert.rejects(query(db, "select pg_sleep(3600)"), { code: "57014" });
    assert.deepEqual(await query(db, "select 1 as one"), [{ one: 1 }]);
  } finally {
    await db.close();
  }
});
