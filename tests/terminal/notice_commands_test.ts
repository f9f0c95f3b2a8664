import assert from "node:assert/strict";
import { parseCommand } from "../../src/terminal/commands.ts";

const parse = (line: string) => parseCommand(line.split(" ").filter((word) => word !== ""), { version: "1.2.3" });

Deno.test("the commands about notices and their flags", () => {
  assert.deepEqual(parse("notify test"), { name: "notify", verb: "test" });
  assert.deepEqual(parse("notify status"), { name: "notify", verb: "status", json: false });
  assert.deepEqual(parse("notify status --json"), { name: "notify", verb: "status", json: true });
  assert.deepEqual(parse("mail preview --out a.html"), { name: "mail", verb: "preview", runId: null, out: "a.html" });
  assert.deepEqual(parse("mail preview --run 7 --out b/a.eml"), {
    name: "mail",
    verb: "preview",
    runId: 7,
    out: "b/a.eml",
  });
});

const WRONG: [string, RegExp][] = [
  ["notify", /"notify" wants one of test, status;/],
  ["mail", /"mail" wants one of preview;/],
  ["notify foo", /unknown command "foo";/],
  ["notify tset", /unknown command.*tset/],
  ["notify test --json", /unknown option "--json"/],
  ["mail preview", /--out <file>/],
  ["mail preview --out a.pdf", /"a\.pdf" does not end in \.html, \.txt, \.eml/],
  ["mail preview --run x --out a.txt", /"x" is not the number of a run/],
  ["mail preview --run 0 --out a.txt", /"0" is not the number of a run/],
];

for (const [line, message] of WRONG) {
  Deno.test(`wrong: ${line}`, () => {
    const usage = parse(line);
    assert.ok(usage.name === "usage", JSON.stringify(usage));
    assert.equal(usage.exitCode, 2);
    assert.match(usage.message, message);
  });
}

Deno.test("help names them and explains each", () => {
  const help = (line: string) => {
    const found = parse(line);
    assert.ok(found.name === "print", line);
    return found.text;
  };
  assert.match(help("help"), /notify .*\n[\s\S]*mail /);
  assert.match(help("help notify"), /test[\s\S]*status/);
  assert.match(help("mail preview --help"), /--run <id>[\s\S]*--out <file>/);
});
