import assert from "node:assert/strict";
import { parseCommand } from "../../src/terminal/commands.ts";

const parseWords = (words: string[]) => parseCommand(words, { version: "1.2.3" });
const parse = (line: string) => parseWords(line.split(" "));
const all = { symbols: null, intervals: null };

Deno.test("every command that steers, with and without its flags", () => {
  const launch = { name: "launch", selection: all, force: false, note: null };
  assert.deepEqual(parse("launch"), launch);
  assert.deepEqual(parse("launch --symbols ibm --failed-of 7 --force --note why"), {
    ...launch,
    selection: { symbols: ["IBM"], intervals: null },
    of: { runId: 7, again: "failed" },
    force: true,
    note: "why",
  });
  assert.deepEqual(parse("launches --json"), { name: "launches", json: true });
  assert.deepEqual(parse("withdraw 3"), { name: "withdraw", launchId: 3 });
  assert.deepEqual(parse("cancel 12"), { name: "cancel", runId: 12, force: false });
  assert.deepEqual(parse("cancel 12 --force"), { name: "cancel", runId: 12, force: true });
  assert.deepEqual(parse("forget 12"), { name: "forget", runId: 12 });
  assert.deepEqual(parse("pause"), { name: "pause" });
  assert.deepEqual(parse("resume"), { name: "resume", catchUp: false });
  assert.deepEqual(parse("resume --catch-up"), { name: "resume", catchUp: true });
  assert.deepEqual(parse("release"), { name: "release", id: null, choice: undefined, json: false });
  assert.deepEqual(parse("release 5 --choice 2"), { name: "release", id: 5, choice: 2, json: false });
  assert.deepEqual(parse("run --of 7"), {
    name: "run",
    selection: all,
    of: { runId: 7, again: "all" },
    force: false,
    quiet: false,
  });
  assert.deepEqual(parse("config --json"), { name: "config", json: true });
});

Deno.test("the schedule: shown, set, previewed, reset, tested", () => {
  assert.deepEqual(parse("schedule"), { name: "schedule", json: false });
  assert.deepEqual(parse("schedule --json"), { name: "schedule", json: true });
  assert.deepEqual(parseWords(["schedule", "set", "--cron", "0 7 * * *"]), {
    name: "schedule set",
    change: { cron: "0 7 * * *", timezone: undefined },
    preview: false,
  });
  assert.deepEqual(parse("schedule set --timezone Asia/Tokyo --preview"), {
    name: "schedule set",
    change: { cron: undefined, timezone: "Asia/Tokyo" },
    preview: true,
  });
  assert.deepEqual(parse("schedule reset"), { name: "schedule reset" });
  assert.deepEqual(parse("schedule test"), { name: "schedule test", at: null, json: false });
  for (
    const line of ["schedule test --at 2026-11-23T06:00+01:00 --json", "schedule --json test --at 2026-11-23T05:00Z"]
  ) {
    assert.deepEqual(parse(line), { name: "schedule test", at: Date.parse("2026-11-23T05:00Z"), json: true });
  }
});

Deno.test("what cannot be understood: one line that says what, exit code 2", () => {
  const cases: Record<string, RegExp> = {
    "cancel": /missing required argument "run"/,
    "cancel x": /: argument "run": "x" is not a number from 1;/,
    "cancel 0": /"0" is not a number from 1/,
    "forget -1": /"-1" is not a number from 1/,
    "withdraw 1 2": /too many arguments for "withdraw"/,
    "release 1 --choice 0": /"0" is not a number from 1/,
    "schedule foo": /too many arguments for "schedule"/,
    "schedule set": /--cron or --timezone is needed/,
    "schedule test --at noon": /"noon" is not an instant with its zone, as 2026-11-23T06:00Z/,
    "schedule test --at 2026-11-23T06:00": /is not an instant with its zone/,
    "schedule test --at 2026-13-23T06:00Z": /is not an instant/,
    "run --of x": /option "--of <run>": "x" is not a number from 1/,
    "run --of 1 --failed-of 2": /"--failed-of <run>" cannot be used with option "--of <run>"/,
  };
  for (const [line, message] of Object.entries(cases)) {
    const found = parse(line);
    assert.ok(found.name === "usage", line);
    assert.match(found.message, message);
    assert.equal(found.exitCode, 2);
  }
});
