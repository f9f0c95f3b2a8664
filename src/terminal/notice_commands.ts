/** Which words ask about notices: `notify test`, `notify status`, `mail preview`, with which flags? */
import { type Command as Program, InvalidArgumentError } from "commander";

export type NoticeCommand =
  | { readonly name: "notify"; readonly verb: "test" }
  | { readonly name: "notify"; readonly verb: "status"; readonly json: boolean }
  /** `runId: null`: the newest that has ended. */
  | { readonly name: "mail"; readonly verb: "preview"; readonly runId: number | null; readonly out: string };

const KINDS = [".html", ".txt", ".eml"];

/** Adds the commands to the program. */
export function describeNotices(program: Program, found: (command: NoticeCommand) => void): void {
  const notify = program.command("notify").description("who is told: test the channels, see what became of messages");
  notify.command("test").description("one message of each kind to every channel that is set up")
    .action(() => found({ name: "notify", verb: "test" }));
  notify.command("status").description("the outbox, and the last result of each channel")
    .option("--json", "as JSON")
    .action((options) => found({ name: "notify", verb: "status", json: options.json === true }));
  program.command("mail").description("the digest of a run")
    .command("preview").description("writes the digest of a run to a file, sends nothing")
    .option("--run <id>", "of this run (default: the newest that has ended)", readRun)
    .requiredOption("--out <file>", `where to, ending in ${KINDS.join(", ")}`, readOut)
    .action((options) => found({ name: "mail", verb: "preview", runId: options.run ?? null, out: options.out }));
}

function readRun(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError(`"${text}" is not the number of a run`);
  return Number(text);
}

function readOut(text: string): string {
  if (!KINDS.some((kind) => text.endsWith(kind))) {
    throw new InvalidArgumentError(`"${text}" does not end in ${KINDS.join(", ")}`);
  }
  return text;
}
