/** What do the words and flags of `load` mean? */
import { type Command as Program, InvalidArgumentError } from "commander";
import { parseInstant } from "../extract.ts";

export interface LoadCommand {
  readonly name: "load";
  /** Paths, at least one. */
  readonly files: readonly string[];
  /** When the vendor told them, epoch ms. */
  readonly receivedAt: number;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Adds the command to the program's. */
export function describeLoad(program: Program, found: (command: LoadCommand) => void): void {
  program.command("load").description("answers of the vendor that you kept as files; first shows what it would do")
    .argument("<files...>", "JSON, as the vendor sent it")
    .requiredOption("--received-at <instant>", "when they were told, with its zone: 2019-05-04T08:00Z", readInstant)
    .option("--yes", "do it")
    .option("--json", "as JSON")
    .action((files, options) => {
      const { receivedAt, yes = false, json = false } = options;
      found({ name: "load", files, receivedAt, yes, json });
    });
}

function readInstant(text: string): number {
  const instant = parseInstant(text);
  if (instant !== null) return instant;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not an instant with its zone, as 2019-05-04T08:00Z`);
}
