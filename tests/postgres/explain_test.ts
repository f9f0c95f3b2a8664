import assert from "node:assert/strict";
import { explain } from "../../src/postgres/explain.ts";

function failure(message: string, code?: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

Deno.test("a failure of the database says what to do, one of ours stands as it is", () => {
  assert.equal(
    explain(failure("permission denied for table run", "42501")),
    "permission denied for table run (42501: give this user the rights on the tables, or use the user that made them)",
  );
  assert.match(explain(failure("connect ECONNREFUSED 127.0.0.1:5432", "ECONNREFUSED")), /is the server running\?/);
  assert.equal(explain(failure("something new", "XX000")), "something new (XX000)");
  assert.equal(explain(failure("Cannot do it: because")), "Cannot do it: because");
  assert.equal(explain("words"), "words");
});

Deno.test("several addresses tried are told by the first one's code", () => {
  const both = new AggregateError([failure("a", "ECONNREFUSED"), failure("b", "ECONNREFUSED")], "all failed");
  assert.match(explain(both), /^all failed \(ECONNREFUSED/);
});
