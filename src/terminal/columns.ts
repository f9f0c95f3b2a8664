/** How do rows become aligned columns that fit a terminal, whatever characters a message brings? */

/** How text may look. `plain` colours nothing: for pipes, files and NO_COLOR. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
}

/** `colour` is the caller's finding: a terminal, and no NO_COLOR. */
export function styleOf(colour: boolean): Style {
  const paint = (code: number) => (text: string) => colour && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text;
  return { good: paint(32), bad: paint(31), warn: paint(33), dim: paint(2) };
}

export interface Column {
  readonly heading: string;
  readonly align?: "right";
  /** Takes the width that is left and is cut to it; at most one column. Left out when less than 12 is left. */
  readonly flexible?: true;
}

const GAP = "  ";
const LEAST_FLEXIBLE = 12;

/** A heading and its rows, one line each, in columns. `paint` colours a padded cell and must not change its width. */
export function layOut(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, paint }: { width: number; paint?: (cell: string, place: { row: number; column: number }) => string },
): string[] {
  const clean = [columns.map((column) => column.heading), ...rows.map((row) => row.map(oneLine))];
  const natural = columns.map((_, index) => Math.max(...clean.map((row) => displayWidth(row[index] ?? ""))));
  const fixed = columns.reduce((sum, column, index) => sum + (column.flexible ? 0 : natural[index]! + GAP.length), 0);
  const left = width - fixed;
  const shown = columns.flatMap((column, index) => {
    if (!column.flexible) return [{ column, index, cell: natural[index]! }];
    const cell = Math.min(natural[index]!, left);
    return cell < Math.min(LEAST_FLEXIBLE, natural[index]!) ? [] : [{ column, index, cell }];
  });
  return clean.map((row, line) => {
    const cells = shown.map(({ column, index, cell }) => {
      const padded = pad(cut(row[index] ?? "", cell), cell, column.align);
      return line === 0 || paint === undefined ? padded : paint(padded, { row: line - 1, column: index });
    });
    return cells.join(GAP).trimEnd();
  });
}

function pad(text: string, width: number, align: "right" | undefined): string {
  const blanks = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "right" ? blanks + text : text + blanks;
}

/** A text on one line, without the control characters that would let a message of others steer the terminal. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\s\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ").trim();
}

/** The text cut to `width` columns, the last of them an ellipsis when something is missing. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let [kept, used] = ["", 0];
  for (const character of text) {
    used += characterWidth(character);
    if (used > width - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** Terminal columns a text takes: two for East Asian wide characters and emoji, none for combining marks. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

function characterWidth(character: string): number {
  if (character >= " " && character <= "~") return 1;
  if (/\p{M}|\p{Cf}/u.test(character)) return 0;
  return WIDE.test(character) || /\p{Emoji_Presentation}/u.test(character) || character.codePointAt(0)! >= 0x20000
    ? 2
    : 1;
}
