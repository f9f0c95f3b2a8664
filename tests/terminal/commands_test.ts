import assert from "node:assert/strict";
import { parseCommand } from "../../src/terminal/commands.ts";

const parse = (line: string) => parseCommand(line === "" ? [] : line.split(" "), { version: "1.2.3" });
const all = { symbols: null, intervals: null };

Deno.test("every command, with and without its flags", () => {
  assert.deepEqual(parse("run"), { name: "run", selection: all, force: false, quiet: false });
  assert.deepEqual(parse("run -q --symbols ibm,MSFT --intervals=daily"), {
    name: "run",
    selection: { symbols: ["IBM", "MSFT"], intervals: ["daily"] },
    force: false,
    quiet: true,
  });
  assert.deepEqual(parse("serve --port 8080 --host 0.0.0.0"), { name: "serve", host: "0.0.0.0", port: 8080 });
  assert.deepEqual(parse("plan --json"), { name: "plan", selection: all, force: false, json: true });
  assert.deepEqual(parse("run --force"), { name: "run", selection: all, force: true, quiet: false });
  assert.deepEqual(parse("plan --force"), { name: "plan", selection: all, force: true, json: false });
  assert.deepEqual(parse("status"), { name: "status", selection: all, json: false });
  assert.deepEqual(parse("replay"), { name: "replay", selection: all, partial: false });
  assert.deepEqual(parse("replay --partial --symbols ibm"), {
    name: "replay",
    selection: { symbols: ["IBM"], intervals: null },
    partial: true,
  });
  assert.deepEqual(parse("check"), { name: "check" });
  assert.deepEqual(parse("migrate"), { name: "migrate" });
  assert.deepEqual(parse("demo --dir x"), { name: "demo", dir: "x" });
});

Deno.test("no command is serve, also with its flags", () => {
  assert.deepEqual(parse(""), { name: "serve", host: null, port: null });
  assert.deepEqual(parse("--port 80"), { name: "serve", host: null, port: 80 });
});

Deno.test("help and version are printed, exit code 0", () => {
  const print = (line: string) => {
    const found = parse(line);
    assert.equal(found.name, "print", line);
    return found.name === "print" ? found.text : "";
  };
  for (const line of ["--version", "-V", "version"]) assert.equal(print(line), "1.2.3\n", line);
  for (const name of ["run", "serve", "plan", "status", "replay", "check", "migrate", "demo", "version"]) {
    assert.match(print("help"), new RegExp(`^  ${name} `, "m"));
    assert.match(print(`help ${name}`), new RegExp(`^Usage: stocks-etl ${name}`));
    assert.equal(print(`${name} --help`), print(`help ${name}`));
  }
  assert.match(print("-h"), /Exit codes: 0 complete or nothing due, 1 failed, 2 usage or configuration/);
  assert.ok(print("help").split("\n").every((line) => line.length <= 100));
});

Deno.test("what cannot be understood: one line that says what, exit code 2", () => {
  const cases: Record<string, RegExp> = {
    "rnu": /unknown command "rnu" \(Did you mean run\?\)/,
    "help nope": /unknown command "nope"/,
    "run --symbol IBM": /unknown option "--symbol" \(Did you mean --symbols\?\)/,
    "status --force": /unknown option "--force"/,
    "version extra": /too many arguments for "version"/,
    "run extra": /too many arguments for "run"/,
    "run --symbols": /option "--symbols <list>" argument missing/,
    "run --symbols A/B": /option "--symbols <list>": "A\/B" is not a symbol/,
    "run --symbols ,": /the list names nothing/,
    "run --intervals 2min": /"2min" is not one of 1min, 5min, 15min, 30min, 60min, daily, weekly, monthly/,
    "serve --port x": /"x" is not a port from 1 to 65535/,
    "serve --port 70000": /"70000" is not a port/,
    "--bogus": /unknown option "--bogus"/,
    "check --json": /unknown option "--json"/,
  };
  for (const [line, message] of Object.entries(cases)) {
    const found = parse(line);
    assert.ok(found.name === "usage", line);
    assert.match(found.message, message);
    assert.match(found.message, /^Cannot understand the command line: .*; the command "help" explains them$/);
    assert.equal(found.exitCode, 2);
  }
});

Deno.test("arguments with line breaks and quotes still give one line", () => {
  const found = parseCommand(["run", "--symbols", "a\nb'c is invalid. d"], { version: "1" });
  assert.equal(found.name, "usage");
  assert.ok(found.name === "usage");
  assert.match(found.message, /: option "--symbols <list>": "a b'c is invalid. d" is not a symbol; the command/);
});
