/** Which commands are about backfills, and what do their words and flags mean? */
import type { Command as Program } from "commander";
import type { Selection } from "../selection.ts";
import { readNumber } from "./steering.ts";

export type BackfillCommand =
  | {
    readonly name: "backfill";
    readonly verb: "start";
    readonly selection: Selection;
    readonly from: string;
    /** `null`: today. */
    readonly to: string | null;
    readonly note: string | null;
    /** Only say what it costs. */
    readonly dryRun: boolean;
    /** Do not ask. */
    readonly yes: boolean;
    /** Leave the work to a program that serves. */
    readonly detach: boolean;
    readonly quiet: boolean;
    readonly json: boolean;
  }
  | { readonly name: "backfill"; readonly verb: "show"; readonly id: number; readonly json: boolean }
  | { readonly name: "backfill"; readonly verb: "pause" | "cancel"; readonly id: number }
  | {
    readonly name: "backfill";
    readonly verb: "resume";
    readonly id: number;
    readonly detach: boolean;
    readonly quiet: boolean;
  }
  | { readonly name: "backfill"; readonly verb: "list"; readonly json: boolean };

interface Describing {
  readonly found: (command: BackfillCommand) => void;
  readonly withSelection: (command: Program) => Program;
  readonly selectionOf: (options: object) => Selection;
}

const DETACH = "leave the work to the program that serves";

/** Adds the commands to the program's. */
export function describeBackfills(program: Program, { found, withSelection, selectionOf }: Describing): void {
  const backfill = withSelection(program.command("backfill").description("history on purpose: costed, then worked on"))
    .option("--from <date>", "the first date wished: 2004-01-01")
    .option("--to <date>", "the last one (default: today)")
    .option("--note <text>", "why, for the record")
    .option("--dry-run", "only say what it would cost")
    .option("-y, --yes", "begin without asking")
    .option("--detach", DETACH)
    .option("-q, --quiet", "no progress, only how it stands at the end")
    .option("--json", "the cost, and how it stands at the end, as JSON");
  backfill.action((options, command) => {
    if (options.from === undefined) command.error("error: --from is needed, as 2004-01-01");
    found({
      name: "backfill",
      verb: "start",
      selection: selectionOf(options),
      from: options.from,
      to: options.to ?? null,
      note: options.note ?? null,
      dryRun: options.dryRun === true,
      yes: options.yes === true,
      detach: options.detach === true,
      quiet: options.quiet === true,
      json: options.json === true,
    });
  });
  const one = (verb: string, description: string) =>
    backfill.command(verb).description(description).argument("<backfill>", "its number", readNumber);
  one("show", "how far it is, series by series").option("--json", "as JSON")
    // The flag of the same name belongs to the parent as well, which reads it first.
    .action((id, { json }, command) =>
      found({ name: "backfill", verb: "show", id, json: json === true || command.parent.opts().json === true })
    );
  one("pause", "work on it no more until resumed").action((id) => found({ name: "backfill", verb: "pause", id }));
  one("resume", "go on with it, here").option("--detach", DETACH).option("-q, --quiet", "no progress")
    .action((id, { detach, quiet }, command) => {
      const of = command.parent.opts();
      found({
        name: "backfill",
        verb: "resume",
        id,
        detach: detach === true || of.detach === true,
        quiet: quiet === true || of.quiet === true,
      });
    });
  one("cancel", "end it; what is stored stays").action((id) => found({ name: "backfill", verb: "cancel", id }));
  program.command("backfills").description("the backfills and how far each is, the newest first")
    .option("--json", "as JSON")
    .action((options) => found({ name: "backfill", verb: "list", json: options.json === true }));
}
