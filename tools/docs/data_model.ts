/** docs/data-model.md: every table and view in a line, and how they hang together, out of sql/schema.sql. */

interface Group {
  readonly title: string;
  readonly about: string;
  /** Tables, views and functions. Every one of the schema stands in one group. */
  readonly members: readonly string[];
}

const GROUPS: readonly Group[] = [
  {
    title: "Bars",
    about:
      "What the program is for. A row of `stock_data` is found by symbol, interval and time; nothing else points at it, " +
      "so that a hundred million of them stay cheap.",
    members: [
      "stock_data",
      "revision",
      "quarantine",
      "release",
      "latest_bar",
      "session_coverage",
      "exchange_date",
    ],
  },
  {
    title: "Dividends, splits, listings",
    about: "What the vendor says of a symbol beside its bars, and the prices adjusted by it.",
    members: [
      "dividend",
      "split",
      "listing",
      "reference",
      "reference_answer",
      "stock_data_adjusted",
      "stock_data_split_adjusted",
      "stock_data_factor",
      "product_of",
    ],
  },
  {
    title: "The archive",
    about: "What the vendor said, word for word, and what can be asked of it.",
    members: ["answer", "answer_body", "stock_data_raw", "bars_as_of"],
  },
  {
    title: "Gaps and history",
    about: "Sessions that are missing, and history that was asked for on purpose.",
    members: ["gap", "gap_scan", "backfill", "backfill_series", "backfill_answer"],
  },
  {
    title: "Runs",
    about: "What was done, when, for which series, and how it ended.",
    members: ["run", "series_result", "run_event", "run_settings", "launch"],
  },
  {
    title: "Schedule",
    about: "When runs are due, and what became of each time.",
    members: ["schedule", "tick"],
  },
  {
    title: "The vendor's limits",
    about: "What may still be asked, and what this key may have.",
    members: ["request", "entitlement"],
  },
  {
    title: "Notices",
    about: "Who is told of what.",
    members: ["notice", "outbox", "incident", "instance"],
  },
  {
    title: "The program itself",
    about: "Who is logged in, what lives, who changed what, what was tidied, which schema this is.",
    members: ["session", "heartbeat", "audit", "housekeeping", "schema_migration"],
  },
];

/** What belongs together without a foreign key, which would be checked once per bar or per log line. */
const LOOSE: readonly (readonly [from: string, column: string, to: string])[] = [
  ["stock_data", "answer_id", "answer"],
  ["revision", "answer_id", "answer"],
  ["revision", "changed_by", "answer"],
  ["release", "answer_id", "answer"],
  ["series_result", "symbol, interval", "stock_data"],
];

const HEAD = `# The tables

Made from [sql/schema.sql](../sql/schema.sql), which is dumped from a migrated database, with \`deno task docs\`; a test
holds this page to it. Times are \`timestamptz\`, instants in UTC; prices are \`numeric\`, exact; states are \`text\` with a
CHECK. \`interval\` is a word of SQL: write it \`"interval"\`.

**How long rows stay:** bars, revisions and answers for ever; bodies of answers \`ARCHIVE_DAYS\`; runs with their results,
ticks and requests \`RETENTION_RUNS_DAYS\`; events \`RETENTION_EVENTS_DAYS\`.

**Read, do not write.** Other programs may read every table; what they should steer goes through the API or a command.
Columns are added, not renamed: the schema is part of the version ([CHANGELOG.md](../CHANGELOG.md)).

Solid lines are foreign keys. Dotted ones belong together without: checking them once per bar would cost more than it
guards.
`;

interface Table {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly { readonly name: string; readonly key: boolean }[];
  readonly references: readonly { readonly columns: string; readonly to: string }[];
}

/** @throws Error that names each table without a group, and each name without a table */
export function dataModelDocument(schema: string): string {
  const tables = tablesIn(schema);
  const comments = new Map([...tables.map(({ name, comment }) => [name, comment] as const), ...functionsIn(schema)]);
  const known = [...comments.keys()];
  const placed = GROUPS.flatMap(({ members }) => members);
  const wrong = [
    ...known.filter((name) => !placed.includes(name)).map((name) => `"${name}" of the schema is in no group`),
    ...placed.filter((name) => !known.includes(name)).map((name) => `"${name}" is not in the schema`),
    ...known.filter((name) => comments.get(name) === "").map((name) => `"${name}" has no comment`),
    ...LOOSE.filter(([from, , to]) => !known.includes(from) || !known.includes(to)).map(([from]) => `loose: "${from}"`),
  ];
  if (wrong.length > 0) throw new Error(`Cannot describe the tables (tools/docs/data_model.ts): ${wrong.join("; ")}`);
  const parts = GROUPS.map(({ title, about, members }) => {
    const rows = members.map((name) => {
      const table = tables.find((one) => one.name === name);
      const comment = comments.get(name)!.replaceAll("|", "\\|");
      return `| \`${name}\` | ${comment} | ${table === undefined ? "" : columnsOf(table)} |`;
    });
    return [`## ${title}`, "", about, "", "| name | | columns |", "| - | - | - |", ...rows, ""].join("\n");
  });
  return [HEAD, diagram(tables), ...parts].join("\n");
}

/** The key's columns in bold. */
function columnsOf({ columns }: Table): string {
  return columns.map(({ name, key }) => key ? `**${name}**` : name).join(", ");
}

function diagram(tables: readonly Table[]): string {
  const solid = tables.flatMap(({ name, references }) =>
    references.map(({ columns, to }) => `    ${to} ||--o{ ${name} : "${columns}"`)
  );
  const dotted = LOOSE.map(([from, column, to]) => `    ${to} ||..o{ ${from} : "${column}"`);
  return ["```mermaid", "erDiagram", ...solid, ...dotted, "```", ""].join("\n");
}

/** Tables and views. */
function tablesIn(schema: string): Table[] {
  const comments = new Map([...commentsOn(schema, "table"), ...commentsOn(schema, "view")]);
  return [...schema.matchAll(/^create (?:table|view) (\w+) \(\n(.*?)\n\);$/gms)].map(([, name, body]) => {
    const key = /PRIMARY KEY \((.+?)\)/.exec(body!)?.[1] ?? "";
    const keys = key.replaceAll('"', "").split(", ");
    // A constraint may go on for lines; a column is one, and its type is in small letters.
    const columns = [...body!.matchAll(/^ {2}"?([a-z]\w*)"? [a-z]/gm)].map(([, column]) => column!)
      .filter((column) => column !== "constraint");
    const references = body!.matchAll(/FOREIGN KEY \((.+?)\) REFERENCES (\w+)/g);
    return {
      name: name!,
      comment: comments.get(name!) ?? "",
      columns: columns.map((column) => ({ name: column, key: keys.includes(column) })),
      references: [...references].map(([, columns, to]) => ({ columns: columns!, to: to! })),
    };
  });
}

/** Functions, with their comments. */
function functionsIn(schema: string): Map<string, string> {
  const comments = commentsOn(schema, "function");
  return new Map(
    [...schema.matchAll(/^create function (\w+)/gm)].map(([, name]) => [name!, comments.get(name!) ?? ""]),
  );
}

function commentsOn(schema: string, kind: string): Map<string, string> {
  const found = schema.matchAll(new RegExp(`^comment on ${kind} (\\w+)(?:\\([^)]*\\))? is '(.*)';$`, "gm"));
  return new Map([...found].map(([, name, text]) => [name!, text!.replaceAll("''", "'")]));
}
