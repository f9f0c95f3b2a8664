/** What does the command `import` do, what does it print, and with which code does it end? */
import { openApp } from "./app.ts";
import type { Config } from "./config.ts";
import { passwordsOf } from "./database.ts";
import { importOld } from "./import_old.ts";
import { surveyImport } from "./import_survey.ts";
import { lookOf, type Machine } from "./machine.ts";
import { fileSource, type OldSource, tableSource } from "./old_source.ts";
import { type Database, openDatabase } from "./postgres/connect.ts";
import { explain } from "./postgres/explain.ts";
import { createRedactor } from "./redact.ts";
import { Refused } from "./refused.ts";
import { exitCodeOf } from "./run.ts";
import type { ImportCommand } from "./terminal/import_command.ts";
import { renderSurvey } from "./terminal/import_table.ts";
import { oneLine } from "./terminal/columns.ts";
import { asJson } from "./terminal/json.ts";

/**
 * Shows what the import would do, and does it when that is asked for.
 *
 * @throws Error, or Refused, as any command does; passwords of `--database` are in none of their words
 */
export async function importOnce(
  command: ImportCommand,
  { config, machine, notOurs }: {
    config: Config;
    machine: Machine;
    /** Words for a run of somebody else that is at work. */
    notOurs: (claim: Exclude<Awaited<ReturnType<typeof importOld>>, { outcome: unknown }>) => string;
  },
): Promise<number> {
  const cursor = command.cursor === null ? null : { path: command.cursor, text: readText(command.cursor, machine) };
  const app = await openApp(config, machine);
  let other: Database | null = null;
  try {
    const { from } = command;
    if ("table" in from && from.database !== null) other = await openOther(from.database, machine);
    const source: OldSource = "file" in from
      ? fileSource(from.file, readText(from.file, machine))
      : await tableSource(other ?? app.database, from.table);
    const asked = { ...command, cursor };
    const surveyed = await surveyImport({ database: app.database, now: machine.now() }, { source, asked });
    const say = (text: string) => command.json || machine.out(text);
    const tell = (line: string) => say(`${oneLine(line)}\n`);
    say(`${renderSurvey(surveyed.survey, lookOf(machine))}\n`);
    if (!command.yes) {
      tell("Nothing is written: --yes does it");
      if (command.json) machine.out(asJson({ ...surveyed.survey, done: null }));
      return 0;
    }
    const { stop, abort } = machine;
    const report = await importOld({ database: app.database, world: machine }, { source, surveyed, stop, abort, tell });
    if (!("outcome" in report)) throw new Error(notOurs(report));
    tell(report.message);
    if (command.json) machine.out(asJson({ ...surveyed.survey, done: report }));
    return exitCodeOf(report.outcome);
  } finally {
    await other?.close();
    await app.close();
  }
}

function readText(path: string, machine: Pick<Machine, "readFile">): string {
  try {
    return machine.readFile(path);
  } catch (error) {
    throw new Refused("invalid", `Cannot read "${path}": ${error instanceof Error ? error.message : error}`);
  }
}

/** The older program's database. Its URL may hold a password, which no other redactor knows. */
async function openOther(url: string, machine: Pick<Machine, "onError">): Promise<Database> {
  const redact = createRedactor([url, ...passwordsOf(url)]);
  try {
    if (!/^postgres(ql)?:\/\//.test(url)) throw new Error("it does not begin with postgres:// or postgresql://");
    return await openDatabase({ kind: "server", url, poolSize: 1 }, {
      onError: (error) => machine.onError(redact(explain(error))),
    });
  } catch (error) {
    throw new Refused("invalid", `Cannot open the database of --database: ${redact(explain(error))}`);
  }
}
