/** What does the command `load` do, what does it print, and with which code does it end? */
import { openApp } from "./app.ts";
import type { Config } from "./config.ts";
import { searchAll } from "./gap_search.ts";
import { load } from "./load.ts";
import { surveyLoad } from "./load_survey.ts";
import { lookOf, type Machine } from "./machine.ts";
import { createRedactor } from "./redact.ts";
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
  const asked = {
    paths: [...new Set(files)],
    receivedAt,
    // A recorder may have put the address beside the answer, with a key that is not ours.
    read: (path: string) => redact(machine.readFile(path)).replace(/(apikey=)[^&"'\s\\]+/gi, "$1***"),
  };
  const app = await openApp(config, machine);
  try {
    const { database } = app;
    const survey = await surveyLoad({ database, configured: config.series, now: machine.now() }, asked);
    const say = (text: string) => json || machine.out(text);
    const tell = (line: string) => say(`${oneLine(line)}\n`);
    const look = lookOf(machine);
    say(renderLoad({ receivedAt, ...survey }, look));
    if (!yes) {
      tell("Nothing is written: --yes does it");
      if (json) machine.out(asJson({ receivedAt, ...survey, done: null }));
      return 0;
    }
    const rooms = { database, world: machine };
    const report = await load(rooms, {
      asked,
      files: survey.files,
      stop: machine.stop,
      abort: machine.abort,
      tell,
      searchGaps: async (series, stop) => {
        const ours = series.filter((one) =>
          config.series.some(({ symbol, interval }) => symbol === one.symbol && interval === one.interval)
        );
        return await searchAll(rooms, ours, { stop, reopen: false });
      },
    });
    if (!("outcome" in report)) throw new Error(notOurs(report));
    tell(report.message);
    if (json) machine.out(asJson({ receivedAt, ...survey, done: report }));
    return exitCodeOf(report.outcome);
  } finally {
    await app.close();
  }
}
