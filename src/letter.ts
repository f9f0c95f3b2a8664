/**
 * What does a message say, whatever it is sent by? One letter, and its spellings as plain text and for a Slack-compatible
 * webhook; the HTML stands in letter_html.ts. Everything in it is data: escaped where it is written, never before.
 */

/** How a thing stands: colour in HTML, always beside a word that says the same. */
export type Tone = "good" | "warn" | "bad" | "plain";

export interface LetterTable {
  readonly headings: readonly string[];
  readonly rows: readonly LetterRow[];
}

export interface LetterRow {
  /** Few and short: a phone shows them side by side. */
  readonly cells: readonly string[];
  /** Below them, over the whole width. */
  readonly note: string | null;
  /** Of the second cell, the outcome. */
  readonly tone: Tone;
  /** Where the first cell leads. */
  readonly href: string | null;
}

export interface Section {
  readonly title: string;
  readonly lines?: readonly string[];
  readonly table?: LetterTable;
}

export interface Letter {
  readonly subject: string;
  readonly tone: Tone;
  /** The outcome as one sentence. */
  readonly lead: string;
  /** Shares of a whole, drawn as a bar; left out where there is nothing to compare. */
  readonly shares?: readonly { readonly name: string; readonly count: number; readonly tone: Tone }[];
  readonly sections: readonly Section[];
  readonly links: readonly { readonly title: string; readonly href: string }[];
  readonly foot: readonly string[];
}

/** A message as it leaves. */
export interface Message {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Slack cuts longer messages. */
const SLACK_MOST = 3_500;
const SLACK_ROWS = 15;

/** The letter as plain text: nothing is wrapped, tables are aligned for a fixed-width font. */
export function textOf({ lead, shares = [], sections, links, foot }: Letter): string {
  const parts = [
    lead,
    ...(shares.length === 0 ? [] : [shares.map(({ name, count }) => `${count} ${name}`).join(", ")]),
    ...sections.map(({ title, lines = [], table }) =>
      [title.toUpperCase(), ...lines.map((line) => `  ${line}`), ...(table === undefined ? [] : tableLines(table))]
        .join(
          "\n",
        )
    ),
    ...(links.length === 0 ? [] : [links.map(({ title, href }) => `${title}: ${href}`).join("\n")]),
    foot.join("\n"),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function tableLines({ headings, rows }: LetterTable): string[] {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map(({ cells }) => (cells[column] ?? "").length))
  );
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")}`.trimEnd();
  return [
    line(headings),
    ...rows.flatMap(({ cells, note }) => [line(cells), ...(note === null ? [] : [`    ${note}`])]),
  ];
}

/** The letter in Slack's own markup, short: problems, then the first rows. */
export function slackOf({ subject, lead, sections, links }: Letter): string {
  const parts = sections.map(({ title, lines = [], table }) => {
    const rows = table?.rows.map(({ cells, note }) =>
      [...cells, note ?? ""].filter((part) =>
        part !== "" && part !== "–"
      ).join(" · ")
    ) ?? [];
    const more = rows.length > SLACK_ROWS ? [`… and ${rows.length - SLACK_ROWS} more`] : [];
    const said = [...lines, ...rows.slice(0, SLACK_ROWS), ...more].map((line) => `• ${slackEscaped(line)}`);
    return [`*${slackEscaped(title)}*`, ...said].join("\n");
  });
  const linked = links.map(({ title, href }) => `<${slackEscaped(href)}|${slackEscaped(title)}>`).join(" · ");
  const head = `*${slackEscaped(subject)}*\n${slackEscaped(lead)}`;
  const text = [head, ...parts].join("\n");
  const room = SLACK_MOST - linked.length - 2;
  return [text.length > room ? `${text.slice(0, room)}…` : text, linked].filter((part) => part !== "").join("\n");
}

/** Slack gives these three a meaning: a vendor's `<!channel>` must not ring everybody. */
function slackEscaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** A subject on one line, short enough for a phone to show most of it. */
export function subjectLine(text: string): string {
  // deno-lint-ignore no-control-regex
  const line = `[stocks-etl] ${text}`.replace(/[\s\x00-\x1f\x7f-\x9f]+/g, " ").trim();
  return line.length > 150 ? `${line.slice(0, 149)}…` : line;
}

/** `3 series`, `1 series`, `1 request`, `2,000 requests`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `2026-01-02 14:30Z`. */
export function minute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")}Z`;
}

/** The first names, and how many more: `IBM daily, MSFT daily and 498 more`. */
export function names(series: readonly string[], most = 5): string {
  if (series.length <= most) return series.join(", ");
  return `${series.slice(0, most).join(", ")} and ${grouped(series.length - most)} more`;
}
