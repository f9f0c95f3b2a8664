/** What does the command `load` do, what does it print, and with which code does it end? */
import { openApp } from "./app.ts";
import type { Config } from "./config.ts";
import { load, surveyLoad } from "./load.ts";
import { lookOf, type Machine } from "./machine.ts";
import { createRedactor } from "./redact.ts";
import { Refused } from "./refused.ts";
import { exitCodeOf } from "./run.ts";
import { oneLine } from "./terminal/columns.ts";
import { asJson } from "./terminal/json.ts";
import type { LoadCommand } from "./terminal/load_command.ts";
import { renderLoad } from "./terminal/load_table.ts";

/** Shows what the load would do, and does it when that is asked for. @throws Error, or Refused, as any command does */
export async function loadOnce(
  { files, receivedAt, yes, json }: LoadCommand,
  { config, machine, notOurs }: {
    config: Config;
    machine: Machine;
    /** Words for a run of somebody else that is at work. */
    notOurs: (claim: Exclude<Awaited<ReturnType<typeof load>>, { outcome: unknown }>) => string;
  },
): Promise<number> {
  const redact = createRedactor(config.secrets);
  const kept = [...new Set(files)].map((path) => ({ path, text: redact(readText(path, machine)) }));
  const app = await openApp(config, machine);
  try {
    const surveyed = await surveyLoad({ database: app.database, now: machine.now() }, { files: kept, receivedAt });
    const survey = surveyed.map((one) => one.survey);
    const say = (text: string) => json || machine.out(text);
    const tell = (line: string) => say(`${oneLine(line)}\n`);
    say(renderLoad({ receivedAt, files: survey }, lookOf(machine)));
    if (!yes) {
      tell("Nothing is written: --yes does it");
      if (json) machine.out(asJson({ receivedAt, files: survey, done: null }));
      return 0;
    }
    const { stop, abort } = machine;
    const report = await load({ database: app.database, world: machine }, { surveyed, stop, abort, tell });
    if (!("outcome" in report)) throw new Error(notOurs(report));
    tell(report.message);
    if (json) machine.out(asJson({ receivedAt, files: survey, done: report }));
    return exitCodeOf(report.outcome);
  } finally {
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
