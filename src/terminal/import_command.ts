/** What do the words and flags of `import` mean? */
import { type Command as Program, InvalidArgumentError, Option } from "commander";
import { type Interval, isInterval, parseSymbol, type StockSymbol } from "../bar.ts";

export interface ImportCommand {
  readonly name: "import";
  readonly from:
    /** `database`: a URL; `null`: our own. */
    | { readonly table: string; readonly database: string | null }
    | { readonly file: string };
  readonly symbol: StockSymbol | null;
  readonly interval: Interval | null;
  readonly stamps: "utc" | "new-york" | null;
  readonly sessionZone: string;
  /** Meaning → column. */
  readonly columns: Readonly<Record<string, string>>;
  /** Path of the older program's cursor file. */
  readonly cursor: string | null;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Adds the command to the program's. */
export function describeImport(program: Program, found: (command: ImportCommand) => void): void {
  program.command("import").description("the bars of an older program's table; first shows what it would do")
    .addOption(new Option("--table <name>", "its table or view, not this program's own").conflicts("file"))
    .option("--database <url>", "where that table is (default: in this program's database)")
    .addOption(new Option("--file <path>", "a CSV file whose first line names the columns").conflicts("database"))
    .option("--symbol <symbol>", "only its rows; the symbol of all rows where no column names it", readSymbol)
    .option("--interval <interval>", "of which bars the rows are (default: as far apart as they are)", readInterval)
    .addOption(
      new Option("--stamps <meaning>", "intraday: a wall clock stored as if UTC, or right").choices([
        "new-york",
        "utc",
      ]),
    )
    .option("--session-zone <zone>", "IANA zone of the sessions that wrote them", "UTC")
    .option("--columns <list>", "which column is what: stamp=dt,open=o", readColumns)
    .option("--cursor <path>", "the older program's cursor file, compared with its bars")
    .option("--yes", "do it")
    .option("--json", "as JSON")
    .action((options, command) => {
      const { table, database, file } = options;
      if (table === undefined && file === undefined) command.error("error: --table or --file is needed");
      found({
        name: "import",
        from: file === undefined ? { table, database: database ?? null } : { file },
        symbol: options.symbol ?? null,
        interval: options.interval ?? null,
        stamps: options.stamps ?? null,
        sessionZone: options.sessionZone,
        columns: options.columns ?? {},
        cursor: options.cursor ?? null,
        yes: options.yes === true,
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
  if (!isInterval(text)) throw new InvalidArgumentError(`${JSON.stringify(text)} is not an interval`);
  return text;
}

/** Which meanings there are is known to whoever reads the table. */
function readColumns(text: string): Record<string, string> {
  const pairs = text.split(",").map((pair) => /^\s*([a-z]+)=(.+)$/.exec(pair)?.slice(1));
  if (pairs.every((pair) => pair !== undefined)) return Object.fromEntries(pairs);
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a list as stamp=dt,open=o`);
}
