import assert from "node:assert/strict";
import { parseCommand } from "../../src/terminal/commands.ts";

const parse = (line: string) => parseCommand(line.split(" "), { version: "1" });
const ALL = { from: null, to: null, asOf: null, settledOnly: false };

Deno.test("everything that is stored, in the format of the file's ending", () => {
  const none = { symbols: null, intervals: null };
  const plain = { name: "export", selection: none, extract: ALL, format: "csv", out: "-", force: false };
  assert.deepEqual(parse("export --out -"), plain);
  assert.deepEqual(parse("export --out a.csv"), { ...plain, out: "a.csv" });
  assert.deepEqual(parse("export --out a.Parquet --force"), {
    ...plain,
    format: "parquet",
    out: "a.Parquet",
    force: true,
  });
  assert.deepEqual(parse("export --out - --format parquet"), { ...plain, format: "parquet" });
});

Deno.test("series, a stretch of days or instants, a state of the past", () => {
  const found = parse(
    "export --symbols ibm --intervals daily --from 2026-01-02 --to 2026-01-05T14:30Z --as-of 2026-02-01T00:00Z " +
      "--settled-only --out x.csv",
  );
  assert.ok(found.name === "export");
  assert.deepEqual(found.selection, { symbols: ["IBM"], intervals: ["daily"] });
  assert.deepEqual(found.extract, {
    from: { date: "2026-01-02" },
    to: { instant: Date.parse("2026-01-05T14:30Z") },
    asOf: Date.parse("2026-02-01"),
    settledOnly: true,
  });
});

Deno.test("what cannot be understood", () => {
  const cases: Record<string, RegExp> = {
    "export": /required option "--out <file>" not specified/,
    "export --out data": /what "data" is to hold is not told by its ending; --format says it/,
    "export --out x.csv --format xml": /"xml" .*Allowed choices are csv, parquet|--format.*csv, parquet/,
    "export --out x.csv --from 2026-02-30": /"2026-02-30" is not a day, 2026-01-02, nor an instant with its zone/,
    "export --out x.csv --to today": /"today" is not a day/,
    "export --out x.csv --as-of 2026-01-02": /"2026-01-02" is not an instant with its zone/,
    "export --out x.csv --symbols A/B": /"A\/B" is not a symbol/,
  };
  for (const [line, message] of Object.entries(cases)) {
    const found = parse(line);
    assert.ok(found.name === "usage", line);
    assert.match(found.message, message);
  }
});
