/** Do the words about gaps mean what they say, and is a wrong one told by its place? */
import assert from "node:assert/strict";
import { parseCommand } from "../../src/terminal/commands.ts";

const parse = (line: string) => parseCommand(line.split(" "), { version: "1" });
const message = (line: string) => {
  const found = parse(line);
  assert.ok(found.name === "usage", JSON.stringify(found));
  return found.message;
};

Deno.test("why wants a symbol, an interval and a date, in any case", () => {
  assert.deepEqual(parse("why ibm Daily 2026-11-20"), {
    name: "why",
    series: { symbol: "IBM", interval: "daily" },
    date: "2026-11-20",
    json: false,
  });
  assert.match(message("why IBM daily"), /missing required argument "date"/);
  assert.match(message("why IBM daily 2026-02-30"), /argument "date": "2026-02-30" is not a date as 2026-11-20/);
  assert.match(message("why IBM hourly 2026-11-20"), /argument "interval": "hourly" is not one of 1min/);
  assert.match(message("why I*M daily 2026-11-20"), /argument "symbol": "I\*M" is not a symbol/);
  assert.match(message("why IBM daily 2026-11-20 now"), /too many arguments/);
});

Deno.test("gaps: the open ones, those that ended, or both; now, and what was given up on again", () => {
  const usual = { name: "gaps", selection: { symbols: null, intervals: null }, scan: false, force: false };
  assert.deepEqual(parse("gaps"), { ...usual, state: "open", json: false });
  assert.deepEqual(parse("gaps --closed --json"), { ...usual, state: "closed", json: true });
  assert.deepEqual(parse("gaps --all"), { ...usual, state: "all", json: false });
  assert.deepEqual(parse("gaps --scan --force --symbols IBM"), {
    ...usual,
    selection: { symbols: ["IBM"], intervals: null },
    scan: true,
    force: true,
    state: "open",
    json: false,
  });
  assert.match(message("gaps --force"), /--force goes with --scan/);
});
