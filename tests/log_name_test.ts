import assert from "node:assert/strict";
import { isMonth, runFile, startOf } from "../src/log_name.ts";

Deno.test("a run's file carries its number and start, under the month of it, and can be read back", () => {
  const at = Date.parse("2026-01-02T06:00:00.789Z");
  const file = runFile({ runId: 7, at });
  assert.deepEqual(file, { month: "2026-01", name: "run-7-20260102T060000Z.log" });
  assert.equal(startOf(file), Date.parse("2026-01-02T06:00:00Z"));
});

Deno.test("a file that is named otherwise, or lies in another month, is none of ours", () => {
  const month = "2026-01";
  const foreign = [
    "run-7.log",
    "run-7-20260102T060000Z.log.gz",
    "run-7-20260102T060000Z.log\n",
    "xrun-7-20260102T060000Z.log",
    "run--7-20260102T060000Z.log",
    "run-7-20260199T060000Z.log",
    "run-7-20260102T250000Z.log",
    "run-7-20260202T060000Z.log",
    "",
  ];
  for (const name of foreign) assert.equal(startOf({ month, name }), null, name);
  assert.deepEqual(["2026-01", "2026-13", "2026-1", "2026-01.bak", "../2026-01"].map(isMonth), [
    true,
    false,
    false,
    false,
    false,
  ]);
});
