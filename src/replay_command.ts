/** What does the command `replay` do, what does it print, and with which code does it end? */
import { openApp } from "./app.ts";
import type { Config } from "./config.ts";
import type { Claim } from "./effects.ts";
import type { Machine } from "./machine.ts";
import { exitCodeOf } from "./run.ts";
import { oneLine } from "./terminal/columns.ts";
import type { Command } from "./terminal/commands.ts";

/** Makes the tables anew, series by series, each told in a line. @throws Error as any command does */
export async function replayArchive(
  { selection, partial }: Extract<Command, { name: "replay" }>,
  { config, machine, notOurs }: {
    config: Config;
    machine: Machine;
    /** Words for a run of somebody else that is at work. */
    notOurs: (claim: Exclude<Claim, { runId: number }>) => string;
  },
): Promise<number> {
  const app = await openApp(config, machine);
  try {
    const { stop, abort } = machine;
    const tell = (line: string) => machine.out(`${oneLine(line)}\n`);
    const report = await app.replay({ selection, partial, stop, abort, tell });
    if (!("outcome" in report)) throw new Error(notOurs(report));
    tell(report.message);
    return exitCodeOf(report.outcome);
  } finally {
    await app.close();
  }
}
