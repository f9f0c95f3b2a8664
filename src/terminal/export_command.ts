/** Which words ask for an export, with which flags? */
import { type Command as Program, InvalidArgumentError, Option } from "commander";
import { type Extract, type Format, FORMATS, type Limit, parseInstant, parseLimit } from "../extract.ts";
import type { Selection } from "../selection.ts";

export interface ExportCommand {
  readonly name: "export";
  readonly selection: Selection;
  readonly extract: Extract;
  readonly format: Format;
  /** A path; `-`: standard output. */
  readonly out: string;
  readonly force: boolean;
}

interface Describing {
  readonly found: (command: ExportCommand) => void;
  readonly withSelection: (command: Program) => Program;
  readonly selectionOf: (options: object) => Selection;
}

/** Adds the command to the program. */
export function describeExport(program: Program, { found, withSelection, selectionOf }: Describing): void {
  withSelection(program.command("export").description("stored bars as CSV or Parquet"))
    .option(
      "--from <day>",
      "from that day of the exchange, or from an instant: 2026-01-02, 2026-01-02T14:30Z",
      readLimit,
    )
    .option("--to <day>", "to the end of that day, or until before an instant", readLimit)
    .option("--as-of <instant>", "as they were stored at that instant: 2026-01-02T14:30Z", readInstant)
    .option("--settled-only", "without bars that can still grow")
    .addOption(new Option("--format <name>", "csv or parquet (default: by the file's ending)").choices(FORMATS))
    .requiredOption("--out <file>", "where to; - for standard output")
    .option("--force", "replace the file if it is there")
    .action(({ from = null, to = null, asOf = null, settledOnly, format, out, force, ...options }, command) => {
      const chosen = format ?? formatOf(out);
      if (chosen === null) command.error(`error: what "${out}" is to hold is not told by its ending; --format says it`);
      found({
        name: "export",
        selection: selectionOf(options),
        extract: { from, to, asOf, settledOnly: settledOnly === true },
        format: chosen,
        out,
        force: force === true,
      });
    });
}

function formatOf(out: string): Format | null {
  if (out === "-") return "csv";
  return FORMATS.find((format) => out.toLowerCase().endsWith(`.${format}`)) ?? null;
}

function readLimit(text: string): Limit {
  const limit = parseLimit(text);
  if (limit !== null) return limit;
  const shown = JSON.stringify(text);
  throw new InvalidArgumentError(`${shown} is not a day, 2026-01-02, nor an instant with its zone, 2026-01-02T14:30Z`);
}

function readInstant(text: string): number {
  const instant = parseInstant(text);
  if (instant !== null) return instant;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not an instant with its zone, as 2026-01-02T14:30Z`);
}
