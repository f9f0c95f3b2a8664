import assert from "node:assert/strict";
import { parseCommand } from "../../src/terminal/commands.ts";

const parse = (line: string) => parseCommand(line.split(" "), { version: "1.2.3" });

Deno.test("load, with and without its flags", () => {
  const receivedAt = Date.parse("2019-05-04T08:00Z");
  const one = { name: "load", files: ["a.json"], receivedAt, yes: false, json: false };
  assert.deepEqual(parse("load a.json --received-at 2019-05-04T08:00Z"), one);
  assert.deepEqual(parse("load --received-at 2019-05-04T10:00+02:00 a.json b.json --yes --json"), {
    ...one,
    files: ["a.json", "b.json"],
    yes: true,
    json: true,
  });
});

Deno.test("what cannot be meant", () => {
  const cases: Record<string, RegExp> = {
    "load": /"--received-at <instant>" not specified/,
    "load a.json": /"--received-at <instant>" not specified/,
    "load a.json --received-at 2019-05-04": /"2019-05-04" is not an instant with its zone, as 2019-05-04T08:00Z/,
    "load a.json --received-at 2019-02-30T08:00Z": /is not an instant/,
    "load --received-at 2019-05-04T08:00Z": /missing required argument "files"/,
  };
  for (const [line, message] of Object.entries(cases)) {
    const found = parse(line);
    assert.equal(found.name, "usage", line);
    if (found.name === "usage") assert.match(found.message, message);
  }
});
