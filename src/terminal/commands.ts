/** What does a command line ask for? Words and flags become one value; a wrong one becomes one clear message. */
import { Command as Program, CommanderError, InvalidArgumentError } from "commander";
import type { Interval, StockSymbol } from "../bar.ts";
import { parseIntervals, parseSymbols, type Selection } from "../selection.ts";
import { type BackfillCommand, describeBackfills } from "./backfill_commands.ts";
import { describeExport, type ExportCommand } from "./export_command.ts";
import { describeImport, type ImportCommand } from "./import_command.ts";
import { describeLoad, type LoadCommand } from "./load_command.ts";
import { describeGaps, type GapCommand } from "./gap_commands.ts";
import { describeNotices, type NoticeCommand } from "./notice_commands.ts";
import { describeSymbols, type SymbolCommand } from "./symbol_commands.ts";
import { type AgainOf, againOf, describeSteering, type SteeringCommand, withAgain } from "./steering.ts";

export type Command =
  | {
    readonly name: "run";
    readonly selection: Selection;
    /** An earlier run whose series are meant, instead of the configured ones. */
    readonly of?: AgainOf;
    readonly force: boolean;
    readonly quiet: boolean;
  }
  | SteeringCommand
  /** Every setting and where it comes from. */
  | { readonly name: "config"; readonly json: boolean }
  | { readonly name: "serve"; readonly host: string | null; readonly port: number | null }
  | { readonly name: "plan"; readonly selection: Selection; readonly force: boolean; readonly json: boolean }
  | { readonly name: "status"; readonly selection: Selection; readonly json: boolean }
  | { readonly name: "replay"; readonly selection: Selection; readonly partial: boolean }
  | { readonly name: "check" }
  | { readonly name: "migrate" }
  | { readonly name: "demo"; readonly dir: string | null }
  | NoticeCommand
  | BackfillCommand
  | ExportCommand
  | SymbolCommand
  | ImportCommand
  | LoadCommand
  | GapCommand
  /** Help or the version: print and leave. */
  | { readonly name: "print"; readonly text: string; readonly exitCode: 0 };

/** A command line that cannot be understood. */
export interface Usage {
  readonly name: "usage";
  readonly message: string;
  readonly exitCode: 2;
}

/** A command that cannot be carried out as asked: its message is for the operator, its exit code 2. */
export class UsageError extends Error {}

const PROGRAM = "stocks-etl";
const EXIT_CODES = "Exit codes: 0 complete or nothing due, 1 failed, 2 usage or configuration, 3 partial or deferred";
const SETTINGS = "Settings come from the environment or a .env file: see .env.example";
const FORCE = "ask every series, also one that is complete, resting, premium or not yet published; the quota is kept";

