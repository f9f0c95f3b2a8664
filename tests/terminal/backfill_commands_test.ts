/** Are the words and flags about backfills understood, and the wrong ones refused? */
import assert from "node:assert/strict";
import { parseCommand } from "../../src/terminal/commands.ts";

const parse = (line: string) => parseCommand(line.split(" "), { version: "1" });
const wrong = (line: string) => {
  const found = parse(line);
  assert.equal(found.name, "usage", line);
  return (found as { message: string }).message;
};

const START = {
  name: "backfill",
  verb: "start",
  selection: { symbols: null, intervals: null },
  from: "2004-01-01",
  to: null,
  note: null,
  dryRun: false,
  yes: false,
  detach: false,
  quiet: false,
  json: false,
};

Deno.test("a backfill with a beginning, and all its flags", () => {
  assert.deepEqual(parse("backfill --from 2004-01-01"), START);
  assert.deepEqual(
    parse("backfill --symbols ibm,BRK-B --intervals 1min,daily --from 2004-01-01 --to 2004-12-31 --note why -y -q"),
    {
      ...START,
      selection: { symbols: ["IBM", "BRK-B"], intervals: ["1min", "daily"] },
      to: "2004-12-31",
      note: "why",
      yes: true,
      quiet: true,
    },
  );
  assert.deepEqual(parse("backfill --from 2004-01-01 --dry-run --json --detach"), {
    ...START,
    dryRun: true,
    json: true,
    detach: true,
  });
});

Deno.test("show, pause, resume, cancel by number; the list", () => {
  assert.deepEqual(parse("backfill show 3"), { name: "backfill", verb: "show", id: 3, json: false });
  assert.deepEqual(parse("backfill show 3 --json"), { name: "backfill", verb: "show", id: 3, json: true });
  assert.deepEqual(parse("backfill pause 3"), { name: "backfill", verb: "pause", id: 3 });
  assert.deepEqual(parse("backfill cancel 3"), { name: "backfill", verb: "cancel", id: 3 });
  assert.deepEqual(parse("backfill resume 3"), {
    name: "backfill",
    verb: "resume",
    id: 3,
    detach: false,
    quiet: false,
  });
  assert.deepEqual(parse("backfill resume 3 --detach -q"), {
    name: "backfill",
    verb: "resume",
    id: 3,
    detach: true,
    quiet: true,
  });
  assert.deepEqual(parse("backfills --json"), { name: "backfill", verb: "list", json: true });
});

Deno.test("what is wrong is said", () => {
  assert.match(wrong("backfill"), /--from is needed, as 2004-01-01/);
  assert.match(wrong("backfill --from"), /argument missing/);
  assert.match(wrong("backfill --from 2004-01-01 --intervals 2min"), /"2min" is not one of 1min/);
  assert.match(wrong("backfill --from 2004-01-01 --symbols $"), /"\$" is not a symbol/);
  assert.match(wrong("backfill --from 2004-01-01 extra"), /too many arguments|unknown command/);
  assert.match(wrong("backfill show"), /missing required argument "backfill"/);
  assert.match(wrong("backfill pause x"), /"x" is not a number from 1/);
  assert.match(wrong("backfill resume 0"), /"0" is not a number from 1/);
  assert.match(wrong("backfills 3"), /too many arguments/);
});
