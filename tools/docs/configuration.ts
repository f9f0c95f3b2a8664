/** docs/configuration.md: every setting, out of the one table the program itself reads them by. */
import { type Variable, VARIABLES } from "../../src/variables.ts";

const HEAD = `# Settings

Made from the table the program reads its settings by (\`src/variables.ts\`), with \`deno task docs\`; a test holds this
page to it. [.env.example](../.env.example) is made of the same table, to copy and fill in.

- **Where from:** the process environment; under it a \`.env\` file in the working directory, else \`Config/.env\`. The
  environment wins; an empty value is the same as none.
- **Secrets** may come as files: where a name is marked with _file_, \`NAME_FILE=/run/secrets/name\` is read instead.
  They are masked wherever settings are shown, and kept out of every text that leaves the program.
- **Old names** of both older pipelines are read too; where both are given, the first name wins, and a warning says so.
- **What is in force,** and where each value comes from: the command \`config\`, or the page under Instance. A schedule
  that an operator has set wins over \`SCHEDULE_CRON\` until \`schedule reset\`.
- **A wrong value** stops every command with exit code 2, all problems at once. A name that is nearly one of these is
  warned about, others are left alone.
`;

export function configurationDocument(): string {
  const groups = Map.groupBy(VARIABLES, ({ group }) => group);
  const parts = [...groups].map(([group, variables]) => {
    const [, title = group, note] = /^(.+?) \((.+)\)$/.exec(group) ?? [];
    const rows = variables.map((one) => `| ${named(one)} | ${fallback(one)} | ${cell(one.description)} |`);
    const table = ["| name | default | |", "| - | - | - |", ...rows].join("\n");
    return `## ${title}\n\n${note === undefined ? "" : `${sentence(note)}\n\n`}${table}\n`;
  });
  return [HEAD, ...parts].join("\n");
}

function named({ name, aliases, secret }: Variable): string {
  const old = aliases.length === 0 ? "" : `, or ${aliases.map(code).join(", ")}`;
  return `${code(name)}${old}${secret ? " _file_" : ""}`;
}

function fallback({ default: value }: Variable): string {
  return value === null ? "–" : code(value);
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function sentence(text: string): string {
  const words = text.replace(/\b[A-Z]+_(?:[A-Z]+|\*)/g, (name) => code(name));
  return `${words[0]!.toUpperCase()}${words.slice(1)}.`;
}