/** Reads the words after the program's name. Without a command `serve` is meant. Never throws, prints or exits. */
export function parseCommand(args: readonly string[], { version }: { version: string }): Command | Usage {
  let command: Command | null = null;
  let printed = "";
  const program = describeProgram(version, (found) => command = found);
  for (const one of withDescendants(program)) {
    one.exitOverride();
    one.configureOutput({
      writeOut: (text) => printed += text,
      writeErr: () => {},
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  }
  try {
    program.parse(withDefault(args), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { name: "print", text: printed, exitCode: 0 };
    const found = error.code === "commander.help" ? unknownIn(program, args) : foundIn(error);
    return {
      name: "usage",
      message: `Cannot understand the command line: ${found}; the command "help" explains them`,
      exitCode: 2,
    };
  }
  return command ?? { name: "print", text: program.helpInformation(), exitCode: 0 };
}

function withDescendants(program: Program): Program[] {
  return [program, ...program.commands.flatMap(withDescendants)];
}

/** commander shows help where a command is missing or unknown; which of the two it was, the words say. */
function unknownIn(program: Program, args: readonly string[]): string {
  const family = program.commands.find((child) => child.name() === args[0] && child.commands.length > 0);
  if (family === undefined || args.length > 1) return `unknown command "${args.at(-1)}"`;
  return `"${args[0]}" wants one of ${family.commands.map((child) => child.name()).join(", ")}`;
}

/** A default command of commander's own would take a misspelt command for an argument of `serve`. */
function withDefault(args: readonly string[]): string[] {
  const first = args[0];
  const own = ["-h", "--help", "-V", "--version"];
  return first === undefined || (first.startsWith("-") && !own.includes(first)) ? ["serve", ...args] : [...args];
}

function describeProgram(version: string, found: (command: Command) => void): Program {
  const program = new Program(PROGRAM)
    .description("Keeps stock bars from Alpha Vantage in PostgreSQL, on a schedule")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", `\n${SETTINGS}\n${EXIT_CODES}`);
  withAgain(withSelection(program.command("run").description("one run now: plan, ask, store, close")))
    .option("--force", FORCE)
    .option("-q, --quiet", "no progress, only the outcome")
    .action((options) =>
      found({
        name: "run",
        selection: selectionOf(options),
        ...againOf(options),
        force: options.force === true,
        quiet: options.quiet === true,
      })
    );
  program.command("serve").description("the schedule and the page, until stopped (the default)")
    .option("--host <address>", "address to listen on, over HOST")
    .option("--port <number>", "port to listen on, over PORT", readPort)
    .action((options) => found({ name: "serve", host: options.host ?? null, port: options.port ?? null }));
  withSelection(program.command("plan").description("what the next run would ask, why and at what cost"))
    .option("--force", `for a run with --force: ${FORCE}`)
    .option("--json", "as JSON")
    .action((options) =>
      found({
        name: "plan",
        selection: selectionOf(options),
        force: options.force === true,
        json: options.json === true,
      })
    );
  withSelection(program.command("status").description("every series: watermark, last outcome, next tick"))
    .option("--json", "as JSON")
    .action((options) => found({ name: "status", selection: selectionOf(options), json: options.json === true }));
  withSelection(program.command("replay").description("the tables anew from the archived answers, asking nobody"), {
    of: "stored",
  })
    .option("--partial", "keep what is older than the kept answers, instead of refusing")
    .action((options) => found({ name: "replay", selection: selectionOf(options), partial: options.partial === true }));
  describeSteering(program, { found, withSelection, selectionOf });
  describeGaps(program, { found, withSelection, selectionOf });
  describeBackfills(program, { found, withSelection, selectionOf });
  program.command("config").description("every setting, where it comes from, secrets masked")
    .option("--json", "as JSON")
    .action((options) => found({ name: "config", json: options.json === true }));
  program.command("check").description("configuration, database, key and clock, each with what to do")
    .action(() => found({ name: "check" }));
  program.command("migrate").description("bring the database schema up to date")
    .action(() => found({ name: "migrate" }));
  describeNotices(program, found);
  describeExport(program, { found, withSelection: (command) => withSelection(command, { of: "stored" }), selectionOf });
  describeSymbols(program, found);
  describeImport(program, found);
  describeLoad(program, found);
  program.command("demo").description("the main job on recorded real answers, no key needed")
    .option("--dir <folder>", "keep the demo's database there (default: in memory)")
    .action((options) => found({ name: "demo", dir: options.dir ?? null }));
  program.command("version").description("print the version")
    .action(() => found({ name: "print", text: `${version}\n`, exitCode: 0 }));
  return program;
}

function withSelection(command: Program, { of }: { of: "configured" | "stored" } = { of: "configured" }): Program {
  return command
    .option("--symbols <list>", `only these of the ${of} symbols: IBM,MSFT`, readSymbols)
    .option("--intervals <list>", `only these of the ${of} intervals: 30min,daily`, readIntervals);
}

function selectionOf(options: { symbols?: StockSymbol[]; intervals?: Interval[] }): Selection {
  return { symbols: options.symbols ?? null, intervals: options.intervals ?? null };
}

function readSymbols(text: string): StockSymbol[] {
  const { symbols, wrong } = parseSymbols(text);
  return listed(symbols, wrong);
}

function readIntervals(text: string): Interval[] {
  const { intervals, wrong } = parseIntervals(text);
  return listed(intervals, wrong);
}

function listed<T>(list: T[], wrong: readonly string[]): T[] {
  if (wrong[0] !== undefined) throw new InvalidArgumentError(wrong[0]);
  if (list.length === 0) throw new InvalidArgumentError("the list names nothing");
  return list;
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new InvalidArgumentError(`"${text}" is not a port from 1 to 65535`);
  return port;
}

/** commander's `error: unknown command 'rnu'\n(Did you mean run?)` on one line, in our form. */
function foundIn(error: CommanderError): string {
  return error.message
    .replace(/^error: /, "")
    .replace(/^command-argument value '.*' is invalid for argument '(.*?)'\. /s, "argument '$1': ")
    .replace(/ argument '.*' is invalid\. /s, ": ")
    .replace(/\s*\n\s*/g, " ")
    .replace(/\.$/, "")
    // Only those that quote: a value stays as it was given, or a secret in it would not be known again.
    .replace(/(?<=^|[ (])'(.*?)'(?=$|[ ,.:;)])/g, '"$1"');
}
