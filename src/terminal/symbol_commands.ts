/** Which words ask about symbols: `symbols`, `symbols search TEXT`, with which flags? */
import { type Command as Program, InvalidArgumentError } from "commander";

export type SymbolCommand =
  /** What is known of the configured ones. Asks nobody. */
  | { readonly name: "symbols"; readonly json: boolean }
  /** One request. */
  | { readonly name: "symbols search"; readonly keywords: string; readonly json: boolean };

const LONGEST = 100;

/** Adds the commands to the program. */
export function describeSymbols(program: Program, found: (command: SymbolCommand) => void): void {
  const symbols = program.command("symbols").description("the configured symbols: name, exchange, listed or delisted");
  symbols.option("--json", "as JSON").action((options) => found({ name: "symbols", json: options.json === true }));
  symbols.command("search").description("which symbols a text may mean; costs one request")
    .argument("<text>", "a name, or a part of a symbol", readKeywords)
    .option("--json", "as JSON")
    // The flag of the same name belongs to the parent as well, which reads it first.
    .action((keywords, { json }, command) =>
      found({ name: "symbols search", keywords, json: json === true || command.parent.opts().json === true })
    );
}

function readKeywords(text: string): string {
  const keywords = text.trim();
  if (keywords === "") throw new InvalidArgumentError("the text is empty");
  if (keywords.length > LONGEST) throw new InvalidArgumentError(`the text is longer than ${LONGEST} characters`);
  return keywords;
}
