import assert from "node:assert/strict";
import { runLog } from "../src/run_log.ts";

Deno.test("one line per event: when, how severe, what", () => {
  const at = Date.parse("2026-01-02T06:00:05.123Z");
  assert.equal(
    runLog([{ at, level: "info", message: "Run 7 started" }, { at: at + 1, level: "warning", message: "late" }]),
    "2026-01-02 06:00:05.123Z info     Run 7 started\n2026-01-02 06:00:05.124Z warning  late\n",
  );
  assert.equal(runLog([]), "");
});
