import assert from "node:assert/strict";
import { type CheckResult, exitCodeOfChecks, renderChecks } from "../../src/terminal/check.ts";

const ok: CheckResult = { name: "database", state: "ok", found: "embedded in data", todo: null };
const warn: CheckResult = { name: "clock", state: "warn", found: "12 s behind", todo: "synchronise it" };
const fail: CheckResult = { name: "key", state: "fail", found: "not set\n\x1b[2J", todo: "set ALPHAVANTAGE_API_KEY" };

Deno.test("each finding on a line, what to do below it, a verdict at the end", () => {
  assert.equal(
    renderChecks([ok, warn, fail], { colour: false }),
    [
      "ok    database  embedded in data",
      "warn  clock     12 s behind",
      "                → synchronise it",
      "fail  key       not set [2J",
      "                → set ALPHAVANTAGE_API_KEY",
      "",
      "1 of 3 checks failed",
      "",
    ].join("\n"),
  );
  assert.match(renderChecks([ok, warn], { colour: false }), /\nReady, with 1 warning\n$/);
  assert.match(renderChecks([ok], { colour: false }), /\nReady\n$/);
  assert.ok(renderChecks([fail], { colour: true }).startsWith("\x1b[31mfail\x1b[0m"));
});

Deno.test("only a failure is one: warnings exit 0, failures 2", () => {
  assert.equal(exitCodeOfChecks([ok, warn]), 0);
  assert.equal(exitCodeOfChecks([ok, { ...fail, name: "configuration" }]), 2);
  assert.equal(exitCodeOfChecks([ok, { ...fail, name: "key" }, { ...fail, name: "database" }]), 2);
  assert.equal(exitCodeOfChecks([ok, { ...fail, name: "database" }]), 1);
});
