/** Which rows are in a CSV file, as PostgreSQL, pandas and spreadsheets write it? Its first line names the columns. */
import type { OldRow } from "./old_rows.ts";

export interface Delimited {
  readonly names: readonly string[];
  readonly rows: readonly OldRow[];
}

const DELIMITERS = [",", ";", "\t"] as const;

/**
 * Reads the whole text. Fields may be quoted, with quotes doubled and line breaks inside; an empty field without quotes
 * is NULL. The delimiter is the one of comma, semicolon and tab that the first line has most of.
 *
 * @throws Error that names the line: another number of fields than the first line has, a quote that is not closed, a
 * column named twice
 */
export function parseDelimited(text: string): Delimited {
  const plain = text.replace(/^\uFEFF/, "");
  const [first = ""] = plain.split(/\r?\n/, 1);
  const delimiter = DELIMITERS.toSorted((a, b) => first.split(b).length - first.split(a).length)[0]!;
  const lines = fieldsOf(plain, delimiter);
  const head = lines.next().value;
  if (head === undefined) throw new Error("it is empty; its first line must name the columns");
  const names = head.fields.map((name) => (name ?? "").trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two of its columns are named ${JSON.stringify(twice)}`);
  const rows: OldRow[] = [];
  for (const { fields, line } of lines) {
    if (fields.length !== names.length) {
      throw new Error(`line ${line} has ${fields.length} fields, the first line names ${names.length} columns`);
    }
    rows.push(Object.fromEntries(names.map((name, index) => [name, fields[index]!])));
  }
  return { names, rows };
}

/** The records one after another, with the line each begins on. Empty lines are none. */
function* fieldsOf(text: string, delimiter: string): Generator<{ fields: (string | null)[]; line: number }, undefined> {
  const field = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^"${delimiter}\\r\\n][^${delimiter}\\r\\n]*)?)(${delimiter}|\\r?\\n|$)`,
    "y",
  );
  let line = 1;
  while (field.lastIndex < text.length) {
    const begins = line;
    const fields: (string | null)[] = [];
    for (let end = delimiter; end === delimiter;) {
      const at = field.lastIndex;
      const match = field.exec(text);
      if (match === null) throw new Error(`line ${line} has a quote that is not closed, or goes on after it`);
      const [whole, quoted, bare, after = ""] = match;
      fields.push(quoted?.replaceAll('""', '"') ?? bare ?? null);
      line += whole.split("\n").length - 1;
      end = after;
      if (after === "" && at === text.length) break;
    }
    if (fields.length > 1 || fields[0] !== null) yield { fields, line: begins };
  }
}
