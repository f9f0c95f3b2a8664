/** Which words ask about missing bars: `why SYMBOL INTERVAL DATE`, `gaps`, with which flags? */
import { type Command as Program, InvalidArgumentError } from "commander";
import { type Interval, INTERVALS, isInterval, parseSymbol, type Series, type StockSymbol } from "../bar.ts";
import { isDate } from "../calendar.ts";
import type { Selection } from "../selection.ts";

export type GapCommand =
  | { readonly name: "why"; readonly series: Series; readonly date: string; readonly json: boolean }
  | {
    readonly name: "gaps";
    readonly selection: Selection;
    /** Look for them now. */
    readonly scan: boolean;
    /** Also for what the vendor was found not to have. */
    readonly force: boolean;
    readonly state: "open" | "closed" | "all";
    readonly json: boolean;
  };

interface Describing {
  readonly found: (command: GapCommand) => void;
  readonly withSelection: (command: Program) => Program;
  readonly selectionOf: (options: object) => Selection;
}

/** Adds the commands to the program. */
export function describeGaps(program: Program, { found, withSelection, selectionOf }: Describing): void {
  program.command("why").description("why a bar is there or missing, in one sentence")
    .argument("<symbol>", "as configured: IBM", readSymbol)
    .argument("<interval>", INTERVALS.join(", "), readInterval)
    .argument("<date>", "of the session, or any day of the week or month: 2026-11-20", readDate)
    .option("--json", "as JSON")
    .action((symbol, interval, date, options) =>
      found({ name: "why", series: { symbol, interval }, date, json: options.json === true })
    );
  withSelection(program.command("gaps").description("sessions without a bar: the open ones, what became of the others"))
    .option("--scan", "hold the stored bars against the calendar now, instead of once a day")
    .option("--force", "with --scan: ask again for what the vendor was found not to have")
    .option("--closed", "those that are healed, or that the vendor has not")
    .option("--all", "both")
    .option("--json", "as JSON")
    .action((options, command) => {
      if (options.force === true && options.scan !== true) command.error("error: --force goes with --scan");
      found({
        name: "gaps",
        selection: selectionOf(options),
        scan: options.scan === true,
        force: options.force === true,
        state: options.all === true ? "all" : options.closed === true ? "closed" : "open",
        json: options.json === true,
      });
    });
}

function readSymbol(text: string): StockSymbol {
  const symbol = parseSymbol(text);
  if (symbol === null) throw new InvalidArgumentError(`${JSON.stringify(text)} is not a symbol`);
  return symbol;
}

function readInterval(text: string): Interval {
  const interval = text.toLowerCase();
  if (isInterval(interval)) return interval;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not one of ${INTERVALS.join(", ")}`);
}

function readDate(text: string): string {
  if (isDate(text)) return text;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a date as 2026-11-20`);
}
