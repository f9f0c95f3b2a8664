/** What do the commands about missing bars do, and what do they print? */
import type { App } from "./app.ts";
import { lookOf, type Machine } from "./machine.ts";
import { narrow } from "./selection.ts";
import { UsageError } from "./terminal/commands.ts";
import type { GapCommand } from "./terminal/gap_commands.ts";
import { renderGaps } from "./terminal/gap_tables.ts";
import { asJson } from "./terminal/json.ts";

/** Rows of a table, and of a list for programs. */
const [SHOWN, LISTED] = [100, 100_000];

/** Carries out one command. @returns what to print @throws UsageError */
export async function tellGaps(
  command: GapCommand,
  { app, machine }: { app: App; machine: Machine },
): Promise<string> {
  const { inquiry, config } = app;
  if (command.name === "why") {
    const why = await inquiry.why(command.series, command.date);
    return command.json ? asJson(why) : `${why.sentence}\n`;
  }
  const chosen = narrow(config.series, command.selection);
  if ("message" in chosen) throw new UsageError(chosen.message);
  const { series } = chosen;
  const { scan, force, state, json } = command;
  const searched = scan ? await inquiry.search(series, { stop: machine.stop, reopen: force }) : null;
  const found = await inquiry.gaps(series, { state, limit: json ? LISTED : SHOWN });
  const shown = { ...found, searched };
  return json ? asJson(shown) : renderGaps(shown, { ...lookOf(machine), now: machine.now() });
}
