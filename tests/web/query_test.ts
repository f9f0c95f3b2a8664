import assert from "node:assert/strict";
import { EVENTS_QUERY, instantOf, levelsFrom, readQuery, RUNS_QUERY } from "../../src/web/query.ts";
import type { Refusal } from "../../src/web/visit.ts";

const runs = (text: string) => readQuery(RUNS_QUERY, new URLSearchParams(text));

Deno.test("what a form leaves empty is not asked for", () => {
  assert.deepEqual(runs("outcome=&symbol=%20&since="), { limit: 50 });
  assert.deepEqual(runs("outcome=failed&symbol=+ibm+&before=7&limit=9"), {
    outcome: "failed",
    symbol: "ibm",
    before: 7,
    limit: 9,
  });
});

Deno.test("what cannot be read is refused by name", () => {
  for (
    const [text, expected] of [["outcome=green", /outcome "green"/], ["since=soon", /since "soon"/], [
      "limit=0",
      /limit "0"/,
    ], ["before=x", /before "x"/]] as const
  ) {
    assert.throws(() => runs(text), (error: Refusal) => error.status === 400 && expected.test(error.message));
  }
  assert.throws(() => readQuery(EVENTS_QUERY, new URLSearchParams("level=loud")), /level "loud"/);
});

Deno.test("an instant without a zone is UTC, whatever the machine's zone", () => {
  const noon = Date.parse("2026-01-02T12:00Z");
  assert.deepEqual(["2026-01-02T12:00", "2026-01-02T12:00Z", "2026-01-02T13:00+01:00"].map(instantOf), [
    noon,
    noon,
    noon,
  ]);
  assert.equal(instantOf("2026-01-02"), Date.parse("2026-01-02T00:00Z"));
  assert.equal(instantOf(undefined), null);
});

Deno.test("a level asks for itself and all that are more severe", () => {
  assert.deepEqual(levelsFrom("warning"), ["warning", "error"]);
  assert.equal(levelsFrom(undefined), null);
});

Deno.test("a NUL, which no text in the database can hold, is refused by the filter's name", () => {
  assert.throws(() => readQuery(EVENTS_QUERY, new URLSearchParams("text=a%00b")), /Cannot read text: it holds a NUL/);
});
