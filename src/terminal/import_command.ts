/** What do the words and flags of `import` mean, and how is it shown what an import would do? */
import { type Command as Program, InvalidArgumentError, Option } from "commander";
import { type Interval, isInterval, parseSymbol, type Series, seriesName, type StockSymbol } from "../bar.ts";
import { type Meaning, MEANINGS, type OldColumns } from "../old_columns.ts";
import { isZone, type StampMeaning } from "../old_stamp.ts";
import { layOut, oneLine, styleOf } from "./columns.ts";
import { barTime, type Look } from "./tables.ts";

export interface ImportCommand {
  readonly name: "import";
  readonly from:
    /** `database`: a URL; `null`: our own. */
    | { readonly table: string; readonly database: string | null }
    | { readonly file: string };
  readonly symbol: StockSymbol | null;
  readonly interval: Interval | null;
  readonly stamps: StampMeaning["stamps"] | null;
  readonly sessionZone: string;
  readonly columns: Readonly<Partial<Record<Meaning, string>>>;
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
    .option("--session-zone <zone>", "IANA zone of the sessions that wrote them", readZone, "UTC")
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

function readZone(text: string): string {
  if (!isZone(text)) throw new InvalidArgumentError(`${JSON.stringify(text)} is not an IANA time zone`);
  return text;
}

function readColumns(text: string): Partial<Record<Meaning, string>> {
  const pairs = text.split(",").map((
    pair,
  ) => [pair.slice(0, pair.indexOf("=")).trim(), pair.slice(pair.indexOf("=") + 1)]);
  const wrong = pairs.find(([meaning, name]) => !MEANINGS.includes(meaning as Meaning) || name === "");
  if (wrong === undefined) return Object.fromEntries(pairs);
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a list of ${MEANINGS.join("=…, ")}=…`);
}

/** What the table of an import shows of a survey. */
export interface ShownSurvey {
  readonly source: string;
  readonly columns: OldColumns;
  readonly interval: Interval;
  readonly meaning: StampMeaning;
  readonly series: readonly {
    readonly series: Series;
    readonly rows: number;
    readonly fresh: number;
    readonly same: number;
    readonly differing: number;
    readonly refused: number;
    readonly repeated: number;
    readonly rules: Readonly<Record<string, number>>;
    readonly differences: readonly { readonly at: number; readonly ours: ShownPrices; readonly theirs: ShownPrices }[];
    readonly first: number | null;
    readonly newest: number | null;
  }[];
  readonly unnamed: readonly { readonly symbol: string | null; readonly rows: number }[];
  readonly others: number;
  readonly warnings: readonly string[];
  readonly cursor: string | null;
}

type ShownPrices = Readonly<Record<"open" | "high" | "low" | "close" | "volume", string>>;

/** What an import would do, as text. */
export function renderSurvey(survey: ShownSurvey, { colour, width = 100 }: Look): string {
  const style = styleOf(colour);
  const { source, columns, interval, meaning, series } = survey;
  const recognised = MEANINGS.flatMap((one) => columns[one] === undefined ? [] : [`${one} = ${columns[one]}`]);
  const stamps = meaning.stamps === "utc" ? "right instants" : "New York's wall clock";
  const intraday = interval.endsWith("min") ? `, stamps are ${stamps}` : "";
  const table = layOut(
    [
      { heading: "series" },
      ...["rows", "new", "equal", "differ", "refused", "twice"].map((heading) =>
        ({ heading, align: "right" }) as const
      ),
      { heading: "first bar" },
      { heading: "newest bar" },
    ],
    series.map((one) => [
      seriesName(one.series),
      ...[one.rows, one.fresh, one.same, one.differing, one.refused, one.repeated].map(String),
      barTime(one.series, one.first),
      barTime(one.series, one.newest),
    ]),
    { width },
  );
  const said = [
    ...series.filter(({ refused }) => refused > 0).map((one) =>
      `${seriesName(one.series)} refused, into quarantine: ${
        Object.entries(one.rules).map(([rule, count]) => `${count} ${rule}`).join(", ")
      }`
    ),
    ...series.flatMap(differencesOf),
    ...survey.unnamed.map(({ symbol, rows }) =>
      `${rows} rows of ${JSON.stringify(symbol)}, which is no symbol: left out`
    ),
    ...(survey.others > 0 ? [`${survey.others} rows of other intervals: left out`] : []),
    ...survey.warnings.map(style.warn),
    ...(survey.cursor === null ? [] : [survey.cursor]),
  ];
  return [
    oneLine(`${source}: ${interval} bars${intraday}`),
    oneLine(recognised.join(", ")),
    "",
    ...table,
    "",
    ...said.map(oneLine),
    ...(said.length > 0 ? [""] : []),
  ].join("\n");
}

function differencesOf({ series, differences, differing }: ShownSurvey["series"][number]): string[] {
  const more = differing > differences.length
    ? [`${seriesName(series)}: and ${differing - differences.length} more`]
    : [];
  return [
    ...differences.map(({ at, ours, theirs }) =>
      `${seriesName(series)} ${barTime(series, at)} stays ${pricesOf(ours)}; the older program has ${pricesOf(theirs)}`
    ),
    ...more,
  ];
}

function pricesOf({ open, high, low, close, volume }: ShownPrices): string {
  return `${open} ${high} ${low} ${close} ${volume}`;
}
