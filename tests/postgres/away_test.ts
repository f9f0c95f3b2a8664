/** Is a database that is out of reach told from one that is there and refuses the work? */
import assert from "node:assert/strict";
import { awayOf } from "../../src/postgres/away.ts";
import { openDatabase } from "../../src/postgres/connect.ts";
import { testServer } from "../support/database.ts";

const failing = (code: string, more = {}) => Object.assign(new Error(`failed with ${code}`), { code, ...more });

Deno.test("what comes back by itself, what somebody must mend, and what is not the database's absence", () => {
  for (const code of ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "57P01", "57P03", "08006", "53300"]) {
    assert.deepEqual(awayOf(failing(code)), { reason: "the database does not answer", passes: true }, code);
  }
  assert.equal(awayOf(new Error("Connection terminated unexpectedly"))?.passes, true);
  assert.equal(awayOf(failing("ENOENT", { syscall: "connect" }))?.passes, true);
  for (const code of ["28P01", "28000"]) {
    assert.deepEqual(awayOf(failing(code)), { reason: "the database refuses the user or password", passes: false });
  }
  assert.deepEqual(awayOf(failing("3D000")), { reason: "the database does not exist", passes: false });
  for (const code of ["40001", "40P01", "55P03", "25P03", "57P05", "42501", "42P01", "53100", "ENOENT", "EACCES"]) {
    assert.equal(awayOf(failing(code)), null, code);
  }
  assert.equal(awayOf(new Error("bars are out of order")), null);
  assert.equal(awayOf("57P01"), null);
});

Deno.test("found among the causes, of several addresses too; a chain without end has one", () => {
  const lost = new AggregateError([failing("ECONNREFUSED"), failing("ECONNREFUSED")]);
  assert.equal(awayOf(new Error("Cannot store", { cause: new Error("Cannot reach", { cause: lost }) }))?.passes, true);
  const ring = new Error("a");
  ring.cause = ring;
  assert.equal(awayOf(ring), null);
});

Deno.test("as a real server and the system say it: no such database, no such user, nobody there, no socket", async () => {
  const { url } = await testServer();
  const changed = (change: (to: URL) => void) => {
    const to = new URL(url);
    change(to);
    return to.href;
  };
  const found = async (url: string) =>
    awayOf(await openDatabase({ kind: "server", url, poolSize: 1 }, { onError: () => {} }).catch((error) => error))
      ?.reason;
  assert.equal(await found(changed((to) => to.pathname = "/nowhere")), "the database does not exist");
  const stranger = changed((to) => (to.username = "stranger", to.password = "x"));
  assert.equal(await found(stranger), "the database refuses the user or password");
  assert.equal(await found("postgres://u@127.0.0.1:9/d"), "the database does not answer");
  assert.equal(await found("postgres://u@/d?host=/nowhere"), "the database does not answer");
});
