import assert from "node:assert/strict";
import type { RunEvent } from "../src/event.ts";
import { type LogOptions, openLog } from "../src/log.ts";
import { createRedactor } from "../src/redact.ts";
import { totalsOf } from "../src/run.ts";

const at = Date.UTC(2026, 0, 31, 23, 59, 58);
const KEY = "CANARYKEY1234567";
const started = (runId = 7): RunEvent => ({ type: "run-started", runId, trigger: "manual", at });
const finished = (runId = 7): RunEvent => {
  return { type: "run-finished", runId, outcome: "complete", message: null, totals: totalsOf([]), durationMs: 1 };
};

function logTo(dir: string | null, over: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = openLog({
    dir,
    level: "info",
    format: "json",
    redact: createRedactor([KEY]),
    now: () => at,
    write: (line) => lines.push(line),
    ...over,
  });
  return { log, lines };
}

async function inFolder(test: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an event is one JSON line on stderr and one in the run's file, under the month of its start", () =>
  inFolder((dir) => {
    const { log, lines } = logTo(dir);
    log.emit(started());
    assert.equal(log.path, `${dir}/2026-01/run-7-20260131T235958Z.log`);
    const path = log.path;
    log.message("info", "between", { bars: 3 });
    log.emit(finished());
    assert.equal(log.path, null);
    assert.equal(Deno.readTextFileSync(path), lines.join(""));
    const parsed = lines.map((line) => JSON.parse(line));
    assert.deepEqual(parsed.map((line) => line.message), ["Run 7 started (manual)", "between", "Run 7 complete"]);
    assert.equal(parsed[0]["@timestamp"], "2026-01-31T23:59:58.000Z");
    assert.equal(parsed[0].properties.event, "run-started");
    assert.equal(parsed[1].properties.bars, 3);
    assert.ok(lines.every((line) => line.indexOf("\n") === line.length - 1));
  }));

Deno.test("lines outside a run go to stderr only; the next run has its own file", () =>
  inFolder((dir) => {
    const { log } = logTo(dir);
    log.message("info", "before");
    assert.deepEqual([...Deno.readDirSync(dir)], []);
    log.emit(started(1));
    log.emit(finished(1));
    log.emit(started(2));
    log.emit(finished(2));
    const names = [...Deno.readDirSync(`${dir}/2026-01`)].map((entry) => entry.name).sort();
    assert.deepEqual(names, ["run-1-20260131T235958Z.log", "run-2-20260131T235958Z.log"]);
  }));

Deno.test("a run that never ended leaves its file closed when the next begins, and close() may come twice", () =>
  inFolder((dir) => {
    const { log } = logTo(dir);
    log.emit(started(1));
    log.emit(started(2));
    assert.match(log.path ?? "", /run-2-/);
    log.close();
    log.close();
    assert.equal(log.path, null);
    log.message("info", "after");
  }));

Deno.test("the key never gets through: in a message, a property, an encoded URL, across the cut of a long text", () =>
  inFolder((dir) => {
    const { log, lines } = logTo(dir);
    log.emit(started());
    const path = log.path!;
    log.message("error", `request to https://x/query?apikey=${KEY} failed`, { url: `https://x/?apikey=${KEY}` });
    for (let before = 3_980; before <= 4_000; before++) log.message("error", "-".repeat(before) + KEY);
    log.emit({ type: "lease-lost", runId: 7, message: `We have detected your API key as ${KEY}` });
    log.close();
    const all = lines.join("") + Deno.readTextFileSync(path);
    assert.ok(!all.includes("CANARY"), all.slice(Math.max(0, all.indexOf("CANARY") - 80), all.indexOf("CANARY") + 40));
    assert.ok(all.includes("[redacted]"));
    assert.ok(lines.every((line) => JSON.parse(line)));
  }));

Deno.test("an unwritable folder is one warning, and the run goes on", () =>
  inFolder((dir) => {
    Deno.writeTextFileSync(`${dir}/logs`, "a file where the folder should be");
    const { log, lines } = logTo(`${dir}/logs`);
    log.emit(started());
    log.message("info", "still here");
    log.emit(finished());
    const warnings = lines.filter((line) => JSON.parse(line).level === "WARN");
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /Cannot open a log file in .*; the run goes on without it/);
    assert.equal(lines.length, 4);
    const silent = logTo(`${dir}/logs`, { stderrLevel: "none" });
    silent.log.emit(started());
    silent.log.message("error", "the progress display says it");
    assert.equal(silent.lines.length, 1, "the missing file is told even where nothing else is");
  }));

Deno.test("a full disk is one warning, and the run goes on", () =>
  inFolder((dir) => {
    // Where there is no /dev/full the file cannot be opened instead: the same promise.
    Deno.mkdirSync(`${dir}/2026-01`);
    Deno.symlinkSync("/dev/full", `${dir}/2026-01/run-7-20260131T235958Z.log`);
    const { log, lines } = logTo(dir);
    log.emit(started());
    log.message("info", "still here");
    log.emit(finished());
    const messages = lines.map((line) => JSON.parse(line).message as string);
    assert.equal(
      messages.filter((message) => /^Cannot (write|open a) log file .*; the run goes on/.test(message)).length,
      1,
    );
    assert.ok(messages.includes("still here") && messages.includes("Run 7 complete"));
  }));

Deno.test("a run file is bounded: it stops at its limit and says so once", () =>
  inFolder((dir) => {
    const { log, lines } = logTo(dir, { maxFileBytes: 1_000 });
    log.emit(started());
    const path = log.path!;
    for (let line = 0; line < 100; line++) log.message("info", `line ${line}`);
    assert.ok(Deno.statSync(path).size <= 1_000);
    assert.equal(lines.filter((line) => /it has reached 1000 bytes/.test(line)).length, 1);
  }));

Deno.test("a stderr nobody reads any more ends nothing", () =>
  inFolder((dir) => {
    const write = () => {
      throw new Deno.errors.BrokenPipe("Broken pipe");
    };
    const { log } = logTo(dir, { write });
    log.emit(started());
    const path = log.path!;
    log.emit(finished());
    assert.equal(Deno.readTextFileSync(path).split("\n").length, 3);
  }));

Deno.test("levels: below the level nothing, and stderr may have its own", () =>
  inFolder((dir) => {
    const { log, lines } = logTo(dir, { level: "debug", stderrLevel: "error" });
    log.emit(started());
    const path = log.path!;
    log.message("debug", "small");
    log.message("error", "large");
    log.close();
    assert.deepEqual(lines.map((line) => JSON.parse(line).message), ["large"]);
    assert.equal(Deno.readTextFileSync(path).trim().split("\n").length, 3);
    const quiet = logTo(null, { level: "warning" });
    quiet.log.message("info", "small");
    assert.deepEqual(quiet.lines, []);
  }));

Deno.test("pretty lines are one line each, without control characters or colours", () => {
  const { log, lines } = logTo(null, { format: "pretty" });
  log.message("warning", `vendor says\n\x1b[2J${"x".repeat(300)}`);
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /^23:59:58Z +warning +etl +vendor says \[2Jx{300}\n$/);
});

Deno.test("two logs at once do not write into each other", () =>
  inFolder((dir) => {
    const [one, two] = [logTo(`${dir}/a`), logTo(`${dir}/b`)];
    one.log.emit(started(1));
    two.log.emit(started(2));
    one.log.message("info", "of one");
    one.log.close();
    two.log.close();
    assert.equal(one.lines.length, 2);
    assert.equal(two.lines.length, 1);
  }));
