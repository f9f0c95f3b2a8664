import assert from "node:assert/strict";
import { parseCommand } from "../../src/terminal/commands.ts";

const parse = (line: string) => parseCommand(line.split(" "), { version: "1.2.3" });

Deno.test("import, with and without its flags", () => {
  const none = {
    name: "import",
    symbol: null,
    interval: null,
    stamps: null,
    sessionZone: "UTC",
    columns: {},
    cursor: null,
    yes: false,
    json: false,
  };
  assert.deepEqual(parse("import --table stock_data_old"), {
    ...none,
    from: { table: "stock_data_old", database: null },
  });
  assert.deepEqual(parse("import --file old.csv --symbol ibm --yes --json"), {
    ...none,
    from: { file: "old.csv" },
    symbol: "IBM",
    yes: true,
    json: true,
  });
  const whole = parse(
    "import --table t --database postgres://h/d --interval 30min --stamps new-york --session-zone Europe/Berlin " +
      "--columns stamp=dt,open=o --cursor last_cdc.json",
  );
  assert.deepEqual(whole, {
    ...none,
    from: { table: "t", database: "postgres://h/d" },
    interval: "30min",
    stamps: "new-york",
    sessionZone: "Europe/Berlin",
    columns: { stamp: "dt", open: "o" },
    cursor: "last_cdc.json",
  });
});

Deno.test("what cannot be meant", () => {
  const cases: Record<string, RegExp> = {
    "import": /--table or --file is needed/,
    "import --table t --file f": /"--table <name>" cannot be used with option "--file <path>"/,
    "import --file f --database u": /"--file <path>" cannot be used with option "--database <url>"/,
    "import --file f --symbol A/B": /"A\/B" is not a symbol/,
    "import --file f --interval 2min": /"2min" is not an interval/,
    "import --file f --stamps est": /Allowed choices are new-york, utc/,
    "import --file f --columns open": /"open" is not a list as stamp=dt,open=o/,
    "import --file f --columns stamp=dt,open=": /"stamp=dt,open=" is not a list/,
  };
  for (const [line, message] of Object.entries(cases)) {
    const found = parse(line);
    assert.equal(found.name, "usage", line);
    if (found.name === "usage") assert.match(found.message, message);
  }
});
